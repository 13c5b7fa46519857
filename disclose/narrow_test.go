package disclose_test

import (
	"reflect"
	"slices"
	"testing"

	. "registerd/disclose"
	"registerd/register"
)

// heldBy is the smallest set that holds each field of a view: a new field is a
// question. Brief tells of no person, so nothing of a contact's own data is in it.
var heldBy = map[reflect.Type]map[string]FieldSet{
	reflect.TypeFor[Domain](): {
		"Name": ID, "Handle": Brief, "Statuses": Brief, "Grace": Brief,
		"Created": Brief, "Expires": Brief, "Deletes": Brief, "Updated": Brief, "Transferred": Brief,
		"IDNTable": Full, "VariantOf": Full, "Variants": Full, "Contacts": Full, "NameServers": Full, "Sponsor": Full, "Creator": Full,
		"Updater": Full, "Transfer": Full, "DNSSEC": Full, "Suspension": Full, "Dispute": Full,
	},
	reflect.TypeFor[Contact](): {
		"Handle": ID, "ROID": ID, "Statuses": Brief, "Created": Brief, "Updated": Brief, "Transferred": Brief,
		"Role": Full, "Missing": Full, "Holder": Full, "Name": Full, "Organization": Full, "Street": Full, "City": Full,
		"Province": Full, "Code": Full, "Country": Full, "Voice": Full, "Fax": Full, "Email": Full, "Verification": Full,
		"Language": Full, "Sponsor": Full, "Creator": Full, "Updater": Full, "Preference": Full, "Protection": Full,
		"Consent": Full, "Locked": Full,
	},
	reflect.TypeFor[Host](): {
		"Name": ID, "Handle": Brief, "Statuses": Brief, "Addrs": Brief,
		"Sponsor": Full, "Creator": Full, "Updater": Full, "Created": Full, "Updated": Full, "Transferred": Full,
	},
	reflect.TypeFor[RegistrarView](): {
		"ID": ID, "IANA": Brief, "Status": Brief, "Created": Brief, "Updated": Brief,
		"Name": Full, "Address": Full, "Voice": Full, "Fax": Full, "Email": Full, "URL": Full, "WHOISServer": Full,
		"WHOISURL": Full, "RDAPBase": Full, "AbuseEmail": Full, "AbusePhone": Full,
	},
}

var fieldSets = []FieldSet{Full, Brief, ID}

// narrowed is a view with no more than a set holds; ok is false for a view that
// no search gives.
func narrowed(view any, s FieldSet) (any, bool) {
	switch v := view.(type) {
	case Domain:
		return v.Narrow(s), true
	case Contact:
		return v.Narrow(s), true
	case Host:
		return v.Narrow(s), true
	case RegistrarView:
		return v.Narrow(s), true
	}
	return nil, false
}

// Of each field a narrowed view has what the whole has, or the zero Value.
func TestANarrowedViewHasExactlyWhatItsSetHolds(t *testing.T) {
	for _, who := range everybody {
		for _, view := range views(GDPR(), who) {
			for _, s := range fieldSets {
				small, searched := narrowed(view, s)
				if searched {
					holdsExactly(t, s, reflect.ValueOf(view), reflect.ValueOf(small))
				}
			}
		}
	}
	for kind, table := range heldBy {
		for name := range table {
			if _, is := kind.FieldByName(name); !is {
				t.Errorf("%s.%s is not there any more", kind.Name(), name)
			}
		}
	}
}

func holdsExactly(t *testing.T, s FieldSet, whole, small reflect.Value) {
	t.Helper()
	for i := range whole.NumField() {
		f := whole.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		smallest, listed := heldBy[whole.Type()][f.Name]
		want := reflect.Zero(f.Type)
		if s <= smallest {
			want = whole.Field(i)
		}
		if !listed {
			t.Errorf("%s.%s: it is not said which sets hold it", whole.Type().Name(), f.Name)
		} else if !reflect.DeepEqual(small.Field(i).Interface(), want.Interface()) {
			t.Errorf("%s: %s.%s is %v, want %v", s, whole.Type().Name(), f.Name, small.Field(i), want)
		}
	}
}

// The journal is told of what a narrowed view holds, and of nothing that was
// left out.
func TestTheJournalIsToldOfWhatANarrowedViewHolds(t *testing.T) {
	journaled := 0
	for _, who := range everybody {
		public := views(GDPR(), Viewer{Audience: Public})
		for i, view := range views(GDPR(), who) {
			for _, s := range fieldSets {
				switch v := view.(type) {
				case Domain:
					small := v.Narrow(s)
					journaled += journals(t, s, who, beyondPublic(t, small, public[i].(Domain).Narrow(s)), small.Disclosed(), v.Disclosed())
				case Contact:
					small := v.Narrow(s)
					journaled += journals(t, s, who, beyondPublic(t, small, public[i].(Contact).Narrow(s)), small.Disclosed(), v.Disclosed())
					if slices.Contains(v.Disclosed(), ContactExistence) && !slices.Contains(small.Disclosed(), ContactExistence) {
						t.Errorf("%s to %v: that the contact is there is not journaled", s, who)
					}
				}
			}
		}
	}
	if journaled < 100 {
		t.Errorf("only %d fields were journaled: the test looks at too little", journaled)
	}
}

// journals checks what is journaled of a view: what it shows beyond the public's, which
// does not say of a contact that it is there.
func journals(t *testing.T, s FieldSet, who Viewer, beyond, got, before []Field) int {
	t.Helper()
	told := slices.DeleteFunc(slices.Clone(got), func(f Field) bool { return f == ContactExistence })
	if who.Audience > Public && who.Audience <= Operator && !slices.Equal(told, beyond) {
		t.Errorf("%s to %v: journaled are %v, and held %v", s, who, told, beyond)
	}
	for _, f := range got {
		if !slices.Contains(before, f) {
			t.Errorf("%s to %v: %s is journaled, and was not before", s, who, f)
		}
	}
	return len(got)
}

func TestANarrowedViewTellsOfNoPerson(t *testing.T) {
	d := &register.Domain{Name: "shop.example", Sponsor: "ours", Registrant: "a"}
	domain := GDPR().Domain(theOperator, &Record{Domain: d, Contacts: []*register.Contact{aPerson.Contact}})
	contact, _ := GDPR().Contact(theOperator, aPerson.Contact)
	for _, s := range fieldSets {
		wantPersons := 0
		if s == Full {
			wantPersons = 1
		}
		small, one := domain.Narrow(s), contact.Narrow(s)
		contacts, _ := small.Contacts.Get()
		if n := small.PersonalRecords(); n != wantPersons || len(contacts) != wantPersons {
			t.Errorf("%s: a domain counts %d personal records and shows %v, want %d", s, n, contacts, wantPersons)
		}
		if one.Personal() != (s == Full) {
			t.Errorf("%s: that a contact is personal is %v", s, one.Personal())
		}
		if one.Identity() != contact.Identity() {
			t.Errorf("%s: the journal knows the contact as %q", s, one.Identity())
		}
	}
	if domain.PersonalRecords() != 1 || !contact.Personal() {
		t.Error("narrowing changed the view that it was made of")
	}
}

func TestAViewWithoutPersonsHasAllElse(t *testing.T) {
	d := &register.Domain{Name: "shop.example", Sponsor: "ours", Registrant: "a", Statuses: []string{"ok"}}
	whole := GDPR().Domain(theOperator, &Record{Domain: d, Contacts: []*register.Contact{aPerson.Contact}})
	small := whole.WithoutPersons()
	if _, there := small.Contacts.Get(); there || small.Contacts.Redacted() {
		t.Errorf("the contacts are %v", small.Contacts)
	}
	if small.PersonalRecords() != 0 || whole.PersonalRecords() != 1 {
		t.Errorf("it counts %d personal records, and the whole %d", small.PersonalRecords(), whole.PersonalRecords())
	}
	for _, f := range small.Disclosed() {
		if f == DomainContacts || f >= ContactExistence && f <= ContactLocked {
			t.Errorf("%s is journaled", f)
		}
	}
	got, want := reflect.ValueOf(small), reflect.ValueOf(whole)
	for i := range got.NumField() {
		if f := got.Type().Field(i); f.IsExported() && f.Name != "Contacts" && !reflect.DeepEqual(got.Field(i).Interface(), want.Field(i).Interface()) {
			t.Errorf("%s is %v, want %v", f.Name, got.Field(i), want.Field(i))
		}
	}
}

func TestAFieldSetIsReadByItsWord(t *testing.T) {
	for _, s := range fieldSets {
		if got, known := ParseFieldSet(s.String()); got != s || !known {
			t.Errorf("%s is read as %s, %v", s, got, known)
		}
	}
	for _, word := range []string{"", "Full", "all", "brief "} {
		if got, known := ParseFieldSet(word); known {
			t.Errorf("%q is read as %s", word, got)
		}
	}
}
