// Package conformance reads RDAP answers as a strict client would, and says
// where they are not what RFC 7480, 7481, 9082, 9083, their extensions, and
// ICANN's gTLD profile ask for. It is for tests.
//
// It is a second opinion: it shares neither code nor tables with package rdap,
// so that a text misread there is not misread here in the same way.
package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Request is what was asked.
type Request struct {
	Method string
	URL    string // absolute, or from the root
	Header http.Header
}

// Answer is a question with all that came back.
type Answer struct {
	Request Request
	Status  int
	Header  http.Header // nil for an answer of which only the body was kept
	Body    []byte      // without its content coding
}

// Profile is what an answer is held to beyond the RFCs.
type Profile uint8

const (
	Plain     Profile = iota // the RFCs and nothing else
	ICANN2024                // the gTLD profile of February 2024: Response Profile 2.2, Technical Implementation Guide 2.2
)

// Finding is one way in which an answer is not what it should be.
type Finding struct {
	ID   string // the RFC and section that ask for it, with a word where a section asks for several things
	Code int    // of the ICANN RDAP Conformance Tool; 0 where it has none
	Path string // JSON pointer (RFC 6901) into the body; "" for the whole answer
	Says string
}

func (f Finding) String() string {
	code := ""
	if f.Code != 0 {
		code = fmt.Sprintf(" [%d]", f.Code)
	}
	return fmt.Sprintf("%s%s at %q: %s", f.ID, code, f.Path, f.Says)
}

// Check returns what is wrong with an answer, and nothing for one in order.
func Check(a Answer, p Profile) []Finding {
	c := &checker{answer: a, profile: p, used: map[string]bool{}}
	if u, err := url.Parse(a.Request.URL); err == nil {
		c.query, c.path = u.Query(), u.Path
	}
	if a.Header != nil {
		c.http()
	}
	if len(a.Body) > 0 {
		c.body()
	}
	return c.found
}

// checker is one look at one answer.
type checker struct {
	answer  Answer
	profile Profile
	path    string     // of the request
	query   url.Values // of the request
	root    any        // the body
	used    map[string]bool
	found   []Finding
}

// find notes a breach of the rule with that ID; the details say by what.
func (c *checker) find(id, at string, details ...any) {
	r, known := rules[id]
	if !known {
		panic("conformance: no rule " + id)
	}
	says := r.asks
	if len(details) > 0 {
		says += ": " + strings.TrimSuffix(fmt.Sprintln(details...), "\n")
	}
	c.found = append(c.found, Finding{ID: id, Code: r.code, Path: at, Says: says})
}

func (c *checker) body() {
	if !utf8.Valid(c.answer.Body) {
		c.find("9083-12.1", "")
		return
	}
	root, twice, err := decode(c.answer.Body)
	if err != nil {
		c.find("8259-2", "", err)
		return
	}
	for _, at := range twice {
		c.find("8259-4", at)
	}
	c.root = root
	top, ok := root.(map[string]any)
	if !ok {
		c.find("8259-2", "", "it is no object")
		return
	}
	c.conformance(top)
	c.top(top)
	c.filled(root, "")
	c.declared(top)
	if c.profile == ICANN2024 {
		c.icann(top)
	}
}

// Members that any topmost object may have (RFC 9083 sections 4.1, 4.3, 4.4).
var topMembers = []string{"rdapConformance", "notices", "lang"}

// top reads the topmost object, whose kind its members tell.
func (c *checker) top(top map[string]any) {
	results := searchResults(top)
	_, class := top["objectClassName"]
	_, wrong := top["errorCode"]
	switch {
	case wrong || c.answer.Status >= 400:
		c.problem(top)
	case len(results) > 0:
		c.search(top, results)
	case class:
		c.instance(top, "", topMembers...)
	case strings.HasSuffix(c.path, "/help"), c.answer.Status/100 == 3: // a redirect says no more than help does
		c.help(top)
	default:
		c.find("9083-4.9", "")
	}
	c.lang(top, "")
	c.notices(top["notices"], "/notices")
}

// problem reads an error (RFC 9083 section 6).
func (c *checker) problem(top map[string]any) {
	c.members(top, "", append(slices.Clone(topMembers), "errorCode", "title", "description")...)
	if code, ok := integer(top["errorCode"]); !ok {
		c.find("9083-6-code", "/errorCode", top["errorCode"])
	} else if code != c.answer.Status {
		c.find("9083-6-status", "/errorCode", code, "with status", c.answer.Status)
	}
	c.text(top, "title", "")
	if v, there := top["description"]; there {
		c.lines(v, "/description")
	}
}

// help reads the answer to /help (RFC 9083 section 7).
func (c *checker) help(top map[string]any) {
	c.members(top, "", append(slices.Clone(topMembers),
		"reverse_search_properties", "farv1_openidcConfiguration", "paging_metadata", "sorting_metadata", "subsetting_metadata")...)
	if _, there := top["notices"]; !there {
		c.find("9083-7", "")
	}
	c.metadata(top)
	c.reverseOffered(top)
}
