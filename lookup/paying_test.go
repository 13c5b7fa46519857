package lookup_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
)

// asking asks a question of any kind.
type asking func(context.Context, *scene, access.Caller) error

// how it ends for somebody who asks.
func (ask asking) how(s *scene, c access.Caller) string {
	return lookup.OutcomeOf(ask(s.t.Context(), s, c)).String()
}

func domain(text string, change ...func(*lookup.Question)) asking {
	return func(ctx context.Context, s *scene, c access.Caller) error {
		q := s.ask(c, text)
		for _, f := range change {
			f(&q)
		}
		a, err := s.Domain(ctx, q)
		if err == nil {
			a.Write(func(*lookup.DomainAnswer) lookup.Written { return lookup.Written{Body: []byte(text)} })
		}
		return err
	}
}

func entity(text string, change ...func(*lookup.Question)) asking {
	return func(ctx context.Context, s *scene, c access.Caller) error {
		q := s.ask(c, text)
		for _, f := range change {
			f(&q)
		}
		return second(s.Entity(ctx, q, lookup.Anyone))
	}
}

func host(text string) asking {
	return func(ctx context.Context, s *scene, c access.Caller) error { return second(s.Host(ctx, s.ask(c, text))) }
}

func noPersons(q *lookup.Question) { q.NoPersons = true }
func brief(q *lookup.Question)     { q.Part = disclose.Brief }

// plain is a question that tells of nobody, and missed one for what is not there.
var (
	plain  = spent{ratelimit.Lookup: 1}
	missed = spent{ratelimit.Lookup: 1, ratelimit.Miss: 1}
	failed = spent{ratelimit.Failure: 1}
)

func persons(n int) spent { return spent{ratelimit.Lookup: 1, ratelimit.Personal: n} }

// priced are questions of the desk of pricedScene.
var priced = []struct {
	what string
	ask  asking
	cost spent
}{
	{"a domain", domain("shop.example"), persons(2)},
	{"a domain again, which was kept", domain("shop.example"), persons(2)},
	{"a domain without persons", domain("shop.example", noPersons), plain},
	{"a domain in brief", domain("shop.example", brief), plain},
	{"a free name", domain("free.example"), missed},
	{"a reserved name", domain("held.example"), missed},
	{"a reserved name again, which was kept", domain("held.example"), missed},
	{"a name nobody can register", domain("deep.free.example"), missed},
	{"another register's name", domain("shop.invalid"), plain},
	{"another register's name, whose server is known", domain("shop.test"), plain},
	{"nonsense", domain("no name"), failed},
	{"a host", host("ns1.shop.example"), plain},
	{"no host", host("ns9.shop.example"), missed},
	{"a host of another register", host("ns9.shop.test"), plain},
	{"a host that nobody is known to answer for", host("ns9.shop.invalid"), missed},
	{"a person", entity("P1"), persons(1)},
	{"a person by ROID", entity("P1-EX"), persons(1)},
	{"a person in brief", entity("P1", brief), plain},
	{"a person, asked for without persons", entity("P1", noPersons), missed},
	{"an organisation that names a person", entity("F1"), persons(1)},
	{"a registrar", entity("9995"), plain},
	{"a registrar by name", entity("registrar a"), plain},
	{"nobody", entity("P2"), missed},
	{"somebody of another register", entity("P2-EX"), plain},
	{"help", func(ctx context.Context, s *scene, c access.Caller) error { return second(s.Help(ctx, s.ask(c, ""))) }, plain},
	{"what the rules decide", func(ctx context.Context, s *scene, c access.Caller) error {
		return second(s.Explain(ctx, s.ask(c, "shop.example"), lookup.KindDomain))
	}, plain},
	{"what the rules decide of nobody", func(ctx context.Context, s *scene, c access.Caller) error {
		return second(s.Explain(ctx, s.ask(c, "P2"), lookup.KindEntity))
	}, missed},
	{"a name to be sent on with", func(_ context.Context, s *scene, c access.Caller) error {
		return second(s.Name(s.ask(c, "free.example")))
	}, plain},
	{"a network", func(ctx context.Context, s *scene, c access.Caller) error {
		return s.Network(ctx, s.ask(c, "192.0.2.1"))
	}, plain},
	{"a network nobody is known for", func(ctx context.Context, s *scene, c access.Caller) error {
		return s.Network(ctx, s.ask(c, "203.0.113.1"))
	}, plain},
	{"what a window cannot read", func(_ context.Context, s *scene, c access.Caller) error {
		return s.Refuse(s.ask(c, ""), lookup.KindOther, &register.SyntaxError{What: "line", Reason: "too long"})
	}, failed},
	{"availability", func(ctx context.Context, s *scene, c access.Caller) error {
		_, _, err := s.Names(ctx, s.ask(c, ""), []string{"shop.example", "free.example", "no name"})
		return err
	}, spent{ratelimit.Availability: 3}},
}

// pricedScene shows everybody everything, so that there is something to charge.
func pricedScene(t *testing.T) *scene {
	s := newScene(t)
	s.config.Referrals = directory(t)
	s.config.Published.Policy = everything(t)
	s.limited(func(*ratelimit.Settings) {})
	return s
}

func TestEveryQuestionCostsWhatItsAnswerTells(t *testing.T) {
	s := pricedScene(t)
	for _, who := range []access.Caller{public, registrar("reg-b")} {
		for _, q := range priced {
			if got := s.spends(who, func() { q.ask.how(s, who) }); got != q.cost {
				t.Errorf("%s asks for %s, which costs %v, want %v", who.Audience, q.what, got, q.cost)
			}
		}
	}
}

func TestAWrongCredentialCostsTenFailuresAndAPurposeRefusedOne(t *testing.T) {
	s := newScene(t)
	text, id, hash := access.NewToken()
	who, err := access.New(access.Config{
		Now:         s.config.Now,
		Accounts:    []access.Account{{ID: "police", Kind: disclose.KindAuthority, Purposes: []string{"fraud"}}},
		Credentials: []access.Credential{{Sort: access.Token, ID: id, Account: "police", Hash: hash, Until: now.AddDate(1, 0, 0)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.config.Published.Access = who
	s.limited(func(*ratelimit.Settings) {})
	for _, c := range []struct {
		token, purpose string
		want           int
	}{{"rubbish", "", 10}, {text + "x", "", 10}, {text, "curiosity", 1}, {text, "fraud", 0}} {
		got := s.spends(public, func() {
			_, _ = s.Identify(lookup.RDAP, access.Bearer(c.token), access.Said{Purpose: c.purpose, Case: "1"}, private)
		})
		if got != (spent{ratelimit.Failure: c.want}) {
			t.Errorf("%q for %q costs %v, want %d failures", c.token, c.purpose, got, c.want)
		}
	}
}

func TestOverTheBudgetForPersonsNothingIsToldKeptOrJournaled(t *testing.T) {
	s := pricedScene(t)
	shop := domain("shop.example")
	for _, who := range []access.Caller{public, registrar("reg-b")} {
		s.limited(func(l *ratelimit.Settings) { l.Budgets[ratelimit.Personal] = ratelimit.Budget{Rate: 0.001, Burst: 2} })
		if how := shop.how(s, who); how != "answered" { // it takes both, and is kept for the public
			t.Fatal(how)
		}
		before := len(s.records())
		var exceeded *ratelimit.Exceeded
		for what, ask := range map[string]asking{"the domain": shop, "a person": entity("P1")} {
			var err error
			cost := s.spends(who, func() { err = ask(t.Context(), s, who) })
			if !errors.As(err, &exceeded) || exceeded.Class != ratelimit.Personal || exceeded.RetryAfter <= 0 {
				t.Errorf("%s gets %s: %v", who.Audience, what, err)
			}
			if cost != plain {
				t.Errorf("%s is refused %s, which costs %v", who.Audience, what, cost)
			}
		}
		if n := len(s.records()); n != before {
			t.Errorf("%d records in the journal of what was not told", n-before)
		}
		for _, q := range priced {
			if over := q.ask.how(s, who) == "limited"; over != (q.cost[ratelimit.Personal] > 0) {
				t.Errorf("%s asks for %s, and is refused: %v", who.Audience, q.what, over)
			}
		}
	}
}

func TestWhatIsLeftOfTheBudgetForPersonsMayBeOverdrawnOnce(t *testing.T) {
	s := pricedScene(t)
	s.limited(func(l *ratelimit.Settings) { l.Budgets[ratelimit.Personal] = ratelimit.Budget{Rate: 0.001, Burst: 1} })
	for i, want := range []string{"answered", "limited"} {
		if got := domain("shop.example").how(s, public); got != want {
			t.Errorf("question %d for two persons of one token is %s, want %s", i+1, got, want)
		}
	}
}

func TestAnAnswerThatCannotBeJournaledCostsNothing(t *testing.T) {
	s := pricedScene(t)
	s.journal.Close()
	who := registrar("reg-b")
	for what, ask := range map[string]asking{
		"a domain": domain("shop.example"), "a person": entity("P1"), "a reserved name": domain("held.example"),
	} {
		var how string
		if cost := s.spends(who, func() { how = ask.how(s, who) }); cost != (spent{}) || how != "denied" {
			t.Errorf("%s is %s and costs %v", what, how, cost)
		}
	}
}

func TestAFailureOfOursCostsNothingOfAnyBudget(t *testing.T) {
	s := pricedScene(t)
	s.config.Kept = 0
	s.reopen()
	s.store.fail = errDisk
	failures := 0
	for _, q := range priced {
		var how string
		cost := s.spends(public, func() { how = q.ask.how(s, public) })
		if how == "failed" {
			if failures++; cost != (spent{}) {
				t.Errorf("%s failed and costs %v", q.what, cost)
			}
		}
	}
	if failures < len(priced)/2 {
		t.Errorf("only %d questions failed", failures)
	}
}

// A connection can be asked and left again and again: if that were free, the register
// could be kept at work for nothing.
func TestAFailureIsPaidForByWhoHangsUp(t *testing.T) {
	s := pricedScene(t)
	s.config.Kept = 0
	s.reopen()
	s.store.fail = errDisk
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	for _, q := range priced {
		want := plain
		if q.cost[ratelimit.Availability] > 0 {
			want = q.cost
		}
		var err error
		cost := s.spends(public, func() { err = q.ask(gone, s, public) })
		if errors.Is(err, errDisk) && cost != want {
			t.Errorf("%s failed and costs %v, want %v", q.what, cost, want)
		}
	}
}

func TestWhoWaitsAsLongAsAnAnswerThatIsOverTheBudgetSaysIsAnswered(t *testing.T) {
	s := pricedScene(t)
	for _, who := range []access.Caller{public, registrar("reg-b")} {
		for _, slow := range []ratelimit.Class{ratelimit.Lookup, ratelimit.Personal} {
			clock := now
			s.config.Now = func() time.Time { return clock }
			s.limited(func(l *ratelimit.Settings) {
				l.Budgets[ratelimit.Lookup] = ratelimit.Budget{Rate: 0.1, Burst: 2}
				l.Budgets[ratelimit.Personal] = ratelimit.Budget{Rate: 0.1, Burst: 1}
				l.Budgets[slow].Rate = 0.01
			})
			ask := func() error { return domain("shop.example")(t.Context(), s, who) }
			if err := ask(); err != nil {
				t.Fatal(err)
			}
			var over *ratelimit.Exceeded
			if err := ask(); !errors.As(err, &over) || over.Class != ratelimit.Personal {
				t.Fatalf("the second is %v", err)
			}
			clock = clock.Add(over.RetryAfter)
			if err := ask(); err != nil {
				t.Errorf("%s has waited for %v with slow %s: %v", who.Audience, over.RetryAfter, slow, err)
			}
		}
	}
}

// A dictionary's walker pays with questions once misses are used up.
func TestMissesThatAreUsedUpMakeQuestionsWait(t *testing.T) {
	s := pricedScene(t)
	s.limited(func(l *ratelimit.Settings) { l.Budgets[ratelimit.Miss] = ratelimit.Budget{Rate: 0.01, Burst: 3} })
	answered := 0
	for domain("free.example").how(s, public) == "not_found" {
		if answered++; answered > 10 {
			t.Fatal("there is no end of misses")
		}
	}
	if answered < 3 {
		t.Errorf("%d misses are answered of a budget of 3", answered)
	}
	for ask, want := range map[string]string{"shop.example": "limited", "no name": "malformed"} {
		if got := domain(ask).how(s, public); got != want {
			t.Errorf("after it %s is %s, want %s", ask, got, want)
		}
	}
}

func TestAllWindowsDrawOnOneBudget(t *testing.T) {
	for _, who := range []access.Caller{public, registrar("reg-b"), police(private)} {
		s := pricedScene(t)
		windows := []lookup.Window{lookup.WHOIS, lookup.RDAP}
		for i, w := range windows {
			in := func(q *lookup.Question) { q.Window = w }
			want := persons(2)
			if who.Audience == disclose.Authority {
				want = persons(3) // a contact that is missing costs what one who is there would
			}
			if got := s.spends(who, func() { domain("shop.example", in).how(s, who) }); got != want {
				t.Errorf("%s pays %v at %s, want %v", who.Audience, got, w, want)
			}
			elsewhere := func(q *lookup.Question) { q.Window = windows[1-i] }
			s.limited(func(l *ratelimit.Settings) {
				l.Budgets[ratelimit.Lookup] = ratelimit.Budget{Rate: 0.001, Burst: 1}
			})
			domain("held.example", in).how(s, who)
			if got := domain("held.example", elsewhere).how(s, who); got != "limited" {
				t.Errorf("%s has used up the budget at %s and is %s at %s", who.Audience, w, got, windows[1-i])
			}
			s.limited(func(*ratelimit.Settings) {})
		}
	}
}

func TestWithoutLimitsThereIsNoStanding(t *testing.T) {
	s := newScene(t)
	if got := s.Standings(public); got != nil {
		t.Errorf("%+v", got)
	}
	s.limited(func(*ratelimit.Settings) {})
	got := s.Standings(public)
	if len(got) != len(spent{}) {
		t.Fatalf("%d standings", len(got))
	}
	for class, standing := range got {
		if int(standing.Class) != class || standing != s.Standing(public, standing.Class) {
			t.Errorf("%d: %+v", class, standing)
		}
	}
}

func TestAQuestionAsideIsCountedAndLeavesNoWords(t *testing.T) {
	s := pricedScene(t)
	seen := s.observed()
	s.limited(func(l *ratelimit.Settings) { l.Budgets[ratelimit.Lookup] = ratelimit.Budget{Rate: 0.001, Burst: 40} })
	q := s.ask(public, "somebody@mail.example")
	got := s.spends(public, func() {
		charge, err := s.Aside(q, lookup.KindRequest)
		if err != nil {
			t.Fatal(err)
		}
		charge(29)
	})
	if got != (spent{ratelimit.Lookup: 30}) {
		t.Errorf("it costs %v, want 30 questions", got)
	}
	for range 11 {
		_, _ = s.Aside(q, lookup.KindRequest)
	}
	last := (*seen)[len(*seen)-1]
	if last.Kind != lookup.KindRequest || last.Outcome != audit.Limited {
		t.Errorf("the last was %+v, want it limited", last)
	}
}
