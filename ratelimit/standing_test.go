package ratelimit

import (
	"net/netip"
	"testing"
	"time"
)

func TestAStandingIsThatOfTheWidthThatDecides(t *testing.T) {
	var clk clock
	l := mustNew(t, clk.config(Defaults()))
	c := v4(1)
	minute := Standing{Class: Lookup, Budget: "IPv4 /32 network", Quota: 60, Window: time.Minute, Left: 60, Price: 1}
	if s := l.Standing(c, Lookup); s != minute {
		t.Errorf("new: %+v", s)
	}
	if l.Entries() != 0 {
		t.Error("to look takes room")
	}
	admitted(t, l, Lookup, 60, always(c))
	minute.Left, minute.More, minute.Full = 0, time.Second, time.Minute
	if s := l.Standing(c, Lookup); s != minute {
		t.Errorf("used up: %+v", s)
	}
	for i := range 7 {
		admitted(t, l, Lookup, 60, always(v4(byte(10+i))))
	}
	wide := Standing{Class: Lookup, Budget: "IPv4 /24 network", Quota: 480, Window: time.Minute, More: time.Second / 8, Full: time.Minute, Price: 1}
	if s := l.Standing(v4(99), Lookup); s != wide {
		t.Errorf("a neighbour: %+v", s)
	}
	named := Client{Account: "a"}
	want := Standing{Class: Personal, Budget: "account", Quota: 4000, Window: 24 * time.Hour, Left: 4000, Price: 1}
	if s := l.Standing(named, Personal); s != want {
		t.Errorf("a named caller: %+v", s)
	}
	if s := l.Standing(Client{}, Lookup); s != (Standing{}) {
		t.Errorf("nobody: %+v", s)
	}
}

func TestAStandingSaysWhenAQuestionFits(t *testing.T) {
	var clk clock
	l := mustNew(t, clk.config(Defaults()))
	for _, c := range []Client{v4(1), from("2001:db8::1"), {Account: "a"}} {
		for range 200 {
			s := l.Standing(c, Failure)
			n, _, err := l.AdmitMany(c, Failure, 1000)
			if n != s.Left {
				t.Fatalf("%+v: granted %d (%v) with %+v", c, n, err, s)
			}
			clk.move(l.Standing(c, Failure).More)
		}
	}
}

func TestEverythingOfAClientIsShown(t *testing.T) {
	cfg := (&clock{}).config(Defaults())
	cfg.Pauses.Free = 2
	cfg.Networks = []Network{{Prefix: netip.MustParsePrefix("2001:db8::/48"), Times: 2, Note: "a campus"}}
	l := mustNew(t, cfg)
	c := from("2001:db8::1")
	admitted(t, l, Lookup, 130, always(c))
	suspect(l, c)
	r := l.Show(c)
	if r.Network == nil || r.Network.Note != "a campus" || r.Strikes != 3 || len(r.Widths) != 4 {
		t.Fatalf("shown %+v", r)
	}
	for i, want := range []struct {
		prefix  string
		charged bool
		left    int
		signs   int
	}{{"2001:db8::/64", true, 0, 1}, {"2001:db8::/56", true, 0, 0}, {"2001:db8::/48", true, 0, 0}, {"2001:db8::/32", false, 0, 0}} {
		w := r.Widths[i]
		if w.Prefix.String() != want.prefix || w.Charged != want.charged || len(w.Signs) != want.signs {
			t.Errorf("shown %+v, want %+v", w, want)
		}
		// The /56 is narrower than a site, and goes by the client's own signs.
		price := 2.
		if want.prefix == "2001:db8::/48" {
			price = 1
		}
		if s := w.Standings[Lookup]; want.charged && (s.Price != price || s.Budget != w.Budget) || !want.charged && s != (Standing{}) {
			t.Errorf("%s: standing %+v", want.prefix, s)
		}
	}
	if !r.Widths[0].Standings[Lookup].Pause || r.Widths[1].Standings[Lookup].Pause {
		t.Error("the client's own width is paused, and only that")
	}
	if r := l.Show(Client{Account: "a"}); len(r.Widths) != 1 || r.Widths[0].Standings[Miss].Quota != 6000 {
		t.Errorf("an account is shown as %+v", r)
	}
}

func TestWhoIsClearedStartsAnew(t *testing.T) {
	l := mustNew(t, (&clock{}).config(Defaults()))
	for _, c := range []Client{from("192.0.2.1"), from("2001:db8::1"), {Account: "a"}} {
		for range 3000 {
			ticket, err := l.Admit(c, Lookup)
			if err != nil {
				break
			}
			_ = ticket.Charge(Cost{Personal: 9, Missed: true})
		}
		admitted(t, l, Lookup, 100, always(c))
		admitted(t, l, Failure, 100, always(c))
		if c.Account == "" {
			suspect(l, c)
		}
		l.Clear(c)
		for _, w := range l.Show(c).Widths {
			for _, s := range w.Standings {
				if s.Left != s.Quota || s.Price != 1 || len(w.Signs) > 0 {
					t.Errorf("%+v: %+v after it was cleared", c, s)
				}
			}
		}
		if l.Entries() != 0 {
			t.Errorf("%+v: %d entries after it was cleared", c, l.Entries())
		}
		l.Clear(c)
	}
}

func TestSettingsAreReplacedAndWhatIsOwedStays(t *testing.T) {
	for name, c := range map[string]Client{"network": from("192.0.2.1"), "account": {Account: "a"}} {
		var clk clock
		cfg := clk.config(roomy())
		cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 10}
		l := mustNew(t, cfg)
		admitted(t, l, Lookup, 8, always(c))
		cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 20}
		if err := l.Set(cfg.Settings); err != nil {
			t.Fatal(err)
		}
		if s := l.Standing(c, Lookup); s.Left != 12 || s.Quota != 20 {
			t.Errorf("%s: %+v, want 12 of 20", name, s)
		}
		cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 5}
		if err := l.Set(cfg.Settings); err != nil {
			t.Fatal(err)
		}
		if s := l.Standing(c, Lookup); s.Left != 0 || s.More != 4*time.Second {
			t.Errorf("%s: %+v, want to wait for 4 s", name, s)
		}
		clk.move(time.Minute)
		if n := admitted(t, l, Lookup, 50, always(c)); n != 5 {
			t.Errorf("%s: %d admitted, want 5", name, n)
		}
	}
}

func TestALargerBudgetLeavesNobodyWaitingForTheSmallerOne(t *testing.T) {
	var clk clock
	cfg := clk.config(roomy())
	cfg.Budgets[Lookup] = Budget{Rate: 1. / 3600, Burst: 2}
	l := mustNew(t, cfg)
	c := from("192.0.2.1")
	admitted(t, l, Lookup, 3, always(c))
	cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 10}
	if err := l.Set(cfg.Settings); err != nil {
		t.Fatal(err)
	}
	if s := l.Standing(c, Lookup); s.Left != 8 || s.Full != 2*time.Second {
		t.Errorf("%+v, want 8 left and all back in 2 s", s)
	}
}

func TestATicketIsSettledByTheSettingsItWasTakenUnder(t *testing.T) {
	cfg := (&clock{}).config(roomy())
	cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 10}
	l := mustNew(t, cfg)
	ticket := admit(t, l, from("192.0.2.1"), Lookup)
	cfg.IPv4 = []Width{{32, 0.1}}
	if err := l.Set(cfg.Settings); err != nil {
		t.Fatal(err)
	}
	charge(t, &ticket, Cost{Work: 4})
	ticket.Refund()
	if l.Entries() != 0 {
		t.Errorf("something is owed after the refund: %+v", l.Standing(from("192.0.2.1"), Lookup))
	}
}

func TestWrongSettingsChangeNothing(t *testing.T) {
	l := mustNew(t, (&clock{}).config(Defaults()))
	for name, spoil := range map[string]func(*Settings){
		"no widths": func(s *Settings) { s.IPv4 = nil },
		"an open block": func(s *Settings) {
			s.Networks = []Network{{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Block: true}}
		},
		"another home IPv4": func(s *Settings) { s.IPv4 = []Width{{32, 1}, {16, 8}} },
		"another home IPv6": func(s *Settings) { s.IPv6 = s.IPv6[:2] },
	} {
		before := l.rules.Load()
		s := Defaults().Settings
		s.Budgets[Lookup].Burst = 1
		spoil(&s)
		if l.Set(s) == nil || l.rules.Load() != before {
			t.Errorf("%s: taken", name)
		}
	}
	if err := Unlimited().Set(Settings{}); err != nil {
		t.Error(err)
	}
}

func TestAnAccountMayHaveMoreThanOthers(t *testing.T) {
	cfg := (&clock{}).config(Defaults())
	cfg.Accounts = map[string]float64{"monitor": 3}
	l := mustNew(t, cfg)
	for name, want := range map[string]int{"registrar": 1200, "monitor": 3600} {
		if n := admitted(t, l, Lookup, 5000, always(Client{Account: name})); n != want {
			t.Errorf("%s: %d admitted, want %d", name, n, want)
		}
	}
	cfg.Accounts = nil
	if err := l.Set(cfg.Settings); err != nil {
		t.Fatal(err)
	}
	if s := l.Standing(Client{Account: "monitor"}, Lookup); s.Quota != 1200 {
		t.Errorf("an exception that was taken away leaves %+v", s)
	}
}
