package ratelimit

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// bucket is one bucket that is kept for ever: an account's or the server's.
type bucket struct{ *rate.Limiter }

func newBucket(b Budget) bucket { return bucket{rate.NewLimiter(rate.Limit(b.Rate), b.Burst)} }

// times is a budget so many times as large.
func (b Budget) times(f float64) Budget {
	return Budget{Rate: b.Rate * f, Burst: max(1, int(math.Round(float64(b.Burst)*f)))}
}

func at(now int64) time.Time { return time.Unix(0, now) }

// set gives the bucket another budget and leaves what was taken from it taken.
func (b bucket) set(now int64, to Budget) {
	if b.Limit() == rate.Limit(to.Rate) && b.Burst() == to.Burst {
		return
	}
	taken := float64(b.Burst()) - b.TokensAt(at(now))
	b.SetLimitAt(at(now), rate.Limit(to.Rate))
	b.SetBurstAt(at(now), to.Burst)
	b.setTokens(now, float64(to.Burst)-taken)
}

// setTokens makes what is in the bucket so much, to the token.
func (b bucket) setTokens(now int64, tokens float64) {
	d := int(math.Round(b.TokensAt(at(now)) - tokens))
	b.overdraw(now, d)
	b.giveBack(now, -d)
}

// take takes as many of n tokens as there are, possibly none, and says how many.
func (b bucket) take(now int64, n int) int {
	for n > 0 && !b.AllowN(at(now), n) {
		n = min(n-1, int(b.TokensAt(at(now))))
	}
	return max(n, 0)
}

// overdraw takes n tokens whether they are there or not, though no more than
// come back in the longest time. ReserveN refuses more than a burst at a time,
// hence the portions.
func (b bucket) overdraw(now int64, n int) (took int) {
	n = min(n, int(float64(b.Limit())*longest.Seconds()))
	burst := b.Burst()
	for left := n; left > 0; left -= burst {
		b.ReserveN(at(now), min(left, burst))
	}
	return max(n, 0)
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

// missing is how long until the bucket holds one token; negative when it does.
func (b bucket) missing(now int64) time.Duration {
	return b.until(1, now)
}

func (b bucket) until(tokens float64, now int64) time.Duration {
	return time.Duration((tokens - b.TokensAt(at(now))) / float64(b.Limit()) * float64(time.Second))
}

// wait is how long a refused client waits. It is positive also when a token has
// arrived since it was found missing.
func (b bucket) wait(now int64) time.Duration { return max(1, b.missing(now)) }
