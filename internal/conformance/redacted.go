package conformance

import (
	"regexp"
	"slices"
	"strings"
)

// redactedNames are registered (RFC 9537 section 6.2; ICANN's Response Profile,
// appendix E).
var redactedNames = []string{
	"Registry Domain ID", "Registry Registrant ID", "Registry Tech ID",
	"Registrant Name", "Registrant Organization", "Registrant Street", "Registrant City", "Registrant Postal Code",
	"Registrant Phone", "Registrant Phone Ext", "Registrant Fax", "Registrant Fax Ext", "Registrant Email",
	"Tech Name", "Tech Phone", "Tech Phone Ext", "Tech Email",
}

// redacted reads what the object at a place says of what it withholds (RFC 9537
// section 4.2), and holds it to the answer as it was sent.
func (c *checker) redacted(v any, at string) {
	root := "$"
	if at != "" { // one of several results: its paths are absolute all the same
		root = strings.NewReplacer("/domainSearchResults/", "$.domainSearchResults[",
			"/nameserverSearchResults/", "$.nameserverSearchResults[", "/entitySearchResults/", "$.entitySearchResults[").Replace(at) + "]"
	}
	c.each(v, below(at, "redacted"), func(o map[string]any, at string) {
		c.members(o, at, "name", "reason", "prePath", "postPath", "replacementPath", "pathLang", "method")
		c.redactedName(o, at)
		if reason, there := o["reason"]; there {
			c.typed(reason, below(at, "reason"), "9537-4.2-reason")
		}
		if language, there := c.text(o, "pathLang", at); there && language != "jsonpath" {
			c.find("9537-4.2-language", below(at, "pathLang"), language)
		}
		c.paths(o, at, root)
	})
}

// typed reads an object of a type and a description, both texts.
func (c *checker) typed(v any, at, rule string) map[string]any {
	o, ok := v.(map[string]any)
	if !ok {
		c.find(rule, at)
		return nil
	}
	c.members(o, at, "type", "description")
	c.text(o, "type", at)
	c.text(o, "description", at)
	return o
}

func (c *checker) redactedName(o map[string]any, at string) {
	at = below(at, "name")
	name := c.typed(o["name"], at, "9537-4.2-name")
	if name == nil {
		return
	}
	kind, typed := name["type"].(string)
	words, described := name["description"].(string)
	switch {
	case typed == described:
		c.find("9537-4.2-name", at)
	case typed && !slices.Contains(redactedNames, kind):
		c.find("9537-6.2", below(at, "type"), kind)
	case described && slices.Contains(redactedNames, words):
		c.find("9537-6.2-described", below(at, "description"), words)
	}
}

// paths checks that what is said to be gone is gone, and that what is said to
// be there is there.
func (c *checker) paths(o map[string]any, at, root string) {
	method := c.method(o, at)
	c.resolves(o, "prePath", at, root, false)
	c.resolves(o, "replacementPath", at, root, true)
	for _, v := range c.resolves(o, "postPath", at, root, true) {
		if method == "emptyValue" && v != "" && v != nil {
			c.find("9537-3.2-empty", at, v)
		}
	}
	path, after := o["postPath"].(string)
	if method == "emptyValue" && after && !positional.MatchString(path) {
		c.find("9537-3.2-position", below(at, "postPath"), path)
	}
}

// method reads how a value was withheld, and whether its paths go with that.
func (c *checker) method(o map[string]any, at string) string {
	method, there := c.text(o, "method", at)
	if !there {
		method = "removal"
	}
	_, before := o["prePath"]
	_, after := o["postPath"]
	_, instead := o["replacementPath"]
	if before && after {
		c.find("9537-4.2-paths", at)
	}
	switch method {
	case "removal":
		if after || instead {
			c.find("9537-3.1", at)
		}
	case "emptyValue":
		if !after || instead {
			c.find("9537-3.2", at)
		}
	case "partialValue":
		if !after || instead {
			c.find("9537-3.3", at)
		}
	case "replacementValue":
		if !after && !(before && instead) {
			c.find("9537-3.4", at)
		}
	default:
		c.find("9537-4.2-method", below(at, "method"), o["method"])
	}
	return method
}

// positional is the end of a path to a value of a jCard property: only arrays
// whose places have a meaning are emptied.
var positional = regexp.MustCompile(`\.vcardArray\[1\]\[(\?\(@.*\)|\d+)\]\[[3-9]\](\[:?\d\])?$`)

// resolves evaluates one of an entry's paths on the answer.
func (c *checker) resolves(o map[string]any, name, at, root string, must bool) []any {
	path, there := c.text(o, name, at)
	if !there {
		return nil
	}
	at = below(at, name)
	if !strings.HasPrefix(path, root+".") {
		c.find("9537-4.2-absolute", at, path)
	}
	found, err := Resolve(c.root, path)
	switch {
	case err != nil:
		c.find("9535-2", at, err)
	case must && len(found) == 0:
		c.find("9537-4.2-there", at, path)
	case !must && len(found) > 0:
		c.find("9537-4.2-gone", at, path)
	}
	return found
}
