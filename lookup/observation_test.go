package lookup_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"testing"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/store"
)

func TestWhatIsMeasuredSaysWhatAnAnswerCost(t *testing.T) {
	s := pricedScene(t)
	all := s.observed()
	s.limited(func(l *ratelimit.Settings) { l.Budgets[ratelimit.Personal] = ratelimit.Budget{Rate: 0.001, Burst: 4} })
	for i, c := range []struct {
		ask     asking
		kind    lookup.Kind
		outcome audit.Outcome
		cost    lookup.CostClass
		persons int
		refused lookup.Refusal
	}{
		{domain("shop.example"), lookup.KindDomain, audit.Answered, lookup.CostPersonal, 2, ""},
		{domain("shop.example"), lookup.KindDomain, audit.Answered, lookup.CostPersonal, 2, ""},
		{domain("shop.example"), lookup.KindDomain, audit.Limited, lookup.CostNone, 0, "personal"},
		{domain("shop.example", brief), lookup.KindDomain, audit.Answered, lookup.CostPlain, 0, ""},
		{domain("held.example"), lookup.KindDomain, audit.Answered, lookup.CostMiss, 0, ""},
		{domain("free.example"), lookup.KindDomain, audit.NotFound, lookup.CostMiss, 0, ""},
		{domain("shop.test"), lookup.KindDomain, audit.NotFound, lookup.CostPlain, 0, ""},
		{domain("no name"), lookup.KindDomain, audit.Malformed, lookup.CostNone, 0, ""},
		{priced[len(priced)-1].ask, lookup.KindAvailability, audit.Answered, lookup.CostAvailability, 0, ""},
		{func(ctx context.Context, s *scene, c access.Caller) error {
			return second(s.search(c, lookup.DomainsByName, "free.example"))
		}, lookup.KindSearch, audit.NotFound, lookup.CostSearch, 0, ""},
	} {
		*all = nil
		c.ask.how(s, public)
		want := lookup.Observation{Window: lookup.RDAP, Kind: c.kind, Audience: disclose.Public,
			Outcome: c.outcome, Cost: c.cost, Persons: c.persons, Refused: c.refused,
			Kept: i == 1} // which was asked before
		if len(*all) == 1 {
			(*all)[0].Budget = "" // see below
		}
		if len(*all) != 1 || (*all)[0] != want {
			t.Errorf("observed %+v, want %+v", *all, want)
		}
	}
}

func TestWhatIsMeasuredSaysWhatFailed(t *testing.T) {
	for want, cause := range map[lookup.Failure]error{
		lookup.FailedByDamage:  fmt.Errorf("name shop.example: %w", store.ErrDamaged),
		lookup.FailedByNothing: store.ErrEmpty,
		lookup.FailedByTime:    context.Canceled,
		lookup.FailedByRest:    errors.New("disk I/O error"),
	} {
		s := pricedScene(t)
		all := s.observed()
		s.limited(func(*ratelimit.Settings) {})
		s.store.fail = cause
		domain("shop.example").how(s, public)
		if got := (*all)[0]; got.Failure != want || got.Outcome != audit.Failed {
			t.Errorf("%v is observed as %+v, want %q", cause, got, want)
		}
	}
}

func TestAJournalThatCannotBeWrittenIsMeasuredAsAFailure(t *testing.T) {
	s := pricedScene(t)
	all := s.observed()
	s.limited(func(*ratelimit.Settings) {})
	if err := s.journal.Close(); err != nil {
		t.Fatal(err)
	}
	domain("shop.example").how(s, police(private))
	if got := (*all)[0]; got.Failure != lookup.FailedByJournal || got.Outcome != audit.Denied {
		t.Errorf("observed %+v", got)
	}
}

func TestWhatIsMeasuredSaysWhatRefused(t *testing.T) {
	few := ratelimit.Budget{Rate: 0.01, Burst: 1}
	of := func(class ratelimit.Class) func(*ratelimit.Settings) {
		return func(l *ratelimit.Settings) { l.Budgets[class] = few }
	}
	names := func(ctx context.Context, s *scene, c access.Caller) error {
		_, _, err := s.Names(ctx, s.ask(c, ""), []string{"free.example"})
		return err
	}
	for want, c := range map[lookup.Refusal]struct {
		limits func(*ratelimit.Settings)
		ask    asking
		times  int
	}{
		"questions":    {of(ratelimit.Lookup), host("ns1.shop.example"), 2},
		"failures":     {of(ratelimit.Failure), domain("no name"), 2},
		"availability": {of(ratelimit.Availability), names, 2},
		"personal":     {of(ratelimit.Personal), domain("shop.example"), 2},
		lookup.RefusedByPause: {func(l *ratelimit.Settings) {
			l.Budgets[ratelimit.Lookup] = ratelimit.Budget{Rate: 1000, Burst: 1}
			l.Pauses.Free = 2
		}, host("ns1.shop.example"), 6},
		lookup.RefusedByServer: {func(l *ratelimit.Settings) { l.Server = few }, host("ns1.shop.example"), 2},
		lookup.RefusedByBlock: {func(l *ratelimit.Settings) {
			l.Networks = []ratelimit.Network{{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Block: true, Until: now.AddDate(0, 0, 1), Reason: "a test", By: "a tester"}}
		}, host("ns1.shop.example"), 1},
		lookup.RefusedBySandbox: {func(*ratelimit.Settings) {}, domain("limited.sandbox.test"), 1},
	} {
		s := pricedScene(t)
		s.config.Published.Sandbox = "sandbox.test"
		all := s.observed()
		s.limited(c.limits)
		for range c.times {
			c.ask.how(s, public)
		}
		last := (*all)[len(*all)-1]
		if last.Budget == "" || last.Refused != want || last.Outcome != audit.Limited || last.Cost != lookup.CostNone {
			t.Errorf("refused by %q: %+v", want, last)
		}
	}
}

func TestWhoTheServerHasNoRoomForIsMeasuredAsSuch(t *testing.T) {
	s := pricedScene(t)
	all := s.observed()
	s.limited(func(l *ratelimit.Settings) {
		l.Server, l.Budgets[ratelimit.Lookup] = ratelimit.Budget{Rate: 1e6, Burst: 1e9}, ratelimit.Budget{Rate: 0.01, Burst: 5}
	})
	var from [16]byte
	for provider := uint32(0x2001_0000); len(*all) == 0; provider++ {
		binary.BigEndian.PutUint32(from[:], provider)
		_, err := s.config.Limiter.Admit(ratelimit.Client{Addr: netip.AddrFrom16(from)}, ratelimit.Lookup)
		var exceeded *ratelimit.Exceeded
		switch {
		case errors.As(err, &exceeded):
			host("ns1.shop.example").how(s, access.Public(access.Channel{Addr: netip.AddrFrom16(from)}))
		case err != nil:
			t.Fatal(err)
		}
	}
	if got := (*all)[0].Refused; got != lookup.RefusedByShare {
		t.Errorf("refused by %q", got)
	}
}
