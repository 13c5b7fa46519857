// Package tabletest holds a table of buckets to what [ratelimit.Table] obliges
// it to. Every table passes it, and so does every table tightened by another.
package tabletest

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"registerd/ratelimit"
)

const (
	second = int64(time.Second)
	month  = 30 * 24 * 3600 * second
	home   = 7 << 32
)

// subject is a new table and the time of its test.
type subject struct {
	testing.TB
	ratelimit.Table
	now int64
}

// Run tests tables; each call of made brings a new one.
func Run(t *testing.T, made func(testing.TB) ratelimit.Table) {
	for name, test := range map[string]func(*subject){
		"it grants what the poorest bucket can bear":                  poorest,
		"a refusal changes nothing":                                   refusal,
		"debts are paid by time":                                      paying,
		"what is granted may overdraw once what is needed is there":   overdraft,
		"giving back fills a bucket and no more":                      givingBack,
		"to give back to a bucket that is not there is to do nothing": givingToNobody,
		"a floor raises what is owed and never lowers it":             floors,
		"to look changes nothing":                                     looking,
		"nobody owes more than thirty days":                           forEver,
		"it says what was taken":                                      taking,
		"no flood of others makes a bucket forgotten":                 flooding,
		"a stand-in pays apart from the bucket it stands for":         standIn,
		"those who ask at once are not granted more than one by one":  atOnce,
	} {
		t.Run(name, func(t *testing.T) { test(&subject{TB: t, Table: made(t)}) })
	}
}

// key makes one as the limiter does: random but for its low bits.
func key(n uint64) uint64 { return rand.New(rand.NewPCG(n, n)).Uint64() &^ 15 }

// tokens is a bucket of so many tokens that come back one a second.
func tokens(n uint64, burst int64) ratelimit.Bucket {
	return ratelimit.Bucket{Key: key(n), Limit: burst * second, Need: second, Cost: second}
}

// want settles and compares what is granted.
func (s *subject) want(granted, n int, buckets ...ratelimit.Bucket) []ratelimit.Bucket {
	s.Helper()
	if got := s.Settle(home, buckets, s.now, n); got != granted {
		s.Errorf("asked for %d of %+v, granted %d, want %d", n, buckets, got, granted)
	}
	return buckets
}

// owes compares what a bucket owes.
func (s *subject) owes(n uint64, want int64) {
	s.Helper()
	if got := s.want(0, 0, tokens(n, 1))[0].Debt; got != want {
		s.Errorf("the bucket owes %v, want %v", time.Duration(got), time.Duration(want))
	}
}

func poorest(s *subject) {
	s.want(3, 5, tokens(1, 10), tokens(2, 3))
	s.owes(1, 3*second)
	s.owes(2, 3*second)
	s.want(7, 100, tokens(1, 10))
}

func refusal(s *subject) {
	s.want(1, 1, tokens(2, 1))
	s.want(0, 1, tokens(1, 10), tokens(2, 1), tokens(3, 10))
	s.owes(1, 0)
	s.owes(2, second)
	s.owes(3, 0)
}

func paying(s *subject) {
	s.want(4, 4, tokens(1, 4))
	s.now += second - 1
	s.want(0, 1, tokens(1, 4))
	s.now++
	s.want(1, 4, tokens(1, 4))
	s.now += 100 * second
	s.owes(1, 0)
	s.want(4, 9, tokens(1, 4))
}

func overdraft(s *subject) {
	all := tokens(1, 4)
	all.Cost = 20 * second
	s.want(1, 1, all)
	s.owes(1, 20*second)
	s.want(0, 1, all)
	owed := tokens(1, 4)
	owed.Limit = 0
	s.want(1, 1, owed)
	s.owes(1, 21*second)
}

func givingBack(s *subject) {
	s.want(3, 3, tokens(1, 4))
	back := ratelimit.Bucket{Key: key(1), Cost: -2 * second}
	s.want(1, 1, back)
	s.owes(1, second)
	s.want(1, 1, back)
	s.owes(1, 0)
	s.want(4, 9, tokens(1, 4))
}

func givingToNobody(s *subject) {
	s.want(1, 1, ratelimit.Bucket{Key: key(1), Cost: -2 * second})
	s.owes(1, 0)
}

func floors(s *subject) {
	s.want(1, 1, ratelimit.Bucket{Key: key(1), Floor: 9 * second})
	s.owes(1, 9*second)
	s.want(1, 1, ratelimit.Bucket{Key: key(1), Floor: 3 * second})
	s.owes(1, 9*second)
	s.want(0, 1, tokens(1, 9))
}

func looking(s *subject) {
	s.want(2, 2, tokens(1, 4))
	for range 10 {
		s.want(0, 0, tokens(1, 4), tokens(2, 4))
	}
	s.owes(1, 2*second)
	s.owes(2, 0)
}

func forEver(s *subject) {
	debt := ratelimit.Bucket{Key: key(1), Cost: 1 << 62}
	for range 3 {
		s.want(1<<40, 1<<40, debt)
	}
	s.want(1, 1, ratelimit.Bucket{Key: key(2), Floor: 1 << 62})
	s.owes(1, month)
	s.owes(2, month)
}

func taking(s *subject) {
	if b := s.want(3, 3, tokens(1, 4)); b[0].Took != 3*second || b[0].Debt != 3*second {
		s.Errorf("three tokens were %+v", b[0])
	}
	if b := s.want(0, 3, tokens(1, 3)); b[0].Took != 0 || b[0].Debt != 3*second {
		s.Errorf("a refusal was %+v", b[0])
	}
}

func flooding(s *subject) {
	s.want(4, 4, tokens(1, 4))
	r := rand.New(rand.NewPCG(2, 3))
	for range 200_000 {
		other := ratelimit.Bucket{Key: r.Uint64() &^ 15, Limit: 4 * second, Need: second, Cost: second}
		s.Settle(home, []ratelimit.Bucket{other}, s.now, 1)
	}
	s.want(0, 1, tokens(1, 4))
	s.now += second
	s.want(1, 4, tokens(1, 4))
}

func standIn(s *subject) {
	shared := tokens(1, 4)
	shared.Shared = true
	s.Settle(home, []ratelimit.Bucket{shared}, s.now, 4)
	if got := s.Settle(home, []ratelimit.Bucket{tokens(1, 4)}, s.now, 4); got > 4 {
		s.Errorf("granted %d", got)
	}
}

func atOnce(s *subject) {
	const workers, burst = 64, 5000
	var granted atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				n := s.Settle(home, []ratelimit.Bucket{tokens(1, burst), tokens(2, 2*burst)}, 0, 3)
				if n == 0 {
					return
				}
				granted.Add(int64(n))
			}
		})
	}
	wg.Wait()
	if got := granted.Load(); got != burst {
		s.Errorf("granted %d at once, want %d", got, burst)
	}
}
