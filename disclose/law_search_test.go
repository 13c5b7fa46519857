package disclose_test

import (
	"slices"
	"testing"

	. "registerd/disclose"
)

// What there is to search.
var (
	nameServers = []Field{SearchHostsByName, SearchHostsByAddress}
	everySearch = searches()
	allButOne   = []string{"gdpr", "nis2", "icann-2024", "example-dk", "example-cz"} // closed is the other
)

func searches() []Field {
	var out []Field
	for f := SearchDomainsByName; f <= SearchByPart; f++ {
		out = append(out, f)
	}
	return out
}

// A line of the law of searches: who may ask what, and that all else is refused.
var searchLaws = []struct {
	law   string
	files []string
	who   Viewer
	may   []Field
}{
	{"The public finds a name server by its whole name or its address, and nothing else.", allButOne, thePublic, nameServers},
	{"A registrar searches as the public does.", allButOne, anotherRegistrar, nameServers},
	{"Which domains are its own gives a registrar no search.", allButOne, itsRegistrar, nameServers},
	{"Where nothing of holders is published nothing is searched.", []string{"closed"}, thePublic, nil},
	{"Nor by a registrar.", []string{"closed"}, itsRegistrar, nil},
	{"An authority searches all, also by a part of a name.", ShippedNames(), anAuthority, everySearch},
	{"For any purpose.", ShippedNames(), Viewer{Audience: Authority, Purpose: "legalActions"}, everySearch},
	{"The registry searches its register.", ShippedNames(), theOperator, everySearch},
	{"Nobody searches nothing.", ShippedNames(), nobody, nil},
}

func TestTheLawOfSearches(t *testing.T) {
	for _, l := range searchLaws {
		for _, file := range l.files {
			p := shipped(t, file)
			for _, l.who.Window = range []Window{NoWindow, RDAP, Console} {
				for _, f := range everySearch {
					switch rule, may := p.MaySearch(l.who, f); {
					case may && !slices.Contains(l.may, f):
						t.Errorf("%s: %s But %q is allowed.", file, l.law, f)
					case !may && slices.Contains(l.may, f):
						t.Errorf("%s: %s But %q is refused.", file, l.law, f)
					case rule == nil && l.who.Audience != Nobody:
						t.Errorf("%s: %s But no rule says why %q is so.", file, l.law, f)
					}
				}
			}
		}
	}
}

func TestWhoIsRefusedASearchIsToldWhy(t *testing.T) {
	for _, file := range ShippedNames() {
		p := shipped(t, file)
		rule, may := p.MaySearch(thePublic, SearchEntitiesByName)
		if may || rule.ID != "search" || rule.Silent {
			t.Errorf("%s: may is %v, by %+v", file, may, rule)
		}
		for _, language := range p.Languages {
			if rule.ReasonIn(language) == "" {
				t.Errorf("%s: there is no reason in %s", file, language)
			}
		}
	}
}

// What a search looks at: contacts of which the caller is shown the name and
// the handle, whoever is their registrar.
func TestTheLawOfWhatASearchFinds(t *testing.T) {
	byName, byHandle := []Field{ContactExistence, ContactName}, []Field{ContactExistence, ContactHandle}
	for _, l := range []struct {
		law    string
		file   string
		who    Viewer
		of     contact
		fields []Field
		want   bool
	}{
		{"No search of the public looks at a person.", "gdpr", thePublic, aPerson, byHandle, false},
		{"Nor at one who agrees to everything.", "gdpr", thePublic, aPerson.but(consents(everyElement), permits(everyElement)), byHandle, false},
		{"Nor at who is unknown.", "gdpr", thePublic, anUnknown, byHandle, false},
		{"It could look at a company's handle, were it allowed.", "gdpr", thePublic, aCompany, byHandle, true},
		{"Not at its contact person's name.", "gdpr", thePublic, aCompany, byName, false},
		{"Not if it is protected.", "gdpr", thePublic, aCompany.but(protected), byHandle, false},
		{"That its registrar is shown a person gives a registrar no search.", "gdpr", itsRegistrar, aPerson, byName, false},
		{"An authority's search looks at all, the protected too.", "gdpr", anAuthority, aPerson.but(protected), byName, true},
		{"The registry's own does.", "closed", theOperator, aPerson.but(protected), byName, true},
		{"Nobody's looks at nothing.", "gdpr", nobody, aCompany, byHandle, false},
		{"Where nothing is published no search looks at anything.", "closed", thePublic, aCompany, byHandle, false},
		{"Names that are public can be looked at.", "example-cz", thePublic, aPerson, byName, true},
		{"But not those of the protected.", "example-cz", thePublic, aPerson.but(protected), byName, false},
		{"Names that are public only with their domain cannot.", "example-dk", thePublic, aPerson, byName, false},
		{"Nor what a holder agreed to publish with the domain.", "icann-2024", thePublic, aPerson.but(consents(everyElement)), byName, false},
	} {
		if got := shipped(t, l.file).Finds(l.who, l.of.Traits(), l.fields...); got != l.want {
			t.Errorf("%s: %s But it is %v.", l.file, l.law, got)
		}
	}
}
