package disclose

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"registerd/register"
)

func readShipped(t testing.TB, name string) *Policy {
	t.Helper()
	text, err := Shipped(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ReadPolicy(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return p
}

func TestTheShippedFilesAreWhatTheyAreCalled(t *testing.T) {
	want := []string{"closed", "example-cz", "example-dk", "gdpr", "icann-2024", "nis2"}
	if got := ShippedNames(); !slices.Equal(got, want) {
		t.Fatalf("shipped are %v", got)
	}
	for _, name := range want {
		p := readShipped(t, name)
		text, _ := Shipped(name)
		if p.Name != name || !bytes.Contains(text, []byte("# Sources: ")) {
			t.Errorf("%s calls itself %s, or names no sources", name, p.Name)
		}
		if example := strings.HasPrefix(name, "example-"); p.Unreviewed != example {
			t.Errorf("%s: unreviewed is %v", name, p.Unreviewed)
		}
		if !slices.Contains(p.Languages, "en") || len(p.Languages) < 2 {
			t.Errorf("%s speaks %v", name, p.Languages)
		}
	}
	if _, err := Shipped("../file"); err == nil {
		t.Error("what is no shipped file is read")
	}
}

// Every field has a rule in every circumstance, so that everybody can be told
// why; and every rule decides something, or a lawyer would read it in vain.
func TestEveryShippedRuleDecidesAndEveryDecisionHasARule(t *testing.T) {
	oncePerGate(t)
	for _, name := range ShippedNames() {
		p, used := readShipped(t, name), map[string]bool{}
		look := func(k circumstance) {
			for f, d := range p.work(k) {
				if f := Field(f); f != None && d.rule == nil {
					t.Fatalf("%s, %+v: no rule decides %s", name, k, f)
				} else if f != None {
					used[d.rule.ID] = true
				}
			}
		}
		everyCircumstance(p.Rules, look)
		everyCircumstance(p.Rules, func(k circumstance) {
			for _, k := range asked(p, k) {
				look(k)
			}
		})
		for s := ToOtherRegistrar; s <= ToOperator; s++ {
			for _, role := range roles {
				look(circumstance{standing: s, role: role})
			}
		}
		for _, r := range p.Rules {
			if !used[r.ID] {
				t.Errorf("%s: rule %s decides nothing", name, r.ID)
			}
		}
	}
}

func TestToAnotherRegistrarAllIsAsToThePublic(t *testing.T) {
	for _, name := range ShippedNames() {
		p := readShipped(t, name)
		everyCircumstance(p.Rules, func(k circumstance) {
			other := k
			other.standing = ToOtherRegistrar
			if *p.work(k) != *p.work(other) {
				t.Fatalf("%s, %+v: another registrar is told otherwise", name, k)
			}
		})
	}
}

func TestWhoMayServeAFile(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	approve := func(p *Policy) {
		p.Controller, p.ApprovedBy, p.ApprovedOn = "a registry", "a lawyer", now.AddDate(0, -1, 0)
	}
	later := func(p *Policy) { p.Effective = now.AddDate(0, 0, 1) }
	for _, tt := range []struct {
		name string
		edit func(*Policy)
		want string // "" is servable
	}{
		{"gdpr", nil, ""},
		{"closed", nil, ""},
		{"gdpr", later, "effective: the rules are in force from 2026-06-02"},
		{"closed", later, "effective: the rules are in force from 2026-06-02"},
		{"nis2", nil, "controller, approved_by and approved_on: "},
		{"icann-2024", nil, "controller, approved_by and approved_on: "},
		{"nis2", approve, ""},
		{"nis2", func(p *Policy) { approve(p); p.Controller = "" }, "controller, approved_by and approved_on: "},
		{"nis2", func(p *Policy) { approve(p); p.ApprovedBy = "" }, "controller, approved_by and approved_on: "},
		{"nis2", func(p *Policy) { approve(p); p.ApprovedOn = time.Time{} }, "controller, approved_by and approved_on: "},
		{"nis2", func(p *Policy) { approve(p); p.ApprovedOn = now.AddDate(0, 0, 1) }, "approved_on: it is still to come"},
		{"nis2", func(p *Policy) { approve(p); later(p) }, "effective: "},
		{"example-dk", approve, "unreviewed: "},
		{"example-cz", approve, "unreviewed: "},
		{"example-dk", func(p *Policy) { approve(p); p.Unreviewed = false }, ""},
	} {
		p := readShipped(t, tt.name)
		if tt.edit != nil {
			tt.edit(p)
		}
		err := p.Servable(now)
		if (err == nil) != (tt.want == "") || err != nil && !strings.HasPrefix(err.Error(), "rules: "+p.Version()+": "+tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// A file does not become the default by its name.
func TestAChangedDefaultHasToBeApproved(t *testing.T) {
	text, err := Shipped("gdpr")
	if err != nil {
		t.Fatal(err)
	}
	p, err := ReadPolicy(bytes.Replace(text, []byte(`holder = ["legal", "public-body"]`), []byte(`holder = ["natural", "legal", "public-body"]`), 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Servable(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)); err == nil || !strings.Contains(err.Error(), "approved_by") {
		t.Errorf("a changed gdpr is servable: %v", err)
	}
}

// What the public would see more of, from one file to another.
func TestWhatEachFileShowsMoreThanAnother(t *testing.T) {
	region := []Field{ContactProvince, ContactCountry}
	ofNoContact := func(f Field) bool { return f < ContactExistence || f > ContactLocked && !f.search() }
	for _, tt := range []struct {
		from, to string
		wider    []Field // some of them; none means not one
	}{
		{"closed", "closed", nil},
		{"gdpr", "closed", nil},
		{"nis2", "closed", nil},
		{"icann-2024", "closed", nil},
		{"example-dk", "closed", nil},
		{"example-cz", "closed", nil},
		{"nis2", "gdpr", nil},
		{"gdpr", "gdpr", nil},
		{"closed", "gdpr", []Field{ContactExistence, ContactCountry, ContactOrganization, ContactVoice, ContactVerification, SearchHostsByName}},
		{"gdpr", "nis2", []Field{ContactOrganization, ContactVoice, ContactEmail}},
		{"closed", "icann-2024", append(region, SearchHostsByAddress)},
		{"gdpr", "icann-2024", []Field{ContactName, ContactProvince, ContactEmail}},
		{"icann-2024", "gdpr", []Field{ContactExistence, ContactVerification}},
		{"gdpr", "example-dk", []Field{ContactName, ContactStreet, ContactVoice, ContactEmail, ContactVerification}},
		{"nis2", "example-dk", []Field{ContactName, ContactEmail, ContactVerification}},
		{"gdpr", "example-cz", []Field{ContactExistence, ContactName, ContactStreet, ContactVoice}},
		{"example-dk", "example-cz", []Field{ContactExistence, ContactHandle, ContactFax}},
	} {
		got := readShipped(t, tt.to).WiderThan(readShipped(t, tt.from))
		for _, f := range tt.wider {
			if !slices.Contains(got, f) {
				t.Errorf("from %s to %s: the %s is not said to be wider", tt.from, tt.to, f)
			}
		}
		if tt.wider == nil && len(got) > 0 || slices.ContainsFunc(got, ofNoContact) {
			t.Errorf("from %s to %s: wider are %v", tt.from, tt.to, got)
		}
	}
}

// Exactly what NIS2 adds, no more.
func TestNIS2AddsNameTelephoneAndEmail(t *testing.T) {
	got := readShipped(t, "nis2").WiderThan(readShipped(t, "gdpr"))
	if want := []Field{ContactOrganization, ContactVoice, ContactEmail}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Whatever two sets of rules and whatever contact: a field of which the public
// sees more of that contact is among those that WiderThan lists.
func TestNoWideningOfAnyContactIsMissed(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 9537))
	widened := 0
	for range 10 {
		old, next := randomPolicy(t, random), randomPolicy(t, random)
		listed := next.WiderThan(old)
		for range 200 {
			c := randomContact(random)
			k := circumstance{
				standing: ToPublic, traits: c.Traits(),
				window: Window(random.IntN(len(windows) + 1)), role: roles[random.IntN(len(roles))],
			}
			before, after := old.work(k), next.work(k)
			for f := None + 1; f < fieldCount; f++ {
				if !met(k, f) || after[f].extent() <= before[f].extent() {
					continue
				}
				widened++
				if !slices.Contains(listed, f) {
					t.Fatalf("%+v: %s is wider, and only %v are listed\nold %+v\nnew %+v", k, f, listed, old.Rules, next.Rules)
				}
			}
		}
	}
	if widened < 300 {
		t.Errorf("only %d widenings were met: the test looks at too little", widened)
	}
}

func randomPolicy(t *testing.T, random *rand.Rand) *Policy {
	t.Helper()
	var rules []Rule
	trait := func() Trait { return Trait(max(0, random.IntN(6)-3)) }
	for i := range 6 {
		r := Rule{ID: string(rune('a' + i)), Basis: "test", Reason: "test", Outcome: Outcome(random.IntN(2))}
		for range 12 {
			r.Fields = append(r.Fields, 1+Field(random.IntN(int(fieldCount)-1)), ContactExistence+Field(random.IntN(int(ContactLocked-ContactExistence))))
		}
		r.When = Condition{
			Protected: trait(), Restricted: trait(), Permitted: trait(), Consented: trait(), RoleEmail: trait(), Locked: trait(),
		}
		if random.IntN(3) == 0 {
			r.When.Holders = []register.HolderType{register.HolderType(1 + random.IntN(5))}
		}
		if random.IntN(4) == 0 {
			r.When.Verification = []register.VerificationState{register.VerificationState(random.IntN(4))}
		}
		switch i { // the first two are of one window, and of one role
		case 0:
			r.When = Condition{Windows: []Window{windows[random.IntN(len(windows))]}}
		case 1:
			r.When = Condition{Roles: []register.Role{roles[1+random.IntN(len(roles)-1)]}}
		}
		if r.Outcome == Show && random.IntN(2) == 0 {
			r.DespiteProtection = "test"
		}
		rules = append(rules, r)
	}
	p, err := NewPolicy("random", rules)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func randomContact(random *rand.Rand) register.Contact {
	element := func() register.Element { return register.Element(random.IntN(int(everyElement) + 1)) }
	one := func(of ...string) string { return of[random.IntN(len(of))] }
	form := func() register.Postal {
		return register.Postal{Name: one("", "Ida"), Organization: one("", "Shop A/S"), Address: register.Address{City: one("", "Town")}}
	}
	return register.Contact{
		International: form(), Local: form(), Email: one("", "info@shop.example", "ida@shop.example"),
		Disclose: register.Preference{Restrict: element(), Permit: element()},
		Facts: register.Facts{
			Holder: register.HolderType(random.IntN(7)), Protection: register.Protection(random.IntN(4)), Consent: element(),
			Locked: random.IntN(2) == 0, Verification: register.Verification{State: register.VerificationState(random.IntN(5))},
		},
	}
}
