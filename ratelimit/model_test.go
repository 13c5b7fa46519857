package ratelimit

import (
	"errors"
	"fmt"
	"math/bits"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// model is what a limiter is for: token buckets in a map that forgets nothing.
type model struct {
	rules *rules
	owed  map[string]*owing
	now   int64
}

type owing struct{ ns, at int64 }

func (m *model) at(key string) *int64 {
	o := m.owed[key]
	if o == nil {
		o = new(owing)
		m.owed[key] = o
	}
	o.ns, o.at = max(0, o.ns-(m.now-o.at)), m.now
	return &o.ns
}

// pays is one bucket of a question: which, and what a token and all are worth.
type pays struct {
	network, key string
	terms
}

// buckets are those of a client for a class, by the rules in words: each width
// within an exception, its own always, at the price of its own or of its site.
func (m *model) buckets(r *rules, c Client, class Class, exception *Network, all prices, pressed float64) []pays {
	from, _ := networkOf(c.Addr)
	var out []pays
	for i, w := range r.widths(from.family) {
		times, price := w.Times, all.site*pressed
		if exception != nil {
			if times *= exception.Times; i > 0 && w.Bits < exception.Prefix.Bits() {
				break
			}
		}
		if w.Bits > r.site(from.family) {
			price = all.own * pressed
		}
		t := termsOf(r.Budgets[class], times)
		t.interval *= int64(price)
		t.capacity = max(t.capacity, t.interval)
		network := from.within(w.Bits).prefix().String()
		out = append(out, pays{network, fmt.Sprint(class, network), t})
	}
	return out
}

// room is how many tokens fit and how long until one does.
func (m *model) room(from []pays) (fit int, wait time.Duration) {
	fit = 1 << 30
	for _, b := range from {
		free := b.capacity - *m.at(b.key)
		fit = min(fit, max(0, int(free/b.interval)))
		wait = max(wait, time.Duration(b.interval-free))
	}
	return fit, wait
}

func (m *model) take(from []pays, n int) []int64 {
	took := make([]int64, len(from))
	for i, b := range from {
		took[i] = b.interval * int64(n)
		*m.at(b.key) += took[i]
	}
	return took
}

func (m *model) giveBack(from []pays, took []int64) {
	for i, b := range from {
		o := m.at(b.key)
		*o = max(0, *o-took[i])
	}
}

// rescale keeps what is owed in tokens when their worth in time changes.
func (m *model) rescale(is *rules) {
	for key := range m.owed {
		for class := range Class(classes) {
			if strings.HasPrefix(key, class.String()) {
				o := m.at(key)
				*o = int64(float64(*o) * (m.rules.Budgets[class].Rate / is.Budgets[class].Rate))
			}
		}
	}
	m.rules = is
}

// refused lays a pause on who was told to wait and did not.
func (m *model) refused(from []pays, class Class, wait time.Duration) time.Duration {
	own, rules := from[0], m.rules.Pauses
	owes, told := m.at(own.key), m.at(fmt.Sprint("told", class, own.network))
	if own.interval-(own.capacity-*owes) <= 0 || *owes > own.capacity {
		return wait
	}
	if *told == 0 {
		*told = int64(wait)
		return wait
	}
	strikes := m.at("strikes" + own.network)
	most := rules.Free + bits.Len(uint((rules.Longest-1)/rules.First)) + 1
	if *strikes+int64(rules.Forget) <= int64(rules.Forget)*int64(most) {
		*strikes += int64(rules.Forget)
	}
	n := int((*strikes+int64(rules.Forget)-1)/int64(rules.Forget)) - rules.Free
	if n < 1 {
		return wait
	}
	*owes = own.capacity + int64(min(rules.Longest, rules.First<<(n-1)))
	_, wait = m.room(from)
	*told = max(*told, int64(wait))
	return wait
}

// question is one that was admitted, and what it took from which buckets.
type question struct {
	ticket  Ticket
	client  Client
	rules   *rules
	entry   *Network
	from    [][]pays
	took    [][]int64
	charged bool
}

func (q *question) paid(from []pays, took []int64) {
	q.from, q.took = append(q.from, from), append(q.took, took)
}

// trial is a limiter beside its model.
type trial struct {
	*rapid.T
	clk  clock
	l    *Limiter
	m    *model
	open []*question
}

func TestTheLimiterIsAMapOfTokenBucketsThatForgetsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := &trial{T: t}
		l, err := New(tr.clk.config(tr.settings(roomy())))
		if err != nil {
			t.Fatal(err)
		}
		tr.l = l
		tr.m = &model{rules: l.rules.Load(), owed: map[string]*owing{}}
		t.Repeat(map[string]func(*rapid.T){
			"wait":    func(t *rapid.T) { tr.clk.move(time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(t, "ns"))) },
			"ask":     func(t *rapid.T) { tr.T = t; tr.ask() },
			"charge":  func(t *rapid.T) { tr.T = t; tr.charge() },
			"refund":  func(t *rapid.T) { tr.T = t; tr.refund() },
			"set":     func(t *rapid.T) { tr.T = t; tr.set() },
			"suspect": func(t *rapid.T) { tr.T = t; tr.suspect() },
		})
	})
}

// settings are few tokens for few networks, some of them exceptions.
func (tr *trial) settings(c Config) Config {
	for class := range c.Budgets {
		c.Budgets[class] = Budget{
			Rate:  rapid.Float64Range(0.3, 3).Draw(tr.T, "rate"),
			Burst: rapid.IntRange(1, 6).Draw(tr.T, "burst"),
		}
	}
	c.IPv4 = []Width{{32, 1}, {24, 1.5}}
	c.IPv6 = []Width{{64, 1}, {56, 1.3}, {48, 2}, {32, 3}}
	c.Everybody, c.Pressed = Budget{Rate: 1, Burst: 10}, 3
	c.Pauses = Pauses{Free: 2, First: time.Second, Longest: 6 * time.Second, Forget: 2 * time.Second}
	c.Watch = Watch{After: 256, Distinct: 1000}
	c.Networks = nil
	for _, p := range []string{"192.0.1.0/24", "2001:db8::/48", "192.0.0.2/32"} {
		if rapid.Bool().Draw(tr.T, p) {
			c.Networks = append(c.Networks, Network{Prefix: netip.MustParsePrefix(p), Times: rapid.SampledFrom([]float64{0.5, 2}).Draw(tr.T, "times")})
		}
	}
	return c
}

func (tr *trial) tick() { tr.m.now = tr.clk.ns.Load() }

func (tr *trial) set() {
	s := tr.settings(roomy()).Settings
	s.Everybody = tr.m.rules.Everybody
	if err := tr.l.Set(s); err != nil {
		tr.Fatal(err)
	}
	tr.tick()
	tr.m.rescale(tr.l.rules.Load())
}

// prices are the watch's own, which has tests of its own.
func (tr *trial) prices(r *rules, c Client) prices {
	from, _ := networkOf(c.Addr)
	p := tr.l.payerFor(r, from, nil)
	return p.prices(tr.l.table.shardOf(p.home), tr.m.now)
}

// suspect makes the watch see a network that is asked for what is not there.
func (tr *trial) suspect() {
	tr.tick()
	from, _ := networkOf(tr.client().Addr)
	p := tr.l.payerFor(tr.m.rules, from, nil)
	s := tr.l.table.shardOf(p.home)
	for range 2 * tr.m.rules.Watch.After {
		s.watch.note(&tr.m.rules.Watch, p.own(), p.site(), asked{cost: 1, missed: true, about: "x"}, tr.m.now)
	}
}

func (tr *trial) client() Client {
	if rapid.Bool().Draw(tr.T, "IPv4") {
		return from(fmt.Sprintf("192.0.%d.%d", rapid.IntRange(0, 1).Draw(tr.T, "/24"), rapid.IntRange(1, 3).Draw(tr.T, "/32")))
	}
	bit := func(name string, shift int) uint64 { return rapid.Uint64Range(0, 1).Draw(tr.T, name) << shift }
	return v6(docPrefix + bit("/48", 16) + bit("/56", 8) + bit("/64", 0))
}

func (tr *trial) ask() {
	tr.tick()
	c, n := tr.client(), rapid.IntRange(1, 5).Draw(tr.T, "n")
	q := &question{client: c, rules: tr.m.rules, entry: tr.m.rules.exception(c.Addr, base)}
	from := tr.m.buckets(q.rules, c, Lookup, q.entry, tr.prices(q.rules, c), 1)
	fit, wait := tr.m.room(from)
	got, ticket, err := tr.l.AdmitMany(c, Lookup, n)
	if got != min(fit, n) {
		tr.Fatalf("%v asks %d: granted %d (%v), the model %d", c.Addr, n, got, err, min(fit, n))
	}
	if fit == 0 {
		tr.compare(err, Lookup, tr.m.refused(from, Lookup, wait))
		return
	}
	q.ticket = ticket
	q.paid(from, tr.m.take(from, got))
	tr.open = append(tr.open, q)
}

func (tr *trial) compare(err error, class Class, wait time.Duration) {
	var e *Exceeded
	if !errors.As(err, &e) || e.RetryAfter != wait || e.Class != class {
		tr.Fatalf("told %v, the model says to wait %v for %v", err, wait, class)
	}
}

func (tr *trial) pick() *question {
	if len(tr.open) == 0 {
		tr.Skip("nothing was asked")
	}
	return rapid.SampledFrom(tr.open).Draw(tr.T, "question")
}

func (tr *trial) charge() {
	tr.tick()
	q := tr.pick()
	if q.charged {
		tr.Skip("charged before")
	}
	c := Cost{
		Work:     rapid.IntRange(0, 4).Draw(tr.T, "work"),
		Personal: rapid.IntRange(0, 3).Draw(tr.T, "personal"),
		Missed:   rapid.Bool().Draw(tr.T, "missed"),
	}
	// What everybody was told is a bucket of x/time/rate and not ours.
	m, all, pressed := tr.m, tr.prices(q.rules, q.client), tr.l.pressed(q.rules, tr.m.now)
	before := m.rules
	m.rules = q.rules // a ticket is charged by the rules it was admitted by
	defer func() { m.rules = before }()
	personal := m.buckets(q.rules, q.client, Personal, q.entry, all, pressed)
	if fit, wait := m.room(personal); c.Personal > 0 && fit == 0 {
		tr.compare(q.ticket.Charge(c), Personal, m.refused(personal, Personal, wait))
		return
	}
	if err := q.ticket.Charge(c); err != nil {
		tr.Fatalf("charging %+v: %v", c, err)
	}
	q.charged = true
	if c.Personal > 0 {
		q.paid(personal, m.take(personal, c.Personal))
	}
	lookup := m.buckets(q.rules, q.client, Lookup, q.entry, all, 1)
	q.paid(lookup, m.take(lookup, c.Work))
	if c.Missed {
		miss := m.buckets(q.rules, q.client, Miss, q.entry, all, 1)
		q.paid(miss, m.take(miss, 1))
		if wait := *m.at(miss[0].key) + miss[0].interval - miss[0].capacity; wait > 0 {
			o := m.at(lookup[0].key)
			*o = max(*o, lookup[0].capacity-lookup[0].interval+wait)
		}
	}
}

func (tr *trial) refund() {
	tr.tick()
	q := tr.pick()
	q.ticket.Refund()
	for i, from := range q.from {
		tr.m.giveBack(from, q.took[i])
	}
	q.from, q.took = nil, nil
}
