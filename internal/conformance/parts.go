package conformance

import (
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// relationTypes are those of IANA's registry of link relations that an RDAP
// answer may have use for.
var relationTypes = []string{
	"about", "alternate", "author", "canonical", "collection", "copyright", "current", "describedby", "edit",
	"first", "glossary", "help", "icon", "index", "item", "last", "latest-version", "license", "next", "prev",
	"privacy-policy", "profile", "related", "search", "self", "service", "service-desc", "service-doc",
	"terms-of-service", "type", "up", "via", "rdap-active", "rdap-bottom", "rdap-down", "rdap-top", "rdap-up",
}

// links reads RFC 9083 section 4.2.
func (c *checker) links(v any, at string) {
	self := ""
	c.each(v, at, func(o map[string]any, _ string) {
		if o["rel"] == "self" {
			self, _ = o["href"].(string)
		}
	})
	c.each(v, at, func(o map[string]any, at string) {
		c.members(o, at, "value", "rel", "href", "type", "hreflang", "title", "media")
		c.link(o, at)
		if o["rel"] == "related" && self != "" && o["href"] == self {
			c.find("9083-4.2-related", below(at, "href"), self)
		}
	})
}

func (c *checker) link(o map[string]any, at string) {
	for _, m := range []struct{ name, missing, wrong string }{
		{"value", "9083-4.2-value", "7480-9.1-value"}, {"href", "9083-4.2-href", "7480-9.1-href"},
	} {
		if uri, there := c.text(o, m.name, at); !there {
			c.find(m.missing, at)
		} else if !isURI(uri) {
			c.find(m.wrong, below(at, m.name), uri)
		}
	}
	rel, there := c.text(o, "rel", at)
	if !there {
		c.find("9083-4.2-rel", at)
	} else if !slices.Contains(relationTypes, rel) {
		c.find("8288-2.1.1", below(at, "rel"), rel)
	}
	media, typed := c.text(o, "type", at)
	if typed {
		if kind, _, err := mime.ParseMediaType(media); err != nil || !strings.Contains(kind, "/") {
			c.find("9083-4.2-type", below(at, "type"), media)
		}
	}
	if rel == "self" && media != "application/rdap+json" {
		c.find("9083-5-self", at, media)
	}
	// The canonical form is the one of lower case: an answer may not depend on
	// the spelling that was asked for.
	if href, _ := o["href"].(string); rel == "self" {
		if u, err := url.Parse(href); err == nil && hasUpper(u.Host) || hasUpper(path.Base(u.Path)) {
			c.find("9082-3-canonical", below(at, "href"), href)
		}
	}
	c.languages(o["hreflang"], below(at, "hreflang"))
	c.text(o, "title", at)
	c.text(o, "media", at)
}

// languages are those of a link's target: one, or several in an array.
func (c *checker) languages(v any, at string) {
	if _, one := v.(string); one {
		v = []any{v}
	}
	for i, tag := range c.words(v, at) {
		if _, err := language.Parse(tag); err != nil {
			c.find("9083-4.4", item(at, i), tag)
		}
	}
}

func hasUpper(s string) bool { return strings.ToLower(s) != s }

// noticeTypes are of notices and remarks alike (RFC 9083 section 10.2.1).
var noticeTypes = []string{
	"result set truncated due to authorization", "result set truncated due to excessive load",
	"result set truncated due to unexplainable reasons",
	"object truncated due to authorization", "object truncated due to excessive load",
	"object truncated due to unexplainable reasons", "object redacted due to authorization",
}

func (c *checker) notices(v any, at string) {
	c.each(v, at, func(o map[string]any, at string) {
		c.notice(o, at)
		if kind, _ := o["type"].(string); strings.HasPrefix(kind, "object truncated") {
			c.find("9083-9", below(at, "type"), kind)
		}
	})
}

func (c *checker) remarks(v any, at string) {
	c.each(v, at, func(o map[string]any, at string) {
		c.notice(o, at)
		if kind, _ := o["type"].(string); strings.HasPrefix(kind, "result set truncated") {
			c.find("9083-9", below(at, "type"), kind)
		}
	})
}

// notice reads a notice or a remark (RFC 9083 section 4.3).
func (c *checker) notice(o map[string]any, at string) {
	c.members(o, at, "title", "type", "description", "links", "lang")
	c.text(o, "title", at)
	if kind, there := c.text(o, "type", at); there && !slices.Contains(noticeTypes, kind) {
		c.find("9083-10.2.1", below(at, "type"), kind)
	}
	if v, there := o["description"]; there {
		c.lines(v, below(at, "description"))
	} else {
		c.find("9083-4.3-missing", at)
	}
	c.links(o["links"], below(at, "links"))
	c.lang(o, at)
}

var eventActions = []string{
	"registration", "reregistration", "last changed", "expiration", "deletion", "reinstantiation", "transfer",
	"locked", "unlocked", "last update of RDAP database", "registrar expiration", "enum validation expiration",
}

// events reads RFC 9083 section 4.5; an entity's asEventActor names no actor.
func (c *checker) events(v any, at string, actor bool) {
	var seen []string
	c.each(v, at, func(o map[string]any, at string) {
		known := []string{"eventAction", "eventDate", "links"}
		if actor {
			known = append(known, "eventActor")
		}
		c.members(o, at, known...)
		action, there := c.text(o, "eventAction", at)
		switch {
		case !there:
			c.find("9083-4.5-action", at)
		case !slices.Contains(eventActions, action):
			c.find("9083-10.2.3", below(at, "eventAction"), action)
		case slices.Contains(seen, action):
			c.find("9083-4.5-twice", below(at, "eventAction"), action)
		}
		seen = append(seen, action)
		if date, there := c.text(o, "eventDate", at); !there {
			c.find("9083-4.5-date", at)
		} else if !isDate(date) {
			c.find("3339-5.6", below(at, "eventDate"), date)
		}
		c.text(o, "eventActor", at)
		c.links(o["links"], below(at, "links"))
	})
}

// publicIDs reads RFC 9083 section 4.8.
func (c *checker) publicIDs(v any, at string) {
	c.each(v, at, func(o map[string]any, at string) {
		c.members(o, at, "type", "identifier")
		for _, name := range []string{"type", "identifier"} {
			if _, ok := o[name].(string); !ok {
				c.find("9083-4.8", below(at, name), o[name])
			}
		}
	})
}
