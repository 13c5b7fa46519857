package lookup_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

var gone = now.AddDate(0, 0, 9)

// ruled is a scene whose zone has rules, with a name in each state.
func ruled(t *testing.T) *scene {
	t.Helper()
	s := newScene(t)
	rules := &register.LabelRules{Min: 2, Max: 20, NoDoubleHyphens: true}
	if err := errors.Join(rules.ParseCharacters("a-z 0-9 - ø ö"), rules.ParseVariants([]string{"ø ö", "y x z w"})); err != nil {
		t.Fatal(err)
	}
	s.config.Published.Zones = map[register.Name]lookup.Zone{"example": {Languages: []string{"en"}, Names: rules}}
	s.config.Published.Sandbox = "sandbox.test"
	s.reopen()
	name := func(text string) register.Name {
		n, err := register.ParseName(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	change(t, s.writer, func(tx store.Tx) error {
		state := tx.State()
		state.Zones = append(state.Zones, "co.example")
		tx.SetState(state)
		var problems []error
		put := func(n register.Name, record interface{ Append([]byte) []byte }) {
			problems = append(problems, tx.Put(store.Object{Ref: store.Ref{Kind: store.Names, Key: string(n)}, Bytes: record.Append(nil)}))
		}
		domain := func(text string, d register.Domain) {
			d.Name = name(text)
			put(d.Name, &d)
		}
		domain("bøf.example", register.Domain{Statuses: []string{"ok"}})
		domain("old--x.example", register.Domain{}) // from before the rules
		domain("leaving.example", register.Domain{Statuses: []string{"pendingDelete"}, RGP: []string{"redemptionPeriod"}, Deletes: gone})
		domain("restoring.example", register.Domain{RGP: []string{"pendingRestore"}})
		domain("grace.example", register.Domain{RGP: []string{"addPeriod"}, Deletes: gone})
		put("blocked.example", &register.Reserved{Name: "blocked.example", State: register.ReservedBlocked})
		put("mirror.example", &register.Reserved{Name: "mirror.example", State: register.ReservedMirrored})
		return errors.Join(problems...)
	})
	return s
}

// standings are a name in each state, and what is said of it.
var standings = []struct {
	name  string
	state lookup.State
	why   lookup.Why
}{
	{"free.example", lookup.Free, lookup.WhyNothing},
	{"FREE.example.", lookup.Free, lookup.WhyNothing},
	{"shop.example", lookup.Registered, lookup.WhyNothing},
	{"bøf.example", lookup.Registered, lookup.WhyNothing},
	{"old--x.example", lookup.Registered, lookup.WhyNothing},
	{"grace.example", lookup.Registered, lookup.WhyNothing},
	{"leaving.example", lookup.Leaving, lookup.WhyDeletion},
	{"restoring.example", lookup.Leaving, lookup.WhyDeletion},
	{"held.example", lookup.Reserved, lookup.WhyRegistry},
	{"blocked.example", lookup.Blocked, lookup.WhyRegistry},
	{"mirror.example", lookup.Blocked, lookup.WhyVariant},
	{"böf.example", lookup.Blocked, lookup.WhyVariant},
	{"bof.example", lookup.Free, lookup.WhyNothing},
	{"a.example", lookup.OutOfPolicy, lookup.WhyLength},
	{"abcdefghijklmnopqrstu.example", lookup.OutOfPolicy, lookup.WhyLength},
	{"blå.example", lookup.OutOfPolicy, lookup.WhyCharacters},
	{"new--x.example", lookup.OutOfPolicy, lookup.WhyHyphens},
	{"xyzwxyzw.example", lookup.OutOfPolicy, lookup.WhyVariants},
	{"www.shop.example", lookup.OutOfPolicy, lookup.WhySubdomain},
	{"a.co.example", lookup.Free, lookup.WhyNothing}, // another zone, without rules
	{"co.example", lookup.OutOfPolicy, lookup.WhyApex},
	{"example", lookup.OutOfPolicy, lookup.WhyApex},
	{"free.test", lookup.OutOfPolicy, lookup.WhyZone},
	{"ab--c.example", lookup.Invalid, lookup.WhySyntax},
	{"no name", lookup.Invalid, lookup.WhySyntax},
	{"free.sandbox.test", lookup.Free, lookup.WhyNothing},
	{"registered.sandbox.test", lookup.Registered, lookup.WhyNothing},
	{"reserved.sandbox.test", lookup.Reserved, lookup.WhyRegistry},
	{"blocked.sandbox.test", lookup.Blocked, lookup.WhyVariant},
	{"leaving.sandbox.test", lookup.Leaving, lookup.WhyDeletion},
	{"out-of-policy.sandbox.test", lookup.OutOfPolicy, lookup.WhyLength},
	{"invalid.sandbox.test", lookup.Invalid, lookup.WhySyntax},
	{"failed.sandbox.test", lookup.Unknown, lookup.WhyNothing},
	{"else.sandbox.test", lookup.OutOfPolicy, lookup.WhyZone},
	{"sandbox.test", lookup.OutOfPolicy, lookup.WhyZone},
	{"free.in.sandbox.test", lookup.OutOfPolicy, lookup.WhyZone},
}

func TestEachStateOfANameIsToldWithItsReason(t *testing.T) {
	s := ruled(t)
	names := make([]string, len(standings))
	for i, c := range standings {
		names[i] = c.name
	}
	got, _, err := s.Names(t.Context(), s.ask(public, ""), names)
	if err != nil || len(got) != len(names) {
		t.Fatalf("%d answers: %v", len(got), err)
	}
	for i, c := range standings {
		if got[i].State != c.state || got[i].Why != c.why {
			t.Errorf("%s is %s for %q, want %s for %q", c.name, got[i].Word(), got[i].Why, c.state, c.why)
		}
		if told := got[i].Says != ""; told != (c.why != lookup.WhyNothing) || strings.HasSuffix(got[i].Says, ".") {
			t.Errorf("%s: it is said that %q", c.name, got[i].Says)
		}
		if want := c.name == "leaving.example"; want != got[i].Until.Equal(gone) {
			t.Errorf("%s: until %v", c.name, got[i].Until)
		}
	}
}

// asDomain is what a look-up makes of a name.
func asDomain(t *testing.T, s *scene, w lookup.Window, name string) lookup.Name {
	t.Helper()
	q := s.ask(public, name)
	q.Window = w
	a, err := s.Domain(t.Context(), q)
	var absent *lookup.Absent
	var syntax *register.SyntaxError
	switch {
	case err == nil:
		return a.Name
	case errors.As(err, &absent):
		return absent.Name
	case errors.As(err, &syntax):
		return lookup.Name{State: lookup.Invalid, Why: lookup.WhySyntax}
	}
	return lookup.Name{}
}

func TestALookUpSaysTheSameStateAsAvailability(t *testing.T) {
	s := ruled(t)
	s.config.Kept = 0 // what is kept has no name
	s.reopen()
	labels := rapid.SampledFrom([]string{"a", "ø", "ö", "x", "y", "--", "å", "shop", "held", "bøf", "leaving", "co", ".", "-"})
	drawn := rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "known") {
			return rapid.SampledFrom(standings).Draw(t, "name").name
		}
		return strings.Join(rapid.SliceOfN(labels, 1, 6).Draw(t, "label"), "") + ".example"
	})
	rapid.Check(t, func(rt *rapid.T) {
		names := rapid.SliceOfN(drawn, 1, 8).Draw(rt, "names")
		got, _, err := s.Names(t.Context(), s.ask(public, ""), names)
		if err != nil {
			rt.Fatal(err)
		}
		for i, name := range names {
			for _, w := range []lookup.Window{lookup.WHOIS, lookup.RDAP, lookup.Console} {
				one := asDomain(t, s, w, name)
				if one.State != got[i].State || one.Why != got[i].Why || !one.Until.Equal(got[i].Until) {
					rt.Fatalf("%s: availability says %+v, the look-up on %s %+v", name, got[i], w, one)
				}
			}
		}
	})
}

func TestTheSandboxIsPlayedOnlyWhereTheRegisterHasNoZone(t *testing.T) {
	s := ruled(t)
	s.config.Published.Sandbox = "co.example"
	s.reopen()
	got, _, err := s.Names(t.Context(), s.ask(public, ""), []string{"registered.co.example", "registered.sandbox.test"})
	if err != nil || got[0].State != lookup.Free || got[1].Why != lookup.WhyZone {
		t.Errorf("%v, %v", got, err)
	}
}

func TestTheSandboxsLimitEndsABatch(t *testing.T) {
	s := ruled(t)
	names := []string{"free.example", "limited.sandbox.test", "free.example"}
	got, _, err := s.Names(t.Context(), s.ask(public, ""), names)
	if err != nil || len(got) != 1 {
		t.Errorf("%d answers before it: %v", len(got), err)
	}
	var exceeded *ratelimit.Exceeded
	if _, _, err := s.Names(t.Context(), s.ask(public, ""), names[1:]); !errors.As(err, &exceeded) || exceeded.RetryAfter != time.Minute {
		t.Errorf("availability: %v", err)
	}
	if _, err := s.Domain(t.Context(), s.ask(public, names[1])); !errors.As(err, &exceeded) {
		t.Errorf("the look-up: %v", err)
	}
	if _, err := s.Domain(t.Context(), s.ask(public, "failed.sandbox.test")); err == nil || lookup.OutcomeOf(err) != audit.Failed {
		t.Errorf("the failure: %v", err)
	}
}

func TestAWithheldStatusIsNotToldByAvailability(t *testing.T) {
	s := ruled(t)
	text, err := disclose.Shipped("gdpr")
	if err != nil {
		t.Fatal(err)
	}
	hides := strings.Replace(string(text), "\n[[rule]]\n", `
[[rule]]
id = "no-status"
basis = "the operator's own"
reason.en = "Statuses are not published."
reason.da = "Status offentliggøres ikke."
audience = ["public"]
fields = ["domain status", "domain grace period", "reserved state"]
do = "withhold"

[[rule]]
`, 1)
	if s.config.Published.Policy, err = disclose.ReadPolicy([]byte(hides)); err != nil {
		t.Fatal(err)
	}
	s.reopen()
	got, _, err := s.Names(t.Context(), s.ask(registrar("reg-a"), ""), []string{"leaving.example", "blocked.example"})
	if err != nil {
		t.Fatal(err)
	}
	if got[0].State != lookup.Registered || !got[0].Until.IsZero() || got[1].State != lookup.Reserved {
		t.Errorf("availability tells what is withheld: %+v", got)
	}
}

// between changes the register between two calls of one question.
type between struct {
	store.Reader
	change func()
	times  int
}

func (b *between) Tags(ctx context.Context, k store.Kind, keys []string) ([]register.Tag, store.Edition, error) {
	tags, e, err := b.Reader.Tags(ctx, k, keys)
	if b.times > 0 {
		b.times--
		b.change()
	}
	return tags, e, err
}

func TestAStateIsOfOneEditionOfTheRegister(t *testing.T) {
	for _, c := range []struct {
		times int
		fails bool
	}{{1, false}, {2, false}, {3, true}} {
		s := ruled(t)
		n := 0
		s.store.Reader = &between{Reader: s.store.Reader, times: c.times, change: func() {
			change(t, s.writer, func(tx store.Tx) error {
				n++
				state := tx.State()
				state.Serial++
				tx.SetState(state)
				_, err := tx.Delete(store.Ref{Kind: store.Names, Key: "held.example"})
				return err
			})
		}}
		got, _, err := s.Names(t.Context(), s.ask(public, ""), []string{"leaving.example", "held.example"})
		switch {
		case c.fails != (err != nil):
			t.Errorf("after %d changes: %v", n, err)
		case err == nil && (got[0].State != lookup.Leaving || got[1].State != lookup.Free):
			t.Errorf("after %d changes: %+v", n, got)
		}
	}
}

func TestAFailureWhileVariantsAreLookedForIsNeverFree(t *testing.T) {
	s := ruled(t)
	s.store.Reader = &failing{Reader: s.store.Reader}
	if _, err := s.Domain(t.Context(), s.ask(public, "øl.example")); err == nil || errors.Is(err, register.ErrNotFound) {
		t.Errorf("the look-up: %v", err)
	}
}

// failing finds objects and no tags.
type failing struct{ store.Reader }

func (*failing) Tags(context.Context, store.Kind, []string) ([]register.Tag, store.Edition, error) {
	return nil, store.Edition{}, errDisk
}

func TestARegistrarsQuestionIsAnsweredAsThePublics(t *testing.T) {
	s := ruled(t)
	for _, who := range []access.Caller{public, registrar("reg-a"), police(private)} {
		got, _, err := s.Names(t.Context(), s.ask(who, ""), []string{"leaving.example"})
		if err != nil || got[0].State != lookup.Leaving {
			t.Errorf("%v, %v", got, err)
		}
	}
	if n := len(s.records()); n != 0 {
		t.Errorf("%d records in the journal for what everybody is told", n)
	}
}
