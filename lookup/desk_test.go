package lookup_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

func TestADeskWithAPartMissingIsNotOpened(t *testing.T) {
	whole := newScene(t).config
	for name, take := range map[string]func(*lookup.Config){
		"store":      func(c *lookup.Config) { c.Store = nil },
		"limiter":    func(c *lookup.Config) { c.Limiter = nil },
		"journal":    func(c *lookup.Config) { c.Journal = nil },
		"access log": func(c *lookup.Config) { c.AccessLog = nil },
		"clock":      func(c *lookup.Config) { c.Now = nil },
		"rules":      func(c *lookup.Config) { c.Published.Policy = nil },
		"access":     func(c *lookup.Config) { c.Published.Access = nil },
	} {
		c := whole
		take(&c)
		if _, err := lookup.New(c); err == nil {
			t.Errorf("without its %s a desk was opened", name)
		}
	}
}

func TestEverySpellingOfANameReachesTheOneRecord(t *testing.T) {
	s := newScene(t)
	for _, text := range []string{"shop.example", "SHOP.Example", "shop.example.", "ｓhop。example"} {
		a, err := s.Domain(t.Context(), s.ask(public, text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if name, _ := a.Domain.Name.Get(); name != "shop.example" {
			t.Errorf("%q: answered about %q", text, name)
		}
	}
}

func TestAnAnswerCarriesTheRegistersOwnState(t *testing.T) {
	s := newScene(t)
	a, err := s.Domain(t.Context(), s.ask(public, "shop.example"))
	if err != nil {
		t.Fatal(err)
	}
	if a.About.Operator.Name != "Example Registry" || a.About.Serial != 7 || !a.About.Watermark.Equal(now) || a.About.Rules == "" {
		t.Errorf("about: %+v", a.About)
	}
	if got := s.About(); got.Serial != 7 {
		t.Errorf("a refusal after it would say %+v", got)
	}
}

func TestAnErrorIsOneOfTheFewOrAFailure(t *testing.T) {
	s := newScene(t)
	var syntax *register.SyntaxError
	if _, err := s.Domain(t.Context(), s.ask(public, "no such name")); !errors.As(err, &syntax) {
		t.Errorf("a malformed name: %v", err)
	}
	if _, err := s.Domain(t.Context(), s.ask(public, "free.example")); !errors.Is(err, register.ErrNotFound) {
		t.Errorf("a free name: %v", err)
	}
	if _, err := s.Domain(t.Context(), s.ask(public, "shop.test")); !errors.Is(err, lookup.ErrElsewhere) || errors.Is(err, register.ErrNotFound) {
		t.Errorf("another register's name: %v", err)
	}
	s.store.fail = errDisk
	for what, err := range map[string]error{
		"domain": second(s.Domain(t.Context(), s.ask(public, "free.example"))),
		"host":   second(s.Host(t.Context(), s.ask(public, "ns9.example"))),
		"entity": second(s.Entity(t.Context(), s.ask(public, "nobody"), lookup.Anyone)),
	} {
		if lookup.OutcomeOf(err) != audit.Failed || errors.Is(err, register.ErrNotFound) {
			t.Errorf("%s: a failure came out as %v", what, err)
		}
	}
	names, _, err := s.Names(t.Context(), s.ask(public, ""), []string{"free.example"})
	if lookup.OutcomeOf(err) != audit.Failed || len(names) != 0 {
		t.Errorf("availability: %v %v", names, err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestAReservedNameIsNeitherRegisteredNorFree(t *testing.T) {
	s := newScene(t)
	a, err := s.Domain(t.Context(), s.ask(public, "held.example"))
	if err != nil || a.Reserved == nil || a.Domain != nil {
		t.Fatalf("%+v, %v", a, err)
	}
}

func TestThePublicSeesOfAPersonTheCountryAlone(t *testing.T) {
	s := newScene(t)
	a, err := s.Domain(t.Context(), s.ask(public, "shop.example"))
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%+v", a.Domain); strings.Contains(strings.ToLower(text), "canary") {
		t.Errorf("a private value is in the public's view: %s", text)
	}
	contacts, _ := a.Domain.Contacts.Get()
	if len(contacts) != 3 || contacts[0].Role != register.RoleRegistrant {
		t.Fatalf("contacts: %+v", contacts)
	}
	if cc, _ := contacts[0].Country.Get(); cc != "DK" {
		t.Errorf("country %q", cc)
	}
	if org, _ := contacts[1].Organization.Get(); org != "Firm Ltd" {
		t.Errorf("organisation %q", org)
	}
	if contacts[2].Missing {
		t.Error("the public is told which contacts are missing")
	}
}

func TestAMissingContactIsShownAsItsReferenceAndNothingIsInvented(t *testing.T) {
	s := newScene(t)
	a, err := s.Domain(t.Context(), s.ask(registrar("reg-a"), "shop.example"))
	if err != nil {
		t.Fatal(err)
	}
	contacts, _ := a.Domain.Contacts.Get()
	handle, _ := contacts[2].Handle.Get()
	if !contacts[2].Missing || handle != "GONE" {
		t.Errorf("missing contact: %+v", contacts[2])
	}
	if contacts[2].Name.Status() != disclose.Absent {
		t.Errorf("its name is %v", contacts[2].Name.Status())
	}
}

func TestARegistrarSeesTheContactsOfItsOwnDomainsOnly(t *testing.T) {
	s := newScene(t)
	for id, want := range map[string]bool{"reg-a": true, "reg-b": false} {
		a, err := s.Domain(t.Context(), s.ask(registrar(id), "shop.example"))
		if err != nil {
			t.Fatal(err)
		}
		contacts, _ := a.Domain.Contacts.Get()
		if _, seen := contacts[0].Name.Get(); seen != want {
			t.Errorf("%s sees the holder's name: %v", id, seen)
		}
	}
}

func TestWhoeverMayNotBeKnownOfIsAbsent(t *testing.T) {
	s := newScene(t)
	_, hidden := s.Entity(t.Context(), s.ask(public, "P1"), lookup.Anyone)
	_, absent := s.Entity(t.Context(), s.ask(public, "P2"), lookup.Anyone)
	if !errors.Is(hidden, register.ErrNotFound) || hidden.Error() != absent.Error() {
		t.Errorf("hidden: %v; absent: %v", hidden, absent)
	}
	a, err := s.Entity(t.Context(), s.ask(police(private), "P1"), lookup.Anyone)
	if err != nil || a.Contact == nil {
		t.Errorf("an authority: %+v, %v", a, err)
	}
}

func TestAnEntityIsFoundByHandleROIDRegistrarIdIANAIdAndName(t *testing.T) {
	s := newScene(t)
	for _, text := range []string{"F1", "f1-ex"} {
		if a, err := s.Entity(t.Context(), s.ask(public, text), lookup.Anyone); err != nil || a.Contact == nil {
			t.Errorf("%s: %+v %v", text, a, err)
		}
	}
	for _, text := range []string{"REG-A", "9995", "registrar a"} {
		if a, err := s.Entity(t.Context(), s.ask(public, text), lookup.Anyone); err != nil || a.Registrar == nil {
			t.Errorf("%s: %+v %v", text, a, err)
		}
	}
	if _, err := s.Entity(t.Context(), s.ask(public, "reg-a"), lookup.ContactOnly); !errors.Is(err, register.ErrNotFound) {
		t.Errorf("a registrar was found as a contact: %v", err)
	}
}

func TestAPrivilegedAnswerIsJournaledBeforeItIsReleased(t *testing.T) {
	s := newScene(t)
	if _, err := s.Domain(t.Context(), s.ask(police(private), "shop.example")); err != nil {
		t.Fatal(err)
	}
	records := s.records()
	if len(records) != 1 {
		t.Fatalf("%d records", len(records))
	}
	r := records[0]
	if r.Caller != "police" || r.Purpose != "legalActions" || r.Case != "2026-17" || r.Key != "shop.example" ||
		r.Serial != 7 || !slices.Contains(r.Fields, "contact name") {
		t.Errorf("%+v", r)
	}
}

func TestWhatCannotBeJournaledIsNotDisclosedAndThePublicIsServed(t *testing.T) {
	s := newScene(t)
	s.journal.Close()
	var denied *access.Denied
	a, err := s.Domain(t.Context(), s.ask(police(private), "shop.example"))
	if a != nil || !errors.As(err, &denied) || denied.Why != access.JournalRequired {
		t.Errorf("privileged: %v, %v", a, err)
	}
	if e, err := s.Entity(t.Context(), s.ask(police(private), "P1"), lookup.Anyone); e != nil || !errors.As(err, &denied) {
		t.Errorf("privileged entity: %v, %v", e, err)
	}
	if _, err := s.Domain(t.Context(), s.ask(public, "shop.example")); err != nil {
		t.Errorf("public: %v", err)
	}
}

func TestAPrivilegedAnswerNeverLeavesOverAnOpenChannel(t *testing.T) {
	s := newScene(t)
	var denied *access.Denied
	a, err := s.Domain(t.Context(), s.ask(police(open), "shop.example"))
	if a != nil || !errors.As(err, &denied) || denied.Why != access.OpenChannel {
		t.Errorf("%v, %v", a, err)
	}
}

func TestAnAuthorityWithoutPurposeOrCaseIsThePublic(t *testing.T) {
	s := newScene(t)
	c := police(private)
	c.Case = ""
	a, err := s.Domain(t.Context(), s.ask(c, "shop.example"))
	if err != nil {
		t.Fatal(err)
	}
	contacts, _ := a.Domain.Contacts.Get()
	if _, seen := contacts[0].Name.Get(); seen || len(s.records()) != 0 {
		t.Errorf("name seen: %v, records: %d", seen, len(s.records()))
	}
}

func TestAKeptAnswerIsUsedUntilTheRegisterOrTheRulesChange(t *testing.T) {
	s := newScene(t)
	written := 0
	ask := func(text string) {
		t.Helper()
		a, err := s.Domain(t.Context(), s.ask(public, text))
		if err != nil {
			t.Fatal(err)
		}
		out := a.Write(func(*lookup.DomainAnswer) lookup.Written {
			written++
			return lookup.Written{Body: []byte(text)}
		})
		if string(out.Body) != text {
			t.Errorf("%s: answered with %s", text, out.Body)
		}
	}
	for _, text := range []string{"shop.example", "shop.example", "held.example", "shop.example", "held.example"} {
		ask(text)
	}
	if written != 2 {
		t.Errorf("two answers were written %d times", written)
	}
	change(t, s.writer, func(tx store.Tx) error {
		_, err := tx.Delete(store.Ref{Kind: store.Contacts, Key: "f1"})
		return err
	})
	if ask("shop.example"); written != 3 {
		t.Error("an answer outlived a change of the register")
	}
	if err := s.Publish(s.config.Published); err != nil {
		t.Fatal(err)
	}
	if ask("shop.example"); written != 4 {
		t.Error("an answer outlived a change of what is published")
	}
}

func TestAPrivilegedAnswerIsNeverKept(t *testing.T) {
	s := newScene(t)
	privileged, err := s.Domain(t.Context(), s.ask(police(private), "shop.example"))
	if err != nil {
		t.Fatal(err)
	}
	privileged.Write(func(*lookup.DomainAnswer) lookup.Written { return lookup.Written{Body: []byte("Karin")} })
	a, err := s.Domain(t.Context(), s.ask(public, "shop.example"))
	if err != nil {
		t.Fatal(err)
	}
	if a.Domain == nil {
		t.Fatal("the public got what was kept of a privileged answer")
	}
	contacts, _ := a.Domain.Contacts.Get()
	if _, seen := contacts[0].Name.Get(); seen {
		t.Error("the public got a privileged answer")
	}
}

func TestAvailabilityIsSaidOnlyDirectlyBelowAZone(t *testing.T) {
	s := newScene(t)
	names := []string{"shop.example", "free.example", "held.example", "deep.free.example", "example", "free.test", "no name", "FREE.example."}
	want := []lookup.State{lookup.Registered, lookup.Free, lookup.Reserved, lookup.OutOfPolicy, lookup.OutOfPolicy, lookup.OutOfPolicy, lookup.Invalid, lookup.Free}
	got, _, err := s.Names(t.Context(), s.ask(public, ""), names)
	if err != nil || len(got) != len(names) {
		t.Fatalf("%v, %v", got, err)
	}
	for i := range want {
		if got[i].State != want[i] {
			t.Errorf("%s: state %d, want %d", names[i], got[i].State, want[i])
		}
	}
}

// budget is a desk whose public has n questions and gets none back.
func (s *scene) budget(n int) {
	s.limited(func(l *ratelimit.Settings) {
		for _, class := range []ratelimit.Class{ratelimit.Lookup, ratelimit.Availability, ratelimit.Failure} {
			l.Budgets[class] = ratelimit.Budget{Rate: 0.001, Burst: n}
		}
	})
}

func TestEveryQuestionCostsAndAFailureOfOursCostsNothing(t *testing.T) {
	s := newScene(t)
	s.budget(2)
	var exceeded *ratelimit.Exceeded
	s.store.fail = errDisk
	for range 5 {
		if _, err := s.Domain(t.Context(), s.ask(public, "shop.example")); errors.As(err, &exceeded) {
			t.Fatal("a failure of ours was charged")
		}
	}
	s.store.fail = nil
	for i := range 3 {
		_, err := s.Domain(t.Context(), s.ask(public, "free.example"))
		if errors.As(err, &exceeded) != (i == 2) {
			t.Errorf("question %d: %v", i, err)
		}
	}
}

func TestNonsenseAndWrongCredentialsAreNotFree(t *testing.T) {
	s := newScene(t)
	s.budget(2)
	var exceeded *ratelimit.Exceeded
	_, _ = s.Domain(t.Context(), s.ask(public, "no name"))
	_, _ = s.Identify(lookup.RDAP, access.Bearer("rubbish"), access.Said{}, private)
	if _, err := s.Identify(lookup.RDAP, access.Bearer("rubbish"), access.Said{}, private); !errors.As(err, &exceeded) {
		t.Errorf("the third: %v", err)
	}
}

func TestAnEntityIsNotFoundByAnIdThatIsWithheld(t *testing.T) {
	s := newScene(t)
	show := func(fields ...disclose.Field) *disclose.Policy {
		p, err := disclose.NewPolicy("test", []disclose.Rule{{
			ID: "show", Basis: "test", Reason: "test", Fields: fields, Outcome: disclose.Show, DespiteProtection: "test",
		}})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, tt := range []struct {
		rules *disclose.Policy
		asked string
		found bool
	}{
		{show(disclose.RegistrarID), "reg-a", true},
		{show(disclose.RegistrarID), "9995", false},
		{show(disclose.RegistrarIANA), "9995", true},
		{show(disclose.ContactExistence), "F1", true},
		{show(disclose.ContactExistence), "F1-EX", false},
		{show(disclose.ContactExistence, disclose.ContactHandle), "F1-EX", true},
	} {
		p := s.config.Published
		p.Policy = tt.rules
		if err := s.Publish(p); err != nil {
			t.Fatal(err)
		}
		_, err := s.Entity(t.Context(), s.ask(public, tt.asked), lookup.Anyone)
		if found := err == nil; found != tt.found || !found && !errors.Is(err, register.ErrNotFound) {
			t.Errorf("%s: found %v, %v", tt.asked, found, err)
		}
		if _, err := s.Explain(t.Context(), s.ask(public, tt.asked), lookup.KindEntity); (err == nil) != tt.found {
			t.Errorf("%s: explained %v", tt.asked, err)
		}
	}
}
