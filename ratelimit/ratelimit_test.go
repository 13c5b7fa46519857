package ratelimit

import (
	"errors"
	"net/netip"
	"testing"
	"time"
)

func TestABurstIsGrantedAndThenTheRate(t *testing.T) {
	var clk clock
	cfg := clk.config(roomy())
	cfg.Budgets[Lookup] = Budget{Rate: 2, Burst: 10}
	l := mustNew(t, cfg)
	for _, c := range []Client{from("192.0.2.1"), {Account: "registrar-7"}} {
		if n := admitted(t, l, Lookup, 30, always(c)); n != 10 {
			t.Errorf("%+v: %d of a burst admitted, want 10", c, n)
		}
		_, err := l.Admit(c, Lookup)
		if e := refusal(t, err); e.RetryAfter != 500*time.Millisecond {
			t.Errorf("%+v: retry after %v, want 500ms", c, e.RetryAfter)
		}
		clk.move(500*time.Millisecond - 1)
		if n := admitted(t, l, Lookup, 1, always(c)); n != 0 {
			t.Errorf("%+v: admitted before the time it was told", c)
		}
		clk.move(1)
		if n := admitted(t, l, Lookup, 5, always(c)); n != 1 {
			t.Errorf("%+v: %d admitted at the time it was told, want 1", c, n)
		}
	}
}

func TestARateThatIsNoWholeNumberOfNanosecondsIsNotExceeded(t *testing.T) {
	var clk clock
	cfg := clk.config(roomy())
	cfg.Budgets[Lookup] = Budget{Rate: 3, Burst: 3}
	l := mustNew(t, cfg)
	c := always(from("192.0.2.1"))
	admitted(t, l, Lookup, 3, c)
	clk.move(time.Second - 1)
	if n := admitted(t, l, Lookup, 3, c); n != 2 {
		t.Errorf("%d admitted in less than a second at 3 a second, want 2", n)
	}
}

func TestTwoBurstsOverTheEdgeOfAWindowAreRefused(t *testing.T) {
	var clk clock
	cfg := clk.config(roomy())
	cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 60}
	l := mustNew(t, cfg)
	clk.move(59 * time.Second) // the end of a minute, for whoever counts minutes
	c := always(from("192.0.2.1"))
	total := admitted(t, l, Lookup, 60, c)
	clk.move(2 * time.Second)
	total += admitted(t, l, Lookup, 60, c)
	if total != 62 {
		t.Errorf("%d admitted within two seconds, want burst + rate × time = 62", total)
	}
}

func TestTheStrictestLevelDecidesAndARefusalIsChargedNowhere(t *testing.T) {
	cfg := (&clock{}).config(roomy())
	cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 5}
	cfg.IPv4 = []Width{{32, 1}, {24, 2.4}}
	l := mustNew(t, cfg)
	if n := admitted(t, l, Lookup, 1000, always(from("192.0.2.1"))); n != 5 {
		t.Errorf("one address: %d admitted, want 5", n)
	}
	// 995 refusals at /32 must have left the /24 its other seven.
	rest := admitted(t, l, Lookup, 256, func(i int) Client {
		return Client{Addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)})}
	})
	if rest != 7 {
		t.Errorf("the other addresses: %d admitted, want 7", rest)
	}
	_, err := l.Admit(from("192.0.2.200"), Lookup)
	if e := refusal(t, err); e.Budget != "IPv4 /24 network" || e.Whose != Neighbours {
		t.Errorf("refused by %q of %d, want the /24 of the neighbours", e.Budget, e.Whose)
	}
	if n := admitted(t, l, Lookup, 1, always(from("198.51.100.1"))); n != 1 {
		t.Error("another network pays for this one")
	}
}

func TestClassesHaveBudgetsOfTheirOwn(t *testing.T) {
	l := mustNew(t, (&clock{}).config(Defaults()))
	c := always(from("2001:db8::1"))
	for class, want := range []int{Lookup: 60, Availability: 600, Failure: 30} {
		if n := admitted(t, l, Class(class), 1000, c); n != want {
			t.Errorf("class %d: %d admitted, want %d", class, n, want)
		}
	}
}

func TestAMappedAddressIsItsIPv4AddressAndAZoneIsNothing(t *testing.T) {
	cfg := (&clock{}).config(roomy())
	one := Budget{Rate: 1, Burst: 1}
	cfg.Budgets[Lookup] = one
	for _, pair := range [][2]string{
		{"192.0.2.1", "::ffff:192.0.2.1"},
		{"fe80::1", "fe80::1%eth0"},
		{"2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff"},
	} {
		for i := range pair {
			first, second := pair[i], pair[1-i]
			l := mustNew(t, cfg)
			if n := admitted(t, l, Lookup, 1, always(from(first))); n != 1 {
				t.Errorf("%s: refused at once", first)
			}
			if n := admitted(t, l, Lookup, 1, always(from(second))); n != 0 {
				t.Errorf("%s has a budget besides that of %s", second, first)
			}
		}
	}
	// An IPv6 /64 whose bits equal those of an IPv4 address is not it.
	l := mustNew(t, cfg)
	admitted(t, l, Lookup, 1, always(from("192.0.2.1")))
	if n := admitted(t, l, Lookup, 1, always(v6(0xc0000201))); n != 1 {
		t.Error("an IPv6 network pays for an IPv4 address")
	}
}

func TestANamedCallerPaysByItsAccountWhereverItAsksFrom(t *testing.T) {
	cfg := (&clock{}).config(roomy())
	cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 3}
	cfg.Account = 10. / 3
	l := mustNew(t, cfg)
	n := admitted(t, l, Lookup, 100, func(i int) Client {
		return Client{Addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), Account: "registrar-7"}
	})
	if n != 10 {
		t.Errorf("the account was admitted %d times, want 10", n)
	}
	if n := admitted(t, l, Lookup, 100, always(from("192.0.2.1"))); n != 3 {
		t.Errorf("the network was admitted %d times after its account, want 3", n)
	}
	other := Client{Addr: netip.MustParseAddr("192.0.2.1"), Account: "registrar-8"}
	if n := admitted(t, l, Lookup, 100, always(other)); n != 10 {
		t.Errorf("another account was admitted %d times, want 10", n)
	}
}

func TestTheServersBudgetBindsEverybodyAndIsNotSpentByTheRefused(t *testing.T) {
	cfg := (&clock{}).config(roomy())
	cfg.Server = Budget{Rate: 1, Burst: 20}
	cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 5}
	l := mustNew(t, cfg)
	if n := admitted(t, l, Lookup, 1000, always(from("192.0.2.1"))); n != 5 {
		t.Fatalf("%d admitted, want 5", n)
	}
	if n := admitted(t, l, Availability, 1000, always(Client{Account: "a"})); n != 15 {
		t.Errorf("%d admitted, want the other 15", n)
	}
	for _, c := range []Client{from("198.51.100.1"), {Account: "b"}} {
		_, err := l.Admit(c, Lookup)
		if e := refusal(t, err); e.Budget != "whole server" || e.Whose != Everybody || e.RetryAfter != time.Second {
			t.Errorf("%+v: refused with %+v", c, *e)
		}
	}
	// What the server refused was not charged to the account either.
	if got := l.accounts.of("b", 0).buckets[Lookup].TokensAt(at(0)); got != 5 {
		t.Errorf("account b has %v tokens, want a full bucket of 5", got)
	}
}

func TestAClockSetBackOrForwardNeitherOpensNorLocks(t *testing.T) {
	const burst = 10
	for _, step := range []time.Duration{time.Second, time.Hour, 24 * time.Hour, 365 * 24 * time.Hour, 12 * 365 * 24 * time.Hour} {
		for _, sign := range []time.Duration{1, -1} {
			for name, c := range map[string]Client{"network": from("192.0.2.1"), "account": {Account: "a"}} {
				var clk clock
				cfg := clk.config(roomy())
				cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: burst}
				l := mustNew(t, cfg)
				admitted(t, l, Lookup, 2*burst, always(c))

				clk.move(sign * step)
				if n := admitted(t, l, Lookup, 2*burst, always(c)); n > burst || sign < 0 && n > 0 {
					t.Errorf("%s, step %v: %d admitted at once", name, sign*step, n)
				}
				clk.move(burst * time.Second)
				if n := admitted(t, l, Lookup, 2*burst, always(c)); n != burst {
					t.Errorf("%s, step %v: %d admitted when the bucket must be full again, want %d", name, sign*step, n, burst)
				}
			}
		}
	}
}

func TestAnUnattributableQuestionIsRefused(t *testing.T) {
	l := mustNew(t, Defaults())
	for name, ask := range map[string]func() error{
		"no address": func() error { _, err := l.Admit(Client{}, Lookup); return err },
		"no class":   func() error { _, err := l.Admit(from("192.0.2.1"), Personal); return err },
		"no count":   func() error { _, _, err := l.AdmitMany(from("192.0.2.1"), Lookup, 0); return err },
	} {
		err := ask()
		var e *Exceeded
		if err == nil || errors.As(err, &e) {
			t.Errorf("%s: %v, want an error that is not a limit", name, err)
		}
	}
}

func TestTheUnlimitedAdmitsEverybody(t *testing.T) {
	l := Unlimited()
	for range 100_000 {
		n, ticket, err := l.AdmitMany(from("192.0.2.1"), Lookup, 1000)
		if n != 1000 || err != nil {
			t.Fatalf("granted %d, %v", n, err)
		}
		if err := ticket.Charge(Cost{Work: 1 << 40, Personal: 1 << 40, Missed: true}); err != nil {
			t.Fatal(err)
		}
		ticket.Refund()
	}
	if l.Memory() != 0 || l.Entries() != 0 || l.Standing(from("192.0.2.1"), Lookup) != (Standing{}) {
		t.Errorf("it keeps %d entries in %d bytes", l.Entries(), l.Memory())
	}
}
