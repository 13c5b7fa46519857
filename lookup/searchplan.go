package lookup

import (
	"slices"

	"registerd/access"
	"registerd/disclose"
	"registerd/register"
	"registerd/store"
)

// searchable is what there is to know of one of the searches.
type searchable struct {
	name  string         // how logs and journal call it
	may   disclose.Field // that decides who may ask it
	order string         // the property that the index is sorted by
	parse func(string) (register.Pattern, error)
	sorts []property
	scans []scanned
}

// scanned is a kind of object that is searched. All of the fields must be shown
// to the caller of everything that is looked at: what is matched, and what
// answers are put in order by.
type scanned struct {
	kind  store.Kind
	index register.Index
	sees  []disclose.Field
}

var searchables = [...]searchable{
	DomainsByName: {"domains?name", disclose.SearchDomainsByName, "name", register.ParseNamePattern, domainSorts, []scanned{
		{store.Names, register.IndexName, []disclose.Field{disclose.DomainName}}}},
	DomainsByServer: {"domains?nsLdhName", disclose.SearchDomainsByServer, "name", register.ParseHostPattern, domainSorts, []scanned{
		{store.Names, register.IndexServer, []disclose.Field{disclose.DomainName, disclose.DomainNameServers}}}},
	DomainsByAddress: {"domains?nsIp", disclose.SearchDomainsByAddress, "name", register.ParseAddressPattern, domainSorts, []scanned{
		{store.Names, register.IndexAddress, []disclose.Field{disclose.DomainName, disclose.DomainNameServers, disclose.HostAddresses}}}},
	HostsByName: {"nameservers?name", disclose.SearchHostsByName, "name", register.ParseHostPattern, hostSorts, []scanned{
		{store.Hosts, register.IndexName, []disclose.Field{disclose.HostName}}}},
	HostsByAddress: {"nameservers?ip", disclose.SearchHostsByAddress, "name", register.ParseAddressPattern, hostSorts, []scanned{
		{store.Hosts, register.IndexAddress, []disclose.Field{disclose.HostName, disclose.HostAddresses}}}},
	EntitiesByName: {"entities?fn", disclose.SearchEntitiesByName, "fn", register.ParseTextPattern, entitySorts, []scanned{
		{store.Contacts, register.IndexName, []disclose.Field{disclose.ContactExistence, disclose.ContactHandle, disclose.ContactName}},
		{store.Registrars, register.IndexName, []disclose.Field{disclose.RegistrarID, disclose.RegistrarName}}}},
	EntitiesByHandle: {"entities?handle", disclose.SearchEntitiesByHandle, "handle", register.ParseTextPattern, entitySorts, []scanned{
		{store.Contacts, register.IndexHandle, []disclose.Field{disclose.ContactExistence, disclose.ContactHandle}},
		{store.Registrars, register.IndexHandle, []disclose.Field{disclose.RegistrarID}}}},
	DomainsByContact: {"domains/reverse_search/entity", disclose.SearchDomainsByContact, "name", nil, domainSorts, []scanned{
		{store.Names, 0, []disclose.Field{disclose.DomainName, disclose.DomainContacts}}}},
}

// objects are the kinds that the search looks at.
func (s *searchable) objects() (out []access.Object) {
	for _, scan := range s.scans {
		out = append(out, objectOf[scan.kind])
	}
	if s.may == disclose.SearchDomainsByContact {
		out = append(out, access.Contact)
	}
	return out
}

var objectOf = map[store.Kind]access.Object{
	store.Names: access.Domain, store.Hosts: access.Nameserver,
	store.Contacts: access.Contact, store.Registrars: access.Registrar,
}

// String is the search as its path and parameter have it.
func (by SearchBy) String() string {
	if int(by) < len(searchables) {
		return searchables[by].name
	}
	return ""
}

// plan is how a search is gone about.
type plan struct {
	searchable
	by      SearchBy
	pattern register.Pattern
	where   []condition // in place of the pattern, for DomainsByContact
	part    disclose.FieldSet
	counts  bool
	size    int // of a page

	asked []SortKey // as the caller wants them; nil for the index's own order
	order []SortKey // of all matches, when the index does not give them in order
	// descending goes through the index from its end.
	descending bool
}

// collects reports that all matches have to be looked at to give one page.
func (p *plan) collects() bool { return p.order != nil }

// planOf reads a search. Its errors are those of patterns, and *SyntaxError.
func planOf(s *Search) (*plan, error) {
	if s.By == 0 || int(s.By) >= len(searchables) {
		return nil, &register.SyntaxError{What: "search", Reason: "there is no such search"}
	}
	p := &plan{searchable: searchables[s.By], by: s.By, part: s.Part, counts: s.Count, size: s.PageSize}
	if p.size < 1 {
		p.size = DefaultPage
	}
	p.size = min(p.size, MaxPage)
	var err error
	if s.By == DomainsByContact {
		p.where, err = conditionsOf(s.Where)
	} else {
		p.pattern, err = p.parse(s.Pattern)
	}
	if err != nil {
		return nil, err
	}
	if p.asked, err = parseSort(s.Sort); err != nil {
		return nil, err
	}
	// One domain can have several servers whose names begin alike, and the index
	// has them apart. In that of contacts there are no domains.
	scattered := s.By == DomainsByServer && p.pattern.Part() || s.By == DomainsByContact
	switch {
	case len(p.asked) == 0 && scattered:
		p.order = []SortKey{{Property: p.searchable.order}}
	case len(p.asked) == 0:
	case len(p.asked) > 1, p.asked[0].Property != p.searchable.order, scattered:
		p.order = p.asked
	default:
		p.descending = p.asked[0].Descending
	}
	return p, nil
}

// text is the search as logs and journal show it.
func (p *plan) text() string {
	if p.by == DomainsByContact {
		return p.name + "?" + conditionsText(p.where)
	}
	return p.name + "=" + p.pattern.String()
}

// object is what the journal says that was asked for.
func (p *plan) object() store.Ref {
	key := p.pattern.String()
	if p.by == DomainsByContact {
		key = conditionsText(p.where)
	}
	return store.Ref{Kind: p.scans[0].kind, Key: key}
}

// partial reports a search by the beginning of something.
func (p *plan) partial() bool {
	return p.pattern.Part() || slices.ContainsFunc(p.where, func(c condition) bool { return c.pattern.Part() })
}

// cost is what the search costs for itself, beside the question.
func (p *plan) cost() int {
	if p.by == DomainsByContact {
		return contactSearchCost
	}
	return searchCost
}

// allow refuses a search by the rules alone, before the register is asked.
func (v *visit) allow(p *plan) error {
	if p.by == DomainsByContact && v.question.Caller.Named() && v.question.Caller.Purpose == "" {
		return &access.Denied{Why: access.PurposeRequired} // it stands in the journal
	}
	fields := []disclose.Field{p.may}
	if p.partial() {
		fields = append(fields, disclose.SearchByPart)
	}
	for _, f := range fields {
		rule, ok := v.published.Policy.MaySearch(v.viewer(), f)
		if ok {
			continue
		}
		denied := &access.Denied{Why: access.SearchRefused}
		if rule != nil {
			denied.Reason = rule.ReasonIn(v.language())
		}
		return denied
	}
	for _, k := range p.asked {
		if !slices.ContainsFunc(v.sortable(p), func(s SortProperty) bool { return s.Name == k.Property }) {
			return &register.SyntaxError{What: "sort", Reason: "the answer has no such property to sort by"}
		}
	}
	return nil
}

// sortable lists what an answer can be sorted by: what it holds and the caller
// is shown of some objects at least. The register is not asked which it has.
func (v *visit) sortable(p *plan) (out []SortProperty) {
	viewer := v.viewer()
	shown := func(s property) bool {
		for i, scan := range p.scans {
			fields := append(slices.Clip(scan.sees), s.fields[i])
			for _, class := range scan.classes() {
				if v.published.Policy.Finds(viewer, class, fields...) {
					return true
				}
			}
		}
		return false
	}
	for _, s := range p.sorts {
		searched := s.name == p.searchable.order
		if searched || p.part <= s.least && shown(s) {
			out = append(out, SortProperty{Name: s.name, Default: searched})
		}
	}
	return out
}

// classes are those of which rules show most.
func (s scanned) classes() []register.Traits {
	if s.kind == store.Contacts {
		return open
	}
	return []register.Traits{0}
}

// open are contacts of every kind of holder, of whom nothing speaks against
// showing anything: identified, unprotected, and agreeing to it.
var open = slices.DeleteFunc(register.EveryTraits(), func(t register.Traits) bool {
	return t.Protected() || t.PersonalEmail() || !t.Locked() || t.Verification() != register.Verified ||
		t.Restricts(register.ClassName) || !t.Permits(register.ClassName) || !t.Consents(register.ClassName)
})

// prefixes are where a scan's matches are, in a register of these zones.
func (p *plan) prefixes(index register.Index, zones []register.Name) []store.Prefix {
	var out []store.Prefix
	for _, begin := range p.pattern.Begins(zones) {
		out = append(out, store.Prefix{Index: index, Value: begin})
	}
	return out
}

// sees says which classes of objects a scan visits: those of which the caller
// is shown all the fields, whatever else they hold.
func (v *visit) sees(s scanned) func(register.Index, register.Traits) bool {
	viewer := v.viewer()
	return func(_ register.Index, class register.Traits) bool {
		return v.published.Policy.Finds(viewer, class, s.sees...)
	}
}

var errTooMany = &register.UnsupportedError{What: "search",
	Reason: "over 10,000 objects match, which are neither counted nor sorted; narrow the search"}
