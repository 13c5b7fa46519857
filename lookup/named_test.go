package lookup_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
	"registerd/store"
)

// seeker is a caller of an account of a kind that says why it asks.
func seeker(k disclose.Kind, purpose string) access.Caller {
	return access.Caller{Account: k.String(), Organization: "Seeker Ltd", Kind: k, Audience: disclose.Seeker, Purpose: purpose, Channel: private}
}

// everySeeker is one of each kind, with the purpose that the rules name for it, one
// with another purpose, and one with nothing but a grant.
var everySeeker = []access.Caller{
	seeker(disclose.KindCertificateAuthority, "domainNameCertification"),
	seeker(disclose.KindTradeMarkHolder, "legalActions"),
	seeker(disclose.KindResearcher, "academicPublicInterestDNSResearch"),
	seeker(disclose.KindResearcher, "legalActions"),
	granted(disclose.ContactName, disclose.ContactEmail),
}

func holder(roid string) access.Caller {
	return access.Caller{Account: "holder", Kind: disclose.KindHolder, Audience: disclose.Holder, Holder: roid, Channel: private}
}

// granted is a caller who has nothing but what was decided for it.
func granted(fields ...disclose.Field) access.Caller {
	return access.Caller{
		Account: "R-1", Organization: "Law Firm", Audience: disclose.Public, Purpose: "dnsTransparency", Channel: private,
		Grant: &disclose.Grant{
			Requester: "security-team", Purpose: "legalActions",
			Objects: []disclose.Granted{{Domain: "shop.example"}}, Fields: fields,
			Rule: &disclose.Rule{ID: "grant-1", Basis: "GDPR Art. 6(1)(f)", Reason: "To bring an action.", Outcome: disclose.Show},
		},
	}
}

// What a caller is told of a person's domain, and what the journal says of it.
func TestEachKindOfCallerIsToldItsOwnAndTheJournalSaysSo(t *testing.T) {
	officer := police(private)
	officer.Kind = disclose.KindAuthority
	elsewhere := officer
	elsewhere.Bounds = &access.Bounds{Zones: []register.Name{"other.example"}}
	contactsOnly := officer
	contactsOnly.Bounds = &access.Bounds{Objects: []access.Object{access.Contact}}
	here := officer
	here.Bounds = &access.Bounds{Zones: []register.Name{"example"}, Objects: []access.Object{access.Domain}}
	idle := officer
	idle.Case = ""
	confidential := officer
	confidential.ConfidentialUntil = now.AddDate(0, 1, 0)
	for what, tt := range map[string]struct {
		who      access.Caller
		name     bool // of the registrant is shown
		journal  bool
		contacts []string
		basis    string
	}{
		"the public":                          {public, false, false, nil, ""},
		"an authority":                        {officer, true, true, []string{"P1-EX", "F1-EX"}, "GDPR Art. 6(1)(c), NIS2 Art. 28(5)"},
		"an authority that may keep it quiet": {confidential, true, true, []string{"P1-EX", "F1-EX"}, "GDPR Art. 6(1)(c), NIS2 Art. 28(5)"},
		"an authority without a case":         {idle, false, false, nil, ""},
		"an authority within its bounds":      {here, true, true, []string{"P1-EX", "F1-EX"}, "GDPR Art. 6(1)(c), NIS2 Art. 28(5)"},
		"an authority of another zone":        {elsewhere, false, false, nil, ""},
		"an authority for contacts alone":     {contactsOnly, false, false, nil, ""},
		"the registrar of record":             {registrar("reg-a"), true, true, []string{"P1-EX", "F1-EX"}, "GDPR Art. 6(1)(b)"},
		"another registrar":                   {registrar("reg-b"), false, true, nil, ""},
		"the holder":                          {holder("p1-ex"), true, true, []string{"P1-EX"}, "GDPR Art. 15"},
		"the technical contact":               {holder("F1-EX"), false, true, []string{"F1-EX"}, "GDPR Art. 15"},
		"another holder":                      {holder("X-EX"), false, true, nil, ""},
		"a researcher":                        {seeker(disclose.KindResearcher, "academicPublicInterestDNSResearch"), false, true, []string{"P1-EX"}, "GDPR Art. 6(1)(f), Art. 89(1)"},
		"a researcher without a purpose":      {seeker(disclose.KindResearcher, ""), false, false, nil, ""},
		"the holder of a trade mark":          {seeker(disclose.KindTradeMarkHolder, "legalActions"), false, true, nil, ""},
		"a certificate authority":             {seeker(disclose.KindCertificateAuthority, "domainNameCertification"), false, true, nil, ""},
		"who was granted the name":            {granted(disclose.ContactName), true, true, []string{"P1-EX"}, "GDPR Art. 6(1)(f)"},
	} {
		s := newScene(t)
		a, err := s.Domain(t.Context(), s.ask(tt.who, "shop.example"))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		contacts, _ := a.Domain.Contacts.Get()
		if _, shown := contacts[0].Name.Get(); shown != tt.name {
			t.Errorf("%s is told the name: %v", what, shown)
		}
		records := s.records()
		if (len(records) == 1) != tt.journal {
			t.Fatalf("%s: the journal holds %d records", what, len(records))
		}
		if !tt.journal {
			continue
		}
		r := records[0]
		if !slices.Equal(r.Contacts, tt.contacts) || r.Basis != tt.basis || r.Caller != tt.who.Account || !r.Until.Equal(tt.who.ConfidentialUntil) || r.Generation == 0 {
			t.Errorf("%s: the journal says %+v", what, r)
		}
		requester, purpose := tt.who.Kind.String(), tt.who.Purpose
		if tt.who.Grant != nil { // whatever is said with the question
			requester, purpose = "security-team", "legalActions"
		}
		if r.Requester != requester || r.Purpose != purpose {
			t.Errorf("%s: the journal says %q asked for %q", what, r.Requester, r.Purpose)
		}
		if (r.Reference == "grant-1") != (tt.who.Grant != nil) || tt.who.Grant != nil && r.Audience != "seeker" {
			t.Errorf("%s: the journal says it was by %q, for %q", what, r.Reference, r.Audience)
		}
	}
}

// A person's handle is told to nobody but those entitled; that the journal knows
// whose data was told does not hang on that.
func TestTheJournalKnowsWhoWasToldOfThoughTheHandleIsWithheld(t *testing.T) {
	s := newScene(t)
	a, err := s.Domain(t.Context(), s.ask(granted(disclose.ContactEmail), "shop.example"))
	if err != nil {
		t.Fatal(err)
	}
	contacts, _ := a.Domain.Contacts.Get()
	if contacts[0].Identity() != "" {
		t.Errorf("the handle is told: %s", contacts[0].Identity())
	}
	if r := s.records(); len(r) != 1 || !slices.Equal(r[0].Contacts, []string{"P1-EX"}) || !slices.Contains(r[0].Fields, "contact e-mail") {
		t.Errorf("the journal says %+v", r)
	}
}

// Who has a grant is one of the public elsewhere: nothing is journaled, and with
// no journal there is an answer.
func TestAGrantIsUsedWhereItIsAboutAndNowhereElse(t *testing.T) {
	s := newScene(t)
	who := granted(disclose.ContactName)
	for text, kind := range map[string]lookup.Kind{"held.example": lookup.KindDomain, "ns1.shop.example": lookup.KindHost, "F1": lookup.KindEntity, "reg-a": lookup.KindEntity} {
		if err := s.look(who, text, kind); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := s.look(who, "P1", lookup.KindEntity); !errors.Is(err, register.ErrNotFound) {
		t.Errorf("the registrant of the domain is found by its handle: %v", err)
	}
	if r := s.records(); len(r) != 0 {
		t.Errorf("the journal says %+v", r)
	}
	who.Channel = open
	var denied *access.Denied
	if err := s.look(who, "shop.example", lookup.KindDomain); !errors.As(err, &denied) || denied.Why != access.OpenChannel {
		t.Errorf("over an open channel: %v", err)
	}
}

func (s *scene) look(c access.Caller, text string, kind lookup.Kind) (err error) {
	s.t.Helper()
	switch kind {
	case lookup.KindDomain:
		_, err = s.Domain(s.t.Context(), s.ask(c, text))
	case lookup.KindHost:
		_, err = s.Host(s.t.Context(), s.ask(c, text))
	default:
		_, err = s.Entity(s.t.Context(), s.ask(c, text), lookup.Anyone)
	}
	return err
}

// Outside its bounds an account is answered as the public is, by the same answer.
func TestOutsideItsBoundsAnAccountIsThePublic(t *testing.T) {
	for what, bounds := range map[string]access.Bounds{
		"in another zone":         {Zones: []register.Name{"other.example"}},
		"of another kind":         {Objects: []access.Object{access.Registrar}},
		"of neither":              {Zones: []register.Name{"other.example"}, Objects: []access.Object{access.Registrar}},
		"of a zone, for contacts": {Zones: []register.Name{"example"}, Objects: []access.Object{access.Contact}},
	} {
		s := newScene(t)
		c := police(private)
		c.Bounds = &bounds
		for text, kind := range map[string]lookup.Kind{"shop.example": lookup.KindDomain, "ns1.shop.example": lookup.KindHost, "P1": lookup.KindEntity, "F1": lookup.KindEntity} {
			mine, theirs := s.look(c, text, kind), s.look(public, text, kind)
			if (mine == nil) != (theirs == nil) {
				t.Errorf("%s: %s: %v, and to the public %v", what, text, mine, theirs)
			}
			if r := s.records(); len(r) != 0 {
				t.Fatalf("%s: %s is journaled: %+v", what, text, r)
			}
		}
		var denied *access.Denied
		if _, err := s.Search(t.Context(), lookup.Search{Question: s.ask(c, ""), By: lookup.DomainsByName, Pattern: "shop.example"}); !errors.As(err, &denied) {
			t.Errorf("%s: a search that the public may not ask: %v", what, err)
		}
	}
}

// An answer that is kept for the public is not the answer to an account, and that
// of an account is kept for nobody.
func TestWhatIsKeptReadyIsThePublicsAlone(t *testing.T) {
	s := newScene(t)
	bounded := police(private)
	bounded.Bounds = &access.Bounds{Zones: []register.Name{"example"}}
	write := func(a *lookup.DomainAnswer) lookup.Written { return lookup.Written{Body: []byte("kept")} }
	for _, who := range []access.Caller{public, bounded, granted(disclose.ContactName), holder("P1-EX"), public} {
		a, err := s.Domain(t.Context(), s.ask(who, "shop.example"))
		if err != nil {
			t.Fatal(err)
		}
		if kept := a.Domain == nil; kept != (who == public && a.Domain == nil) {
			t.Errorf("%s is answered by what is kept", who.Account)
		}
		a.Write(write)
	}
	if r := s.records(); len(r) != 3 {
		t.Errorf("the journal holds %d records, want 3", len(r))
	}
}

// Nothing is looked up anew: who is revoked is refused in the next question.
func TestWhoIsAdmittedChangesWithTheNextQuestion(t *testing.T) {
	s := newScene(t)
	token, id, hash := access.NewToken()
	admit := func(revoked bool) {
		t.Helper()
		a, err := access.New(access.Config{
			Accounts:    []access.Account{{ID: "ca", Kind: disclose.KindCertificateAuthority}},
			Credentials: []access.Credential{{ID: id, Account: "ca", Sort: access.Token, Hash: hash, Until: now.Add(time.Hour), Revoked: revoked}},
			Now:         func() time.Time { return now },
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Admit(a)
	}
	identify := func() error {
		_, err := s.Identify(lookup.RDAP, access.Bearer(token), access.Said{}, private)
		return err
	}
	var denied *access.Denied
	if err := identify(); !errors.As(err, &denied) {
		t.Errorf("before it is admitted: %v", err)
	}
	admit(false)
	if err := identify(); err != nil {
		t.Errorf("when it is admitted: %v", err)
	}
	p := s.config.Published
	p.Access = nil
	if err := s.Publish(p); err != nil {
		t.Fatal(err)
	}
	if err := identify(); err != nil {
		t.Errorf("when rules are published: %v", err)
	}
	admit(true)
	if err := identify(); !errors.As(err, &denied) {
		t.Errorf("when it is revoked: %v", err)
	}
}

// A search by a registrar's or a seeker's page names whom it told of.
func TestASearchByASeekerIsJournaledWithTheContactsItTellsOf(t *testing.T) {
	s := newScene(t)
	person := register.Contact{
		Handle: "P9", ROID: "P9-EX", Sponsor: "reg-a", Local: register.Postal{Name: "Canary"},
		Facts: register.Facts{Holder: register.HolderNatural, Protection: register.NotProtected},
	}
	domain := register.Domain{Name: "found.example", Registrant: "P9", Sponsor: "reg-a"}
	change(t, s.writer, func(tx store.Tx) error {
		return errors.Join(
			tx.Put(store.Object{Ref: store.Ref{Kind: store.Contacts, Key: "p9"}, Bytes: person.Append(nil), Terms: person.Terms()}),
			tx.Put(store.Object{Ref: store.Ref{Kind: store.Names, Key: "found.example"}, Bytes: domain.Append(nil), Terms: domain.Terms(),
				Refs: []store.Ref{{Kind: store.Contacts, Key: "p9"}, {Kind: store.Registrars, Key: "reg-a"}}}))
	})
	text, err := disclose.Shipped("gdpr")
	if err != nil {
		t.Fatal(err)
	}
	more := strings.Replace(string(text), "[[rule]]\nid = \"office\"", "[[rule]]\nid = \"study\"\nbasis = \"test\"\nreason.en = \"A.\"\nreason.da = \"B.\"\naudience = [\"seeker\"]\nkind = [\"researcher\"]\nfields = [\"search domains by name\"]\ndo = \"show\"\n\n[[rule]]\nid = \"office\"", 1)
	policy, err := disclose.ReadPolicy([]byte(more))
	if err != nil {
		t.Fatal(err)
	}
	s.config.Published.Policy = policy
	s.reopen()
	find := lookup.Search{Question: s.ask(seeker(disclose.KindResearcher, "academicPublicInterestDNSResearch"), ""), By: lookup.DomainsByName, Pattern: "found.example"}
	if _, err := s.Search(t.Context(), find); err != nil {
		t.Fatal(err)
	}
	if r := s.records(); len(r) != 1 || !slices.Equal(r[0].Contacts, []string{"P9-EX"}) || r[0].Entry != audit.EntryDisclosure {
		t.Errorf("the journal says %+v", r)
	}
	find.Caller.Purpose = ""
	var denied *access.Denied
	if _, err := s.Search(t.Context(), find); !errors.As(err, &denied) {
		t.Errorf("without a purpose: %v", err)
	}
}
