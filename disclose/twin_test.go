package disclose_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	. "registerd/disclose"
	"registerd/register"
)

// Two contacts that differ in what is withheld, and in whether there is
// anything, look the same: not even a guess can be checked against an answer.
func TestContactsThatDifferInWhatIsWithheldLookTheSame(t *testing.T) {
	policies := []*Policy{GDPR(), shipped(t, "nis2")}
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(policies).Draw(t, "rules")
		who := rapid.SampledFrom(everybody).Draw(t, "viewer")
		one := drawContact(t)
		other := one
		domain := &register.Domain{Name: "shop.example", Sponsor: "ours", Registrant: "a handle"}
		asSeen := func(c *register.Contact) Domain {
			return p.Domain(who, &Record{Domain: domain, Contacts: []*register.Contact{c}})
		}
		before := asSeen(&one)
		contacts, _ := before.Contacts.Get()
		if len(contacts) == 0 {
			contacts = []Contact{{}}
		}
		change(t, who, &contacts[0], &other)
		if one.Traits() != other.Traits() {
			t.Skip("the other is of another kind")
		}
		if after := asSeen(&other); !reflect.DeepEqual(before, after) {
			t.Fatalf("viewer %v tells apart\n%+v and\n%+v", who, one, other)
		}
		viewOne, foundOne := p.Contact(who, &one)
		viewOther, foundOther := p.Contact(who, &other)
		if !foundOne && (foundOther || !reflect.DeepEqual(viewOne, viewOther)) {
			t.Fatalf("viewer %v finds one of\n%+v and\n%+v", who, one, other)
		}
	})
}

func drawContact(t *rapid.T) register.Contact {
	form := func(what string) register.Postal {
		if rapid.IntRange(0, 2).Draw(t, what) == 0 {
			return register.Postal{}
		}
		return register.Postal{
			Name: text(t, what), Organization: text(t, what),
			Address: register.Address{City: text(t, what), Province: text(t, what), Code: text(t, what), Country: rapid.SampledFrom([]string{"", "DK", "SE"}).Draw(t, what)},
		}
	}
	element := rapid.SampledFrom([]register.Element{0, register.Email, register.Voice, register.OrgLoc, register.AddrInt, everyElement})
	return register.Contact{
		Handle: text(t, "handle"), ROID: text(t, "roid"),
		International: form("int"), Local: form("loc"),
		Voice: register.Phone{Number: text(t, "voice")}, Fax: register.Phone{Number: text(t, "fax")}, Email: text(t, "email"),
		Sponsor:  "ours",
		Disclose: register.Preference{Restrict: element.Draw(t, "restrict")},
		Facts: register.Facts{
			Holder:       rapid.SampledFrom([]register.HolderType{register.HolderUnknown, register.HolderNatural, register.HolderLegal, register.HolderPublicBody, register.HolderEstate}).Draw(t, "holder"),
			Protection:   rapid.SampledFrom([]register.Protection{register.ProtectionUnknown, register.NotProtected, register.Protected}).Draw(t, "protection"),
			Consent:      element.Draw(t, "consent"),
			Verification: register.Verification{State: register.VerificationState(rapid.IntRange(0, 3).Draw(t, "state"))},
		},
	}
}

func text(t *rapid.T, what string) string {
	return rapid.SampledFrom([]string{"", "", "", "Anna", "info@post.example"}).Draw(t, what)
}

// change gives c other values wherever the view shows none.
func change(t *rapid.T, who Viewer, view *Contact, c *register.Contact) {
	other := func(v interface{ Status() Status }, values ...*string) {
		for _, p := range values {
			if v.Status() == Withheld {
				*p = text(t, "another")
			}
		}
	}
	if who.Grant == nil && who.Audience != Holder { // who know whose contact they ask for
		other(view.Handle, &c.Handle, &c.ROID)
	}
	other(view.Name, &c.Local.Name, &c.International.Name)
	other(view.Organization, &c.Local.Organization, &c.International.Organization)
	for _, a := range []*register.Address{&c.Local.Address, &c.International.Address} {
		other(view.City, &a.City)
		other(view.Province, &a.Province)
		other(view.Code, &a.Code)
		if view.Street.Status() == Withheld {
			a.Street = rapid.SampledFrom([][]string{nil, {"Road 1"}, {"Road 2", "Back"}}).Draw(t, "street")
		}
	}
	other(view.Voice, &c.Voice.Number, &c.Voice.Extension)
	other(view.Fax, &c.Fax.Number, &c.Fax.Extension)
	other(view.Email, &c.Email)
	other(view.Language, &c.Facts.Language)
	other(view.Creator, &c.Creator)
	other(view.Updater, &c.Updater)
}
