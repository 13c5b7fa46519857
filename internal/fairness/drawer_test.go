package fairness

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"registerd/ratelimit"
)

// drawer draws what people ask.
type drawer struct{ *rand.Rand }

// name draws one of many names, of which few are asked for often.
func (d *drawer) name(of int) string {
	u := d.Float64()
	return nameOf(int(u * u * u * float64(of)))
}

// nameOf makes a name that can be spoken, another one for each number.
func nameOf(n int) string {
	const consonants, vowels = "bdfghklmnprstv", "aeiou"
	// Scattered, so that neighbours in number are none in the alphabet.
	n = (n*48_271 + 11) % 343_000
	var b []byte
	for range 3 {
		b = append(b, consonants[n%14], vowels[n/14%5])
		n /= 70
	}
	return string(b) + ".example"
}

// look is one question for a domain name and its answer: one in eight is not
// there, and of the others two in five tell of a person, some of two.
func (d *drawer) look(at time.Duration, from netip.Addr, of int) question {
	q := question{at: at.Truncate(time.Second), from: ratelimit.Client{Addr: from}, window: "rdap", key: d.name(of), names: 1}
	if d.IntN(4) == 0 {
		q.window = "whois"
	}
	switch n := d.IntN(40); {
	case n < 5:
		q.missed = true
	case n < 16:
		q.persons = 1
	case n < 19:
		q.persons = 2
	}
	return q
}

// brief takes what concerns persons out of an answer.
func brief(q question) question {
	q.window, q.persons = "brief", 0
	return q
}

// between draws a time of a day, more likely in the middle of the two hours.
func (d *drawer) between(date, from, to int) time.Duration {
	u := (d.Float64() + d.Float64()) / 2
	return time.Duration(date)*day + time.Duration((float64(from)+u*float64(to-from))*float64(time.Hour))
}

func (d *drawer) seconds(upTo int) time.Duration {
	return time.Duration(d.IntN(upTo+1)) * time.Second
}

func TestEveryNumberHasANameOfItsOwn(t *testing.T) {
	seen := make(map[string]int)
	for n := range 343_000 {
		if other, twice := seen[nameOf(n)]; twice {
			t.Fatalf("%d and %d are both %s", n, other, nameOf(n))
		}
		seen[nameOf(n)] = n
	}
}
