package rdap

import (
	"strconv"
	"strings"

	"registerd/disclose"
	"registerd/lookup"
)

// searchAnswer writes a page of what a search found (RFC 9083 section 8). Each
// object has its own links and says what is withheld of it, by the path in the
// whole answer (RFC 9537 section 4.2).
//
// The link to the next page says again what was said in the query of who asks, and no
// other link does.
func (s site) searchAnswer(a *lookup.SearchAnswer, asked lookup.Search, said string) []byte {
	self := s.searchURL(a, asked.Count, asked.Cursor)
	return s.encode(self, language(a.About), func(e *encoder) {
		e.topmost(&a.About)
		e.results(a)
		if s.supports(usesPaging) {
			e.paging(a, said)
		} else if a.Next != "" {
			e.cut = "More objects fit than the " + strconv.Itoa(a.PageSize) + " that one answer holds. Ask for fewer."
		}
		if a.Cut {
			e.cut = "More domains have such a contact than the " + strconv.Itoa(lookup.MaxMatches) + " that are looked through."
		}
		if s.supports(usesSorting) {
			e.sorting(a)
		}
		if s.supports(usesSubsetting) {
			e.subsetting(a)
		}
		e.reverseMapping(a)
		e.notices(&a.About)
	})
}

// truncated says that there is more which this answer has no way to lead to
// (RFC 9083 section 9). A link to the next page is a way.
func (e *encoder) truncated() {
	if e.cut != "" {
		e.remark("Search results", "result set truncated due to unexplainable reasons", e.cut)
	}
}

// results writes the objects. Of one of the three kinds there are some.
func (e *encoder) results(a *lookup.SearchAnswer) {
	place, _ := searched(a.By)
	name := searches[place].results
	e.part = a.Part
	mark := e.begin(name, '[')
	for i := range a.Domains {
		e.result(name, i, func() { e.domain(&a.Domains[i], nil) })
	}
	for i := range a.Hosts {
		e.result(name, i, func() { e.host(&a.Hosts[i], nil) })
	}
	for i := range a.Entities {
		e.result(name, i, func() { e.found(&a.Entities[i]) })
	}
	e.end(mark, ']')
	e.part, e.base = disclose.Full, "$"
}

func (e *encoder) result(name string, i int, write func()) {
	e.base = "$." + name + "[" + strconv.Itoa(i) + "]"
	e.open('{')
	write()
	e.withheld()
	e.close('}')
}

func (e *encoder) found(f *lookup.FoundEntity) {
	if f.Registrar != nil {
		e.registrarAlone(f.Registrar, nil)
		return
	}
	e.contactAlone(f.Contact, nil)
}

// paging says where in the results this page is (RFC 8977 section 2.2), where
// there is more than one, or a count was asked for. How many there are of all
// is said once: the link to the next page does not ask for it again.
func (e *encoder) paging(a *lookup.SearchAnswer, said string) {
	mark := e.begin("paging_metadata", '{')
	if a.Total >= 0 {
		e.number("totalCount", a.Total)
	}
	if a.Next != "" || a.Page > 1 {
		e.number("pageSize", a.PageSize)
		e.number("pageNumber", a.Page)
	}
	links := e.begin("links", '[')
	if a.Next != "" {
		e.link("next", e.site.searchURL(a, false, a.Next)+said, mediaType, "")
	}
	e.end(links, ']')
	if e.end(mark, '}') {
		e.uses |= usesPaging
	}
}

// sorting says how results are sorted, if that was asked for, and how they can
// be (RFC 8977 section 2.3).
func (e *encoder) sorting(a *lookup.SearchAnswer) {
	place, _ := searched(a.By)
	mark := e.begin("sorting_metadata", '{')
	e.optional("currentSort", sortText(a.Sorted))
	sorts := e.begin("availableSorts", '[')
	for _, p := range a.Sortable {
		e.open('{')
		e.member("property", p.Name)
		e.optional("jsonPath", sortPath(searches[place].results, p.Name))
		e.boolean("default", p.Default)
		e.close('}')
	}
	e.end(sorts, ']')
	if e.end(mark, '}') {
		e.uses |= usesSorting
	}
}

// sortText is a sort in the one form of each: ascending is said by silence.
func sortText(keys []lookup.SortKey) string {
	var b strings.Builder
	for i, k := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(k.Property)
		if k.Descending {
			b.WriteString(":d")
		}
	}
	return b.String()
}

// sortPaths are where the sorting properties of RFC 8977 section 2.3.1 stand in
// an object.
var sortPaths = map[string]string{
	"registrationDate": ".events[?(@.eventAction=='registration')].eventDate",
	"lastChangedDate":  ".events[?(@.eventAction=='last changed')].eventDate",
	"expirationDate":   ".events[?(@.eventAction=='expiration')].eventDate",
	"transferDate":     ".events[?(@.eventAction=='transfer')].eventDate",
	"name":             "['unicodeName','ldhName']",
	"ipv4":             ".ipAddresses.v4[0]",
	"ipv6":             ".ipAddresses.v6[0]",
	"handle":           ".handle",
	"fn":               card + "'fn')][3]",
	"org":              card + "'org')][3]",
	"email":            card + "'email')][3]",
	"voice":            ".vcardArray[1][?(@[1].type=='voice')][3]",
	"country":          card + "'adr')][3][6]",
	"cc":               card + "'adr')][1].cc",
	"city":             card + "'adr')][3][3]",
}

func sortPath(results, property string) string {
	path, known := sortPaths[property]
	if !known {
		return ""
	}
	return "$." + results + "[*]" + path
}

// fieldSets are in the order in which they grow.
var fieldSets = [...]struct {
	set  disclose.FieldSet
	says string
}{
	{disclose.ID, "What names the object: its name, or its handle."},
	{disclose.Brief, "Names, handles, statuses, dates and addresses of name servers, and nothing of a person."},
	{disclose.Full, "All that a look-up of the object would show."},
}

// subsetting says how much of each object is given, and how much can be (RFC
// 8982 section 2.1).
func (e *encoder) subsetting(a *lookup.SearchAnswer) {
	e.uses |= usesSubsetting
	mark := e.begin("subsetting_metadata", '{')
	e.member("currentFieldSet", a.Part.String())
	sets := e.begin("availableFieldSets", '[')
	for _, f := range fieldSets {
		e.open('{')
		e.member("name", f.set.String())
		e.boolean("default", f.set == disclose.Full)
		e.member("description", f.says)
		e.close('}')
	}
	e.end(sets, ']')
	e.end(mark, '}')
}

// searchURL is the one URL of a search, whatever was sent: made of what the
// desk understood, with the parameters in one order and none that says what
// goes without saying.
func (s site) searchURL(a *lookup.SearchAnswer, count bool, cursor string) string {
	b := append([]byte(s.base), searchPath(a.By)...)
	asked := []lookup.Condition{{Pattern: a.Pattern}}
	if _, asked[0].Property = searched(a.By); a.By == lookup.DomainsByContact {
		asked = a.Where
	}
	for i, c := range asked {
		b = append(append(append(b, "?&"[min(i, 1)]), c.Property...), '=')
		b = appendQuery(b, c.Pattern)
	}
	if a.Part != disclose.Full {
		b = append(append(b, "&"+paramFieldSet+"="...), a.Part.String()...)
	}
	if len(a.Sorted) > 0 {
		b = append(append(b, "&"+paramSort+"="...), sortText(a.Sorted)...)
	}
	if count {
		b = append(b, "&"+paramCount+"=true"...)
	}
	if cursor != "" {
		b = append(append(b, "&"+paramCursor+"="...), cursor...)
	}
	return string(b)
}

// appendQuery percent-encodes all that a query cannot hold, or that a reader of
// forms would take for something else.
func appendQuery(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; strings.IndexByte(letters+digits+"-._~*:", c) >= 0 {
			b = append(b, c)
		} else {
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return b
}
