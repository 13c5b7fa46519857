package disclose_test

import (
	"slices"
	"testing"

	. "registerd/disclose"
	"registerd/register"
)

// What a budget for personal records counts.
func TestARecordIsPersonalWhenItTellsOfAPerson(t *testing.T) {
	for _, tt := range []struct {
		what     string
		who      Viewer
		of       contact
		personal bool
	}{
		{"a country alone", thePublic, aPerson, false},
		{"an organisation without its contact person", thePublic, aCompany, false},
		{"an organisation's e-mail, with consent", thePublic, aCompany.but(consents(everyElement)), false},
		{"a person, to whose registrar it is no news", itsRegistrar, aPerson, false},
		{"an organisation with its contact person, likewise", itsRegistrar, aCompany, false},
		{"a person, to itself", theHolder(aPerson), aPerson, false},
		{"a person", anAuthority, aPerson, true},
		{"an organisation with its contact person", anAuthority, aCompany, true},
		{"a person, to another registrar", anotherRegistrar, aPerson, false},
	} {
		view := asHolder(t, tt.who, tt.of.Contact)
		if view.Personal() != tt.personal {
			t.Errorf("viewer %v, %s: personal is %v", tt.who, tt.what, view.Personal())
		}
	}
	d := &register.Domain{Sponsor: "ours", Registrant: "a", Contacts: []register.DomainRole{{Role: register.RoleTech, Handle: "b"}}}
	r := &Record{Domain: d, Contacts: []*register.Contact{aPerson.Contact, aCompany.Contact}}
	for who, want := range map[Viewer]int{thePublic: 0, itsRegistrar: 0, anotherRegistrar: 0, anAuthority: 2, theOperator: 2} {
		view := GDPR().Domain(who, r)
		if got := view.PersonalRecords(); got != want {
			t.Errorf("viewer %v: %d personal records, want %d", who, got, want)
		}
	}
}

// What the journal says was disclosed: all that the view does not withhold,
// and nothing else. To the public nothing is disclosed that it does not have.
func TestTheJournalIsToldWhatIsDisclosed(t *testing.T) {
	d := full[register.Domain]()
	d.Sponsor, d.Hosts = "ours", nil
	for _, who := range []Viewer{itsRegistrar, anotherRegistrar, anAuthority, theOperator} {
		contacts := make([]*register.Contact, len(d.Roles()))
		for i := range contacts {
			contacts[i] = aPerson.Contact
		}
		view := GDPR().Domain(who, &Record{Domain: d, Contacts: contacts})
		// A registrar's own data is no disclosure, and that a contact is there is in no field.
		want := slices.DeleteFunc(openIn(t, view), func(f Field) bool { return f > ContactLocked })
		got := slices.DeleteFunc(slices.Sorted(slices.Values(view.Disclosed())), func(f Field) bool { return f == ContactExistence })
		if !slices.Equal(got, want) {
			t.Errorf("viewer %v: disclosed are %v, and journaled %v", who, want, got)
		}
	}
	view := GDPR().Domain(thePublic, &Record{Domain: d, Contacts: make([]*register.Contact, len(d.Roles()))})
	if got := view.Disclosed(); len(got) != 0 {
		t.Errorf("an answer to the public discloses %v", got)
	}
	contact, _ := GDPR().Contact(anAuthority, aPerson.Contact)
	if got := contact.Disclosed(); !slices.Contains(got, ContactName) {
		t.Errorf("the name of a contact was disclosed, and journaled is %v", got)
	}
}

// A redaction is said where an answer has a place for the value, whether or
// not there is one; the rest is withheld without a word.
func TestARedactionIsSaidByRuleAndNotByPresence(t *testing.T) {
	for _, c := range []*register.Contact{aPerson.Contact, {Handle: "bare-1"}} {
		view := asHolder(t, thePublic, c)
		for what, v := range map[string]interface{ Redacted() bool }{
			"name": view.Name, "organisation": view.Organization, "street": view.Street, "city": view.City,
			"postal code": view.Code, "phone": view.Voice, "fax": view.Fax, "e-mail": view.Email, "handle": view.Handle,
		} {
			if !v.Redacted() {
				t.Errorf("the %s is withheld without a word", what)
			}
		}
		for what, v := range map[string]interface{ Redacted() bool }{
			"country": view.Country, "holder type": view.Holder, "language": view.Language, "creator": view.Creator,
			"protection": view.Protection, "consent": view.Consent, "preference": view.Preference,
		} {
			if v.Redacted() {
				t.Errorf("the %s is said to be withheld", what)
			}
		}
	}
}
