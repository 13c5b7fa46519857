package conformance

import (
	"net/url"
	"regexp"
	"slices"
)

// results are the members that a search is answered in, and the class of what
// stands in each (RFC 9083 section 8).
var results = map[string]string{
	"domainSearchResults": "domain", "nameserverSearchResults": "nameserver", "entitySearchResults": "entity",
}

func searchResults(top map[string]any) (names []string) {
	for name := range results {
		if _, there := top[name]; there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (c *checker) search(top map[string]any, names []string) {
	known := append(slices.Clone(topMembers), "paging_metadata", "sorting_metadata", "subsetting_metadata", "reverse_search_properties_mapping")
	c.members(top, "", append(known, names...)...)
	if len(names) > 1 {
		c.find("9083-8", "", names)
	}
	for _, name := range names {
		at := below("", name)
		if list, ok := top[name].([]any); ok && len(list) == 0 {
			c.find("7480-5.3", at)
		}
		c.each(top[name], at, func(o map[string]any, at string) {
			if o["objectClassName"] != results[name] {
				c.find("9083-4.9-class", below(at, "objectClassName"), o["objectClassName"])
				return
			}
			c.instance(o, at)
			c.fieldSet(top, o, at)
			c.matched(top, o, at)
		})
	}
	c.metadata(top)
	c.reverse(top)
}

// metadata reads what RFC 8977 and 8982 put beside results.
func (c *checker) metadata(top map[string]any) {
	c.one(top, "paging_metadata", c.paging)
	c.one(top, "sorting_metadata", c.sorting)
	c.one(top, "subsetting_metadata", c.subsetting)
}

// one reads a member that is an object.
func (c *checker) one(o map[string]any, name string, f func(o map[string]any, at string)) {
	v, there := o[name]
	if !there {
		return
	}
	if inner, ok := v.(map[string]any); ok {
		f(inner, below("", name))
	} else {
		c.find("9083-2.1-array", below("", name), "it is no object")
	}
}

var cursorForm = regexp.MustCompile(`^[A-Za-z0-9/=_-]+$`)

// paging reads RFC 8977 section 2.2.
func (c *checker) paging(o map[string]any, at string) {
	c.members(o, at, "totalCount", "pageSize", "pageNumber", "links")
	for name, least := range map[string]int{"totalCount": 0, "pageSize": 1, "pageNumber": 1} {
		if v, there := o[name]; there {
			if n, ok := integer(v); !ok || n < least {
				c.find("8977-2.2-number", below(at, name), v)
			}
		}
	}
	counted := slices.Contains([]string{"true", "yes", "1"}, c.query.Get("count"))
	if _, there := o["totalCount"]; there != counted && c.answer.Status == 200 && c.answer.Request.URL != "" {
		c.find("8977-2.2-count", at)
	}
	_, size := o["pageSize"]
	if _, number := o["pageNumber"]; size != number {
		c.find("8977-2.2-page", at)
	}
	c.links(o["links"], below(at, "links"))
	c.each(o["links"], below(at, "links"), func(o map[string]any, at string) {
		if rel, _ := o["rel"].(string); !slices.Contains([]string{"next", "prev", "first", "last"}, rel) {
			c.find("8977-2.2-rel", below(at, "rel"), rel)
			return
		}
		href, _ := o["href"].(string)
		u, err := url.Parse(href)
		if err != nil || o["rel"] == "next" && !cursorForm.MatchString(u.Query().Get("cursor")) {
			c.find("8977-2.4", below(at, "href"), href)
		}
	})
}

// sorting reads RFC 8977 section 2.3.
func (c *checker) sorting(o map[string]any, at string) {
	c.members(o, at, "currentSort", "availableSorts")
	_, now := c.text(o, "currentSort", at)
	_, choice := o["availableSorts"]
	if !now && !choice {
		c.find("8977-2.3", at)
	}
	c.choices(o["availableSorts"], below(at, "availableSorts"), "8977-2.3.1", "property", "jsonPath")
}

// subsetting reads RFC 8982 section 2.1.
func (c *checker) subsetting(o map[string]any, at string) {
	c.members(o, at, "currentFieldSet", "availableFieldSets")
	if set, there := c.text(o, "currentFieldSet", at); !there || set == "" {
		c.find("8982-2.1", at)
	}
	c.choices(o["availableFieldSets"], below(at, "availableFieldSets"), "8982-2.1.1", "name", "description")
}

// choices reads a list of what a client may ask for: each with its name and
// whether it is what one gets without asking, which one of them is.
func (c *checker) choices(v any, at, rule, name, more string) {
	if v == nil {
		return
	}
	defaults := 0
	c.each(v, at, func(o map[string]any, at string) {
		c.members(o, at, name, more, "default", "links")
		if s, _ := o[name].(string); s == "" {
			c.find(rule, at, "no", name)
		}
		isDefault, ok := o["default"].(bool)
		if !ok {
			c.find(rule, at, "no default")
		}
		if isDefault {
			defaults++
		}
		c.text(o, more, at)
		c.links(o["links"], below(at, "links"))
	})
	if defaults != 1 {
		c.find(rule, at, defaults, "defaults")
	}
}

// fieldSet holds an object to the set "id" (RFC 8982 section 4), if that is what
// its answer says it is.
func (c *checker) fieldSet(top, o map[string]any, at string) {
	subsetting, _ := top["subsetting_metadata"].(map[string]any)
	if subsetting["currentFieldSet"] != "id" {
		return
	}
	allowed := []string{"objectClassName", "links", "redacted", "lang", "ldhName", "unicodeName"}
	if o["objectClassName"] == "entity" {
		allowed = []string{"objectClassName", "links", "redacted", "lang", "handle"}
	}
	for name := range o {
		if !slices.Contains(allowed, name) {
			c.find("8982-4", below(at, name))
		}
	}
}
