package disclose

import (
	"strings"
	"testing"

	"registerd/register"
)

// fileOf is a rule file of these rules, each with a basis and its reasons.
func fileOf(t testing.TB, rules ...string) *Policy {
	t.Helper()
	text, _, _ := strings.Cut(goodRules, "[[rule]]")
	for _, r := range rules {
		text += "\n[[rule]]\nbasis = \"test\"\nreason.en = \"Because.\"\nreason.da = \"Fordi.\"\n" + r + "\n"
	}
	p, err := ReadPolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const (
	forAll    = "audience = [\"public\", \"other-registrar\", \"registrar-of-record\", \"authority\", \"operator\"]\n"
	showNames = "id = \"names\"\n" + forAll + "fields = [\"contact name\"]\ndo = \"show\"\n"
)

// by is the id of the rule that decides the name, and whether it is shown.
func by(p *Policy, k circumstance) string {
	d := p.decide(k, ContactName)
	switch {
	case d.rule == nil:
		return ""
	case d.shows():
		return d.rule.ID + " shows"
	default:
		return d.rule.ID
	}
}

var (
	openTraits   = traits(register.HolderNatural, register.Verified, register.NotProtected, 0, 0)
	closedTraits = traits(register.HolderNatural, register.Verified, register.Protected, 0, 0)
)

func TestAProtectionBeatsARuleThatDoesNotSayWhyNot(t *testing.T) {
	plain := fileOf(t, showNames)
	despite := fileOf(t, showNames+"despite_protection = \"a law\"\n")
	hides := fileOf(t, "id = \"hidden\"\n"+forAll+"fields = [\"contact *\"]\ndo = \"withhold\"\n", showNames+"despite_protection = \"a law\"\n")
	for _, tt := range []struct {
		what   string
		p      *Policy
		to     Standing
		traits register.Traits
		want   string
	}{
		{"who is not protected is shown", plain, ToPublic, openTraits, "names shows"},
		{"who is protected is not", plain, ToPublic, closedTraits, "protection"},
		{"nor to another registrar", plain, ToOtherRegistrar, closedTraits, "protection"},
		{"to the registrar of record it is", plain, ToRegistrarOfRecord, closedTraits, "names shows"},
		{"and to an authority", plain, ToAuthority, closedTraits, "names shows"},
		{"and to the registry", plain, ToOperator, closedTraits, "names shows"},
		{"nobody sees nothing", plain, ToNobody, openTraits, ""},
		{"a rule that says why shows it", despite, ToPublic, closedTraits, "names shows"},
		{"a rule before that decides all the same", hides, ToPublic, closedTraits, "hidden"},
		{"a zero contact is protected", plain, ToPublic, new(register.Contact).Traits(), "protection"},
	} {
		if got := by(tt.p, circumstance{standing: tt.to, traits: tt.traits}); got != tt.want {
			t.Errorf("%s: decided by %q, want %q", tt.what, got, tt.want)
		}
	}
	floor := plain.decide(circumstance{standing: ToPublic, traits: closedTraits}, ContactName).rule
	if floor.ReasonIn("da") != "Oplysningerne er beskyttet." || floor.Basis != "GDPR Art. 21" || floor.Silent {
		t.Errorf("the floor says %+v", floor)
	}
}

// A part and a form are held to the floor as the whole is.
func TestAProtectionBeatsAPartAndAForm(t *testing.T) {
	p := fileOf(t,
		"id = \"part\"\n"+forAll+"fields = [\"contact verification\"]\ndo = \"part\"\n",
		"id = \"form\"\n"+forAll+"fields = [\"contact e-mail\"]\ndo = \"replace\"\nwith = \"https://form.example/{domain}\"\n")
	for _, f := range []Field{ContactVerification, ContactEmail} {
		if got := p.decide(circumstance{standing: ToPublic, traits: closedTraits}, f).rule.ID; got != "protection" {
			t.Errorf("%s of a protected contact is decided by %s", f, got)
		}
	}
}

func TestWhatNoRuleSpeaksOfOnlyTheOperatorSees(t *testing.T) {
	p := fileOf(t, "id = \"city\"\n"+forAll+"fields = [\"contact city\"]\ndo = \"show\"\n")
	for s := ToNobody; s <= ToOperator; s++ {
		want := ""
		if s == ToOperator {
			want = "operator shows"
		}
		if got := by(p, circumstance{standing: s, traits: openTraits}); got != want {
			t.Errorf("standing %d: decided by %q, want %q", s, got, want)
		}
	}
}

func TestTheFirstRuleThatFitsDecides(t *testing.T) {
	legal := "id = \"legal\"\naudience = [\"public\"]\nfields = [\"contact *\"]\nexcept = [\"contact city\"]\nholder = [\"legal\"]\ndo = \"withhold\"\n"
	k := circumstance{standing: ToPublic, traits: traits(register.HolderLegal, 0, register.NotProtected, 0, 0)}
	if got := by(fileOf(t, legal, showNames), k); got != "legal" {
		t.Errorf("decided by %q", got)
	}
	if got := by(fileOf(t, showNames, legal), k); got != "names shows" {
		t.Errorf("decided by %q", got)
	}
	k.traits = openTraits
	if got := by(fileOf(t, legal, showNames), k); got != "names shows" {
		t.Errorf("of a person decided by %q", got)
	}
	if d := fileOf(t, legal).decide(k, ContactCity); d.rule != nil {
		t.Errorf("what is excepted is decided by %s", d.rule.ID)
	}
}

func TestAnUnknownHolderIsANaturalPersonToEveryRule(t *testing.T) {
	p := fileOf(t, showNames+"holder = [\"natural\"]\n")
	for h, want := range map[register.HolderType]string{
		register.HolderUnknown: "names shows", register.HolderNatural: "names shows", register.HolderLegal: "", register.HolderEstate: "",
	} {
		if got := by(p, circumstance{standing: ToPublic, traits: traits(h, 0, register.NotProtected, 0, 0)}); got != want {
			t.Errorf("%s: decided by %q, want %q", h, got, want)
		}
	}
}

func TestAnAuthorityIsShownWhatItsPurposeAsksFor(t *testing.T) {
	p := fileOf(t, "id = \"crime\"\naudience = [\"authority\"]\npurpose = [\"criminal-investigation\", \"consumer-protection\"]\nfields = [\"contact name\"]\ndo = \"show\"\n")
	c := &register.Contact{Handle: "a", Local: register.Postal{Name: "Ida"}}
	for v, want := range map[Viewer]bool{
		{Audience: Authority, Purpose: "criminal-investigation"}:                    true,
		{Audience: Authority, Purpose: "consumer-protection"}:                       true,
		{Audience: Authority, Purpose: "curiosity"}:                                 false,
		{Audience: Authority, Purpose: "Criminal-Investigation"}:                    false,
		{Audience: Authority}:                                                       false,
		{Audience: Public, Purpose: "criminal-investigation"}:                       false,
		{Audience: Registrar, Registrar: "ours", Purpose: "criminal-investigation"}: false,
	} {
		k := p.circumstance(v, "ours", register.RoleRegistrant, c.Traits())
		if got := p.decisions(k)[ContactName].shows(); got != want {
			t.Errorf("%+v: shown is %v", v, got)
		}
		if v.Audience != Authority && k.purpose != 0 {
			t.Errorf("%+v: a purpose is told of who is no authority", v)
		}
	}
}

func TestARuleOfAWindowIsOfThatWindowAlone(t *testing.T) {
	p := fileOf(t, "id = \"whois\"\n"+forAll+"window = [\"whois\", \"das\"]\nfields = [\"contact *\"]\ndo = \"withhold\"\n", showNames)
	for w, want := range map[Window]string{WHOIS: "whois", Availability: "whois", RDAP: "names shows", Web: "names shows", Console: "names shows"} {
		if got := by(p, circumstance{standing: ToPublic, window: w, traits: openTraits}); got != want {
			t.Errorf("%s: decided by %q, want %q", w, got, want)
		}
	}
	for _, w := range windows {
		if got, known := ParseWindow(w.String()); got != w || !known {
			t.Errorf("%s is read as %s", w, got)
		}
	}
	if (Web + 1).String() != "" {
		t.Error("a window that does not exist has a word")
	}
}

func TestEachTraitIsACondition(t *testing.T) {
	open := register.Contact{
		Local: register.Postal{Name: "Ida"}, Email: "info@shop.example",
		Facts: register.Facts{Holder: register.HolderNatural, Protection: register.NotProtected, Verification: register.Verification{State: register.Verified}},
	}
	nothing := fileOf(t, "id = \"nothing\"\n"+forAll+"fields = [\"*\"]\ndo = \"withhold\"\n")
	for condition, edit := range map[string]func(*register.Contact){
		"protected = true":          func(c *register.Contact) { c.Facts.Protection = register.Protected },
		"restricted = true":         func(c *register.Contact) { c.Disclose.Restrict = register.NameInt },
		"permitted = true":          func(c *register.Contact) { c.Disclose.Permit = register.NameLoc },
		"consented = true":          func(c *register.Contact) { c.Facts.Consent = register.NameLoc },
		"locked = true":             func(c *register.Contact) { c.Facts.Locked = true },
		"role_email = false":        func(c *register.Contact) { c.Email = "ida.holm@shop.example" },
		`verification = ["failed"]`: func(c *register.Contact) { c.Facts.Verification.State = register.VerificationFailed },
		`holder = ["public-body"]`:  func(c *register.Contact) { c.Facts.Holder, c.Local.Organization = register.HolderPublicBody, "Town" },
		`holder = ["estate"]`:       func(c *register.Contact) { c.Facts.Holder = register.HolderEstate },
	} {
		p := fileOf(t, showNames+condition+"\ndespite_protection = \"a law\"\n")
		changed := open
		edit(&changed)
		if got := by(p, circumstance{standing: ToPublic, traits: open.Traits()}); got != "" {
			t.Errorf("%s: fits who is not so", condition)
		}
		if got := by(p, circumstance{standing: ToPublic, traits: changed.Traits()}); got != "names shows" {
			t.Errorf("%s: does not fit who is so", condition)
		}
		if got := p.WiderThan(nothing); len(got) != 1 || got[0] != ContactName {
			t.Errorf("%s: what it shows to who is so is not told as wider, but %v", condition, got)
		}
	}
}

func TestARuleOfARoleIsOfThatRoleAlone(t *testing.T) {
	p := fileOf(t, showNames+"role = [\"registrant\", \"tech\"]\n")
	for _, role := range roles {
		want := ""
		if role == register.RoleRegistrant || role == register.RoleTech {
			want = "names shows"
		}
		if got := by(p, circumstance{standing: ToPublic, role: role, traits: openTraits}); got != want {
			t.Errorf("%q: decided by %q, want %q", role, got, want)
		}
	}
}

func TestAReasonIsGivenInTheLanguagesOfTheRegister(t *testing.T) {
	r := &fileOf(t, showNames).Rules[0]
	for language, want := range map[string]string{"en": "Because.", "da": "Fordi.", "cs": "Because.", "": "Because.", "DA": "Because."} {
		if got := r.ReasonIn(language); got != want {
			t.Errorf("in %q it says %q, want %q", language, got, want)
		}
	}
	if got := toOperator.ReasonIn("da"); got == "" {
		t.Error("the operator's rule says nothing")
	}
}

func TestAFormStandsInPlaceOfAnEmailWhetherOrNotThereIsOne(t *testing.T) {
	p := fileOf(t, "id = \"form\"\n"+forAll+"fields = [\"contact e-mail\"]\ndo = \"replace\"\nwith = \"https://form.example/{domain}/?d={domain}\"\n",
		"id = \"rest\"\n"+forAll+"fields = [\"*\"]\ndo = \"show\"\n")
	for _, address := range []string{"", "ida@shop.example"} {
		c := &register.Contact{Handle: "a", Email: address, Facts: register.Facts{Protection: register.NotProtected}}
		d := &register.Domain{Name: "xn--smrrebrd-64af.example", Registrant: "a"}
		view := p.Domain(Viewer{Audience: Public}, &Record{Domain: d, Contacts: []*register.Contact{c}})
		contacts, _ := view.Contacts.Get()
		got, ok := contacts[0].Email.Get()
		if got != "https://form.example/xn--smrrebrd-64af.example/?d=xn--smrrebrd-64af.example" || !ok || contacts[0].Email.Status() != Replaced || contacts[0].Email.Redacted() {
			t.Errorf("address %q: %q, %v, %s", address, got, ok, contacts[0].Email.Status())
		}
		byHandle, _ := p.Contact(Viewer{Audience: Public}, c)
		if got, ok := byHandle.Email.Get(); got != "" || ok || !byHandle.Email.Redacted() {
			t.Errorf("address %q, by handle: %q, %v; there is no domain to make a form of", address, got, ok)
		}
	}
}

// BenchmarkDecide is what deciding costs an answer: nearly always the decisions
// are known, and a contact's traits have to be computed.
func BenchmarkDecide(b *testing.B) {
	c := aShop()
	for _, name := range []string{"gdpr", "nis2", "icann-2024"} {
		p := readShipped(b, name)
		b.Run(name+"/known", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.decisions(p.circumstance(Viewer{Audience: Public, Window: RDAP}, "ours", register.RoleRegistrant, c.Traits()))
			}
		})
		b.Run(name+"/new", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.work(p.circumstance(Viewer{Audience: Public, Window: RDAP}, "ours", register.RoleRegistrant, c.Traits()))
			}
		})
	}
	p := readShipped(b, "gdpr")
	d := &register.Domain{Name: "shop.example", Sponsor: "ours", Registrant: "a", Contacts: []register.DomainRole{{Role: register.RoleTech, Handle: "a"}}}
	b.Run("gdpr/view", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p.Domain(Viewer{Audience: Public, Window: RDAP}, &Record{Domain: d, Contacts: []*register.Contact{c, c}})
		}
	})
}

func BenchmarkReadPolicy(b *testing.B) {
	text, err := Shipped("nis2")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := ReadPolicy(text); err != nil {
			b.Fatal(err)
		}
	}
}

func aShop() *register.Contact {
	form := register.Postal{Name: "Ida Holm", Organization: "Shop A/S", Address: register.Address{Street: []string{"Road 1"}, City: "Town", Country: "DK"}}
	return &register.Contact{
		Handle: "a", International: form, Local: form, Email: "info@shop.example", Voice: register.Phone{Number: "+999.1"},
		Facts: register.Facts{Holder: register.HolderLegal, Protection: register.NotProtected},
	}
}
