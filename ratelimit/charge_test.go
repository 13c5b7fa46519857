package ratelimit

import (
	"errors"
	"net/netip"
	"testing"
	"time"
)

// shipped are the defaults at a clock, with more look-ups than a test asks.
func shipped(t *testing.T, clk *clock) *Limiter {
	t.Helper()
	cfg := clk.config(Defaults())
	cfg.Budgets[Lookup] = Budget{Rate: 1000, Burst: 100_000}
	return mustNew(t, cfg)
}

// told asks for records of persons one at a time until that is refused.
func harvest(t *testing.T, l *Limiter, c Client) (n int, over *Exceeded) {
	t.Helper()
	for range 100_000 {
		ticket := admit(t, l, c, Lookup)
		if err := ticket.Charge(Cost{Personal: 1}); err != nil {
			return n, refusal(t, err)
		}
		n++
	}
	t.Fatal("never refused")
	return 0, nil
}

func TestRecordsOfPersonsHaveADaysBudget(t *testing.T) {
	for name, c := range map[string]struct {
		Client
		want   int
		budget string
	}{
		"IPv4":    {from("192.0.2.1"), 200, "IPv4 /32 network"},
		"IPv6":    {from("2001:db8::1"), 200, "IPv6 /64 network"},
		"account": {Client{Account: "a"}, 4000, "account"},
	} {
		var clk clock
		l := shipped(t, &clk)
		n, over := harvest(t, l, c.Client)
		if n != c.want || over.Class != Personal || over.Budget != c.budget || over.RetryAfter > 24*time.Hour/time.Duration(c.want)+time.Second {
			t.Errorf("%s: told of %d persons, want %d; then %+v", name, n, c.want, *over)
		}
		// What tells of nobody is answered as before.
		ticket := admit(t, l, c.Client, Lookup)
		charge(t, &ticket, Cost{Work: 1, About: "example.com"})
		clk.move(24 * time.Hour)
		if n, _ := harvest(t, l, c.Client); n != c.want {
			t.Errorf("%s: told of %d persons the next day, want %d", name, n, c.want)
		}
	}
}

func TestAnAnswerThatTellsOfManyIsToldWholeOrNotAtAll(t *testing.T) {
	for name, c := range map[string]Client{"network": from("192.0.2.1"), "account": {Account: "a"}} {
		cfg := (&clock{}).config(roomy())
		cfg.Budgets[Personal] = Budget{Rate: 1, Burst: 10}
		l := mustNew(t, cfg)
		first, second := admit(t, l, c, Lookup), admit(t, l, c, Lookup)
		charge(t, &first, Cost{Personal: 25})
		err := second.Charge(Cost{Work: 7, Personal: 1, Missed: true})
		if e := refusal(t, err); e.RetryAfter != 16*time.Second || e.Class != Personal {
			t.Errorf("%s: %+v, want 16 s", name, *e)
		}
		// Of the refused cost nothing was taken, of the question one.
		if s := l.Standing(c, Miss); s.Left != s.Quota {
			t.Errorf("%s: a miss was charged with a refused answer: %+v", name, s)
		}
		if s := l.Standing(c, Lookup); s.Left != s.Quota-2 {
			t.Errorf("%s: %d look-ups taken, want the two questions", name, s.Quota-s.Left)
		}
		first.Refund()
		charge(t, &second, Cost{Personal: 10})
		if s := l.Standing(c, Personal); s.Left != 0 || s.More != time.Second {
			t.Errorf("%s: %+v after ten of ten", name, s)
		}
	}
}

func TestMissesThatAreUsedUpMakeLookupsWait(t *testing.T) {
	for name, c := range map[string]Client{"network": from("192.0.2.1"), "account": {Account: "a"}} {
		var clk clock
		cfg := clk.config(roomy())
		cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 60}
		cfg.Budgets[Miss] = Budget{Rate: 0.1, Burst: 20}
		l := mustNew(t, cfg)
		for i := range 20 {
			ticket := admit(t, l, c, Lookup)
			charge(t, &ticket, Cost{Missed: true})
			if s := l.Standing(c, Lookup); i < 19 && s.Left != 59-i {
				t.Fatalf("%s: %d look-ups left after %d misses", name, s.Left, i+1)
			}
		}
		// From here on a miss is answered every ten seconds.
		clk.move(time.Hour)
		last := clk.ns.Load()
		misses := 0
		for clk.ns.Load() < last+int64(10*time.Minute) {
			ticket, err := l.Admit(c, Lookup)
			if err != nil {
				clk.move(refusal(t, err).RetryAfter)
				continue
			}
			charge(t, &ticket, Cost{Missed: true})
			misses++
		}
		if misses < 79 || misses > 81 {
			t.Errorf("%s: %d misses in ten minutes, want 20 and one for each ten seconds", name, misses)
		}
		if s := l.Standing(c, Availability); s.Left != s.Quota {
			t.Errorf("%s: misses cost availability: %+v", name, s)
		}
	}
}

func TestWhenVeryManyPersonsWereToldEachCostsTwentyButNamedCallersOne(t *testing.T) {
	var clk clock
	cfg := clk.config(roomy())
	cfg.Budgets[Personal] = Budget{Rate: 200. / 86400, Burst: 200}
	cfg.Everybody, cfg.Pressed = Budget{Rate: 0.001, Burst: 1000}, 20
	l := mustNew(t, cfg)
	for i := range 5 {
		if n, _ := harvest(t, l, v6(docPrefix|uint64(i))); n != 200 {
			t.Fatalf("told of %d persons before it was pressed", n)
		}
	}
	if n, _ := harvest(t, l, from("192.0.2.1")); n != 10 {
		t.Errorf("pressed, one who did not ask yet is told of %d persons, want 10", n)
	}
	if s := l.Standing(from("192.0.2.2"), Personal); s.Price != 20 || s.Quota != 10 || s.Left != 10 {
		t.Errorf("standing %+v, want ten at a price of 20", s)
	}
	if s := l.Standing(from("192.0.2.2"), Lookup); s.Price != 1 {
		t.Errorf("look-ups cost %v", s.Price)
	}
	if n, _ := harvest(t, l, Client{Account: "a"}); n != 200 {
		t.Errorf("a named caller is told of %d persons, want 200", n)
	}
	clk.move(1000 * time.Second) // one has come back
	ticket := admit(t, l, from("192.0.2.3"), Lookup)
	charge(t, &ticket, Cost{Personal: 1})
	if s := l.Standing(from("192.0.2.3"), Personal); s.Full != 432*time.Second {
		t.Errorf("it cost %v, want a token's 432 s", s.Full)
	}
	ticket.Refund()
	if l.pressed(l.rules.Load(), clk.ns.Load()) != 1 {
		t.Error("a refund does not give back what everybody was told")
	}
}

// suspect makes the watch see enumeration by a client.
func suspect(l *Limiter, c Client) {
	from, _ := networkOf(c.Addr)
	r := l.rules.Load()
	p := l.payerFor(r, from, nil)
	s := l.table.shardOf(p.home)
	for range 2 * r.Watch.After {
		s.watch.note(&r.Watch, p.own(), p.site(), asked{cost: 1, missed: true, about: "x"}, 0)
	}
}

func TestSignsOfEnumerationMakeANetworkPayMore(t *testing.T) {
	var clk clock
	cfg, c := clk.config(Defaults()), from("2001:db8::1")
	cfg.Pauses.Free = 1e6
	l := mustNew(t, cfg)
	suspect(l, c)
	if n := admitted(t, l, Lookup, 1000, always(c)); n != 30 {
		t.Errorf("%d admitted at twice the price, want 30", n)
	}
	clk.move(2 * time.Second)
	if n := admitted(t, l, Lookup, 1000, always(c)); n != 1 {
		t.Errorf("%d admitted after two seconds, want 1", n)
	}
	s := l.Standing(c, Lookup)
	if s.Price != 2 || s.Quota != 30 || s.Window != time.Minute {
		t.Errorf("standing %+v", s)
	}
	// A bucket that holds one token still holds one.
	one := l.rules.Load().Settings
	one.Budgets[Failure] = Budget{Rate: 1, Burst: 1}
	if err := l.Set(one); err != nil {
		t.Fatal(err)
	}
	if n := admitted(t, l, Failure, 10, always(c)); n != 1 {
		t.Errorf("%d admitted of a budget of one", n)
	}
	if n := admitted(t, l, Lookup, 1000, always(from("2001:db9::1"))); n != 60 {
		t.Errorf("%d admitted of another network, want 60", n)
	}
	one.Watch.Off = true
	if err := l.Set(one); err != nil {
		t.Fatal(err)
	}
	if s := l.Standing(c, Lookup); s.Price != 1 {
		t.Errorf("without a watch it pays %v", s.Price)
	}
}

func TestAFailureOfOursCostsNothing(t *testing.T) {
	for name, c := range map[string]Client{"IPv4": from("192.0.2.1"), "IPv6": from("2001:db8::1"), "account": {Account: "a"}} {
		cfg := (&clock{}).config(Defaults())
		l := mustNew(t, cfg)
		suspect(l, from("2001:db8::1"))
		before := l.Show(c)
		ticket := admit(t, l, c, Lookup)
		charge(t, &ticket, Cost{Work: 5, Personal: 3, Missed: true})
		ticket.Refund()
		ticket.Refund()
		after := l.Show(c)
		for i := range after.Widths {
			if after.Widths[i].Standings != before.Widths[i].Standings {
				t.Errorf("%s: %+v after the refund, before %+v", name, after.Widths[i].Standings, before.Widths[i].Standings)
			}
		}
		if l.Entries() != 0 || l.everybody.TokensAt(at(0)) != 50_000 {
			t.Errorf("%s: %d buckets are not full, everybody has %v", name, l.Entries(), l.everybody.TokensAt(at(0)))
		}
	}
}

func TestExceptionsBlockFreeAndMultiply(t *testing.T) {
	var clk clock
	cfg := clk.config(Defaults())
	until := base.Add(time.Hour)
	cfg.Networks = []Network{
		{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Block: true, Until: until, Reason: "copied the register", By: "ops", Note: "ticket 12"},
		{Prefix: netip.MustParsePrefix("192.0.2.1/32"), Free: true},
		{Prefix: netip.MustParsePrefix("198.51.100.0/28"), Times: 10},
		{Prefix: netip.MustParsePrefix("2001:db8::/48"), Times: 0.5},
	}
	l := mustNew(t, cfg)

	for _, class := range []Class{Lookup, Availability, Failure} {
		_, err := l.Admit(from("192.0.2.2"), class)
		e := refusal(t, err)
		if e.Block == nil || *e.Block != (Block{Reason: "copied the register", Until: until}) || e.RetryAfter != time.Hour || e.Class != class {
			t.Errorf("the blocked are told %+v", *e)
		}
	}
	if s := l.Standing(from("192.0.2.2"), Lookup); s.Left != 0 || s.More != time.Hour || s.Budget != "block" {
		t.Errorf("the blocked stand with %+v", s)
	}
	if n := admitted(t, l, Lookup, 10, always(Client{Addr: netip.MustParseAddr("192.0.2.2"), Account: "a"})); n != 10 {
		t.Errorf("a named caller in a blocked network was admitted %d times of 10", n)
	}

	free := from("::ffff:192.0.2.1")
	if n := admitted(t, l, Lookup, 20_000, always(free)); n != 20_000 || l.Entries() != 0 {
		t.Errorf("the free was admitted %d times of 20,000, leaving %d entries", n, l.Entries())
	}
	if s := l.Standing(free, Lookup); s != (Standing{}) {
		t.Errorf("the free stands with %+v", s)
	}

	if n := admitted(t, l, Lookup, 1000, always(from("198.51.100.3"))); n != 600 {
		t.Errorf("ten times 60 are %d", n)
	}
	if n := admitted(t, l, Lookup, 1000, always(from("198.51.100.4"))); n != 600 {
		t.Errorf("its neighbour has %d: the /24 around the exception is charged", n)
	}
	if n := admitted(t, l, Lookup, 1000, always(from("2001:db8::1"))); n != 30 {
		t.Errorf("half of 60 are %d", n)
	}

	clk.move(time.Hour)
	if n := admitted(t, l, Lookup, 100, always(from("192.0.2.2"))); n != 60 {
		t.Errorf("%d admitted when the block had expired, want 60", n)
	}
}

func TestTheFreeAreBoundByTheWholeServer(t *testing.T) {
	cfg := (&clock{}).config(roomy())
	cfg.Server = Budget{Rate: 1, Burst: 5}
	cfg.Networks = []Network{{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Free: true}}
	l := mustNew(t, cfg)
	n, ticket, err := l.AdmitMany(from("192.0.2.1"), Availability, 8)
	if n != 5 || err != nil {
		t.Errorf("granted %d, %v", n, err)
	}
	charge(t, &ticket, Cost{Personal: 1e6, Missed: true})
	_, err = l.Admit(from("192.0.2.1"), Availability)
	var e *Exceeded
	if !errors.As(err, &e) || e.Budget != "whole server" || e.Class != Availability {
		t.Errorf("refused with %v", err)
	}
}
