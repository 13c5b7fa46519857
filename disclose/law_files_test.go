package disclose_test

import (
	"slices"
	"testing"

	. "registerd/disclose"
	"registerd/register"
)

// A ruling is a line of the law: what of a contact, in a role, somebody sees,
// and that all else is hidden. The tables are in the law_*_test.go beside.
type ruling struct {
	law  string
	who  Viewer
	of   contact
	as   register.Role
	sees []Field
}

const (
	registrant = register.RoleRegistrant
	admin      = register.RoleAdmin
	technical  = register.RoleTech
	billing    = register.RoleBilling
)

// shipped reads a rule file that comes with the program.
func shipped(t testing.TB, name string) *Policy {
	t.Helper()
	text, err := Shipped(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ReadPolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// holds checks each line of a table, field by field, both ways.
func holds(t *testing.T, p *Policy, law []ruling) {
	t.Helper()
	for _, l := range law {
		got := openIn(t, inRole(p, l.who, l.of.Contact, l.as))
		want := slices.Sorted(slices.Values(l.sees))
		for f := ContactHandle; f <= ContactLocked; f++ {
			switch shows := slices.Contains(got, f); {
			case shows && !slices.Contains(want, f):
				t.Errorf("%s: %s But the %s is shown.", p.Name, l.law, f)
			case !shows && slices.Contains(want, f):
				t.Errorf("%s: %s But the %s is not shown.", p.Name, l.law, f)
			}
		}
	}
}

// inRole views a contact of a domain of "ours".
func inRole(p *Policy, who Viewer, c *register.Contact, as register.Role) Contact {
	d := &register.Domain{Name: "shop.example", Sponsor: "OURS"}
	if as == registrant {
		d.Registrant = c.Handle
	} else {
		d.Contacts = []register.DomainRole{{Role: as, Handle: c.Handle}}
	}
	view := p.Domain(who, &Record{Domain: d, Contacts: []*register.Contact{c}})
	contacts, shown := view.Contacts.Get()
	if !shown {
		return Contact{}
	}
	return contacts[0]
}

// finds checks whether a contact is found by its handle.
func finds(t *testing.T, p *Policy, law string, who Viewer, of contact, want bool) {
	t.Helper()
	if _, found := p.Contact(who, of.Contact); found != want {
		t.Errorf("%s: %s But found is %v.", p.Name, law, found)
	}
}

// What holds under every rule file that comes with the program.
func TestTheLawOfEveryFile(t *testing.T) {
	hidden := []Field{DomainCreator, DomainUpdater, DomainTransfer, DomainDispute}
	for _, name := range ShippedNames() {
		p := shipped(t, name)
		for _, role := range []register.Role{registrant, admin, technical, billing} {
			holds(t, p, []ruling{
				{"A registrar sees the contacts of its own domains.", itsRegistrar, aPerson.but(protected), role, everything},
				{"An authority sees all of one named object.", anAuthority, aPerson.but(protected), role, everything},
				{"The registry sees its register.", theOperator, aPerson.but(protected), role, everything},
				{"Nobody sees nothing.", nobody, aCompany, role, nil},
			})
		}
		finds(t, p, "The public does not find a protected person.", thePublic, aPerson.but(protected, permits(everyElement)), false)
		finds(t, p, "Another registrar does not find a protected company.", anotherRegistrar, aCompany.but(protected), false)
		finds(t, p, "Its registrar finds a person.", itsRegistrar, aPerson, true)
		finds(t, p, "Nobody finds nothing.", nobody, aCompany, false)
		for _, who := range []Viewer{thePublic, anotherRegistrar} {
			domain := full[register.Domain]()
			domain.Sponsor, domain.Registrant, domain.Contacts = "ours", "", nil
			for _, s := range look(t, p.Domain(who, &Record{Domain: domain, Hosts: make([]*register.Host, 1)})) {
				if s.field <= DomainDispute && slices.Contains(hidden, s.field) == (s.status != Withheld) {
					t.Errorf("%s: to %v the %s has status %s", name, who, s.field, s.status)
				}
			}
		}
	}
}

// No rule file shows more of a holder who is protected than that one was
// identified, the country, and the address of a form.
func TestTheLawOfTheProtected(t *testing.T) {
	notTheHolder := []Field{ContactVerification, ContactCountry}
	for _, name := range ShippedNames() {
		p := shipped(t, name)
		for _, of := range []contact{aPerson, aCompany, anEstate, aPublicBody, anUnknown} {
			of = of.but(protected, consents(everyElement), permits(everyElement), roleAddress, locked)
			for _, role := range []register.Role{registrant, admin, technical, billing} {
				view := inRole(p, thePublic, of.Contact, role)
				for _, s := range look(t, view) {
					if s.status != Withheld && !slices.Contains(notTheHolder, s.field) && s.status != Replaced {
						t.Errorf("%s: a protected %s shows the %s", name, of.Facts.Holder, s.field)
					}
				}
			}
		}
	}
}

func roleAddress(c *register.Contact) { c.Email = "hostmaster@shop.example" }

func personalAddress(c *register.Contact) { c.Email = "ida.holm@shop.example" }

func locked(c *register.Contact) { c.Facts.Locked = true }

func notLocked(c *register.Contact) { c.Facts.Locked = false }

// Who is told that something is withheld is told the reason that fits.
func TestTheReasonThatIsGivenIsTheOneThatFits(t *testing.T) {
	for _, l := range []struct {
		file string
		of   contact
		as   register.Role
		f    Field
		rule string
	}{
		{"gdpr", aPerson, registrant, ContactName, "person"},
		{"gdpr", aCompany, registrant, ContactName, "contact-person"},
		{"gdpr", aCompany.but(protected), registrant, ContactVoice, "person"},
		{"nis2", aPerson, registrant, ContactName, "person"},
		{"nis2", aPerson, registrant, ContactHolder, "person-no-place"},
		{"nis2", aCompany, registrant, ContactEmail, "personal-email"},
		{"nis2", aCompany.but(protected), registrant, ContactHolder, "protected-no-place"},
		{"nis2", aCompany.but(protected), registrant, ContactVoice, "person"},
		{"icann-2024", aPerson, registrant, ContactName, "registrant"},
		{"icann-2024", aPerson, admin, ContactName, "not-collected"},
		{"icann-2024", aPerson.but(protected), registrant, ContactCountry, "protection"},
		{"closed", aPerson, registrant, ContactName, "contact"},
		{"example-dk", aPerson, registrant, ContactHandle, "handle"},
		{"example-dk", aPerson, registrant, ContactHolder, "no-place"},
		{"example-dk", aPerson, registrant, ContactEmail, "email"},
		{"example-dk", aPerson.but(protected), registrant, ContactEmail, "protected-email"},
		{"example-dk", aPerson.but(protected), registrant, ContactName, "protection"},
		{"example-dk", aPerson.but(restricts(register.Voice)), registrant, ContactVoice, "unlisted-phone"},
		{"example-dk", aPerson, technical, ContactName, "other-contact"},
		{"example-dk", aPerson, technical, ContactVerification, "other-contact-no-place"},
		{"example-cz", aPerson, registrant, ContactVoice, "not-asked"},
		{"example-cz", aPerson.but(restricts(register.Voice)), registrant, ContactVoice, "asked-not-to"},
		{"example-cz", aPerson.but(restricts(register.AddrInt)), registrant, ContactCity, "hidden-address"},
		{"example-cz", aPerson.but(protected), registrant, ContactStatus, "protected-no-place"},
		{"example-cz", aPerson, registrant, ContactLanguage, "office"},
		{"example-cz", aPerson, registrant, ContactHolder, "rest"},
	} {
		for _, s := range look(t, inRole(shipped(t, l.file), thePublic, l.of.Contact, l.as)) {
			if s.field != l.f {
				continue
			}
			rule := s.value.MethodByName("Rule").Call(nil)[0].Interface().(*Rule)
			if rule == nil || rule.ID != l.rule || s.status != Withheld {
				t.Errorf("%s: the %s of a %s is %s by %v, want %s", l.file, l.f, l.as, s.status, rule, l.rule)
			}
		}
	}
}
