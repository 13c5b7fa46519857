package ratelimit

import (
	"math"
	"time"

	"github.com/dchest/siphash"
)

// watch notices who enumerates, among the networks of one shard and under its
// lock. It keeps a trace of as many networks as it has room for, and those that
// cost most stay: this is the space-saving algorithm of Metwally and others,
// within sets of sixteen. A newcomer takes the place of the one that cost least
// and inherits its cost. So none that cost more than a sixteenth of all in its
// set is forgotten, however many others come; and as it is known what was
// inherited, nobody is blamed for another.
//
// Costs, questions and misses are halved every hour, different keys are counted
// by the day. Nothing of it outlives the process: signs are about now.
//
// The zero watch is ready, and takes 40 KiB when it is first told of a question.
type watch struct {
	secret [2]uint64 // by which networks and names are hashed
	sets   []watchSet
	total  weight
}

// asked is one answered question.
type asked struct {
	cost   float64 // in tokens
	missed bool    // there was nothing
	about  string  // the key looked up, "" for none
}

// All shards together keep 18,432 traces in 2.6 MB. That is enough to be certain,
// or nearly, of everybody who asks the 256 questions before which there are no
// signs, as long as all together ask fewer than two million in the hour.
const (
	watchWays = 16
	watchSets = 18 // the most that fit into five pages of Go's heap
)

// watchSet keeps what every question reads apart from what only its own
// network's do: finding a trace, or the cheapest one, reads four cache lines.
type watchSet struct {
	keys   [watchWays]uint64 // 0 is nobody's
	costs  [watchWays]uint32
	hour   uint32
	traces [watchWays]trace
}

// trace is what is remembered of a network.
type trace struct {
	place     place
	site      bool   // it is noted as a site
	inherited uint32 // the part of its cost that may be others'
	questions uint32
	misses    uint32
	order     order
	breadth   breadth
}

// note tells of a question of a client whose own width and site are these; they
// may be equal. A watch that is off counts costs only. What shows at one client is
// paid for by that client; its site, which neighbours share, is told what it cost
// and no more: a site shows signs only of what no single client of it shows.
func (w *watch) note(set *Watch, own, site place, a asked, now int64) {
	if w.sets == nil {
		w.sets = make([]watchSet, watchSets)
	}
	w.total.add(a.cost, now)
	if set.Off {
		a = asked{cost: a.cost}
	}
	var order orderKey
	var hash uint64
	if a.about != "" {
		order, hash = orderKeyOf(a.about), siphash.Hash(w.secret[0], w.secret[1], []byte(a.about))
	}
	if own != site {
		w.noteOne(trace{place: own}, a, order, hash, now)
		if w.show(set, own, now) != 0 {
			a = asked{cost: a.cost}
		}
	}
	w.noteOne(trace{place: site, site: true}, a, order, hash, now)
}

func (w *watch) noteOne(newcomer trace, a asked, order orderKey, hash uint64, now int64) {
	set, key := w.find(newcomer.place, now)
	i := set.index(key)
	if i < 0 {
		i = set.cheapest()
		newcomer.inherited = set.costs[i]
		set.keys[i], set.traces[i] = key, newcomer
	}
	set.costs[i] = add(set.costs[i], uint32(min(max(0, a.cost), math.MaxUint32)))
	if a.about == "" {
		return // nothing was looked up: it says nothing of what a network is after
	}
	t := &set.traces[i]
	t.questions = add(t.questions, 1)
	if a.missed {
		t.misses = add(t.misses, 1)
	}
	t.order.note(order)
	t.breadth.note(hash)
}

// price is what a token costs at the client's own width, and at its site and
// wider: 1, 2, 4 or 8.
func (w *watch) price(set *Watch, own, site place, now int64) (ofOwn, ofSite float64) {
	ofOwn = w.show(set, own, now).price()
	if site == own {
		return ofOwn, ofOwn
	}
	return ofOwn, w.show(set, site, now).price()
}

// signs are the words for what a network shows.
func (w *watch) signs(set *Watch, p place, now int64) []string { return w.show(set, p, now).words() }

func (w *watch) show(set *Watch, p place, now int64) sign {
	if t := w.trace(p, now); t != nil && !set.Off {
		return t.signs(set)
	}
	return 0
}

// trace is that of a network, or nil.
func (w *watch) trace(p place, now int64) *trace {
	if w.sets == nil {
		return nil
	}
	set, key := w.find(p, now)
	if i := set.index(key); i >= 0 {
		return &set.traces[i]
	}
	return nil
}

// clear forgets what a network was seen to do. What it cost stays.
func (w *watch) clear(p place) {
	if w.sets == nil {
		return
	}
	key := w.key(p)
	set := w.setOf(key)
	if i := set.index(key); i >= 0 {
		t := &set.traces[i]
		*t = trace{place: p, site: t.site, inherited: t.inherited}
	}
}

func (w *watch) find(p place, now int64) (*watchSet, uint64) {
	key := w.key(p)
	set := w.setOf(key)
	set.age(hourOf(now))
	return set, key
}

// key is secret, so that nobody can choose networks to push out another's.
func (w *watch) key(p place) uint64 { return p.hash(w.secret) | 1 }

func (w *watch) setOf(key uint64) *watchSet { return &w.sets[key>>32%watchSets] }

// age halves a set's costs for every hour that has begun since it was last
// looked at.
func (s *watchSet) age(hour uint32) {
	if hour == s.hour {
		return
	}
	gone, newDay := min(hour-s.hour, 31), hour/24 != s.hour/24
	s.hour = hour
	for i := range s.traces {
		t := &s.traces[i]
		s.costs[i] >>= gone
		t.inherited >>= gone
		t.questions >>= gone
		t.misses >>= gone
		if newDay {
			t.breadth = breadth{}
		}
	}
}

func (s *watchSet) index(key uint64) int {
	for i := range s.keys {
		if s.keys[i] == key {
			return i
		}
	}
	return -1
}

func (s *watchSet) cheapest() int {
	least := 0
	for i := range s.costs {
		if s.costs[i] < s.costs[least] {
			least = i
		}
	}
	return least
}

// add stops at the largest number.
func add(a, b uint32) uint32 {
	if sum := a + b; sum >= a {
		return sum
	}
	return math.MaxUint32
}

func hourOf(now int64) uint32 { return uint32(now / int64(time.Hour)) }
