package ratelimit

import (
	"time"

	"golang.org/x/time/rate"
)

// bucket is one bucket that is kept for ever: an account's or the server's.
type bucket struct{ *rate.Limiter }

func newBucket(b Budget) bucket { return bucket{rate.NewLimiter(rate.Limit(b.Rate), b.Burst)} }

func at(now int64) time.Time { return time.Unix(0, now) }

// take takes as many of n tokens as there are, possibly none, and says how many.
func (b bucket) take(now int64, n int) int {
	for n > 0 && !b.AllowN(at(now), n) {
		n = min(n-1, int(b.TokensAt(at(now))))
	}
	return max(n, 0)
}

// overdraw takes n tokens whether they are there or not. ReserveN refuses more
// than a burst at a time, hence the portions.
func (b bucket) overdraw(now int64, n int) {
	for burst := b.Burst(); n > 0; n -= burst {
		b.ReserveN(at(now), min(n, burst))
	}
}

// giveBack returns n tokens, up to a full bucket. Cancelling a reservation
// would not do: it returns nothing once its time has come, which for an
// admitted question is at once. A negative reservation is plain arithmetic in
// x/time/rate but not documented; a test holds it to that.
func (b bucket) giveBack(now int64, n int) {
	if n > 0 {
		b.ReserveN(at(now), -n)
	}
}

// wait is how long until the bucket holds one token. It is positive also when
// one has arrived since it was found missing.
func (b bucket) wait(now int64) time.Duration {
	missing := 1 - b.TokensAt(at(now))
	return max(1, time.Duration(missing/float64(b.Limit())*float64(time.Second)))
}
