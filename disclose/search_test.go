package disclose

import (
	"slices"
	"strings"
	"testing"

	"registerd/register"
)

// searchRule is a rule about searches for a rule file; it shows unless more
// says otherwise.
func searchRule(more string) string {
	rule := "id = \"some\"\n"
	for key, usual := range map[string]string{"audience": `["public"]`, "fields": `["search *"]`, "do": `"show"`} {
		if !strings.Contains("\n"+more, "\n"+key+" = ") {
			rule += key + " = " + usual + "\n"
		}
	}
	return rule + more + "\n"
}

func TestASearchIsDecidedByTheFirstRuleThatFits(t *testing.T) {
	p := fileOf(t,
		"id = \"part\"\naudience = [\"public\"]\nfields = [\"search by part\"]\ndo = \"withhold\"\n",
		"id = \"ask\"\naudience = [\"public\"]\nwindow = [\"ask\"]\nfields = [\"search *\"]\ndo = \"withhold\"\n",
		"id = \"purpose\"\naudience = [\"authority\"]\npurpose = [\"legalActions\"]\nfields = [\"search *\"]\nexcept = [\"search entities by name\"]\ndo = \"show\"\n",
		searchRule(""))
	lawyer := Viewer{Audience: Authority, Purpose: "legalActions", Window: RDAP}
	for _, tt := range []struct {
		who  Viewer
		what Field
		rule string // "" if none speaks of it
		may  bool
	}{
		{Viewer{Audience: Public, Window: RDAP}, SearchDomainsByName, "some", true},
		{Viewer{Audience: Public, Window: Console}, SearchDomainsByName, "ask", false},
		{Viewer{Audience: Public, Window: RDAP}, SearchByPart, "part", false},
		{Viewer{Audience: Registrar, Registrar: "ours", Window: RDAP}, SearchDomainsByName, "", false},
		{Viewer{Window: RDAP}, SearchDomainsByName, "", false},
		{lawyer, SearchByPart, "purpose", true},
		{lawyer, SearchEntitiesByName, "", false},
		{Viewer{Audience: Authority, Purpose: "curiosity", Window: RDAP}, SearchByPart, "", false},
		{Viewer{Audience: Operator, Window: RDAP}, SearchEntitiesByName, "operator", true},
	} {
		rule, may := p.MaySearch(tt.who, tt.what)
		got := ""
		if rule != nil {
			got = rule.ID
		}
		if got != tt.rule || may != tt.may {
			t.Errorf("%+v, %s: %v by %q, want %v by %q", tt.who, tt.what, may, got, tt.may, tt.rule)
		}
	}
}

func TestARuleForRegistrarsOfRecordIsForNoSearch(t *testing.T) {
	p := fileOf(t, "id = \"own\"\naudience = [\"registrar-of-record\", \"holder\"]\nfields = [\"*\"]\ndo = \"show\"\n")
	for f := SearchDomainsByName; f <= SearchByPart; f++ {
		for _, sponsor := range []string{"", "ours"} {
			if rule, may := p.MaySearch(Viewer{Audience: Registrar, Registrar: sponsor, Window: RDAP}, f); may || rule != nil {
				t.Errorf("registrar %q, %s: allowed is %v", sponsor, f, may)
			}
		}
	}
}

func TestARuleThatMakesNoSenseOfASearchIsRefused(t *testing.T) {
	head, _, _ := strings.Cut(goodRules, "[[rule]]")
	const ofContact, ofObject = "conditions on fields of a contact only", "audience: a search is of no object"
	for more, want := range map[string]string{
		`holder = ["legal"]`:                                    ofContact,
		`role = ["tech"]`:                                       ofContact,
		`verification = ["verified"]`:                           ofContact,
		`protected = false`:                                     ofContact,
		`restricted = true`:                                     ofContact,
		`permitted = true`:                                      ofContact,
		`consented = true`:                                      ofContact,
		`role_email = true`:                                     ofContact,
		`locked = true`:                                         ofContact,
		"fields = [\"*\"]\nholder = [\"legal\"]":                ofContact,
		`audience = ["registrar-of-record"]`:                    ofObject,
		`audience = ["public", "holder"]`:                       ofObject,
		`window = ["whois"]`:                                    "window: searches are asked over rdap and ask only",
		`window = ["rdap", "web"]`:                              "window: searches are asked over rdap and ask only",
		"do = \"withhold\"\nsilent = true":                      "silent: who may not search is told why",
		"fields = [\"search by part\"]\ndo = \"part\"":          "do: only the contact verification",
		"do = \"replace\"\nwith = \"https://form.example/\"":    "do: only the contact e-mail",
		`fields = ["search domains *"]`:                         `fields: there is no field "search domains *"`,
		"fields = [\"search *\"]\nexcept = [\"search *\"]":      "fields: there is none",
		"audience = [\"public\"]\npurpose = [\"legalActions\"]": "purpose: only a seeker or an authority gives one",
	} {
		_, err := ReadPolicy([]byte(head + "[[rule]]\nbasis = \"test\"\nreason = { en = \"A.\", da = \"B.\" }\n" + searchRule(more)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", more, err, want)
		}
	}
	for _, more := range []string{
		`window = ["rdap", "ask"]`, `audience = ["public", "other-registrar", "authority", "operator"]`,
		"fields = [\"*\"]\naudience = [\"registrar-of-record\", \"holder\"]\nwindow = [\"whois\"]", // not of searches alone
		"fields = [\"*\"]\ndo = \"withhold\"\nsilent = true",
	} {
		fileOf(t, searchRule(more))
	}
}

func TestAPublicThatMaySearchMoreIsWider(t *testing.T) {
	less := fileOf(t, searchRule(`fields = ["search name servers by name"]`))
	for more, want := range map[string][]Field{
		`fields = ["search name servers by name", "search domains by name"]`: {SearchDomainsByName},
		`fields = ["search name servers by name", "search by part"]`:         {SearchByPart},
		`fields = ["search name servers by name"]`:                           nil,
		`fields = ["search name servers by address"]`:                        {SearchHostsByAddress},
		"fields = [\"search by part\"]\nwindow = [\"ask\"]":                  {SearchByPart},
		"fields = [\"search *\"]\naudience = [\"other-registrar\"]":          nil, // only the public is compared
	} {
		if got := fileOf(t, searchRule(more)).WiderThan(less); !slices.Equal(got, want) {
			t.Errorf("%s: wider are %v, want %v", more, got, want)
		}
	}
}

func TestASearchIsAllowedByItsOwnFieldAlone(t *testing.T) {
	for f := None + 1; f < fieldCount; f++ {
		p := fileOf(t, searchRule("fields = [\""+f.String()+"\"]"))
		for g := SearchDomainsByName; g <= SearchByPart; g++ {
			if _, may := p.MaySearch(Viewer{Audience: Public, Window: RDAP}, g); may != (f == g && f != SearchDomainsByContact) {
				t.Errorf("a rule that shows %q: %q is allowed is %v", f, g, may)
			}
		}
	}
}

// Whoever is told all domains of a person has an account, whatever the rules say.
func TestNoRuleLetsThePublicSearchByContact(t *testing.T) {
	everybody := fileOf(t, "id = \"all\"\naudience = [\"public\", \"seeker\", \"other-registrar\", \"holder\", \"authority\"]\nfields = [\"*\"]\ndo = \"show\"\n")
	for _, tt := range []struct {
		who Viewer
		may bool
	}{
		{Viewer{Audience: Public}, false},
		{Viewer{Audience: Public, Grant: new(Grant)}, false},
		{Viewer{Audience: Holder, Holder: "H-EX"}, false},
		{Viewer{Audience: Seeker, Purpose: "legalActions"}, true},
		{Viewer{Audience: Registrar, Registrar: "ours"}, true},
		{Viewer{Audience: Authority, Purpose: "legalActions"}, true},
		{Viewer{Audience: Operator}, true},
	} {
		tt.who.Window = RDAP
		if _, may := everybody.MaySearch(tt.who, SearchDomainsByContact); may != tt.may {
			t.Errorf("%+v: allowed is %v", tt.who, may)
		}
		if _, may := everybody.MaySearch(tt.who, SearchDomainsByName); !may {
			t.Errorf("%+v: other searches are refused too", tt.who)
		}
	}
}

// A search by contact looks at whom the caller is shown in every role.
func TestASearchByContactFindsWhatIsShownInEveryRole(t *testing.T) {
	show := func(id, more string) string {
		return "id = \"" + id + "\"\naudience = [\"authority\"]\nfields = [\"contact name\"]\ndo = \"show\"\n" + more + "\n"
	}
	authority := Viewer{Audience: Authority}
	for what, tt := range map[string]struct {
		p    *Policy
		want bool
	}{
		"in all roles":          {fileOf(t, show("a", "")), true},
		"in one":                {fileOf(t, show("a", `role = ["tech"]`)), false},
		"in each by its rule":   {fileOf(t, show("a", `role = ["tech", "admin"]`), show("b", `role = ["registrant", "billing"]`)), true},
		"in all but the holder": {fileOf(t, show("a", `role = ["tech", "admin", "billing"]`)), false},
	} {
		if got := tt.p.FindsInDomains(authority, openTraits, ContactName); got != tt.want {
			t.Errorf("shown %s: finds is %v", what, got)
		}
		if tt.p.FindsInDomains(authority, openTraits, ContactName, ContactHandle) {
			t.Errorf("shown %s: it finds by what is not", what)
		}
	}
}

// A search may look at what all of its fields are shown of, and wholly, to the
// caller as the registrar of record and as any other: or else what is found
// would tell whose the object is.
func TestASearchFindsWhatIsShownWholeWhoeverIsTheRegistrar(t *testing.T) {
	show := func(id, audience, fields string) string {
		return "id = \"" + id + "\"\naudience = [" + audience + "]\nfields = [" + fields + "]\ndo = \"show\"\n"
	}
	const names, both = `"contact name"`, `"contact name", "contact handle"`
	form := "id = \"form\"\naudience = [\"public\"]\nfields = [\"contact e-mail\"]\ndespite_protection = \"a law\"\ndo = \"replace\"\nwith = \"https://form.example/\"\n"
	part := "id = \"part\"\naudience = [\"public\"]\nfields = [\"contact verification\"]\ndespite_protection = \"a law\"\ndo = \"part\"\n"
	public, registrar, authority := Viewer{Audience: Public}, Viewer{Audience: Registrar, Registrar: "ours"}, Viewer{Audience: Authority}
	for _, tt := range []struct {
		what   string
		p      *Policy
		who    Viewer
		t      register.Traits
		fields []Field
		want   bool
	}{
		{"what is shown", fileOf(t, show("a", `"public"`, names)), public, openTraits, []Field{ContactName}, true},
		{"what no rule speaks of", fileOf(t, show("a", `"public"`, names)), public, openTraits, []Field{ContactHandle}, false},
		{"one field of two that is shown", fileOf(t, show("a", `"public"`, names)), public, openTraits, []Field{ContactName, ContactHandle}, false},
		{"two fields that are shown", fileOf(t, show("a", `"public"`, both)), public, openTraits, []Field{ContactName, ContactHandle}, true},
		{"what another is shown", fileOf(t, show("a", `"public"`, names)), authority, openTraits, []Field{ContactName}, false},
		{"what the registrar of record alone is shown", fileOf(t, show("a", `"registrar-of-record"`, names)), registrar, openTraits, []Field{ContactName}, false},
		{"what other registrars alone are shown", fileOf(t, show("a", `"other-registrar"`, names)), registrar, openTraits, []Field{ContactName}, false},
		{"what every registrar is shown", fileOf(t, show("a", `"registrar-of-record", "other-registrar"`, names)), registrar, openTraits, []Field{ContactName}, true},
		{"who is protected, to the public", fileOf(t, show("a", `"public"`, names)), public, closedTraits, []Field{ContactName}, false},
		{"who is protected, to a registrar", fileOf(t, show("a", `"registrar-of-record", "other-registrar"`, names)), registrar, closedTraits, []Field{ContactName}, false},
		{"who is protected, to an authority", fileOf(t, show("a", `"authority"`, names)), authority, closedTraits, []Field{ContactName}, true},
		{"a form in place of an e-mail", fileOf(t, form), public, openTraits, []Field{ContactEmail}, false},
		{"a part of an identification", fileOf(t, part), public, openTraits, []Field{ContactVerification}, false},
		{"anything, to the operator", fileOf(t, show("a", `"public"`, names)), Viewer{Audience: Operator}, closedTraits, []Field{ContactEmail}, true},
		{"anything, to nobody", fileOf(t, show("a", `"public"`, names)), Viewer{}, openTraits, []Field{ContactName}, false},
	} {
		if got := tt.p.Finds(tt.who, tt.t, tt.fields...); got != tt.want {
			t.Errorf("%s: finds is %v", tt.what, got)
		}
	}
}

// What a search finds is shown: by any rules, to any registrar, of any contact.
func TestWhatASearchFindsIsShownInTheAnswer(t *testing.T) {
	oncePerGate(t)
	for _, name := range ShippedNames() {
		p, found := readShipped(t, name), 0
		for _, traits := range manyTraits() {
			for _, v := range []Viewer{{Audience: Public}, {Audience: Registrar, Registrar: "ours"}, {Audience: Authority}} {
				for f := ContactExistence; f <= ContactLocked; f++ {
					if !p.Finds(v, traits, f) {
						continue
					}
					found++
					for _, sponsor := range []string{"ours", "theirs", ""} {
						if !p.decisions(p.circumstance(v, sponsor, register.RoleNone, traits))[f].shows() {
							t.Fatalf("%s, %+v, traits %d of %q: a search looks at the %s, which is withheld", name, v, traits, sponsor, f)
						}
					}
				}
			}
		}
		if found == 0 {
			t.Errorf("%s: nothing is found by anybody", name)
		}
	}
}
