package conformance

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// cardTypes are the types of values (RFC 7095 section 3.5, RFC 6350 section 4).
var cardTypes = []string{
	"text", "uri", "date", "time", "date-time", "date-and-or-time", "timestamp", "boolean", "integer", "float",
	"utc-offset", "language-tag", "unknown",
}

// cardProperties are those of RFC 6350 and 8605 that tell of whom to reach.
var cardProperties = []string{
	"version", "fn", "n", "nickname", "kind", "adr", "tel", "email", "impp", "lang", "tz", "geo", "title", "role",
	"logo", "org", "member", "related", "categories", "note", "prodid", "rev", "uid", "url", "key", "contact-uri",
}

var kinds = []string{"individual", "org", "group", "location"}

// card reads a jCard (RFC 7095).
func (c *checker) card(v any, at string) {
	pair, ok := v.([]any)
	if !ok || len(pair) != 2 || pair[0] != "vcard" {
		c.find("7095-3.2", at)
		return
	}
	list, ok := pair[1].([]any)
	if !ok {
		c.find("7095-3.2", at+"/1")
		return
	}
	names := 0
	for i, v := range list {
		at := item(at+"/1", i)
		p, ok := property(v)
		if !ok {
			c.find("7095-3.3", at)
			continue
		}
		if i == 0 && (p.name != "version" || p.kind != "text" || p.value != "4.0") {
			c.find("6350-6.7.9", at)
		}
		if p.name == "fn" {
			names++
		}
		c.property(p, at)
	}
	if names != 1 {
		c.find("6350-6.2.1", at+"/1", names, "of them")
	}
}

// cardProperty is one property of a jCard.
type cardProperty struct {
	name   string
	params map[string]any
	kind   string
	value  any // the first of its values
}

// property takes an array for a property: name, parameters, type, values.
func property(v any) (p cardProperty, ok bool) {
	list, _ := v.([]any)
	if len(list) < 4 {
		return p, false
	}
	name, named := list[0].(string)
	params, object := list[1].(map[string]any)
	kind, typed := list[2].(string)
	ok = named && object && typed && name == strings.ToLower(name) && kind == strings.ToLower(kind)
	return cardProperty{name, params, kind, list[3]}, ok
}

func (c *checker) property(p cardProperty, at string) {
	if !slices.Contains(cardProperties, p.name) {
		c.find("6350-6", at, p.name)
	}
	if !slices.Contains(cardTypes, p.kind) {
		c.find("7095-3.5", at+"/2", p.kind)
	}
	for name, v := range p.params {
		if name != strings.ToLower(name) || !isParameter(v) {
			c.find("7095-3.4", below(at+"/1", name))
		}
	}
	text, isText := p.value.(string)
	switch p.name {
	case "adr":
		c.address(p, at)
	case "n", "org": // may be of several parts
	default:
		if !isText {
			c.find("7095-3.6", at+"/3")
			return
		}
		c.value(p, text, at)
	}
	if (p.name == "fn" || p.name == "org") && p.kind != "text" {
		c.find("7095-3.6", at+"/2", p.kind)
	}
}

// value holds a text to what its property is for.
func (c *checker) value(p cardProperty, text, at string) {
	switch p.name {
	case "kind":
		if !slices.Contains(kinds, text) {
			c.find("6350-6.1.4", at+"/3", text)
		}
	case "tel":
		c.telephone(p, text, at)
	case "email":
		if a, err := mail.ParseAddress(text); p.kind != "text" || err != nil || a.Address != text {
			c.find("6350-6.4.2", at, text)
		}
	case "contact-uri":
		if u, err := url.Parse(text); p.kind != "uri" || err != nil || !isURI(text) && u.Scheme != "mailto" {
			c.find("8605-2.1", at, text)
		}
	case "url":
		if p.kind != "uri" || !isURI(text) {
			c.find("6350-6.7.8", at, text)
		}
	case "lang":
		if _, err := language.Parse(text); p.kind != "language-tag" || err != nil {
			c.find("6350-6.4.4", at, text)
		}
	}
}

// isParameter reports a parameter's value: text, or several in an array (RFC
// 7095 section 3.4).
func isParameter(v any) bool {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	return !slices.ContainsFunc(list, func(v any) bool { _, ok := v.(string); return !ok })
}

// address reads adr: seven components, each a text or several lines; the
// country as a parameter, its name left empty (RFC 8605 section 3.1).
func (c *checker) address(p cardProperty, at string) {
	parts, ok := p.value.([]any)
	if !ok || len(parts) != 7 || p.kind != "text" {
		c.find("6350-6.3.1", at)
		return
	}
	for i, part := range parts {
		if !isParameter(part) {
			c.find("7095-3.3.1.3", item(at+"/3", i))
		}
	}
	cc, coded := p.params["cc"]
	if s, _ := cc.(string); coded && !countryForm.MatchString(s) {
		c.find("9083-3-country", at+"/1/cc", cc)
	}
	if coded && parts[6] != "" {
		c.find("8605-3.1", at+"/3/6", parts[6])
	}
}

var telForm = regexp.MustCompile(`^tel:\+[0-9.()-]+(;ext=[0-9.()-]+)?$`)

// telephone reads tel: for voice or fax, with a number that a URI holds, or a
// text for one that it does not.
func (c *checker) telephone(p cardProperty, text, at string) {
	kinds, _ := p.params["type"].([]any)
	if kinds == nil {
		kinds = []any{p.params["type"]}
	}
	if !slices.Contains(kinds, "voice") && !slices.Contains(kinds, "fax") {
		c.find("6350-6.4.1-type", at)
	}
	if p.kind == "uri" && !telForm.MatchString(text) {
		c.find("3966-3", at+"/3", text)
	} else if p.kind != "uri" && p.kind != "text" {
		c.find("6350-6.4.1", at+"/2", p.kind)
	}
}
