package rdap

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"registerd/lookup"
)

// reverseProperties are what domains are searched by of an entity related to them
// (RFC 9536 section 8), each with the path that is registered for it. The path
// begins at the object that was found.
var reverseProperties = [...]struct{ name, path string }{
	{"fn", "$.entities[*].vcardArray[1][?(@[0]=='fn')][3]"},
	{"handle", "$.entities[*].handle"},
	{"email", "$.entities[*].vcardArray[1][?(@[0]=='email')][3]"},
	{"role", "$.entities[*].roles"},
}

const (
	reversePath = "domains/reverse_search"
	reverseForm = reversePath + "/entity?PROPERTY=PATTERN, with the properties fn, handle, email and role"
)

// searchPath is the path of a search.
func searchPath(by lookup.SearchBy) string {
	if by == lookup.DomainsByContact {
		return reversePath + "/entity"
	}
	place, _ := searched(by)
	return searches[place].path
}

// otherReverse refuses a reverse search that is not offered.
func (s site) otherReverse() error {
	says := "this server answers no reverse searches"
	if s.supports(usesReverse) {
		says = "the reverse searches of this server are those for domains by their contacts: " + reverseForm
	}
	return refuse(http.StatusNotImplemented, "Not Implemented", says)
}

var errPredicate = refuse(http.StatusBadRequest, "Bad Request",
	"a reverse search has one property at least, each with a pattern, and eight at most")

// reverseSearch reads a reverse search (RFC 9536 section 2). A parameter that is no
// property may be a predicate that is not understood: without it more would be found
// than was asked for, so that it is refused, as it asks for what is not offered.
func (h *Handler) reverseSearch(r *http.Request) (out lookup.Search, err error) {
	if related, err := h.tail(r, "/"+reversePath+"/"); err != nil || related != "entity" || !h.site.supports(usesReverse) {
		return out, h.site.otherReverse()
	}
	out.By = lookup.DomainsByContact
	given := map[string]string{}
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		if pair == "" {
			continue
		}
		raw, rawValue, _ := strings.Cut(pair, "=")
		name, unread := url.PathUnescape(raw)
		switch {
		case unread != nil:
			return out, errQueryEncoding
		case strings.HasPrefix(name, "farv1_"):
			continue // read with the credential
		case !isReverseProperty(name) && !isControl(name):
			return out, h.site.otherReverse()
		}
		value, unread := url.PathUnescape(rawValue)
		if unread != nil || !utf8.ValidString(value) {
			return out, errQueryEncoding
		}
		if isReverseProperty(name) {
			out.Where = append(out.Where, lookup.Condition{Property: name, Pattern: value})
			continue
		}
		if _, twice := given[name]; twice {
			return out, errGivenTwice(name)
		}
		given[name] = value
	}
	without := func(c lookup.Condition) bool { return c.Pattern == "" }
	if len(out.Where) == 0 || len(out.Where) > lookup.MaxConditions || slices.ContainsFunc(out.Where, without) {
		return out, errPredicate
	}
	return out, readControls(&out, given)
}

func isReverseProperty(name string) bool {
	for _, p := range reverseProperties {
		if p.name == name {
			return true
		}
	}
	return false
}

// reverseOffered says in help which reverse searches there are (RFC 9536 section 4).
func (e *encoder) reverseOffered() {
	if !e.site.supports(usesReverse) {
		return
	}
	mark := e.begin("reverse_search_properties", '[')
	for _, p := range reverseProperties {
		e.open('{')
		e.raw(`"searchableResourceType":"domains","relatedResourceType":"entity"`)
		e.member("property", p.name)
		e.close('}')
	}
	e.end(mark, ']')
}

// reverseRules says in help who may ask them, and how.
func (e *encoder) reverseRules(a lookup.About) {
	if !e.site.supports(usesReverse) {
		return
	}
	may := "You may ask no reverse searches. Entitled users may ask for domains by their contacts."
	for _, o := range a.Searches {
		if o.By != lookup.DomainsByContact {
			continue
		}
		may = "You may ask for domains by their contacts: " + reverseForm
		if o.Part {
			may += ", also by the beginning"
		}
		may += "."
	}
	e.notice("Reverse searches", may,
		"All properties that are given hold of one contact of a domain. Beside a role another one is given. Registrars are not looked at.",
		"A parameter that is neither a property nor one of searches is refused.",
		"They are asked for a purpose, and are journaled with what was asked before they are answered, also when nothing is found.",
		"One costs "+strconv.Itoa(lookup.ContactSearchCost)+" questions, and each domain in its answer one more; and each tells of the persons that it is found by.",
		"Up to "+strconv.Itoa(lookup.MaxContacts)+" contacts may fit, and up to "+strconv.Itoa(lookup.MaxMatches)+" domains of theirs are looked through.")
}

// reverseMapping says where in each object stands what it was searched by (RFC 9536
// section 5).
func (e *encoder) reverseMapping(a *lookup.SearchAnswer) {
	mark := e.begin("reverse_search_properties_mapping", '[')
	for _, p := range reverseProperties {
		if !slices.ContainsFunc(a.Where, func(c lookup.Condition) bool { return c.Property == p.name }) {
			continue
		}
		e.open('{')
		e.member("property", p.name)
		e.member("propertyPath", p.path)
		e.close('}')
	}
	if e.end(mark, ']') {
		e.uses |= usesReverse
	}
}
