package ratelimit

import (
	"fmt"
	"testing"
	"time"
)

func TestTheHeaviestSitesAndAccountsAreNamedWithTheirShares(t *testing.T) {
	var clk clock
	cfg := clk.config(Defaults())
	cfg.Memory = minMemory
	l := mustNew(t, cfg)
	ask := func(c Client, times int, cost Cost) {
		t.Helper()
		for range times {
			ticket, err := l.Admit(c, Lookup)
			if err != nil {
				t.Fatal(err)
			}
			if err := ticket.Charge(cost); err != nil {
				t.Fatal(err)
			}
		}
	}
	if top := l.Top(10); top.Total != 0 || len(top.Of) != 0 {
		t.Errorf("before anything was asked: %v", top)
	}
	// Two addresses of a site, 10 each; 30 with two records of a person each; a
	// search worth 10; and very many that ask once.
	ask(from("192.0.2.1"), 10, Cost{})
	ask(from("192.0.2.2"), 10, Cost{About: "a.example"})
	ask(from("2001:db8:1:2::3"), 10, Cost{Personal: 2})
	ask(Client{Account: "registrar-7"}, 1, Cost{Work: 9})
	for i := range 40 {
		ask(from(fmt.Sprintf("198.51.%d.1", i)), 1, Cost{})
	}
	want := "100: 2001:db8:1::/48 30 0.30, 192.0.2.0/24 20 0.20, registrar-7 10 0.10"
	if got := listed(l.Top(3)); got != want {
		t.Errorf("the heaviest are\n%s, want\n%s", got, want)
	}
	if n := len(l.Top(1000).Of); n != 43 {
		t.Errorf("%d askers, want 43", n)
	}
	if n := len(l.Top(-1).Of); n != 0 {
		t.Errorf("%d of none", n)
	}
	clk.move(time.Hour)
	want = "50: 2001:db8:1::/48 15 0.30, 192.0.2.0/24 10 0.20, registrar-7 5 0.10"
	if got := listed(l.Top(3)); got != want {
		t.Errorf("an hour later they are\n%s, want\n%s", got, want)
	}
	if top := Unlimited().Top(3); top.Of != nil {
		t.Errorf("the unlimited knows of %v", top)
	}
}

func listed(top Shares) string {
	s := fmt.Sprintf("%v:", top.Total)
	for i, of := range top.Of {
		who := of.Account
		if who == "" {
			who = of.Prefix.String()
		}
		if i > 0 {
			s += ","
		}
		s += fmt.Sprintf(" %s %v %.2f", who, of.Cost, of.Share)
	}
	return s
}
