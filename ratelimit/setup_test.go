package ratelimit

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"
)

// clock is a clock that a test moves.
type clock struct{ ns atomic.Int64 }

// base has no monotonic reading, so that the clock can be set back.
var base = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func (c *clock) now() time.Time           { return base.Add(time.Duration(c.ns.Load())) }
func (c *clock) move(d time.Duration)     { c.ns.Add(int64(d)) }
func (c *clock) config(cfg Config) Config { cfg.Now = c.now; return cfg }

// roomy is a configuration in which nothing but what a test sets can refuse.
func roomy() Config {
	cfg := Defaults()
	cfg.Memory = 8 << 20
	plenty := Budget{Rate: 1e5, Burst: 1 << 30}
	for class := range cfg.Budgets {
		cfg.Budgets[class] = plenty
	}
	cfg.Server, cfg.Everybody = plenty, plenty
	cfg.IPv4, cfg.IPv6 = []Width{{32, 1}}, []Width{{64, 1}}
	cfg.Account = 1
	cfg.Watch.Off = true
	cfg.Pauses.Free = 1e6
	return cfg
}

// small gives a limiter a table of so many sets in a shard.
func small(t testing.TB, l *Limiter, sets int) {
	t.Helper()
	var err error
	if l.table, err = tableOf(sets); err != nil {
		t.Fatal(err)
	}
}

func mustNew(t testing.TB, cfg Config) *Limiter {
	t.Helper()
	l, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func from(addr string) Client { return Client{Addr: netip.MustParseAddr(addr)} }

// v6 is the first address of a /64.
func v6(upper uint64) Client {
	var a [16]byte
	binary.BigEndian.PutUint64(a[:], upper)
	return Client{Addr: netip.AddrFrom16(a)}
}

// random64s draws a new /64 at each call.
func random64s(seed uint64) func(int) Client {
	r := rand.New(rand.NewPCG(seed, seed))
	return func(int) Client { return v6(r.Uint64()) }
}

const docPrefix = 0x20010db8 << 32 // 2001:db8::/32

// admitted asks n times and counts the answers; refusals must be *Exceeded.
func admitted(t testing.TB, l *Limiter, class Class, n int, client func(i int) Client) int {
	t.Helper()
	got := 0
	for i := range n {
		_, err := l.Admit(client(i), class)
		if err == nil {
			got++
			continue
		}
		refusal(t, err)
	}
	return got
}

func refusal(t testing.TB, err error) *Exceeded {
	t.Helper()
	var e *Exceeded
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want *Exceeded", err)
	}
	if e.RetryAfter <= 0 || e.Budget == "" {
		t.Fatalf("refusal %+v does not say when and why", *e)
	}
	return e
}

func always(c Client) func(int) Client { return func(int) Client { return c } }

// charge is for what is never refused.
func charge(t testing.TB, ticket *Ticket, c Cost) {
	t.Helper()
	if err := ticket.Charge(c); err != nil {
		t.Fatal(err)
	}
}

// admit is for a question that fits.
func admit(t testing.TB, l *Limiter, c Client, class Class) Ticket {
	t.Helper()
	ticket, err := l.Admit(c, class)
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

// v4 is an address of 192.0.2.0/24.
func v4(last byte) Client { return Client{Addr: netip.AddrFrom4([4]byte{192, 0, 2, last})} }
