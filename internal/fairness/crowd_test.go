package fairness

import (
	"math/rand/v2"
	"testing"

	"registerd/ratelimit"
)

// TestACrowdBehindOneAddressIsAsLargeAsTheDocumentSays finds how many people
// like those of the office can share a network before one of them is refused.
func TestACrowdBehindOneAddressIsAsLargeAsTheDocumentSays(t *testing.T) {
	if raceEnabled {
		t.Skip("one after the other, and slow with the race detector")
	}
	rows := [][]string{{"behind", "people of whom none is refused", "what ends first", "without persons", "what ends first"}}
	for _, w := range []struct {
		name      string
		addresses int
	}{{"one IPv4 address", 1}, {"100 addresses of one IPv4 /24", 100}} {
		n, why := crowd(t, w.addresses, false)
		without, whyWithout := crowd(t, w.addresses, true)
		rows = append(rows, []string{w.name, thousands(n), why, thousands(without), whyWithout})
	}
	table(t, "crowds", 0.1, rows...)
}

// crowd is the largest number, in fifties, and what the next fifty lack.
func crowd(t *testing.T, addresses int, without bool) (n int, lack string) {
	fits := func(n int) bool {
		r := people(&drawer{rand.New(rand.NewPCG(6, 6))}, n, addresses)
		r.sort()
		if without {
			for i := range r.questions {
				r.questions[i] = brief(r.questions[i])
			}
		}
		p := replay(r)
		newDesk(t, ratelimit.Defaults().Settings).run(week, p)
		for lack = range p.tally.refused {
			return false
		}
		return true
	}
	low, high := 50, 100
	for fits(high) {
		low, high = high, 2*high
	}
	for high-low > 50 {
		middle := (low + high) / 100 * 50
		if fits(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	fits(high)
	return low, lack
}
