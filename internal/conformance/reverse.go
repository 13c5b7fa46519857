package conformance

import (
	"slices"
	"strings"
)

// reverseProperties are the properties that RFC 9536 section 8 registers for an
// entity, each with its path in the object that was found.
var reverseProperties = map[string]string{
	"fn": "$.entities[*].vcardArray[1][?(@[0]=='fn')][3]", "email": "$.entities[*].vcardArray[1][?(@[0]=='email')][3]",
	"handle": "$.entities[*].handle", "role": "$.entities[*].roles",
}

// reverseOffered reads which reverse searches help offers (RFC 9536 section 4).
func (c *checker) reverseOffered(top map[string]any) {
	const name, at = "reverse_search_properties", "/reverse_search_properties"
	if slices.Contains(c.words(top["rdapConformance"], "/rdapConformance"), "reverse_search") && top[name] == nil {
		c.find("9536-4-missing", "")
	}
	c.each(top[name], at, func(o map[string]any, at string) {
		c.members(o, at, "searchableResourceType", "relatedResourceType", "property")
		property, _ := o["property"].(string)
		searchable, _ := o["searchableResourceType"].(string)
		if _, known := reverseProperties[property]; !known || o["relatedResourceType"] != "entity" ||
			!slices.Contains([]string{"domains", "nameservers", "entities"}, searchable) {
			c.find("9536-4", at, o)
		}
	})
}

// reverse reads what a reverse search is answered with (RFC 9536 section 5).
func (c *checker) reverse(top map[string]any) {
	const name, at = "reverse_search_properties_mapping", "/reverse_search_properties_mapping"
	asked := map[string]bool{}
	if strings.Contains(c.path, "/reverse_search/") {
		for property := range c.query {
			if _, is := reverseProperties[property]; is {
				asked[property] = true
			}
		}
	}
	mapped := map[string]bool{}
	c.each(top[name], at, func(o map[string]any, at string) {
		c.members(o, at, "property", "propertyPath")
		property, _ := o["property"].(string)
		if !asked[property] || mapped[property] {
			c.find("9536-5", at, property)
		} else if o["propertyPath"] != reverseProperties[property] {
			c.find("9536-5-path", at, o["propertyPath"])
		}
		mapped[property] = true
	})
	for property := range asked {
		if !mapped[property] {
			c.find("9536-5", at, property)
		}
	}
}

// matched holds an object to what was asked of the entities that it is related to, if
// the answer holds them (RFC 9536 section 2).
func (c *checker) matched(top, o map[string]any, at string) {
	subsetting, _ := top["subsetting_metadata"].(map[string]any)
	set, partial := subsetting["currentFieldSet"]
	if !strings.Contains(c.path, "/reverse_search/") || partial && set != "full" {
		return
	}
	entities, _ := o["entities"].([]any)
	whole := map[string][]any{} // an entity may stand once for each of its roles
	for _, e := range entities {
		entity, _ := e.(map[string]any)
		handle, _ := entity["handle"].(string)
		whole[handle] = append(whole[handle], e)
	}
	for _, e := range whole {
		if c.fits(e) {
			return
		}
	}
	c.find("9536-2", at)
}

// fits reports whether all that was asked holds of an entity.
func (c *checker) fits(entity []any) bool {
	for property, patterns := range c.query {
		path, is := reverseProperties[property]
		if !is {
			continue
		}
		values, err := Resolve(map[string]any{"entities": entity}, path)
		for _, pattern := range patterns {
			if err != nil || !slices.ContainsFunc(values, func(v any) bool { return finds(pattern, v) }) {
				return false
			}
		}
	}
	return true
}

// finds reports a value, or one in a list, that is what a pattern asks for or begins
// so. Spellings beyond those of letters are passed over.
func finds(pattern string, v any) bool {
	switch v := v.(type) {
	case []any:
		return slices.ContainsFunc(v, func(inner any) bool { return finds(pattern, inner) })
	case string:
		begin, _ := strings.CutSuffix(pattern, "*")
		return strings.HasPrefix(strings.ToLower(v), strings.ToLower(begin))
	}
	return false
}
