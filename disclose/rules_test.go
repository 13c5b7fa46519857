package disclose

import (
	"strings"
	"sync"
	"testing"

	"registerd/register"
)

const everyElement = register.NameInt | register.NameLoc | register.OrgInt | register.OrgLoc |
	register.AddrInt | register.AddrLoc | register.Voice | register.Fax | register.Email

// circumstances are all that differ in standing, holder, state, protection, and
// in whether everything or nothing is restricted and consented to.
func circumstances() []circumstance {
	var out []circumstance
	for _, t := range manyTraits() {
		for s := ToPublic; s <= ToOperator; s++ {
			out = append(out, circumstance{standing: s, window: WHOIS, role: register.RoleRegistrant, traits: t})
		}
	}
	return out
}

// asked are a circumstance as it is for a seeker of each kind and purpose that
// the rules name.
func asked(p *Policy, k circumstance) []circumstance {
	var out []circumstance
	k.standing = ToSeeker
	for _, k.kind = range append([]Kind{NoKind}, p.kinds...) {
		for i := range len(p.purposes) + 1 {
			k.purpose = uint8(i)
			out = append(out, k)
		}
	}
	return out
}

func manyTraits() []register.Traits {
	var out []register.Traits
	for h := register.HolderUnknown; h <= register.HolderEstate; h++ {
		for state := register.Unverified; state <= register.VerificationFailed; state++ {
			for _, protection := range []register.Protection{register.NotProtected, register.Protected} {
				for _, restrict := range []register.Element{0, register.Voice, everyElement} {
					for _, consent := range []register.Element{0, register.Email, everyElement} {
						out = append(out, traits(h, state, protection, restrict, consent))
					}
				}
			}
		}
	}
	shop := aShop()
	return append(out, shop.Traits())
}

func traits(h register.HolderType, v register.VerificationState, p register.Protection, restrict, consent register.Element) register.Traits {
	form := register.Postal{Name: "Ida", Organization: "Shop A/S"}
	c := register.Contact{International: form, Local: form, Disclose: register.Preference{Restrict: restrict}}
	c.Facts = register.Facts{Holder: h, Protection: p, Consent: consent, Verification: register.Verification{State: v}}
	return c.Traits()
}

func TestEveryFieldHasANameOfItsOwn(t *testing.T) {
	seen := map[string]Field{}
	for f := None; f < fieldCount; f++ {
		if other, taken := seen[f.String()]; taken || f.String() == "" {
			t.Errorf("field %d is called %q, and so is field %d", f, f, other)
		}
		seen[f.String()] = f
	}
	if fieldCount.String() != "none" {
		t.Errorf("a field that does not exist is called %q", fieldCount)
	}
	for f, prefix := range map[Field]string{DomainName: "domain ", DomainDispute: "domain ", ContactExistence: "contact ", ContactLocked: "contact ",
		HostName: "host ", HostTransferred: "host ", RegistrarID: "registrar ", RegistrarUpdated: "registrar ", ReservedName: "reserved ", ReservedCreated: "reserved "} {
		if !strings.HasPrefix(f.String(), prefix) {
			t.Errorf("field %d is called %q: the table of names is shifted", f, f)
		}
	}
}

func TestEveryDecisionHasARule(t *testing.T) {
	p := GDPR()
	used := map[string]bool{}
	all := circumstances()
	for _, k := range circumstances() {
		if k.standing == ToPublic {
			all = append(all, asked(p, k)...)
		}
	}
	for _, k := range all {
		d := p.work(k)
		for f := None + 1; f < fieldCount; f++ {
			if d[f].rule == nil {
				t.Fatalf("%+v: no rule decides %s, so that nobody can say why", k, f)
			}
			used[d[f].rule.ID] = true
		}
		if d[None].rule != nil {
			t.Fatalf("%+v: a rule decides what is no field", k)
		}
	}
	for _, r := range p.Rules {
		if !used[r.ID] {
			t.Errorf("rule %s decides nothing", r.ID)
		}
	}
}

func TestWhoSaysLessIsNotShownMore(t *testing.T) {
	p := GDPR()
	for h := register.HolderUnknown; h <= register.HolderEstate; h++ {
		for _, consent := range []register.Element{0, register.Email, everyElement} {
			open := traits(h, register.Verified, register.NotProtected, 0, consent)
			for what, closed := range map[string]register.Traits{
				"protected":       traits(h, register.Verified, register.Protected, 0, consent),
				"restricted":      traits(h, register.Verified, register.NotProtected, everyElement, consent),
				"not consenting":  traits(h, register.Verified, register.NotProtected, 0, 0),
				"of unknown kind": traits(register.HolderUnknown, register.Verified, register.NotProtected, 0, consent),
			} {
				for _, k := range append(asked(p, circumstance{role: register.RoleRegistrant}), circumstance{standing: ToPublic}, circumstance{standing: ToOtherRegistrar}) {
					less := k
					k.traits, less.traits = open, closed
					before, after := p.decisions(k), p.decisions(less)
					for f := ContactExistence; f <= ContactLocked; f++ {
						if after[f].extent() > before[f].extent() {
							t.Errorf("%s: who is %s shows more: %s", h, what, f)
						}
					}
				}
			}
		}
	}
}

func TestWider(t *testing.T) {
	const person, company, body = register.HolderNatural, register.HolderLegal, register.HolderPublicBody
	open, shut := register.NotProtected, register.Protected
	verified, not := register.Verified, register.Unverified
	for _, tt := range []struct {
		what     string
		old, new register.Traits
		want     bool
	}{
		{"nothing changes", traits(company, not, open, 0, 0), traits(company, not, open, 0, 0), false},
		{"a person becomes a company", traits(person, not, open, 0, 0), traits(company, not, open, 0, 0), true},
		{"an unknown becomes a company", traits(0, not, open, 0, 0), traits(company, not, open, 0, 0), true},
		{"an unknown becomes a person", traits(0, not, open, 0, 0), traits(person, not, open, 0, 0), false},
		{"a company becomes a person", traits(company, not, open, 0, 0), traits(person, not, open, 0, 0), false},
		{"a company becomes a public body", traits(company, not, open, 0, 0), traits(body, not, open, 0, 0), false},
		{"a protection ends", traits(company, not, shut, 0, 0), traits(company, not, open, 0, 0), true},
		{"a protection ends that hid nothing", traits(person, not, shut, 0, 0), traits(person, not, open, 0, 0), false},
		{"a protection begins", traits(company, not, open, 0, 0), traits(company, not, shut, 0, 0), false},
		{"a company consents", traits(company, not, open, 0, 0), traits(company, not, open, 0, register.Email), true},
		{"a person consents", traits(person, not, open, 0, 0), traits(person, not, open, 0, everyElement), false},
		{"a consent is withdrawn", traits(company, not, open, 0, register.Email), traits(company, not, open, 0, 0), false},
		{"a restriction ends", traits(company, not, open, register.Voice, 0), traits(company, not, open, 0, 0), true},
		{"a restriction moves", traits(company, not, open, register.Voice, 0), traits(company, not, open, register.OrgInt, 0), true},
		{"a restriction begins", traits(company, not, open, 0, 0), traits(company, not, open, register.Voice, 0), false},
		{"a person is identified, which is no data of theirs", traits(person, not, open, 0, 0), traits(person, verified, open, 0, 0), false},
	} {
		if got := GDPR().Wider(tt.old, tt.new); got != tt.want {
			t.Errorf("%s: wider is %v", tt.what, got)
		}
	}
}

func TestDecisionsAreKeptWithinTheirBound(t *testing.T) {
	p := GDPR()
	nearlyFull := map[uint64]*decisions{}
	for i := range uint64(maxDecided - 1) {
		nearlyFull[1<<63|i] = new(decisions) // keys that no circumstance has
	}
	p.decided.Store(&nearlyFull)
	for _, k := range circumstances()[:200] {
		if got, want := *p.decisions(k), *p.work(k); got != want {
			t.Fatalf("%+v: beyond the bound it is decided otherwise", k)
		}
	}
	if n := len(*p.decided.Load()); n != maxDecided {
		t.Errorf("%d decisions are kept; the bound is %d", n, maxDecided)
	}
}

func TestDecisionsAgreeAmongManyAskers(t *testing.T) {
	p := GDPR()
	var askers sync.WaitGroup
	for range 8 {
		askers.Go(func() {
			for _, k := range circumstances()[:100] {
				if got := p.decisions(k)[ContactName]; got != p.work(k)[ContactName] {
					t.Errorf("%+v: two answers", k)
				}
			}
		})
	}
	askers.Wait()
}

func TestTheShownFormIsChosenValueByValue(t *testing.T) {
	public := Viewer{Audience: Public}
	c := register.Contact{Facts: register.Facts{Holder: register.HolderLegal, Protection: register.NotProtected}}
	c.International = register.Postal{Organization: "Shop Ltd", Address: register.Address{City: "Copenhagen", Country: "DK"}}
	c.Local = register.Postal{Name: "Ida", Address: register.Address{City: "København", Country: "DK"}}
	view, _ := GDPR().Contact(public, &c)
	if org, _ := view.Organization.Get(); org != "Shop Ltd" {
		t.Errorf("the organisation that stands in the other form is shown as %q", org)
	}
	if city, _ := view.City.Get(); city != "København" {
		t.Errorf("the city is shown as %q, not as the holder writes it", city)
	}
	c.Local.Address.City, c.Local.Address.Country = "", ""
	view, _ = GDPR().Contact(public, &c)
	country, _ := view.Country.Get()
	if city, _ := view.City.Get(); city != "Copenhagen" || country != "DK" {
		t.Errorf("%q in %q: what the one form lacks is not taken from the other", city, country)
	}
}

func TestEveryAudienceIsReadBack(t *testing.T) {
	for a := Public; a <= Operator; a++ {
		if got, ok := ParseAudience(a.String()); got != a || !ok {
			t.Errorf("%s is read as %s, %v", a, got, ok)
		}
	}
	for _, s := range []string{"nobody", "", "Public", "root"} {
		if a, ok := ParseAudience(s); a != Nobody || ok {
			t.Errorf("%q is read as %s, %v", s, a, ok)
		}
	}
	if got := (Operator + 1).String(); got != "nobody" {
		t.Errorf("an audience that does not exist is called %s", got)
	}
}

func TestARegistrarIsKnownByItsKeyInAnyCase(t *testing.T) {
	for sponsor, want := range map[string]Standing{"ours": ToRegistrarOfRecord, "OURS ": ToRegistrarOfRecord, "": ToOtherRegistrar, "theirs": ToOtherRegistrar, "a\x00": ToOtherRegistrar} {
		if got := (Viewer{Audience: Registrar, Registrar: "ours"}).standing(sponsor); got != want {
			t.Errorf("to the sponsor %q it stands as %d", sponsor, got)
		}
	}
	if got := (Viewer{Audience: Registrar}).standing(""); got != ToOtherRegistrar {
		t.Errorf("a registrar without an id stands to an object without one as %d", got)
	}
}
