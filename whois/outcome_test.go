package whois

import (
	"slices"
	"strings"
	"testing"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

// outcomes is a policy of which the public sees a part, a form, and a reason in
// two languages.
func outcomes(t *testing.T, verification string) *disclose.Policy {
	t.Helper()
	p, err := disclose.ReadPolicy([]byte(`format = 1
name = "outcomes"
version = "1"
effective = 2026-01-01
operator = "Example Registry"
languages = ["en", "da"]
protection.basis = "Act 1"
protection.reason.en = "Protected."
protection.reason.da = "Beskyttet."
[[rule]]
id = "form"
basis = "Act 2"
reason.en = "A form reaches the holder."
reason.da = "En formular når indehaveren."
audience = ["public"]
fields = ["contact e-mail"]
do = "replace"
with = "https://forms.example/?to={domain}"
[[rule]]
id = "identity"
basis = "Act 3"
reason.en = "That the holder is identified is public."
reason.da = "At indehaveren er identificeret, er offentligt."
audience = ["public"]
fields = ["contact verification"]
do = "` + verification + `"
[[rule]]
id = "name"
basis = "Act 4"
reason.en = "Personal data."
reason.da = "Personoplysninger."
audience = ["public"]
fields = ["contact name"]
do = "withhold"
[[rule]]
id = "rest"
basis = "Act 5"
reason.en = "Public."
reason.da = "Offentligt."
audience = ["public"]
fields = ["domain name", "domain contacts", "contact existence"]
do = "show"
`))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func pageBy(t *testing.T, verification, language string) (all []labelled, page string) {
	t.Helper()
	p := outcomes(t, verification)
	c := *naturalPerson
	c.Facts.Protection = register.NotProtected
	c.Facts.Verification = register.Verification{
		State: register.Verified, Method: register.MethodElectronicIdentity, Time: day(2026, 1, 2),
	}
	d := &register.Domain{Name: "shop.example", Registrant: c.Handle}
	view := p.Domain(anyone, &disclose.Record{Domain: d, Contacts: []*register.Contact{&c}})
	a := domainFor(anyone, personsDomain)
	a.Domain, a.About.Rules, a.About.Languages, a.About.Language = &view, p.Version(), p.Languages, language
	body := domainPage(a, false).Body
	return lines(t, body), string(body)
}

func TestAReplacedAddressIsThatOfTheFormAndIsSaidToBe(t *testing.T) {
	all, page := pageBy(t, "show", "en")
	if got := valuesOf(all, "Registrant Email"); !slices.Equal(got, []string{"https://forms.example/?to=shop.example"}) {
		t.Errorf("the e-mail line holds %q", got)
	}
	if !strings.Contains(page, "\r\n% Replaced by rule form of outcomes-1, Act 2 - A form reaches the holder.\r\n") ||
		!strings.Contains(page, "\r\n% Withheld by rule name of outcomes-1, Act 4 - Personal data.\r\n") {
		t.Errorf("the reasons are not given:\n%s", page)
	}
}

// Asked for by handle there is no domain to make the form's address of.
func TestAnAddressThatNoFormStandsInPlaceOfIsSaidToBeWithheld(t *testing.T) {
	p, c := outcomes(t, "show"), *naturalPerson
	c.Facts.Protection = register.NotProtected
	view, _ := p.Contact(anyone, &c)
	a := &lookup.EntityAnswer{Contact: &view}
	a.About.Rules, a.About.Language = p.Version(), "en"
	page := string(entityPage(a, false))
	if !strings.Contains(page, "\r\nContact Email: REDACTED FOR PRIVACY\r\n") ||
		!strings.Contains(page, "\r\n% Withheld by rule form of outcomes-1, Act 2 - ") || strings.Contains(page, "Replaced") {
		t.Errorf("%s", page)
	}
}

func TestReasonsAreInTheLanguageAskedFor(t *testing.T) {
	_, page := pageBy(t, "show", "da")
	if !strings.Contains(page, " Act 2 - En formular når indehaveren.\r\n") || !strings.Contains(page, " Act 4 - Personoplysninger.\r\n") {
		t.Errorf("%s", page)
	}
}

func TestAnIdentificationIsShownAsFarAsTheRulesAllow(t *testing.T) {
	for do, want := range map[string][]string{
		"show": {"verified, electronic identity, 2026-01-02"}, "part": {"verified"}, "withhold": {"REDACTED FOR PRIVACY"},
	} {
		all, _ := pageBy(t, do, "en")
		if got := valuesOf(all, "Registrant Verification"); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", do, got, want)
		}
	}
	if got := identified(register.Verification{State: register.VerificationInProcess}); got != "in process" {
		t.Errorf("%q", got)
	}
}
