package rdap_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/rdap"
	"registerd/register"
)

// redaction is one entry of the member redacted (RFC 9537 section 4.2).
type redaction struct {
	Name struct{ Type, Description string }

	PrePath, PostPath, ReplacementPath, PathLang, Method string

	Reason struct{ Description string }
}

func redactions(t rapid.TB, body []byte) []redaction {
	t.Helper()
	var v struct {
		RDAPConformance []string
		Redacted        []redaction
	}
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if said := len(v.RDAPConformance) == 2 && v.RDAPConformance[1] == "redacted"; said != (len(v.Redacted) > 0) {
		t.Fatalf("conformance %q with %d redactions", v.RDAPConformance, len(v.Redacted))
	}
	return v.Redacted
}

// record is a domain of which every value is set.
func record() *disclose.Record {
	p, f := person("P1"), firm("F1")
	p2 := person("P2")
	d := shop()
	d.Original, d.IDNTable = "other.example", "latin"
	d.Hosts = d.Hosts[:1]
	return &disclose.Record{
		Domain:    d,
		Contacts:  []*register.Contact{p, p2, f, p2, p}, // as shop names them
		Hosts:     []*register.Host{wholeHost()},
		Registrar: registrarA(),
	}
}

func wholeHost() *register.Host {
	return &register.Host{
		Name: "ns1.shop.example", ROID: "H1-EX", Statuses: []string{"ok"}, Addrs: []netip.Addr{testAddr}, Sponsor: "reg-a",
		Creator: "reg-a", Updater: "reg-a", Created: created, Updated: updated, Transferred: moved,
	}
}

func answerBy(p *disclose.Policy, v disclose.Viewer, r *disclose.Record) []byte {
	view := p.Domain(v, r)
	return rdap.Domain(base, &lookup.DomainAnswer{About: lookup.About{Watermark: watermark}, Domain: &view})
}

// TestEveryRedactionIsTrue is the rule of RFC 9537: a prePath is in the answer
// before the redaction and not after it, a postPath is in the answer that is sent.
func TestEveryRedactionIsTrue(t *testing.T) {
	whole := answerBy(disclose.GDPR(), disclose.Viewer{Audience: disclose.Operator}, record())
	if n := len(redactions(t, whole)); n != 0 {
		t.Fatalf("the operator is told of %d redactions", n)
	}
	checkRedactions(t, whole, answerBy(disclose.GDPR(), disclose.Viewer{Audience: disclose.Public}, record()))

	rapid.Check(t, func(t *rapid.T) {
		policy, err := disclose.NewPolicy("random", randomRules(t))
		if err != nil {
			t.Fatal(err)
		}
		checkRedactions(t, whole, answerBy(policy, disclose.Viewer{Audience: disclose.Public}, record()))
	})
}

// TestEachWithheldFieldIsAnnounced withholds one field at a time, in an answer
// of every object: each time it must be said, and truly.
func TestEachWithheldFieldIsAnnounced(t *testing.T) {
	all := func(p *disclose.Policy, v disclose.Viewer) [][]byte {
		r, about := record(), lookup.About{Watermark: watermark}
		host := p.Host(v, wholeHost(), r.Registrar)
		sponsor := p.Registrar(v, r.Registrar)
		out := [][]byte{
			answerBy(p, v, r), rdap.Host(base, &lookup.HostAnswer{About: about, Host: host}),
			rdap.Registrar(base, &lookup.EntityAnswer{About: about, Registrar: &sponsor}),
		}
		if c, visible := p.Contact(v, r.Contacts[0]); visible {
			out = append(out, rdap.Contact(base, &lookup.EntityAnswer{About: about, Contact: &c}))
		}
		return out
	}
	whole := all(disclose.GDPR(), disclose.Viewer{Audience: disclose.Operator})
	for f := disclose.DomainName; f <= disclose.RegistrarUpdated; f++ {
		rules := []disclose.Rule{{ID: "withheld", Basis: "test", Reason: "Withheld.", Fields: []disclose.Field{f}}}
		for g := disclose.DomainName; g <= disclose.RegistrarUpdated; g++ {
			rules = append(rules, disclose.Rule{ID: ruleID("", g), Basis: "test", Reason: "Shown.", Fields: []disclose.Field{g}, Outcome: disclose.Show})
		}
		policy, err := disclose.NewPolicy("one", rules)
		if err != nil {
			t.Fatal(err)
		}
		said := 0
		for i, body := range all(policy, disclose.Viewer{Audience: disclose.Public}) {
			checkRedactions(t, whole[i], body)
			n := len(redactions(t, body))
			if said += n; n > 0 && bytes.Equal(body, whole[i]) {
				t.Errorf("%s: nothing was withheld", f)
			}
		}
		// An object that may not be known of is not there to say so.
		if announced := f != disclose.ContactExistence; announced != (said > 0) {
			t.Errorf("%s: withheld and announced %d times", f, said)
		}
	}
}

// ruleID makes a rule's id of what it does and of the field.
func ruleID(do string, f disclose.Field) string {
	return strings.ToLower(strings.ReplaceAll(do+f.String(), " ", "-"))
}

// randomRules show or withhold each field, of each role and holder anew.
func randomRules(t *rapid.T) []disclose.Rule {
	var rules []disclose.Rule
	for f := disclose.DomainName; f <= disclose.RegistrarUpdated; f++ {
		if rapid.Bool().Draw(t, "withhold") {
			when := disclose.Condition{}
			if rapid.Bool().Draw(t, "by holder") {
				when.Holders = []register.HolderType{register.HolderNatural}
			}
			rules = append(rules, disclose.Rule{
				ID: ruleID("withhold ", f), Basis: "test", Reason: "Withheld by <chance>.", Fields: []disclose.Field{f}, When: when,
			})
		}
		rules = append(rules, disclose.Rule{
			ID: ruleID("show ", f), Basis: "test", Reason: "Shown.", Fields: []disclose.Field{f}, Outcome: disclose.Show,
		})
	}
	return rules
}

func checkRedactions(t rapid.TB, before, after []byte) {
	t.Helper()
	was, is := parse(t, before), parse(t, after)
	for _, r := range redactions(t, after) {
		if (r.Name.Type == "") == (r.Name.Description == "") || r.Reason.Description == "" {
			t.Fatalf("not a redaction: %+v", r)
		}
		switch r.Method {
		case "removal":
			if r.PostPath != "" || r.PrePath != "" && (len(resolve(t, was, r.PrePath)) == 0 || len(resolve(t, is, r.PrePath)) != 0) {
				t.Fatalf("%+v: %v before, %v after\n%s", r, resolve(t, was, r.PrePath), resolve(t, is, r.PrePath), after)
			}
		case "emptyValue":
			values := resolve(t, is, r.PostPath)
			if r.PrePath != "" || len(values) == 0 || len(resolve(t, was, r.PostPath)) == 0 {
				t.Fatalf("%+v: %v\n%s", r, values, after)
			}
			for _, v := range values {
				if v != "" {
					t.Fatalf("%+v: it was emptied, and is %v", r, v)
				}
			}
		case "replacementValue":
			if r.PostPath != "" || len(resolve(t, was, r.PrePath)) == 0 || len(resolve(t, is, r.PrePath)) != 0 ||
				len(resolve(t, was, r.ReplacementPath)) != 0 || len(resolve(t, is, r.ReplacementPath)) == 0 {
				t.Fatalf("%+v\n%s", r, after)
			}
		default:
			t.Fatalf("method of %+v", r)
		}
	}
}

func TestAWithheldValueIsAnnouncedUnderItsRegisteredName(t *testing.T) {
	body := answerBy(disclose.GDPR(), disclose.Viewer{Audience: disclose.Public}, record())
	said := map[string]redaction{}
	for _, r := range redactions(t, body) {
		said[r.Name.Type+r.Name.Description] = r
	}
	const registrant = "$.entities[?(@.roles[0]=='registrant')]"
	for name, want := range map[string]redaction{
		"Registry Registrant ID":    {PrePath: registrant + ".handle", Method: "removal"},
		"Registrant Name":           {PostPath: registrant + ".vcardArray[1][?(@[0]=='fn')][3]", Method: "emptyValue"},
		"Registrant Organization":   {PrePath: registrant + ".vcardArray[1][?(@[0]=='org')]", Method: "removal"},
		"Registrant Street":         {PostPath: registrant + ".vcardArray[1][?(@[0]=='adr')][3][:3]", Method: "emptyValue"},
		"Registrant City":           {PostPath: registrant + ".vcardArray[1][?(@[0]=='adr')][3][3]", Method: "emptyValue"},
		"Registrant State/Province": {PostPath: registrant + ".vcardArray[1][?(@[0]=='adr')][3][4]", Method: "emptyValue"},
		"Registrant Postal Code":    {PostPath: registrant + ".vcardArray[1][?(@[0]=='adr')][3][5]", Method: "emptyValue"},
		"Registrant Phone":          {PrePath: registrant + ".vcardArray[1][?(@[1].type=='voice')]", Method: "removal"},
		"Registrant Phone Ext":      {PrePath: registrant + ".vcardArray[1][?(@[1].type=='voice')]", Method: "removal"},
		"Registrant Fax":            {PrePath: registrant + ".vcardArray[1][?(@[1].type=='fax')]", Method: "removal"},
		"Registrant Fax Ext":        {PrePath: registrant + ".vcardArray[1][?(@[1].type=='fax')]", Method: "removal"},
		"Registrant Email":          {PrePath: registrant + ".vcardArray[1][?(@[0]=='email')]", Method: "removal"},
	} {
		got, ok := said[name]
		if !ok || got.PrePath != want.PrePath || got.PostPath != want.PostPath || got.Method != want.Method || got.PathLang != "jsonpath" {
			t.Errorf("%s: %+v", name, got)
		}
		if registered := name != "Registrant State/Province"; registered != (got.Name.Type != "") {
			t.Errorf("%s: registered or not: %+v", name, got.Name)
		}
	}
	if bytes.Contains(body, []byte(canary)) {
		t.Errorf("a withheld value was sent: %s", body)
	}
}

func TestAFormStandsInPlaceOfTheAddress(t *testing.T) {
	policy, err := disclose.NewPolicy("form", []disclose.Rule{
		{ID: "domain", Basis: "test", Reason: "Shown.", Fields: []disclose.Field{disclose.DomainName, disclose.DomainContacts}, Outcome: disclose.Show},
		{ID: "form", Basis: "test", Reason: "Write to the holder.", Fields: []disclose.Field{disclose.ContactEmail},
			Outcome: disclose.Replace, With: "https://forms.example/{domain}", DespiteProtection: "It is no address."},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := record()
	without := *r.Contacts[0]
	without.Email = ""
	for _, c := range []*register.Contact{r.Contacts[0], &without} {
		r.Contacts[0] = c
		body := answerBy(policy, disclose.Viewer{Audience: disclose.Public}, r)
		const registrant = "$.entities[?(@.roles[0]=='registrant')].vcardArray[1]"
		doc := parse(t, body)
		if got := resolve(t, doc, registrant+"[?(@[0]=='contact-uri')][3]"); len(got) != 1 || got[0] != "https://forms.example/shop.example" {
			t.Errorf("the form is %v", got)
		}
		if got := resolve(t, doc, registrant+"[?(@[0]=='email')]"); len(got) != 0 {
			t.Errorf("the address stands beside the form: %v", got)
		}
		want := redaction{PrePath: registrant + "[?(@[0]=='email')]", ReplacementPath: registrant + "[?(@[0]=='contact-uri')]", PathLang: "jsonpath", Method: "replacementValue"}
		want.Name.Type, want.Reason.Description = "Registrant Email", "Write to the holder."
		if got := redactions(t, body); !slices.Contains(got, want) {
			t.Errorf("%+v\nis not among %+v", want, got)
		}
	}
}

// TestTheLanguageOfReasonsIsSaid: reasons are in the rules' first language, and
// what the server says in words of its own is in English.
func TestTheLanguageOfReasonsIsSaid(t *testing.T) {
	view := disclose.GDPR().Domain(disclose.Viewer{Audience: disclose.Public}, record())
	about := lookup.About{Watermark: watermark, Language: "da", Policies: register.Policies{
		Terms: "https://nic.example/terms", Publication: "https://nic.example/publication"}}
	danish := rdap.Domain(base, &lookup.DomainAnswer{About: about, Domain: &view})
	doc := parse(t, danish)
	if got := resolve(t, doc, "$.lang"); len(got) != 1 || got[0] != "da" {
		t.Errorf("the answer is in %v", got)
	}
	if got := redactions(t, danish); got[0].Reason.Description != "Personoplysninger om indehaveren." {
		t.Errorf("the first reason is %q", got[0].Reason.Description)
	}
	notices, own := resolve(t, doc, "$.notices[*]"), resolve(t, doc, "$.notices[*].lang")
	if len(notices) != 3 || len(own) != 3 || own[0] != "en" {
		t.Errorf("%d notices, in %v", len(notices), own)
	}
	about.Language = "en"
	english := rdap.Domain(base, &lookup.DomainAnswer{About: about, Domain: &view})
	if got := resolve(t, parse(t, english), "$.notices[*].lang"); len(got) != 0 {
		t.Errorf("notices repeat the language of the answer: %v", got)
	}
}

// TestTwinsGiveOneAnswer: what is withheld is said by rule, so that an answer
// does not tell whether there was anything.
func TestTwinsGiveOneAnswer(t *testing.T) {
	full, empty := record(), record()
	bare := &register.Contact{Handle: "P1"}
	bare.Local.Address.Country = "BE"
	bare.Facts.Holder = register.HolderUnknown
	bare.Facts.Verification.State = register.Verified
	empty.Contacts[0], empty.Contacts[4] = bare, bare
	public := disclose.Viewer{Audience: disclose.Public}
	if a, b := answerBy(disclose.GDPR(), public, full), answerBy(disclose.GDPR(), public, empty); !bytes.Equal(a, b) {
		t.Errorf("full:\n%s\nempty:\n%s", a, b)
	}
}
