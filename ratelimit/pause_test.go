package ratelimit

import (
	"math/rand/v2"
	"testing"
	"time"
)

// paused is a limiter of few look-ups with the shipped pauses.
func paused(t *testing.T, clk *clock) *Limiter {
	t.Helper()
	cfg := clk.config(roomy())
	cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 5}
	cfg.IPv4, cfg.IPv6 = Defaults().IPv4, Defaults().IPv6
	cfg.Pauses = Defaults().Pauses
	for class := range cfg.Budgets {
		cfg.Budgets[class].Rate = min(cfg.Budgets[class].Rate, 1e4)
	}
	return mustNew(t, cfg)
}

// refused asks until the client is refused, and says how.
func refused(t *testing.T, l *Limiter, c Client) *Exceeded {
	t.Helper()
	for range 1000 {
		if _, err := l.Admit(c, Lookup); err != nil {
			return refusal(t, err)
		}
	}
	t.Fatal("never refused")
	return nil
}

func TestWhoGoesOnAskingWaitsTwiceAsLongEachTime(t *testing.T) {
	var clk clock
	l, c := paused(t, &clk), from("192.0.2.1")
	// The first refusal tells how long to wait, ten more cost nothing.
	for i := range 11 {
		if e := refused(t, l, c); e.RetryAfter != time.Second || e.Pause {
			t.Fatalf("refusal %d: %+v", i+1, *e)
		}
	}
	// Until then no strike is forgotten.
	for want := time.Second; want < 2*time.Minute; want *= 2 {
		e := refused(t, l, c)
		if !e.Pause || e.RetryAfter != want+time.Second {
			t.Fatalf("paused with %+v, want %v and then a second", *e, want)
		}
		if s := l.Standing(c, Lookup); !s.Pause || s.More != e.RetryAfter || s.Left != 0 {
			t.Errorf("standing %+v", s)
		}
		// Asking in a pause makes it no longer.
		for range 100 {
			if e := refused(t, l, c); e.RetryAfter != want+time.Second || !e.Pause {
				t.Fatalf("refused in a pause of %v with %+v", want, *e)
			}
		}
		// The pause goes by, and the client asks before the second that is left.
		clk.move(want)
	}
	// All is forgotten after as many times five minutes.
	clk.move(24 * time.Hour)
	if got := l.Show(c).Strikes; got != 0 {
		t.Errorf("%d strikes after a day", got)
	}
	if n := admitted(t, l, Lookup, 10, always(c)); n != 5 {
		t.Errorf("%d admitted after a day, want the burst", n)
	}
}

func TestNoPauseIsLongerThanTheLongest(t *testing.T) {
	var clk clock
	l, c := paused(t, &clk), from("192.0.2.1")
	longest := time.Duration(0)
	for range 5000 {
		e := refused(t, l, c)
		longest = max(longest, e.RetryAfter)
		clk.move(e.RetryAfter - time.Millisecond)
	}
	if longest < 4*time.Minute || longest > time.Hour+time.Second {
		t.Errorf("the longest wait was %v", longest)
	}
}

func TestWhoWaitsWhenToldToMeetsNoPause(t *testing.T) {
	var clk clock
	l, c := paused(t, &clk), from("192.0.2.1")
	r := rand.New(rand.NewPCG(1, 2))
	asked, start := 0, clk.ns.Load()
	for range 20_000 {
		if _, err := l.Admit(c, Lookup); err != nil {
			e := refusal(t, err)
			if e.Pause || e.RetryAfter > time.Second {
				t.Fatalf("refused with %+v", *e)
			}
			clk.move(e.RetryAfter)
			continue
		}
		asked++
		clk.move(time.Duration(r.Int64N(int64(time.Second))))
	}
	if s := l.Show(c).Strikes; s != 0 {
		t.Errorf("%d strikes", s)
	}
	if most := 5 + int((clk.ns.Load()-start)/int64(time.Second)); asked > most || asked < most*9/10 {
		t.Errorf("admitted %d, its rate gives %d", asked, most)
	}
}

func TestNeighboursOfThePausedAreNotPaused(t *testing.T) {
	for bad, neighbours := range map[string][]string{
		"192.0.2.1":     {"192.0.2.2", "192.0.2.255", "192.0.3.1"},
		"2001:db8::1:1": {"2001:db8:0:1::1", "2001:db8:0:100::1", "2001:db8:1::1"},
	} {
		var clk clock
		l := paused(t, &clk)
		for range 200 {
			refused(t, l, from(bad))
			clk.move(500 * time.Millisecond)
		}
		if e := refused(t, l, from(bad)); !e.Pause {
			t.Errorf("%s is not paused: %+v", bad, *e)
		}
		for _, n := range neighbours {
			if got := admitted(t, l, Lookup, 5, always(from(n))); got != 5 {
				t.Errorf("%s: %d admitted beside %s, want 5", n, got, bad)
			}
		}
	}
}

func TestAWiderNetworkThatIsUsedUpPausesNobody(t *testing.T) {
	var clk clock
	l := paused(t, &clk)
	for i := range 8 {
		admitted(t, l, Lookup, 5, always(v4(byte(i))))
	}
	for range 1000 {
		_, err := l.Admit(v4(200), Lookup)
		if e := refusal(t, err); e.Budget != "IPv4 /24 network" || e.Pause {
			t.Fatalf("refused with %+v", *e)
		}
	}
	if got := l.Show(v4(200)).Strikes; got != 0 {
		t.Errorf("%d strikes for what its neighbours used up", got)
	}
}
