package conformance

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// members holds an object to the members that it may have. One of an extension
// is in use, which the answer has to say (RFC 9083 section 4.1).
func (c *checker) members(o map[string]any, at string, known ...string) {
	for name := range o {
		if id := extensionOf(name); id != "" && slices.Contains(known, name) {
			c.used[id] = true
			continue
		}
		switch {
		case slices.Contains(known, name):
		case name == "rdapConformance":
			c.find("9083-4.1-elsewhere", below(at, name))
		case name == "notices":
			c.find("9083-4.3-elsewhere", below(at, name))
		default:
			c.find("9083-4.9-unknown", below(at, name))
		}
	}
}

// extensionOf is the identifier of the extension that a member belongs to.
func extensionOf(name string) string {
	switch {
	case name == "redacted":
		return "redacted"
	case strings.HasPrefix(name, "paging_"):
		return "paging"
	case strings.HasPrefix(name, "sorting_"):
		return "sorting"
	case strings.HasPrefix(name, "subsetting_"):
		return "subsetting"
	case strings.HasPrefix(name, "reverse_search_"):
		return "reverse_search"
	case strings.HasPrefix(name, "farv1_"):
		return "farv1"
	default:
		return ""
	}
}

// text takes a member that must be text if it is there.
func (c *checker) text(o map[string]any, name, at string) (string, bool) {
	v := o[name]
	if v == nil {
		return "", false // missing, or a null that filled finds
	}
	s, ok := v.(string)
	if !ok {
		c.find("9083-2.1-text", below(at, name))
	}
	return s, ok
}

// each walks an array of objects.
func (c *checker) each(v any, at string, f func(o map[string]any, at string)) {
	if v == nil {
		return // missing, or a null that filled finds
	}
	list, ok := v.([]any)
	if !ok {
		c.find("9083-2.1-array", at)
		return
	}
	for i, v := range list {
		if o, ok := v.(map[string]any); ok {
			f(o, item(at, i))
		} else {
			c.find("9083-2.1-array", item(at, i), "it is no object")
		}
	}
}

// words walks an array of texts.
func (c *checker) words(v any, at string) []string {
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		c.find("9083-2.1-array", at)
		return nil
	}
	var out []string
	for i, v := range list {
		s, ok := v.(string)
		if !ok {
			c.find("9083-2.1-text", item(at, i))
			continue
		}
		out = append(out, s)
	}
	return out
}

// lines are a description: texts in an array, at least one.
func (c *checker) lines(v any, at string) {
	list, ok := v.([]any)
	if !ok {
		c.find("9083-4.3-description", at)
		return
	}
	for i, v := range list {
		if _, ok := v.(string); !ok {
			c.find("9083-4.3-description", item(at, i))
		}
	}
}

// lang checks the member of that name (RFC 9083 section 4.4).
func (c *checker) lang(o map[string]any, at string) {
	if tag, ok := c.text(o, "lang", at); ok {
		if _, err := language.Parse(tag); err != nil {
			c.find("9083-4.4", below(at, "lang"), tag)
		}
	}
}

// filled finds nulls, and arrays and objects with nothing in them. A jCard's
// parameters may be none, and its positional values null.
func (c *checker) filled(v any, at string) {
	switch v := v.(type) {
	case nil:
		if !strings.Contains(at, "/vcardArray/") {
			c.find("9083-2.1-null", at)
		}
	case []any:
		if len(v) == 0 {
			c.find("9083-2.1-empty", at)
		}
		for i, inner := range v {
			c.filled(inner, item(at, i))
		}
	case map[string]any:
		if len(v) == 0 && !strings.Contains(at, "/vcardArray/") {
			c.find("9083-2.1-empty", at)
		}
		for name, inner := range v {
			c.filled(inner, below(at, name))
		}
	}
}
