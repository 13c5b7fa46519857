package ratelimit

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// two limiters of two machines that share a table and the key of buckets.
func two(t *testing.T, clk *clock, cfg Config) (a, b *Limiter, between *memory) {
	t.Helper()
	between = newMemory()
	cfg = clk.config(cfg)
	cfg.Shared = between
	a, b = mustNew(t, cfg), mustNew(t, cfg)
	b.key = a.key
	return a, b, between
}

func scarce(lookups, personal int) Config {
	cfg := roomy()
	cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: lookups}
	cfg.Budgets[Personal] = Budget{Rate: 1, Burst: personal}
	return cfg
}

func TestTwoMachinesThatShareATableGrantOneBudgetTogether(t *testing.T) {
	var clk clock
	a, b, _ := two(t, &clk, scarce(10, 4))
	c := from("192.0.2.1")
	first := admitted(t, a, Lookup, 7, always(c))
	if n := first + admitted(t, b, Lookup, 7, always(c)); n != 10 {
		t.Errorf("%d admitted by both, want 10", n)
	}
	if s := a.Standing(c, Lookup); s.Left != 0 || s.More != time.Second {
		t.Errorf("the first says %+v, want what both have admitted", s)
	}
	_, err := a.Admit(c, Lookup)
	if e := refusal(t, err); e.RetryAfter != time.Second || e.Budget != "IPv4 /32 network" || e.Whose != Own {
		t.Errorf("refused with %+v", *e)
	}
	// What the shared table refused was given back.
	if got := owes(a, c); got != 7*time.Second {
		t.Errorf("the first machine's own bucket owes %v, want its seven", got)
	}
	clk.move(time.Second)
	if n := admitted(t, a, Lookup, 2, always(c)) + admitted(t, b, Lookup, 2, always(c)); n != 1 {
		t.Errorf("%d admitted by both after a second, want 1", n)
	}
}

// owes is what the client's own look-ups owe on this machine.
func owes(l *Limiter, c Client) time.Duration {
	from, _ := networkOf(c.Addr)
	p := l.payerFor(l.rules.Load(), from, nil)
	var room [maxWidths]Bucket
	buckets := p.buckets(&room, Lookup, prices{1, 1}, 1)
	l.table.Settle(p.home, buckets, 0, 0)
	return time.Duration(buckets[0].Debt)
}

func TestTwoMachinesTellOfPersonsFromOneBudget(t *testing.T) {
	var clk clock
	a, b, _ := two(t, &clk, scarce(1000, 4))
	told := 0
	for i := range 10 {
		l := []*Limiter{a, b}[i%2]
		ticket := admit(t, l, from("192.0.2.1"), Lookup)
		if ticket.Charge(Cost{Personal: 1}) == nil {
			told++
		}
		if i == 1 {
			ticket.Refund()
			told--
		}
	}
	if told != 4 {
		t.Errorf("told of %d persons, want 4", told)
	}
}

func TestMachinesThatLoseTheSharedTableHaveTheirOwnLimits(t *testing.T) {
	var clk clock
	a, b, between := two(t, &clk, scarce(10, 4))
	c := from("192.0.2.1")
	between.lost = true
	for _, l := range []*Limiter{a, b} {
		if n := admitted(t, l, Lookup, 30, always(c)); n != 10 {
			t.Errorf("%d admitted by one alone, want its 10", n)
		}
	}
	between.lost = false
	if n := admitted(t, a, Lookup, 30, always(c)); n != 0 {
		t.Errorf("%d admitted when the table was found again: it can only tighten", n)
	}
}

func TestTwoMachinesAtOnceGrantTheBudgetAndWhatIsInFlight(t *testing.T) {
	const workers, burst, cost = 32, 20_000, 3
	var clk clock
	a, b, _ := two(t, &clk, scarce(burst, 1))
	var served atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for {
				ticket, err := []*Limiter{a, b}[w%2].Admit(from("192.0.2.1"), Lookup)
				if err != nil {
					return
				}
				_ = ticket.Charge(Cost{Work: cost - 1})
				served.Add(cost)
			}
		})
	}
	wg.Wait()
	if n := served.Load(); n < burst-workers*cost || n > burst+workers*cost {
		t.Errorf("%d served by both, want %d and at most %d in flight", n, burst, workers*cost)
	}
}
