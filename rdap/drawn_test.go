package rdap_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"registerd/disclose"
	"registerd/register"
	"registerd/store"
)

// drawRules writes a rule file of up to eight rules by chance, with one behind
// them that shows, or withholds, what they leave.
func drawRules(t *rapid.T) *disclose.Policy {
	var b strings.Builder
	b.WriteString(`format = 1
name = "drawn"
version = "1"
effective = 2026-01-01
operator = "Example Registry"
languages = ["en", "da"]
protection = { basis = "P 1", reason = { en = "Reason of the floor", da = "Grund for gulvet" } }
`)
	for i := range rapid.IntRange(0, 8).Draw(t, "rules") {
		drawRule(t, &b, i)
	}
	rest := rapid.SampledFrom([]string{"show", "withhold"}).Draw(t, "rest")
	fmt.Fprintf(&b, "[[rule]]\nid = \"object\"\nbasis = \"B\"\nreason = { en = \"Reason o\", da = \"Grund o\" }\naudience = [%s]\n"+
		"fields = [\"domain *\", \"host *\", \"registrar *\", \"reserved *\"]\ndo = \"show\"\n", everyAudience)
	fmt.Fprintf(&b, "[[rule]]\nid = \"rest\"\nbasis = \"B\"\nreason = { en = \"Reason r\", da = \"Grund r\" }\naudience = [%s]\n"+
		"fields = [\"contact *\"]\ndo = %q\n", everyAudience, rest)
	p, err := disclose.ReadPolicy([]byte(b.String()))
	if err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	return p
}

const everyAudience = `"public", "other-registrar", "registrar-of-record", "authority"`

var contactFields = func() (out []string) {
	for f := disclose.ContactExistence; f <= disclose.ContactLocked; f++ {
		out = append(out, f.String())
	}
	return out
}()

func drawRule(t *rapid.T, b *strings.Builder, i int) {
	fmt.Fprintf(b, "[[rule]]\nid = \"r%d\"\nbasis = \"B %d\"\nreason = { en = \"Reason %d\", da = \"Grund %d\" }\n", i, i, i, i)
	some := func(key string, words ...string) {
		if rapid.IntRange(0, 3).Draw(t, key) == 0 {
			fmt.Fprintf(b, "%s = [%q]\n", key, rapid.SampledFrom(words).Draw(t, key))
		}
	}
	fmt.Fprintf(b, "audience = [%s]\n", rapid.SampledFrom([]string{everyAudience, `"public"`, `"other-registrar"`, `"public", "other-registrar"`, `"authority"`}).Draw(t, "audience"))
	do := rapid.SampledFrom([]string{"withhold", "show", "show", "part", "replace"}).Draw(t, "do")
	switch do {
	case "part":
		b.WriteString("fields = [\"contact verification\"]\n")
	case "replace":
		form := rapid.SampledFrom([]string{"https://forms.example/", "https://forms.example/{domain}"}).Draw(t, "form")
		fmt.Fprintf(b, "fields = [\"contact e-mail\"]\nwith = %q\n", form)
	case "withhold":
		if rapid.IntRange(0, 9).Draw(t, "whole objects") == 0 {
			b.WriteString("fields = [\"domain contacts\", \"domain dispute\"]\ndo = \"withhold\"\n")
			return
		}
		fallthrough
	default:
		fields := rapid.SliceOfNDistinct(rapid.SampledFrom(contactFields), 1, 8, rapid.ID[string]).Draw(t, "fields")
		if rapid.IntRange(0, 4).Draw(t, "all") == 0 {
			fields = []string{"contact *"}
		}
		fmt.Fprintf(b, "fields = [\"%s\"]\n", strings.Join(fields, `", "`))
	}
	fmt.Fprintf(b, "do = %q\n", do)
	if do == "withhold" && rapid.IntRange(0, 3).Draw(t, "silent") == 0 {
		b.WriteString("silent = true\n")
	}
	if do != "withhold" && rapid.Bool().Draw(t, "despite") {
		b.WriteString("despite_protection = \"C 1\"\n")
	}
	some("window", "whois", "rdap", "ask", "das")
	some("role", "registrant", "admin", "tech", "billing")
	some("holder", "natural", "legal", "sole-proprietor", "estate")
	some("verification", "verified", "in-process")
	for _, flag := range []string{"protected", "role_email", "locked"} {
		if rapid.IntRange(0, 7).Draw(t, flag) == 0 {
			fmt.Fprintf(b, "%s = %v\n", flag, rapid.Bool().Draw(t, flag))
		}
	}
}

// drawPerson draws a contact of which every value is its own: n tells it from
// the others.
func drawPerson(t *rapid.T, n int) *register.Contact {
	value := func(what string) string {
		if rapid.IntRange(0, 3).Draw(t, what) == 0 {
			return ""
		}
		return "Zq" + strconv.Itoa(n) + what + rapid.SampledFrom([]string{"", " é", "Łó", "日本", `"<&>`, `\u{a}`, "%41;"}).Draw(t, what)
	}
	date := func(year int) time.Time {
		if rapid.IntRange(0, 3).Draw(t, "date") == 0 {
			return time.Time{}
		}
		return time.Date(year, time.Month(n), 7, 8, 9, 10, 0, time.UTC)
	}
	phone := func(of int) register.Phone {
		if rapid.IntRange(0, 3).Draw(t, "phone") == 0 {
			return register.Phone{}
		}
		return register.Phone{Number: fmt.Sprintf("+999.5550%d%d7", of, n), Extension: rapid.SampledFrom([]string{"", fmt.Sprintf("83%d%d", of, n)}).Draw(t, "extension")}
	}
	form := func(what string) register.Postal {
		if rapid.IntRange(0, 4).Draw(t, what) == 0 {
			return register.Postal{}
		}
		a := register.Address{City: value(what + "City"), Province: value(what + "State"), Code: value(what + "Code"), Country: rapid.SampledFrom([]string{"", "QX"}).Draw(t, what)}
		for i := range rapid.IntRange(0, 3).Draw(t, "lines") {
			if line := value(what + "Street" + strconv.Itoa(i)); line != "" {
				a.Street = append(a.Street, line)
			}
		}
		return register.Postal{Name: value(what + "Name"), Organization: value(what + "Org"), Address: a}
	}
	element := rapid.SampledFrom([]register.Element{0, register.Email, register.Voice, register.NameLoc, register.AddrInt, 1<<9 - 1})
	email := value("Mail")
	if email != "" {
		email += "@mail.example"
		if rapid.Bool().Draw(t, "role") {
			email = fmt.Sprintf("info@zq%dmail.example", n)
		}
	}
	return &register.Contact{
		Handle: fmt.Sprintf("Zq%dHandle", n), ROID: fmt.Sprintf("Zq%dRoid-EX", n), Statuses: []string{"linked"},
		Local: form("Loc"), International: form("Int"), Voice: phone(1), Fax: phone(2), Email: email,
		Sponsor: rapid.SampledFrom([]string{"reg-a", "reg-b"}).Draw(t, "sponsor"), Creator: value("Creator"), Updater: value("Updater"),
		Created: date(2001), Updated: date(2002), Transferred: date(2003),
		Disclose: register.Preference{Restrict: element.Draw(t, "restrict"), Permit: element.Draw(t, "permit")},
		Facts: register.Facts{
			Holder:     register.HolderType(rapid.IntRange(0, int(register.HolderEstate)).Draw(t, "holder")),
			Protection: register.Protection(rapid.IntRange(0, int(register.Protected)).Draw(t, "protection")),
			Consent:    element.Draw(t, "consent"), Language: fmt.Sprintf("x-zq%dlang", n), Locked: rapid.Bool().Draw(t, "locked"),
			Verification: register.Verification{
				State:  register.VerificationState(rapid.IntRange(0, int(register.VerificationFailed)).Draw(t, "state")),
				Method: []register.VerificationMethod{0, register.MethodElectronicIdentity, register.MethodDocuments, register.MethodRiskAssessment}[n],
				Time:   date(2004),
			},
		},
	}
}

// drawDomain draws a domain with up to five of the contacts, some twice, some
// in a role that another has too.
func drawDomain(t *rapid.T, contacts []*register.Contact) *disclose.Record {
	d := shop()
	d.Hosts, d.Contacts = d.Hosts[:1], nil
	d.Dispute = &register.Proceeding{Since: updated, Ground: "Zq0Ground", Reference: "Zq0Reference"}
	r := &disclose.Record{Domain: d, Contacts: []*register.Contact{contacts[0]}, Hosts: []*register.Host{wholeHost()}, Registrar: registrarA()}
	d.Registrant = contacts[0].Handle
	for range rapid.IntRange(0, 4).Draw(t, "contacts") {
		c := rapid.SampledFrom(contacts).Draw(t, "contact")
		role := register.Role(rapid.IntRange(int(register.RoleAdmin), int(register.RoleBilling)).Draw(t, "role"))
		d.Contacts = append(d.Contacts, register.DomainRole{Role: role, Handle: c.Handle})
		r.Contacts = append(r.Contacts, c)
	}
	return r
}

// filled is the contact with every value that there can be: what a redaction
// speaks of is in an answer about it.
func filled(c *register.Contact) *register.Contact {
	full := person(c.Handle)
	full.Facts.Holder = c.Facts.Holder
	return full
}

// memory is a register of a few objects.
type memory []store.Object

func (m memory) object(r store.Ref, byAlias bool) store.Object {
	at := slices.IndexFunc(m, func(o store.Object) bool {
		return o.Kind == r.Kind && (!byAlias && o.Key == r.Key || byAlias && o.Alias == r.Key)
	})
	if at < 0 {
		return store.Object{Ref: r}
	}
	return m[at]
}

func (m memory) Find(_ context.Context, asks ...store.Ask) ([]store.Found, store.Edition, error) {
	out := make([]store.Found, len(asks))
	for i, a := range asks {
		if out[i].Object = m.object(a.Ref, a.ByAlias); !out[i].There() {
			out[i] = store.Found{}
		}
		for _, r := range out[i].Refs {
			out[i].With = append(out[i].With, m.object(r, false))
		}
	}
	return out, m.edition(), nil
}

func (memory) edition() store.Edition {
	return store.Edition{Version: 1, State: &register.State{Zones: []register.Name{"example"}, Watermark: watermark, Serial: 7}}
}

func (m memory) Edition(context.Context) (store.Edition, error) { return m.edition(), nil }

func (m memory) Tags(_ context.Context, k store.Kind, keys []string) ([]register.Tag, store.Edition, error) {
	out := make([]register.Tag, len(keys))
	for i, key := range keys {
		o := m.object(store.Ref{Kind: k, Key: key}, false)
		out[i] = o.Tag()
	}
	return out, m.edition(), nil
}

func (memory) Search(context.Context, store.Scan) ([]store.Match, store.Edition, error) {
	return nil, store.Edition{}, store.ErrUnindexed
}

func (memory) Walk(context.Context, store.Kind, func(store.Object) error) error { return nil }

func (memory) Users(context.Context, store.Ref, int) ([]store.Found, store.Edition, error) {
	return nil, store.Edition{}, store.ErrUnindexed
}

func (memory) Generations(context.Context) ([]store.Generation, error) { return nil, nil }

func (memory) Close() error { return nil }
