package disclose_test

import (
	"slices"
	"testing"
	"time"

	. "registerd/disclose"
	"registerd/register"
)

// The callers of the table below. The contacts and the domains that they ask
// about belong to the registrar "ours".
var (
	nobody           = Viewer{}
	thePublic        = Viewer{Audience: Public}
	itsRegistrar     = Viewer{Audience: Registrar, Registrar: "ours"}
	anotherRegistrar = Viewer{Audience: Registrar, Registrar: "theirs"}
	anAuthority      = Viewer{Audience: Authority}
	theOperator      = Viewer{Audience: Operator}
)

// The holders of the table. Each has a value in every field, is identified,
// and neither protected nor agreeing to anything.
var (
	aPerson         = holder(register.HolderNatural)
	aSoleProprietor = holder(register.HolderSoleProprietor)
	anEstate        = holder(register.HolderEstate)
	anUnknown       = holder(register.HolderUnknown)
	aCompany        = holder(register.HolderLegal)
	aPublicBody     = holder(register.HolderPublicBody)
)

// What the public sees.
var (
	theCountry  = []Field{ContactCountry}
	ofTheOffice = []Field{ContactHandle, ContactHolder, ContactStatus, ContactSponsor, ContactCreated, ContactUpdated}
	anAddress   = []Field{ContactStreet, ContactCity, ContactProvince, ContactCode}
	anOffice    = all(theCountry, ofTheOffice, anAddress, []Field{ContactOrganization, ContactVoice})
	identified  = []Field{ContactVerification}
	everything  = allOfContact()
)

var laws = []struct {
	law  string
	who  Viewer
	of   contact
	sees []Field
}{
	{"The public sees of a natural person the country only.", thePublic, aPerson, all(theCountry, identified)},
	{"A sole proprietor is a person.", thePublic, aSoleProprietor, all(theCountry, identified)},
	{"An estate is a person.", thePublic, anEstate, all(theCountry, identified)},
	{"A holder of unknown type is a person.", thePublic, anUnknown, all(theCountry, identified)},
	{"The public sees of a legal person the organisation, address and telephone.", thePublic, aCompany, all(anOffice, identified)},
	{"A public body is shown as a legal person is.", thePublic, aPublicBody, all(anOffice, identified)},
	{"A legal person without an organisation counts as unknown.", thePublic, aCompany.but(withoutOrganization), all(theCountry, identified)},
	{"A public body without an organisation counts as unknown.", thePublic, aPublicBody.but(withoutOrganization), all(theCountry, identified)},

	{"A legal person's e-mail is shown with its consent.", thePublic, aCompany.but(consents(register.Email)), all(anOffice, identified, []Field{ContactEmail})},
	{"A public body's e-mail is shown with its consent.", thePublic, aPublicBody.but(consents(register.Email)), all(anOffice, identified, []Field{ContactEmail})},
	{"Consent shows no more of a legal person than the e-mail.", thePublic, aCompany.but(consents(everyElement)), all(anOffice, identified, []Field{ContactEmail})},
	{"Consent to another thing does not show the e-mail.", thePublic, aCompany.but(consents(everyElement &^ register.Email)), all(anOffice, identified)},
	{"Consent shows nothing of a natural person.", thePublic, aPerson.but(consents(everyElement)), all(theCountry, identified)},
	{"Consent shows nothing of a sole proprietor.", thePublic, aSoleProprietor.but(consents(everyElement)), all(theCountry, identified)},
	{"What EPP permits is not consent.", thePublic, aCompany.but(permits(everyElement)), all(anOffice, identified)},
	{"What EPP permits shows nothing of a natural person.", thePublic, aPerson.but(permits(everyElement)), all(theCountry, identified)},

	{"EPP restricts the telephone.", thePublic, aCompany.but(restricts(register.Voice)), all(anOffice, identified).less(ContactVoice)},
	{"EPP restricts the organisation.", thePublic, aCompany.but(restricts(register.OrgInt)), all(anOffice, identified).less(ContactOrganization)},
	{"EPP restricts the address, and leaves the country.", thePublic, aCompany.but(restricts(register.AddrLoc)), all(anOffice, identified).less(anAddress...)},
	{"A restriction beats consent.", thePublic, aCompany.but(consents(register.Email), restricts(register.Email)), all(anOffice, identified)},
	{"A restriction beats permission.", thePublic, aCompany.but(permits(register.Voice), restricts(register.Voice)), all(anOffice, identified).less(ContactVoice)},

	{"Of a protected legal person the public sees the country only.", thePublic, aCompany.but(protected), all(theCountry, identified)},
	{"A protection that is not known is in force.", thePublic, aCompany.but(protectionUnknown), all(theCountry, identified)},
	{"Protection beats consent.", thePublic, aCompany.but(protected, consents(everyElement)), all(theCountry, identified)},
	{"A protected natural person is no less protected.", thePublic, aPerson.but(protected), all(theCountry, identified)},

	{"The public does not see that nobody identified a holder.", thePublic, aPerson.but(verification(register.Unverified)), theCountry},
	{"The public does not see that an identification is under way.", thePublic, aCompany.but(verification(register.VerificationInProcess)), anOffice},
	{"The public does not see that an identification failed.", thePublic, aCompany.but(verification(register.VerificationFailed)), anOffice},

	{"A registrar sees the contacts of its own domains.", itsRegistrar, aPerson, everything},
	{"Its own registrar sees a protected contact.", itsRegistrar, aPerson.but(protected), everything},
	{"To another registrar a person is as to the public.", anotherRegistrar, aPerson, all(theCountry, identified)},
	{"To another registrar a legal person is as to the public.", anotherRegistrar, aCompany, all(anOffice, identified)},
	{"A registrar without an id is another one.", Viewer{Audience: Registrar}, aPerson, all(theCountry, identified)},
	{"An authority sees all of one named object.", anAuthority, aPerson.but(protected), everything},
	{"The registry sees its register.", theOperator, aPerson.but(protected), everything},
	{"Nobody sees nothing.", nobody, aCompany, nil},
}

func TestTheLawOfContacts(t *testing.T) {
	for _, l := range laws {
		view := asHolder(t, l.who, l.of.Contact)
		got, want := openIn(t, view), slices.Sorted(slices.Values(l.sees))
		for _, f := range got {
			if !slices.Contains(want, f) {
				t.Errorf("%s But the %s is shown.", l.law, f)
			}
		}
		for _, f := range want {
			if !slices.Contains(got, f) {
				t.Errorf("%s But the %s is not shown.", l.law, f)
			}
		}
	}
}

// asHolder views a contact as the registrant of a domain of "ours".
func asHolder(t *testing.T, who Viewer, c *register.Contact) Contact {
	t.Helper()
	d := &register.Domain{Name: "shop.example", Sponsor: "OURS", Registrant: c.Handle}
	view := GDPR().Domain(who, &Record{Domain: d, Contacts: []*register.Contact{c}})
	contacts, shown := view.Contacts.Get()
	if !shown {
		return Contact{}
	}
	return contacts[0]
}

// The handle tells nobody that its contact is there, unless it may be shown.
func TestTheLawOfLookingUpAContact(t *testing.T) {
	for _, l := range []struct {
		law  string
		who  Viewer
		of   contact
		find bool
	}{
		{"The public does not find a person.", thePublic, aPerson, false},
		{"The public does not find a sole proprietor.", thePublic, aSoleProprietor, false},
		{"The public does not find an estate.", thePublic, anEstate, false},
		{"The public does not find an unknown holder.", thePublic, anUnknown, false},
		{"The public finds a company.", thePublic, aCompany, true},
		{"The public finds a public body.", thePublic, aPublicBody, true},
		{"The public does not find a company without an organisation.", thePublic, aCompany.but(withoutOrganization), false},
		{"The public does not find a protected company.", thePublic, aCompany.but(protected), false},
		{"The public finds a company that restricts all through EPP.", thePublic, aCompany.but(restricts(everyElement)), true},
		{"Consent does not make a person be found.", thePublic, aPerson.but(consents(everyElement)), false},
		{"Its registrar finds a person.", itsRegistrar, aPerson, true},
		{"Another registrar does not find a person.", anotherRegistrar, aPerson, false},
		{"An authority finds a person.", anAuthority, aPerson.but(protected), true},
		{"The registry finds a person.", theOperator, aPerson, true},
		{"Nobody finds nothing.", nobody, aCompany, false},
	} {
		view, found := GDPR().Contact(l.who, l.of.Contact)
		if found != l.find {
			t.Errorf("%s But found is %v.", l.law, found)
		}
		if !found {
			nothingIn(t, l.law, view)
		}
	}
}

func TestThePublicLearnsOfAnIdentificationOnlyThatItWasDone(t *testing.T) {
	view := asHolder(t, thePublic, aPerson.Contact)
	got, shown := view.Verification.Get()
	if want := (register.Verification{State: register.Verified}); got != want || !shown || view.Verification.Status() != Part {
		t.Errorf("the public sees %v, %v; want the word alone", got, shown)
	}
	view = asHolder(t, itsRegistrar, aPerson.Contact)
	if got, _ := view.Verification.Get(); got != aPerson.Facts.Verification || view.Verification.Status() != Shown {
		t.Errorf("the registrar sees %v, want the whole", got)
	}
}

func TestTheLawOfDomains(t *testing.T) {
	domain := full[register.Domain]()
	domain.Sponsor, domain.Registrant, domain.Contacts = "ours", "", nil
	for _, l := range []struct {
		law    string
		who    Viewer
		hidden []Field
	}{
		{"The public does not see a dispute, nor the registry's own work.", thePublic, []Field{DomainCreator, DomainUpdater, DomainTransfer, DomainDispute}},
		{"To another registrar a domain is as to the public.", anotherRegistrar, []Field{DomainCreator, DomainUpdater, DomainTransfer, DomainDispute}},
		{"A registrar does not see a dispute over its own domain.", itsRegistrar, []Field{DomainDispute}},
		{"An authority sees a dispute.", anAuthority, nil},
		{"The registry sees a dispute.", theOperator, nil},
	} {
		view := GDPR().Domain(l.who, &Record{Domain: domain, Hosts: make([]*register.Host, 1)})
		for _, s := range look(t, view) {
			if s.field > DomainDispute {
				continue
			}
			if hidden := slices.Contains(l.hidden, s.field); hidden == (s.status != Withheld) {
				t.Errorf("%s But the %s has status %d.", l.law, s.field, s.status)
			}
		}
	}
}

func TestAMissingContactIsNamedOnlyToWhoMaySeeTheHandle(t *testing.T) {
	domain := &register.Domain{Name: "shop.example", Sponsor: "ours", Registrant: "gone-1"}
	for _, tt := range []struct {
		who   Viewer
		named bool
	}{{nobody, false}, {thePublic, false}, {anotherRegistrar, false}, {itsRegistrar, true}, {anAuthority, true}, {theOperator, true}} {
		view := GDPR().Domain(tt.who, &Record{Domain: domain, Contacts: make([]*register.Contact, 1)})
		contacts, _ := view.Contacts.Get()
		for _, c := range contacts {
			if handle, shown := c.Handle.Get(); shown != tt.named || c.Missing != tt.named || shown && handle != "gone-1" {
				t.Errorf("viewer %v: handle %q, %v; missing %v", tt.who, handle, shown, c.Missing)
			}
		}
		if len(contacts) != 1 && tt.who != nobody {
			t.Errorf("viewer %v: the role is not shown", tt.who)
		}
	}
}

// contact is a contact of the table, which edits make another of.
type contact struct{ *register.Contact }

func holder(h register.HolderType) contact {
	c := full[register.Contact]()
	c.Sponsor = "ours"
	c.Disclose = register.Preference{}
	c.Facts = register.Facts{
		Holder: h, Protection: register.NotProtected, Language: "da",
		Verification: register.Verification{State: register.Verified, Method: register.MethodDocuments, Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
	}
	return contact{c}
}

func (c contact) but(edits ...func(*register.Contact)) contact {
	changed := *c.Contact
	for _, edit := range edits {
		edit(&changed)
	}
	return contact{&changed}
}

const everyElement = register.NameInt | register.NameLoc | register.OrgInt | register.OrgLoc |
	register.AddrInt | register.AddrLoc | register.Voice | register.Fax | register.Email

func consents(e register.Element) func(*register.Contact) {
	return func(c *register.Contact) { c.Facts.Consent = e }
}

func permits(e register.Element) func(*register.Contact) {
	return func(c *register.Contact) { c.Disclose.Permit = e }
}

func restricts(e register.Element) func(*register.Contact) {
	return func(c *register.Contact) { c.Disclose.Restrict = e }
}

func verification(s register.VerificationState) func(*register.Contact) {
	return func(c *register.Contact) { c.Facts.Verification.State = s }
}

func protected(c *register.Contact) { c.Facts.Protection = register.Protected }

func protectionUnknown(c *register.Contact) { c.Facts.Protection = register.ProtectionUnknown }

func withoutOrganization(c *register.Contact) {
	c.Local.Organization, c.International.Organization = "", ""
}

// fields is a set of fields.
type fields []Field

func all(sets ...[]Field) fields { return slices.Concat(sets...) }

func (f fields) less(these ...Field) []Field {
	return slices.DeleteFunc(slices.Clone(f), func(x Field) bool { return slices.Contains(these, x) })
}

func allOfContact() []Field {
	var out []Field
	for f := ContactHandle; f <= ContactLocked; f++ {
		out = append(out, f)
	}
	return out
}
