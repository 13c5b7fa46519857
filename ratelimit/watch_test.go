package ratelimit

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"
)

// watched asks through a watch as one client of one site, a question a second.
type watched struct {
	watch
	set       Watch
	own, site place
	now       int64
}

func newWatched() *watched {
	return &watched{
		set:  Watch{After: 256, Distinct: 1000},
		own:  place{bits: 0xc0000201, family: ipv4, width: 32},
		site: place{bits: 0xc0000200, family: ipv4, width: 24},
	}
}

func (w *watched) ask(a asked) {
	a.cost = 1
	w.note(&w.set, w.own, w.site, a, w.now)
	w.now += int64(time.Second)
}

func (w *watched) shows() string { return strings.Join(w.signs(&w.set, w.own, w.now), "; ") }

func (w *watched) prices() [2]float64 {
	own, site := w.price(&w.set, w.own, w.site, w.now)
	return [2]float64{own, site}
}

func domain(i int) string {
	return fmt.Sprintf("%c%c%c-shop.example", 'a'+i/676%26, 'a'+i/26%26, 'a'+i%26)
}

const (
	ordered  = "asks in order"
	missing  = "asks mostly for what is not there"
	plentily = "asks for very many different records a day"
)

func TestASiteShowsWhatNoneOfItsClientsDoes(t *testing.T) {
	w := newWatched()
	for i := range 2560 {
		w.own.bits = 0xc0000200 + uint64(i%256)
		w.ask(asked{about: domain(i), missed: true})
	}
	if got := w.prices(); got != [2]float64{1, 4} {
		t.Errorf("the price is %v, want 1 and 4", got)
	}
}

func TestSignsFadeWithinHoursAndTheCountOfKeysWithTheDay(t *testing.T) {
	w := newWatched()
	for i := range 3000 {
		w.ask(asked{about: domain(i), missed: true})
	}
	w.now += int64(5 * time.Hour)
	if got := w.shows(); got != plentily {
		t.Errorf("five hours later: %q", got)
	}
	w.now += int64(24 * time.Hour)
	if got := w.shows(); got != "" {
		t.Errorf("a day later: %q", got)
	}
}

func TestAnOldDictionaryIsOutweighedByNewQuestions(t *testing.T) {
	w := newWatched()
	r := rand.New(rand.NewPCG(9, 10))
	for range 1000 {
		w.ask(asked{about: domain(r.IntN(500)), missed: true})
	}
	w.now += int64(3 * time.Hour)
	for range 300 {
		w.ask(asked{about: domain(r.IntN(500))})
	}
	if got := w.shows(); got != "" {
		t.Errorf("three hours and 300 questions later: %q", got)
	}
}

func TestAClearedNetworkShowsNothingAndItsSiteStill(t *testing.T) {
	w := newWatched()
	w.clear(w.own) // nothing to forget
	own := w.own
	for i := range 500 {
		w.ask(asked{about: domain(i), missed: true})
	}
	for i := range 1500 {
		w.own.bits = 0xc0000200 + uint64(i%256)
		w.ask(asked{about: domain(i), missed: true})
	}
	w.own = own
	if got := w.prices(); got != [2]float64{4, 4} {
		t.Fatalf("the price is %v, want 4 and 4", got)
	}
	w.clear(w.own)
	if got := w.prices(); got != [2]float64{1, 4} {
		t.Errorf("the price is %v, want 1 and 4", got)
	}
	w.clear(w.site)
	if got := w.prices(); got != [2]float64{1, 1} {
		t.Errorf("the price is %v, want 1 and 1", got)
	}
	// It is not less heavy for that.
	want := Share{Prefix: w.site.prefix(), Cost: 2000}
	if got := w.appendSites(nil, w.now); len(got) != 1 || got[0] != want {
		t.Errorf("the heaviest are %v, want %v", got, want)
	}
}

// Any network that cost more than a set can have forgotten is there, and what is
// said of its cost is between what it is and what it may have inherited.
func TestAFloodOfNetworksPushesOutNoneThatCostsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w watch
		truth := map[place]float64{}
		set := Watch{After: 256, Distinct: 1000}
		note := func(p place, cost int) {
			w.note(&set, p, p, asked{cost: float64(cost)}, 0)
			truth[p] += float64(cost)
		}
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 0))
		heavy := rapid.IntRange(0, 20).Draw(t, "heavy")
		for range rapid.IntRange(0, 5000).Draw(t, "questions") {
			if heavy > 0 && r.IntN(3) == 0 {
				note(place{bits: uint64(r.IntN(heavy)), family: ipv6, width: 64}, 1+r.IntN(3))
			} else {
				note(place{bits: r.Uint64(), family: ipv6, width: 64}, 1)
			}
		}
		inSet := map[*watchSet]float64{}
		for p, cost := range truth {
			inSet[w.setOf(w.key(p))] += cost
		}
		for p, cost := range truth {
			s := w.setOf(w.key(p))
			i := s.index(w.key(p))
			if i < 0 {
				if cost > inSet[s]/watchWays {
					t.Fatalf("one that cost %v of its set's %v is forgotten", cost, inSet[s])
				}
				continue
			}
			if said, own := float64(s.costs[i]), float64(s.costs[i]-s.traces[i].inherited); said < cost || own > cost {
				t.Fatalf("one that cost %v is said to have cost %v to %v", cost, own, said)
			}
		}
	})
}

func TestANewcomerInheritsACostAndNoSign(t *testing.T) {
	w := newWatched()
	places := make([]place, 4*watchSets*watchWays)
	for i := range places {
		w.own = place{bits: uint64(i), family: ipv6, width: 64}
		w.site, places[i] = w.own, w.own
		for k := range 300 {
			w.note(&w.set, w.own, w.own, asked{cost: 1, about: domain(k), missed: true}, 0)
		}
	}
	// One question each: the first of them takes a full set's cheapest place.
	for i := range 1000 {
		w.own = place{bits: uint64(i), family: ipv4, width: 32}
		w.note(&w.set, w.own, w.own, asked{cost: 1, about: domain(i), missed: true}, 0)
		if got := w.shows(); got != "" {
			t.Fatalf("one question shows %q", got)
		}
	}
	for _, share := range w.appendSites(nil, 0) {
		if share.Prefix.Addr().Is4() && share.Cost != 1 {
			t.Errorf("one question is said to have cost %v", share.Cost)
		}
	}
}

func TestACostHalvesEveryHour(t *testing.T) {
	var w weight
	w.add(8, 0)
	w.add(8, int64(59*time.Minute))
	if got := w.at(int64(time.Hour)); got != 8 {
		t.Errorf("%v after an hour, want 8", got)
	}
	w.add(2, int64(2*time.Hour))
	if got := w.at(int64(3 * time.Hour)); got != 3 {
		t.Errorf("%v after three, want 3", got)
	}
	if got := w.at(int64(10_000 * time.Hour)); got != 0 {
		t.Errorf("%v after a year, want 0", got)
	}
}

func TestAWatchKnowsItsSize(t *testing.T) {
	size := unsafe.Sizeof(watchSet{}) * watchSets
	if size > 40<<10 || size < 39<<10 {
		t.Errorf("%d bytes, and the comment says 40 KiB", size)
	}
	if n := testing.AllocsPerRun(100, func() {
		w := newWatched()
		w.ask(asked{about: "a.example"})
		w.prices()
	}); n > 2 {
		t.Errorf("%v allocations for a watch and its sets", n)
	}
}

func BenchmarkTheWatch(b *testing.B) {
	places := make([]place, 1<<16)
	for i := range places {
		places[i] = place{bits: rand.Uint64() &^ 0xffff, family: ipv6, width: 64}
	}
	names := make([]string, 1<<12)
	for i := range names {
		names[i] = domain(rand.IntN(17576))
	}
	set := Watch{After: 256, Distinct: 1000}
	for _, clients := range []int{1, 8, 1 << 16} {
		b.Run(fmt.Sprintf("note/clients=%d", clients), func(b *testing.B) {
			watches := make([]watch, 64)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				own := places[i%clients]
				site := place{bits: own.bits &^ 0xffffff, family: ipv6, width: 48}
				watches[own.bits>>60%64].note(&set, own, site, asked{cost: 1, about: names[i%len(names)]}, int64(i))
			}
		})
		b.Run(fmt.Sprintf("price/clients=%d", clients), func(b *testing.B) {
			watches := make([]watch, 64)
			for i := range clients {
				own := places[i]
				site := place{bits: own.bits &^ 0xffffff, family: ipv6, width: 48}
				watches[own.bits>>60%64].note(&set, own, site, asked{cost: 1}, 0)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				own := places[i%clients]
				site := place{bits: own.bits &^ 0xffffff, family: ipv6, width: 48}
				watches[own.bits>>60%64].price(&set, own, site, 0)
			}
		})
	}
}
