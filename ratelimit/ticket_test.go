package ratelimit

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestABatchGetsAsMuchAsTheStrictestBudgetHolds(t *testing.T) {
	for name, c := range map[string]Client{"network": from("192.0.2.1"), "account": {Account: "a"}} {
		for server, want := range map[int]int{1000: 50, 8: 8} {
			var clk clock
			cfg := clk.config(roomy())
			cfg.Server = Budget{Rate: 1, Burst: server}
			cfg.Budgets[Availability] = Budget{Rate: 10, Burst: 50}
			cfg.IPv4 = []Width{{32, 1}, {24, 1.6}}
			l := mustNew(t, cfg)
			got, ticket, err := l.AdmitMany(c, Availability, 200)
			if err != nil || got != want {
				t.Fatalf("%s, server %d: granted %d, %v; want %d", name, server, got, err, want)
			}
			got, _, err = l.AdmitMany(c, Availability, 200)
			if got != 0 || err == nil {
				t.Errorf("%s, server %d: granted %d more", name, server, got)
			}
			// The refund is the client's; the server's bucket needs time.
			ticket.Refund()
			clk.move(time.Duration(server) * time.Second)
			if got, _, err = l.AdmitMany(c, Availability, 200); got != want || err != nil {
				t.Errorf("%s, server %d: granted %d after refund, %v; want %d", name, server, got, err, want)
			}
		}
	}
}

func TestADisclosureMayOverdrawAndTheNextQuestionWaits(t *testing.T) {
	for name, c := range map[string]Client{"network": from("192.0.2.1"), "account": {Account: "a"}} {
		var clk clock
		cfg := clk.config(roomy())
		cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 10}
		l := mustNew(t, cfg)
		ticket, err := l.Admit(c, Lookup)
		if err != nil {
			t.Fatal(err)
		}
		charge(t, &ticket, Cost{})
		charge(t, &ticket, Cost{Work: -5})
		charge(t, &ticket, Cost{Work: 29}) // 30 taken, twice the burst owed
		_, err = l.Admit(c, Lookup)
		if e := refusal(t, err); e.RetryAfter != 21*time.Second {
			t.Errorf("%s: retry after %v, want 21s", name, e.RetryAfter)
		}
		ticket.Refund()
		ticket.Refund()
		if n := admitted(t, l, Lookup, 100, always(c)); n != 10 {
			t.Errorf("%s: %d admitted after the refund, want 10", name, n)
		}
	}
}

func TestARefundNeverFillsABucketBeyondItsBurst(t *testing.T) {
	for name, c := range map[string]Client{"network": from("192.0.2.1"), "account": {Account: "a"}} {
		var clk clock
		cfg := clk.config(roomy())
		cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 10}
		l := mustNew(t, cfg)
		ticket, err := l.Admit(c, Lookup)
		if err != nil {
			t.Fatal(err)
		}
		clk.move(time.Hour)
		ticket.Refund()
		if n := admitted(t, l, Lookup, 100, always(c)); n != 10 {
			t.Errorf("%s: %d admitted, want 10", name, n)
		}
	}
}

func TestNoDebtIsForEver(t *testing.T) {
	var clk clock
	cfg := clk.config(roomy())
	cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 10}
	l := mustNew(t, cfg)
	ticket, err := l.Admit(from("192.0.2.1"), Lookup)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		charge(t, &ticket, Cost{Work: 1 << 55})
	}
	_, err = l.Admit(from("192.0.2.1"), Lookup)
	if e := refusal(t, err); e.RetryAfter > longest {
		t.Errorf("retry after %v, want at most %v", e.RetryAfter, longest)
	}
	ticket.Refund()
	if n := admitted(t, l, Lookup, 20, always(from("192.0.2.1"))); n != 10 {
		t.Errorf("%d admitted after the refund, want 10", n)
	}
}

func TestConcurrentQuestionsNeverExceedTheBudgetAndWhatIsInFlight(t *testing.T) {
	const workers, burst, cost = 64, 70_000, 7
	for name, c := range map[string]Client{"network": from("192.0.2.1"), "account": {Account: "a"}} {
		cfg := (&clock{}).config(roomy())
		cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: burst}
		cfg.IPv4 = []Width{{32, 1}, {24, 1}}
		l := mustNew(t, cfg)
		var served atomic.Int64
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := 0; ; i++ {
					ticket, err := l.Admit(c, Lookup)
					if err != nil {
						return
					}
					_ = ticket.Charge(Cost{Work: cost - 1})
					if (w+i)%10 == 0 {
						ticket.Refund()
						continue
					}
					served.Add(cost)
				}
			})
		}
		wg.Wait()
		if n := served.Load(); n < burst || n > burst+workers*cost {
			t.Errorf("%s: %d served, want %d and at most %d in flight", name, n, burst, workers*cost)
		}
	}
}
