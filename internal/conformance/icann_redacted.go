package conformance

import (
	"slices"
	"strings"
)

// field is a row of the Response Profile's appendix E: a name, where it stands
// below the party it is of, how it is withheld, and what finds the value.
type field struct {
	name   string
	role   string // of the entity; "" for the domain itself
	path   string // below it
	method string
	value  func(e map[string]any) string // "" for none
	silent string                        // rule: it is neither there nor announced
	told   string                        // rule: it is announced, and there
}

func ofCard(name string) func(map[string]any) string {
	return func(e map[string]any) string {
		s, _ := cardOf(e)[name].value.(string)
		return s
	}
}

// ofAddress is a component of adr.
func ofAddress(i int) func(map[string]any) string {
	return func(e map[string]any) string {
		parts, _ := cardOf(e)["adr"].value.([]any)
		if i >= len(parts) {
			return ""
		}
		if s, ok := parts[i].(string); ok {
			return s
		}
		return "several lines"
	}
}

func handleOf(e map[string]any) string {
	s, _ := e["handle"].(string)
	return s
}

const cardPath = ".vcardArray[1][?(@[0]=="

var (
	voicePath = ".vcardArray[1][?(@[1].type=='voice')]"
	faxPath   = ".vcardArray[1][?(@[1].type=='fax')]"
)

// fields: an address, a name, a number of the registrant's is there or said to
// be withheld. An organisation, an extension or a fax there need not be.
var fields = []field{
	{"Registry Domain ID", "", ".handle", "removal", handleOf, "", "RP-2.7.4-told"},
	{"Registry Registrant ID", "registrant", ".handle", "removal", handleOf, "RP-2.7.4", "RP-2.7.4-told"},
	{"Registrant Name", "registrant", cardPath + "'fn')][3]", "emptyValue", ofCard("fn"), "RP-2.7.4.1", "RP-2.7.4-told"},
	{"Registrant Organization", "registrant", cardPath + "'org')]", "removal", ofCard("org"), "", "RP-2.7.4-told"},
	{"Registrant Street", "registrant", cardPath + "'adr')][3][:3]", "emptyValue", ofAddress(2), "RP-2.7.4.2", "RP-2.7.4-told"},
	{"Registrant City", "registrant", cardPath + "'adr')][3][3]", "emptyValue", ofAddress(3), "RP-2.7.4.3", "RP-2.7.4-told"},
	{"Registrant Postal Code", "registrant", cardPath + "'adr')][3][5]", "emptyValue", ofAddress(5), "", "RP-2.7.4-told"},
	{"Registrant Phone", "registrant", voicePath, "removal", ofCard("voice"), "RP-2.7.4.5", "RP-2.7.4-told"},
	{"Registrant Phone Ext", "registrant", voicePath, "removal", nil, "", ""},
	{"Registrant Fax", "registrant", faxPath, "removal", ofCard("fax"), "", "RP-2.7.4-told"},
	{"Registrant Fax Ext", "registrant", faxPath, "removal", nil, "", ""},
	{"Registry Tech ID", "technical", ".handle", "removal", handleOf, "", "RP-2.7.4-told"},
	{"Tech Name", "technical", cardPath + "'fn')][3]", "emptyValue", ofCard("fn"), "RP-2.7.5.1", "RP-2.7.4-told"},
	{"Tech Phone", "technical", voicePath, "removal", ofCard("voice"), "RP-2.7.5.2", "RP-2.7.4-told"},
	{"Tech Phone Ext", "technical", voicePath, "removal", nil, "", ""},
}

// gtldRedacted holds an answer's redactions to that table.
func (c *checker) gtldRedacted(top map[string]any) {
	entries := objects(top["redacted"])
	for i, entry := range entries {
		c.row(entry, item("/redacted", i))
	}
	for _, f := range fields {
		if f.value == nil {
			continue
		}
		of, places := []map[string]any{top}, []string{""}
		if f.role != "" {
			of, places = ofRole(top, "", f.role)
		}
		if len(of) > 1 {
			continue // an entry does not say by name which of several it is of
		}
		for i, o := range of {
			said := c.announced(top, f.name)
			switch there := f.value(o) != ""; {
			case there && said:
				c.find(f.told, places[i], f.name)
			case !there && !said && f.silent != "":
				c.find(f.silent, places[i], f.name)
			}
		}
	}
	for _, role := range []string{"registrant", "technical"} {
		of, places := ofRole(top, "", role)
		for i, e := range of {
			c.reachable(top, e, places[i], role)
		}
	}
}

// row holds an entry with a registered name to its row.
func (c *checker) row(entry map[string]any, at string) {
	name, _ := entry["name"].(map[string]any)
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name["type"] })
	if i < 0 {
		return
	}
	f := fields[i]
	method, there := entry["method"].(string)
	if !there {
		method = "removal"
	}
	path, _ := entry["prePath"].(string)
	if f.method == "emptyValue" {
		path, _ = entry["postPath"].(string)
	}
	under, ofField := strings.CutSuffix(path, f.path)
	roots := []string{"$"}
	if f.role != "" {
		roots = []string{"$.entities[?(@.roles[0]=='" + f.role + "')]"}
	}
	indexed := f.role != "" && strings.HasPrefix(under, "$.entities[") && !strings.Contains(under, "?")
	if method != f.method || path != "" && !(ofField && (slices.Contains(roots, under) || indexed)) {
		c.find("RP-E", at, f.name)
	}
}

// reachable: an e-mail address or, in its place, a form on the web; never both,
// and not neither without a word (RP 2.7.5.3).
func (c *checker) reachable(top, e map[string]any, at, role string) {
	card := cardOf(e)
	_, email := card["email"]
	form, replaced := card["contact-uri"]
	if email && replaced {
		c.find("RP-2.7.5.3-both", at)
	}
	if s, _ := form.value.(string); replaced && !isURI(s) {
		c.find("RP-2.7.5.3-form", at, s)
	}
	name := "Registrant Email"
	if role == "technical" {
		name = "Tech Email"
	}
	if !email && !replaced && !c.announced(top, name) {
		c.find("RP-2.7.5.3", at)
	}
}
