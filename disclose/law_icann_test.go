package disclose_test

import (
	"testing"

	. "registerd/disclose"
	"registerd/register"
)

func TestTheLawOfICANN(t *testing.T) {
	region := []Field{ContactProvince, ContactCountry}
	form := []Field{ContactEmail}
	published := all(region, form)
	agreed := all(published, []Field{ContactName, ContactOrganization, ContactStreet, ContactCity, ContactCode, ContactVoice, ContactFax})
	holds(t, shipped(t, "icann-2024"), []ruling{
		{"The public sees of a person the region, and a form.", thePublic, aPerson, registrant, published},
		{"Of a legal person it sees no more.", thePublic, aCompany, registrant, published},
		{"Of an unknown holder it sees no more.", thePublic, anUnknown, registrant, published},
		{"What the registrant agreed to is shown.", thePublic, aPerson.but(consents(everyElement)), registrant, agreed},
		{"The organisation is shown if the registrant agreed.", thePublic, aCompany.but(consents(register.OrgInt | register.OrgLoc)), registrant, all(published, []Field{ContactOrganization})},
		{"Agreeing to one form of the name is not agreeing to both.", thePublic, aPerson.but(consents(register.NameInt)), registrant, published},
		{"A restriction beats consent.", thePublic, aPerson.but(consents(everyElement), restricts(everyElement)), registrant, published},
		{"Permission through EPP is not consent.", thePublic, aPerson.but(permits(everyElement)), registrant, published},
		{"Protection beats consent, and leaves the form.", thePublic, aPerson.but(protected, consents(everyElement)), registrant, form},

		{"Of the technical contact the public sees a form.", thePublic, aPerson, technical, form},
		{"It sees the rest that is published, if that contact agreed.", thePublic, aPerson.but(consents(everyElement)), technical, all(form, []Field{ContactName, ContactVoice})},
		{"Of the administrative contact it sees nothing.", thePublic, aPerson.but(consents(everyElement)), admin, nil},
		{"Of the billing contact it sees nothing.", thePublic, aCompany.but(consents(everyElement)), billing, nil},
		{"To another registrar all is as to the public.", anotherRegistrar, aPerson, registrant, published},
	})
	finds(t, shipped(t, "icann-2024"), "The public finds no contact.", thePublic, aCompany.but(consents(everyElement)), false)
}

func TestUnderICANNAnEmailIsReplacedByAForm(t *testing.T) {
	p := shipped(t, "icann-2024")
	for what, of := range map[string]contact{
		"a person": aPerson, "a company": aCompany, "a protected person": aPerson.but(protected),
		"who has none": aPerson.but(func(c *register.Contact) { c.Email = "" }),
	} {
		for _, as := range []register.Role{registrant, technical} {
			email := inRole(p, thePublic, of.Contact, as).Email
			if got, _ := email.Get(); got != "https://registry.example/contact?domain=shop.example" || email.Status() != Replaced {
				t.Errorf("%s, %s: the e-mail is %q, %s", what, as, got, email.Status())
			}
		}
	}
	email := inRole(p, thePublic, aPerson.but(consents(register.Email)).Contact, registrant).Email
	if got, _ := email.Get(); got != aPerson.Email || email.Status() != Shown {
		t.Errorf("with consent the e-mail is %q, %s", got, email.Status())
	}
}

// What the table of the Response Profile names is said to be withheld; what
// the policy does not publish is withheld without a word.
func TestUnderICANNTheRedactionsOfTheProfileAreSaid(t *testing.T) {
	p := shipped(t, "icann-2024")
	said := func(as register.Role) map[string]bool {
		v := inRole(p, thePublic, aPerson.Contact, as)
		return map[string]bool{
			"ID": v.Handle.Redacted(), "Name": v.Name.Redacted(), "Organization": v.Organization.Redacted(), "Street": v.Street.Redacted(),
			"City": v.City.Redacted(), "Postal Code": v.Code.Redacted(), "Phone": v.Voice.Redacted(), "Fax": v.Fax.Redacted(),
			"Province": v.Province.Redacted(), "Country": v.Country.Redacted(),
		}
	}
	for as, want := range map[register.Role][]string{
		registrant: {"ID", "Name", "Organization", "Street", "City", "Postal Code", "Phone", "Fax"},
		technical:  {"ID", "Name", "Phone"},
		admin:      nil,
	} {
		got := said(as)
		for _, name := range want {
			if !got[name] {
				t.Errorf("%s %s is withheld without a word", as, name)
			}
			delete(got, name)
		}
		for name, is := range got {
			if is {
				t.Errorf("%s %s is said to be withheld", as, name)
			}
		}
	}
}
