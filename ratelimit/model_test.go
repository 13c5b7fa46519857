package ratelimit

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// model is what a limiter is for: token buckets in a map that forgets nothing.
// It counts what is there, where the limiter counts when it will be full.
type model map[string]*struct {
	credit, at int64 // nanoseconds
}

func (m model) credit(key string, lv level, now int64) *int64 {
	b := m[key]
	if b == nil {
		b = new(struct{ credit, at int64 })
		b.credit, m[key] = lv.capacity, b
	}
	b.credit = min(lv.capacity, b.credit+now-b.at)
	b.at = now
	return &b.credit
}

func (m model) take(keys []string, levels []level, now int64, n int) (granted int, wait time.Duration) {
	granted = n
	for i, key := range keys {
		c := *m.credit(key, levels[i], now)
		granted = min(granted, max(0, int(c/levels[i].interval)))
		wait = max(wait, time.Duration(levels[i].interval-c))
	}
	m.add(keys, levels, now, -granted)
	return granted, wait
}

func (m model) add(keys []string, levels []level, now int64, n int) {
	for i, key := range keys {
		c := m.credit(key, levels[i], now)
		*c = min(levels[i].capacity, *c+int64(n)*levels[i].interval)
	}
}

type question struct {
	ticket Ticket
	keys   []string
	levels []level
	took   int
}

func TestTheLimiterIsAMapOfTokenBucketsThatForgetsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var clk clock
		cfg := clk.config(roomy())
		cfg.Memory = 256 << 10 // enough for these few networks, little enough that slots are reused
		cfg.Lookup.IPv4 = []Level{{32, Budget{3, 4}}, {24, Budget{5, 6}}}
		cfg.Lookup.IPv6 = []Level{{64, Budget{1, 3}}, {56, Budget{1.7, 4}}, {48, Budget{2, 6}}, {32, Budget{7, 9}}}
		l, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		m := model{}
		var open []*question
		pick := func(t *rapid.T) *question {
			if len(open) == 0 {
				t.Skip("nothing was asked")
			}
			return rapid.SampledFrom(open).Draw(t, "question")
		}
		t.Repeat(map[string]func(*rapid.T){
			"wait": func(t *rapid.T) {
				clk.move(time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(t, "ns")))
			},
			"ask": func(t *rapid.T) {
				c := drawClient(t)
				n := rapid.IntRange(1, 5).Draw(t, "n")
				q := ask(t, l, m, c, n, clk.ns.Load())
				if q != nil {
					open = append(open, q)
				}
			},
			"charge": func(t *rapid.T) {
				q, cost := pick(t), rapid.IntRange(1, 20).Draw(t, "cost")
				q.ticket.Charge(cost)
				m.add(q.keys, q.levels, clk.ns.Load(), -cost)
				q.took += cost
			},
			"refund": func(t *rapid.T) {
				q := pick(t)
				q.ticket.Refund()
				m.add(q.keys, q.levels, clk.ns.Load(), q.took)
				q.took = 0
			},
		})
	})
}

func drawClient(t *rapid.T) Client {
	if rapid.Bool().Draw(t, "IPv4") {
		return from(fmt.Sprintf("192.0.%d.%d", rapid.IntRange(0, 1).Draw(t, "/24"), rapid.IntRange(1, 3).Draw(t, "/32")))
	}
	bit := func(name string, shift int) uint64 { return rapid.Uint64Range(0, 1).Draw(t, name) << shift }
	return v6(docPrefix + bit("/32", 32) + bit("/48", 16) + bit("/56", 8) + bit("/64", 0))
}

// ask asks both and compares what they say.
func ask(t *rapid.T, l *Limiter, m model, c Client, n int, now int64) *question {
	from, err := networkOf(c.Addr)
	if err != nil {
		t.Fatal(err)
	}
	q := &question{levels: l.levels[Lookup][from.family]}
	for _, lv := range q.levels {
		q.keys = append(q.keys, fmt.Sprintf("%s %x", lv.name, from.bits&lv.mask))
	}
	want, wait := m.take(q.keys, q.levels, now, n)
	got, ticket, err := l.AdmitMany(c, Lookup, n)
	if got != want {
		t.Fatalf("%v asks %d: granted %d (%v), the model %d", c.Addr, n, got, err, want)
	}
	if ticket.overflow != 0 {
		t.Fatal("the table is too small for the test")
	}
	if want == 0 {
		var e *Exceeded
		if e, _ = err.(*Exceeded); e == nil || e.RetryAfter != wait {
			t.Fatalf("%v is told %v, the model says to wait %v", c.Addr, err, wait)
		}
		return nil
	}
	q.ticket, q.took = ticket, got
	return q
}
