package register

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// company is a legal person with all that can be said, in both forms.
func company() *Contact {
	form := Postal{Name: "Ida", Organization: "Shop A/S", Address: Address{Street: []string{"Road 1"}, City: "Town", Country: "DK"}}
	return &Contact{
		International: form, Local: form, Email: "ida@shop.example",
		Facts: Facts{Holder: HolderLegal, Protection: NotProtected},
	}
}

func TestAnUnknownHolderStaysUnknown(t *testing.T) {
	tests := []struct {
		what string
		edit func(*Contact)
		want HolderType
	}{
		{"a company", func(*Contact) {}, HolderLegal},
		{"a company, organisation in one form", func(c *Contact) { c.Local.Organization = "" }, HolderLegal},
		{"a company, organisation in the other form", func(c *Contact) { c.International.Organization = "" }, HolderLegal},
		{"a company without an organisation", noOrganization(""), HolderUnknown},
		{"a company whose organisation is a dash", noOrganization(" - "), HolderUnknown},
		{"a public body", holder(HolderPublicBody), HolderPublicBody},
		{"a public body without an organisation", both(holder(HolderPublicBody), noOrganization("")), HolderUnknown},
		{"a natural person", holder(HolderNatural), HolderNatural},
		{"a natural person without an organisation", both(holder(HolderNatural), noOrganization("")), HolderNatural},
		{"a sole proprietor", holder(HolderSoleProprietor), HolderSoleProprietor},
		{"an estate", holder(HolderEstate), HolderEstate},
		{"nobody known", holder(HolderUnknown), HolderUnknown},
		{"a kind of a newer program", holder(HolderEstate + 1), HolderUnknown},
		{"a kind that would spill into other traits", holder(255), HolderUnknown},
	}
	for _, tt := range tests {
		c := company()
		tt.edit(c)
		if got := c.Traits().Holder(); got != tt.want {
			t.Errorf("%s: counts as %s, want %s", tt.what, got, tt.want)
		}
	}
}

func holder(h HolderType) func(*Contact) { return func(c *Contact) { c.Facts.Holder = h } }

func noOrganization(s string) func(*Contact) {
	return func(c *Contact) { c.Local.Organization, c.International.Organization = s, s }
}

func both(a, b func(*Contact)) func(*Contact) { return func(c *Contact) { a(c); b(c) } }

func TestAnUnknownProtectionCountsAsProtected(t *testing.T) {
	for p, want := range map[Protection]bool{ProtectionUnknown: true, NotProtected: false, Protected: true, Protected + 1: true} {
		c := company()
		c.Facts.Protection = p
		if got := c.Traits().Protected(); got != want {
			t.Errorf("protection %s: protected %v", p, got)
		}
	}
}

func TestAnUnknownStateCountsAsNotVerified(t *testing.T) {
	for s := range VerificationState(255) {
		c := company()
		c.Facts.Verification.State = s
		want := s
		if s > VerificationFailed {
			want = Unverified
		}
		if got := c.Traits().Verification(); got != want {
			t.Errorf("state %d counts as %s", s, got)
		}
	}
}

func TestARestrictionOfOneFormRestrictsTheClass(t *testing.T) {
	classOf := map[Element]Class{
		NameInt: ClassName, NameLoc: ClassName, OrgInt: ClassOrganization, OrgLoc: ClassOrganization,
		AddrInt: ClassAddress, AddrLoc: ClassAddress, Voice: ClassVoice, Fax: ClassFax, Email: ClassEmail,
	}
	for element, class := range classOf {
		c := company()
		c.Disclose.Restrict = element
		for other := range classes {
			if got := c.Traits().Restricts(other); got != (other == class) {
				t.Errorf("%v restricts class %d: %v", element.Words(), other, got)
			}
		}
	}
}

func TestAConsentCoversAllFormsOrNone(t *testing.T) {
	international := func(c *Contact) { c.Local = Postal{} }
	local := func(c *Contact) { c.International = Postal{} }
	neither := both(international, local)
	tests := []struct {
		what string
		edit func(*Contact)
		said Element
		want bool
	}{
		{"both forms, both said", func(*Contact) {}, NameInt | NameLoc, true},
		{"both forms, one said", func(*Contact) {}, NameInt, false},
		{"both forms, the other said", func(*Contact) {}, NameLoc, false},
		{"both forms, nothing said", func(*Contact) {}, 0, false},
		{"both forms, another class said", func(*Contact) {}, OrgInt | OrgLoc, false},
		{"international only, said", international, NameInt, true},
		{"international only, the other said", international, NameLoc, false},
		{"local only, said", local, NameLoc, true},
		{"local only, the other said", local, NameInt, false},
		{"no form, international said", neither, NameInt, true},
		{"no form, nothing said", neither, 0, false},
	}
	for _, tt := range tests {
		c := company()
		tt.edit(c)
		c.Facts.Consent = tt.said
		if got := c.Traits().Consents(ClassName); got != tt.want {
			t.Errorf("%s: consents %v", tt.what, got)
		}
		c.Facts.Consent, c.Disclose.Permit = 0, tt.said
		if got := c.Traits().Permits(ClassName); got != tt.want {
			t.Errorf("%s: permits %v", tt.what, got)
		}
	}
}

func TestAnAddressIsPersonalUnlessItNamesARole(t *testing.T) {
	for email, personal := range map[string]bool{
		"info@shop.example": false, "INFO@shop.example": false, "abuse+1234@shop.example": false, "hostmaster@shop.example": false,
		"ida@shop.example": true, "info.ida@shop.example": true, "ida+info@shop.example": true, "": true, "info": true, "@info": true,
	} {
		c := company()
		c.Email = email
		if got := c.Traits().PersonalEmail(); got != personal {
			t.Errorf("%q is personal: %v", email, got)
		}
	}
}

// Traits carry nothing that a contact says of itself: only what kinds of
// things it says. So no value can be guessed by what rules decide.
func TestTraitsDoNotDependOnValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := company()
		draw(t, reflect.ValueOf(&a.Facts).Elem())
		draw(t, reflect.ValueOf(&a.Disclose).Elem())
		b := *a
		word := rapid.StringMatching(`[A-Za-zæøå]{1,20}`)
		for _, form := range []*Postal{&b.International, &b.Local} {
			form.Name, form.Organization = word.Draw(t, "name"), word.Draw(t, "organisation")
			form.Address = Address{City: word.Draw(t, "city"), Country: "SE"}
		}
		b.Handle, b.Voice.Number, b.Email = word.Draw(t, "handle"), "+999.1", "x-"+word.Draw(t, "local part")+"@post.example"
		if a.Traits() != b.Traits() {
			t.Fatalf("traits %b and %b", a.Traits(), b.Traits())
		}
	})
}
