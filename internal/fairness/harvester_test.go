package fairness

import (
	"container/heap"
	"net/netip"
	"strings"
	"time"

	"registerd/ratelimit"
)

// The made-up register: one in ten of ten million words is a registered name,
// and two in five of those show a person.
const (
	words      = 10_000_000
	registered = words / 10
)

func isRegistered(word int) bool { return word%10 == 0 }

func showsPerson(word int) bool { return isRegistered(word) && word/10*7%10 < 4 }

// persons is how many of all names show one.
const persons = registered / 10 * 4

// spelled writes the words so that their alphabetical order is that of their
// numbers.
func spelled(word int) string {
	b := []byte("xxxxx.example")
	for i := 4; i >= 0; i-- {
		b[i] = byte('a' + word%26)
		word /= 26
	}
	return string(b)
}

// shuffled is a walk over all n in no order; 382,761 has no factor in common
// with the numbers it is used for, nor is it near them.
func shuffled(i, n int) int {
	i = i * 382_761 % n
	return i * 617_411 % n
}

// An order is which word is asked for at the i-th question.
var orders = map[string]func(i int) (word int, ok bool){
	"sorted list":   func(i int) (int, bool) { return i * 10, i < registered },
	"shuffled list": func(i int) (int, bool) { return shuffled(i, registered) * 10, i < registered },
	"dictionary":    func(i int) (int, bool) { return shuffled(i, words), i < words },
}

// harvester asks from many addresses for all it can get.
type harvester struct {
	order   string
	greedy  bool // asks again at once when refused; during a pause that is in vain, and skipped
	persons bool // is after persons, and waits for that budget too; else it asks for names, without them
	batch   int  // names in a question for availability; 0 asks over WHOIS or RDAP

	sources  sourceHeap
	together bool          // they lie in one network
	held     time.Duration // until when a network around all sources is refused
	asked    int           // how far it is in its order

	days [7]yield
}

// yield is what it got on a day.
type yield struct{ persons, names, questions, refused, paused int }

type source struct {
	from  ratelimit.Client
	ready time.Duration
}

type sourceHeap []source

func (h sourceHeap) Len() int           { return len(h) }
func (h sourceHeap) Less(i, j int) bool { return h[i].ready < h[j].ready }
func (h sourceHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *sourceHeap) Push(any)          { panic("the addresses are given") }
func (h *sourceHeap) Pop() any          { panic("no address is given up") }

func (h *harvester) due() (time.Duration, bool) {
	if _, more := orders[h.order](h.asked); !more {
		return 0, false
	}
	return max(h.held, h.sources[0].ready), true
}

func (h *harvester) act(d *desk) {
	s := &h.sources[0]
	got := &h.days[d.now/day]
	e := h.question(d, s.from, got)
	s.ready = d.now + time.Millisecond
	if e != nil {
		got.refused++
		if e.Pause {
			got.paused++
		}
		h.wait(d, s, e)
	}
	heap.Fix(&h.sources, 0)
}

// wait puts off one address, or all of them if it was the budget of a network
// around them that was used up. A greedy one asks on at once: at its own budget,
// where that brings strikes, and until then in vain elsewhere and in a pause,
// where nothing comes of it and the simulation skips it.
func (h *harvester) wait(d *desk, s *source, e *ratelimit.Exceeded) {
	until := d.now + told(e)
	if h.greedy && !e.Pause {
		until = d.now + e.RetryAfter
		if ofOneAddress(e) {
			until = d.now + min(e.RetryAfter, 10*time.Millisecond)
		}
	}
	if h.together && !ofOneAddress(e) {
		h.held = until
	}
	s.ready = until
}

func ofOneAddress(e *ratelimit.Exceeded) bool {
	return strings.Contains(e.Budget, "/32 ") || strings.Contains(e.Budget, "/64 ")
}

func (h *harvester) question(d *desk, from ratelimit.Client, got *yield) *ratelimit.Exceeded {
	if h.batch > 0 {
		n, e := d.ask(question{from: from, window: "das", names: h.batch})
		got.questions += n
		for range n {
			if word, ok := orders[h.order](h.asked); ok && isRegistered(word) {
				got.names++
			}
			h.asked++
		}
		return e
	}
	word, _ := orders[h.order](h.asked)
	q := question{from: from, window: "rdap", key: spelled(word), names: 1, missed: !isRegistered(word)}
	if h.persons && showsPerson(word) {
		q.persons = 1
	}
	n, e := d.ask(q)
	if e != nil {
		return e
	}
	h.asked++
	got.questions += n
	got.persons += q.persons
	if !q.missed && h.order == "dictionary" {
		got.names++
	}
	return nil
}

// where is a set of addresses to ask from.
type where struct {
	name     string
	n        int
	together bool
	addr     func(i int) netip.Addr
}

var wheres = []where{
	{"one IPv4 address", 1, false, func(int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, 66}) }},
	{"one IPv4 /24, all 256 addresses", 256, true, func(i int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}) }},
	{"one IPv6 /48, all 65,536 /64s", 65_536, true, func(i int) netip.Addr {
		return netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 0, 0x66, byte(i >> 8), byte(i), 15: 1})
	}},
	{"10,000 scattered IPv4 addresses", 10_000, false, func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 66}) }},
}

func sourcesOf(w where) sourceHeap {
	h := make(sourceHeap, w.n)
	for i := range h {
		h[i].from.Addr = w.addr(i)
	}
	return h
}
