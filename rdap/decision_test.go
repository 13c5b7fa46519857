package rdap_test

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/rdap"
	"registerd/register"
	"registerd/store"
	"registerd/whois"
)

// builtIn are rules by which the operator sees everything, read once.
var builtIn = sync.OnceValue(disclose.GDPR)

// drawn is the windows over a drawn register.
type drawn struct {
	policy   *disclose.Policy
	contacts []*register.Contact
	record   *disclose.Record
	rdap     *rdap.Handler
	whois    *whois.Server
	log      bytes.Buffer
}

func drawScene(t *rapid.T, journal *audit.Journal, who *access.Access) *drawn {
	s := &drawn{policy: drawRules(t)}
	for n := 1; n <= 3; n++ {
		s.contacts = append(s.contacts, drawPerson(t, n))
	}
	s.record = drawDomain(t, s.contacts)
	var m memory
	for _, o := range []any{registrarA(), &register.Registrar{ID: "reg-b"}, wholeHost(), s.record.Domain, s.contacts[0], s.contacts[1], s.contacts[2]} {
		m = append(m, drawnObject(t, o))
	}
	log := slog.New(slog.NewJSONHandler(&s.log, nil))
	desk := func() *lookup.Desk { // one for each: both are asked as every window
		d, err := lookup.New(lookup.Config{
			Store: m, Limiter: ratelimit.Unlimited(), Journal: journal, AccessLog: audit.Discard(), Now: time.Now, Kept: 8,
			Published: lookup.Published{Policy: s.policy, Access: who},
		})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	var err error
	if s.rdap, err = rdap.New(rdap.Config{Desk: desk(), Base: base, Log: log}); err != nil {
		t.Fatal(err)
	}
	if s.whois, err = whois.New(whois.Config{Desk: desk(), Log: log}); err != nil {
		t.Fatal(err)
	}
	return s
}

func drawnObject(t *rapid.T, o any) store.Object {
	if r, ok := o.(*register.Registrar); ok && r.ID == "reg-b" {
		return store.Object{Ref: store.Ref{Kind: store.Registrars, Key: "reg-b"}, Bytes: r.Append(nil)}
	}
	return objectOf(nil, o)
}

// callers are one of each audience; reg-a is the domain's registrar of record.
var callers = []access.Caller{
	access.Public(privately),
	{Account: "a", Audience: disclose.Registrar, Registrar: "reg-a", Channel: privately},
	{Account: "b", Audience: disclose.Registrar, Registrar: "reg-b", Channel: privately},
	{Account: "p", Audience: disclose.Authority, Purpose: "law", Case: "1", Channel: privately},
}

var privately = access.Channel{Addr: testAddr, Private: true}

// TestEveryWindowKeepsToTheDecision draws contacts, rule files and callers, and
// asks about every object through every window: redactions are true, what is
// withheld is nowhere in the bytes, and WHOIS and RDAP say the same.
func TestEveryWindowKeepsToTheDecision(t *testing.T) {
	journal := openJournal(t, slog.New(slog.DiscardHandler))
	who, err := access.New(access.Config{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t, journal, who)
		caller := rapid.SampledFrom(callers).Draw(t, "caller")
		viewer := caller.Viewer()
		viewer.Window = rapid.SampledFrom([]lookup.Window{lookup.RDAP, lookup.WHOIS, lookup.Console}).Draw(t, "window")
		for range 2 { // the second answer is a kept one
			s.askDomain(t, caller, viewer)
		}
		for _, c := range s.contacts {
			s.askContact(t, caller, viewer, c)
		}
		s.askOthers(t, caller, viewer)
		searchFor(t, withheld(s.contacts, none), "the log", s.log.Bytes())
	})
}

func none(*register.Contact) []disclose.Contact { return nil }

func (s *drawn) ask(t *rapid.T, caller access.Caller, w lookup.Window, kind lookup.Kind, text string) (status int, body, page []byte) {
	q := lookup.Question{Caller: caller, Window: w, Text: text}
	status, body = s.rdap.Answer(t.Context(), kind, q)
	q.Text = map[lookup.Kind]string{lookup.KindEntity: "handle ", lookup.KindHost: "nameserver "}[kind] + text
	page = s.whois.Answer(t.Context(), q)
	return status, body, page
}

func (s *drawn) askDomain(t *rapid.T, caller access.Caller, v disclose.Viewer) {
	view := s.policy.Domain(v, s.record)
	contacts, _ := view.Contacts.Get()
	hidden := withheld(s.contacts, func(c *register.Contact) (out []disclose.Contact) {
		for i := range contacts {
			if s.record.Contacts[i] == c {
				out = append(out, contacts[i])
			}
		}
		return out
	})
	if view.Dispute.Status() == disclose.Withheld {
		hidden["dispute"] = []string{"Zq0Ground", "Zq0Reference"}
	}
	_, body, page := s.ask(t, caller, v.Window, lookup.KindDomain, "shop.example")
	searchFor(t, hidden, "RDAP", body)
	searchFor(t, hidden, "WHOIS", page)

	whole := *s.record
	whole.Contacts = nil
	for _, c := range s.record.Contacts {
		whole.Contacts = append(whole.Contacts, filled(c))
	}
	checkRedactions(t, answerBy(builtIn(), disclose.Viewer{Audience: disclose.Operator}, &whole), body)
	s.agree(t, caller, v.Window, "shop.example", body, page)
}

func (s *drawn) askContact(t *rapid.T, caller access.Caller, v disclose.Viewer, c *register.Contact) {
	view, exists := s.policy.Contact(v, c)
	_, told := view.ROID.Get()
	hidden := withheld(s.contacts, func(other *register.Contact) []disclose.Contact {
		if exists && other == c {
			return []disclose.Contact{view}
		}
		return nil
	})
	for _, handle := range []string{c.Handle, c.ROID} {
		// By a ROID that is withheld nobody is found: it would tell whose it is.
		visible := exists && (handle == c.Handle || told)
		status, body, page := s.ask(t, caller, v.Window, lookup.KindEntity, handle)
		searchFor(t, hidden, "RDAP", body)
		searchFor(t, hidden, "WHOIS", page)
		if (status == 200) != visible || strings.Contains(string(page), "Handle not found.") == visible {
			t.Fatalf("visible is %v, and RDAP says %d and WHOIS %s", visible, status, page)
		}
		if visible {
			whole, _ := builtIn().Contact(disclose.Viewer{Audience: disclose.Operator}, filled(c))
			checkRedactions(t, rdap.Contact(base, &lookup.EntityAnswer{Contact: &whole}), body)
			s.agree(t, caller, v.Window, "handle "+handle, body, page)
		}
	}
}

// askOthers asks what has no contact in its answer.
func (s *drawn) askOthers(t *rapid.T, caller access.Caller, v disclose.Viewer) {
	hidden := withheld(s.contacts, none)
	for text, kind := range map[string]lookup.Kind{
		"ns1.shop.example": lookup.KindHost, "reg-a": lookup.KindEntity, "nobody": lookup.KindEntity,
		"free.example": lookup.KindDomain, "no name": lookup.KindDomain, "": lookup.KindHelp,
	} {
		_, body, page := s.ask(t, caller, v.Window, kind, text)
		searchFor(t, hidden, "RDAP", body)
		searchFor(t, hidden, "WHOIS", page)
	}
}

// agree compares what both windows say is withheld or replaced, and why.
func (s *drawn) agree(t *rapid.T, caller access.Caller, w lookup.Window, question string, body, page []byte) {
	var inRDAP, inWHOIS []string
	danish := s.whois.Answer(t.Context(), lookup.Question{Caller: caller, Window: w, Text: "--lang da " + question})
	for _, r := range redactions(t, body) {
		label := strings.ReplaceAll(r.Name.Type+r.Name.Description, "Identification", "Verification")
		if !labelled(label) {
			continue
		}
		inRDAP = append(inRDAP, label)
		if !bytes.Contains(page, []byte(" - "+r.Reason.Description+"\r\n")) {
			t.Fatalf("%s: WHOIS does not give the reason %q:\n%s", label, r.Reason.Description, page)
		}
		if translated := strings.NewReplacer("Reason of the floor", "Grund for gulvet", "Reason", "Grund").Replace(r.Reason.Description); !bytes.Contains(danish, []byte(" - "+translated+"\r\n")) {
			t.Fatalf("%s: asked for Danish, WHOIS does not give the reason %q:\n%s", label, translated, danish)
		}
	}
	for l := range strings.Lines(string(page)) {
		label, value, _ := strings.Cut(strings.TrimSpace(l), ": ")
		label = strings.ReplaceAll(label, "Contact Person", "Contact Name")
		if labelled(label) && (value == "REDACTED FOR PRIVACY" || strings.HasPrefix(value, "https://forms.example/")) {
			inWHOIS = append(inWHOIS, label)
		}
	}
	slices.Sort(inRDAP)
	slices.Sort(inWHOIS)
	if !slices.Equal(inRDAP, inWHOIS) {
		t.Fatalf("RDAP withholds or replaces\n%q, WHOIS\n%q:\n%s\n%s", inRDAP, inWHOIS, body, page)
	}
}

// labelled reports the fields of a contact that WHOIS has a line for. What of an
// extension is withheld, is so with its number, on one line.
func labelled(field string) bool {
	party, rest, _ := strings.Cut(strings.TrimPrefix(field, "Registry "), " ")
	return slices.Contains([]string{"Registrant", "Admin", "Tech", "Billing", "Contact"}, party) &&
		slices.Contains([]string{"ID", "Name", "Organization", "Street", "City", "State/Province", "Postal Code",
			"Country", "Phone", "Fax", "Email", "Verification"}, rest)
}
