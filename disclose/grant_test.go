package disclose_test

import (
	"slices"
	"strings"
	"testing"

	. "registerd/disclose"
	"registerd/register"
)

// because is the decision behind a grant.
var because = &Rule{ID: "grant-7", Basis: "GDPR Art. 6(1)(f)", Reason: "To bring an action.", Outcome: Show}

// granted is somebody of the public who was granted fields of an object.
func granted(of Granted, fields ...Field) Viewer {
	return Viewer{Audience: Public, Grant: &Grant{Objects: []Granted{of}, Fields: fields, Rule: because}}
}

func TestTheLawOfGrants(t *testing.T) {
	person := all(theCountry, identified)
	name := []Field{ContactName, ContactEmail}
	shop := Granted{Domain: "shop.example"}
	of := func(edit func(*Grant)) Viewer {
		v := granted(shop, name...)
		edit(v.Grant)
		return v
	}
	for _, file := range []string{"gdpr", "nis2"} {
		holds(t, shipped(t, file), []ruling{
			{"What was granted of a domain is shown of its registrant.", granted(shop, name...), aPerson, registrant, all(person, name)},
			{"Also of one who is protected.", granted(shop, name...), aPerson.but(protected), registrant, all(person, name)},
			{"Not of its other contacts.", granted(shop, name...), aPerson, technical, person},
			{"But where they were granted.", of(func(g *Grant) { g.Roles = []register.Role{technical} }), aPerson, technical, all(person, name)},
			{"And then not of the registrant.", of(func(g *Grant) { g.Roles = []register.Role{technical} }), aPerson, registrant, person},
			{"Not of another domain.", granted(Granted{Domain: "other.example"}, name...), aPerson, registrant, person},
			{"Not of a domain that was registered again.", granted(Granted{Domain: "shop.example", ROID: "GONE-EX"}, name...), aPerson, registrant, person},
			{"Nor of one that has another holder by now.", granted(Granted{Domain: "shop.example", Holder: "GONE-EX"}, name...), aPerson, registrant, person},
			{"But of its holder, who has it still.", granted(Granted{Domain: "shop.example", Holder: aPerson.ROID}, name...), aPerson, registrant, all(person, name)},
			{"What was granted of a contact does not tell which domains are its own.", granted(Granted{Contact: aPerson.Handle}, name...), aPerson, registrant, person},
			{"Not because the name is that of a handle.", granted(Granted{Domain: register.Name(aPerson.Handle)}, name...), aPerson, registrant, person},
			{"A seeker has its grant besides.", of2(researching, granted(shop, name...).Grant), aPerson, registrant, all(person, name, []Field{ContactHolder})},
			{"An authority sees no less for it.", of2(anAuthority, granted(shop, name...).Grant), aPerson, registrant, everything},
			{"A grant is nothing to nobody.", Viewer{Grant: granted(shop, name...).Grant}, aPerson, registrant, nil},
		})
	}
	finds(t, GDPR(), "What was granted of a person is found by its handle.", granted(Granted{Contact: aPerson.Handle}, ContactName), aPerson, true)
	finds(t, GDPR(), "A person of whose domain something was granted is not.", granted(shop, ContactName), aPerson, false)
	finds(t, GDPR(), "Another person is not.", granted(Granted{Contact: "another"}, ContactName), aPerson, false)
	finds(t, GDPR(), "Nor is who has the handle now.", granted(Granted{Contact: aPerson.Handle, ROID: "GONE-EX"}, ContactName), aPerson, false)
	view, found := GDPR().Contact(granted(Granted{Contact: strings.ToUpper(aPerson.Handle), ROID: aPerson.ROID}, ContactName), aPerson.Contact)
	if got := openIn(t, view); !found || !slices.Equal(got, slices.Sorted(slices.Values(all(person, []Field{ContactName})))) {
		t.Errorf("Of a person is shown what was granted and what is public. But these are: %v", got)
	}
}

func of2(v Viewer, g *Grant) Viewer { v.Grant = g; return v }

// Even where nothing is published of anybody a grant shows what it is of, with
// its own reason.
func TestAGrantIsShownByItsOwnRule(t *testing.T) {
	domain := full[register.Domain]()
	domain.Name, domain.Registrant, domain.Contacts, domain.Hosts = "shop.example", "a", nil, nil
	record := &Record{Domain: domain, Contacts: []*register.Contact{aPerson.Contact}}
	for _, file := range ShippedNames() {
		view := shipped(t, file).Domain(granted(Granted{Domain: "shop.example"}, ContactLanguage, DomainTransfer), record)
		contacts, shown := view.Contacts.Get()
		if !shown || contacts[0].Language.Rule() != because || contacts[0].Email.Rule() == because || view.Transfer.Rule() != because || view.Creator.Rule() == because {
			t.Errorf("%s: a grant shows %+v", file, view)
		}
		var told Tally
		told.Domain(&view)
		if !told.By(because) || !slices.Contains(told.Bases(), because.Basis) || !contacts[0].Beyond() {
			t.Errorf("%s: the journal is told of the bases %v", file, told.Bases())
		}
		if want := []Field{ContactLanguage, DomainTransfer}; !slices.Contains(told.Fields(), want[0]) || !slices.Contains(told.Fields(), want[1]) {
			t.Errorf("%s: the journal is told of %v", file, told.Fields())
		}
		another := *record
		another.Domain = &register.Domain{Name: "other.example", Registrant: "a"}
		view = shipped(t, file).Domain(granted(Granted{Domain: "shop.example"}, ContactLanguage), &another)
		told = Tally{}
		if told.Domain(&view); told.By(because) || len(told.Bases()) > 0 {
			t.Errorf("%s: of a domain that was not granted the journal is told of %v", file, told.Bases())
		}
	}
}

func TestAGrantThatCouldNotBeExplainedIsRefused(t *testing.T) {
	good := func() *Grant { return granted(Granted{Domain: "shop.example"}, ContactName).Grant }
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for what, edit := range map[string]func(*Grant){
		"no object":               func(g *Grant) { g.Objects = nil },
		"an object of no kind":    func(g *Grant) { g.Objects = []Granted{{}} },
		"an object of two kinds":  func(g *Grant) { g.Objects[0].Contact = "a" },
		"no field":                func(g *Grant) { g.Fields = nil },
		"a search":                func(g *Grant) { g.Fields = []Field{SearchByPart} },
		"no field that there is":  func(g *Grant) { g.Fields = []Field{None} },
		"a registrar's":           func(g *Grant) { g.Fields = []Field{RegistrarEmail} },
		"no rule":                 func(g *Grant) { g.Rule = nil },
		"a rule without a basis":  func(g *Grant) { g.Rule = &Rule{ID: "grant-1", Reason: "x", Outcome: Show} },
		"a rule without a reason": func(g *Grant) { g.Rule = &Rule{ID: "grant-1", Basis: "x", Outcome: Show} },
		"a rule that withholds":   func(g *Grant) { g.Rule = &Rule{ID: "grant-1", Basis: "x", Reason: "x"} },
	} {
		g := good()
		edit(g)
		if err := g.Check(); err == nil {
			t.Errorf("%s: it is taken", what)
		}
	}
}

// A field that can be granted is read by its word, as rule files have it.
func TestAFieldIsReadByItsWord(t *testing.T) {
	for f := None; f <= SearchByPart; f++ {
		got, known := ParseField(f.String())
		if want := f != None; known != want || known && got != f {
			t.Errorf("%q is read as %s, %v", f, got, known)
		}
		if f.Grantable() != (f >= DomainName && f <= ContactLocked) {
			t.Errorf("%s: it can be granted: %v", f, f.Grantable())
		}
	}
	if _, known := ParseField("contact nose"); known {
		t.Error("a field that is none is read")
	}
}
