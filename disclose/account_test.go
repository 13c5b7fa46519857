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

// What the journal says was disclosed: the fields of which the view shows more than the
// public's view of the same, and no other.
func TestTheJournalIsToldWhatIsDisclosedBeyondThePublic(t *testing.T) {
	d := full[register.Domain]()
	d.Sponsor, d.Hosts = "ours", nil
	contacts := make([]*register.Contact, len(d.Roles()))
	for i := range contacts {
		contacts[i] = aPerson.Contact
	}
	record := &Record{Domain: d, Contacts: contacts}
	for _, file := range ShippedNames() {
		p := shipped(t, file)
		public := p.Domain(thePublic, record)
		if got := public.Disclosed(); len(got) != 0 {
			t.Errorf("%s: an answer to the public discloses %v", file, got)
		}
		for _, who := range []Viewer{itsRegistrar, anotherRegistrar, researching, anAuthority, theOperator} {
			view := p.Domain(who, record)
			got, want := view.Disclosed(), beyondPublic(t, view, public)
			if !slices.Equal(got, want) {
				t.Errorf("%s: viewer %v: disclosed are %v, and journaled %v", file, who, want, got)
			}
			if file == "gdpr" && who == anAuthority && (!slices.Contains(got, ContactName) || slices.Contains(got, DomainName)) {
				t.Errorf("%s: to an authority is disclosed %v", file, got)
			}
		}
	}
}

// A contact that the public may not know of is disclosed with all that is shown of it,
// whatever the public is shown of those that it may know of.
func TestOfAContactThatThePublicMayNotKnowOfAllIsDisclosed(t *testing.T) {
	of := func(extra Field) *Policy {
		p, err := NewPolicy("test", []Rule{
			{ID: "all", Basis: "test", Reason: "test", Fields: []Field{ContactCountry, DomainName}, Outcome: Show, DespiteProtection: "test"},
			{ID: "police", Basis: "test", Reason: "test", Fields: []Field{extra}, When: Condition{Standings: []Standing{ToAuthority}}, Outcome: Show, DespiteProtection: "test"},
		})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	view, ok := of(ContactExistence).Contact(anAuthority, aPerson.Contact)
	if got := view.Disclosed(); !ok || !slices.Equal(got, []Field{ContactExistence, ContactCountry}) {
		t.Errorf("by its handle: %v", got)
	}
	record := &Record{Domain: &register.Domain{Name: "shop.example", Registrant: "a"}, Contacts: []*register.Contact{aPerson.Contact}}
	domain := of(DomainContacts).Domain(anAuthority, record)
	if got := domain.Disclosed(); !slices.Equal(got, []Field{DomainContacts, ContactCountry}) {
		t.Errorf("of a domain: %v", got)
	}
}

// beyondPublic are the fields of which a view shows more than the public's of the same.
func beyondPublic(t *testing.T, view, public any) (out []Field) {
	t.Helper()
	less := func(view, public any) {
		open := openIn(t, public)
		for _, s := range look(t, public) {
			if s.status == Part || s.status == Replaced { // and then whole is more
				open = slices.DeleteFunc(open, func(f Field) bool { return f == s.field })
			}
		}
		for _, s := range look(t, view) {
			if s.field <= ContactLocked && s.status > Withheld && s.status < Part && !slices.Contains(open, s.field) ||
				s.status >= Part && !slices.Contains(openIn(t, public), s.field) {
				out = append(out, s.field)
			}
		}
	}
	if v, is := view.(Domain); is {
		p := public.(Domain)
		contacts, there := v.Contacts.Get()
		known, public := p.Contacts.Get()
		for i := range contacts {
			if !public {
				less(contacts[i], Contact{})
			} else {
				less(contacts[i], known[i])
			}
		}
		if there && !public {
			out = append(out, DomainContacts)
		}
		v.Contacts, p.Contacts = Value[[]Contact]{}, Value[[]Contact]{}
		less(v, p)
	} else {
		less(view, public)
	}
	slices.Sort(out)
	return slices.Compact(out)
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
