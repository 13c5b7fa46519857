package ratelimit

import "math/bits"

// sign is what makes a network's questions look like the copying of a register,
// a bit for each kind. None is a proof: they raise a price and refuse nobody.
type sign uint8

const (
	// inOrder is shown by who works through a sorted list: seven eighths of the
	// last 256 steps from one key to the next go the same way.
	inOrder sign = 1 << iota
	// notThere is shown by who works through a dictionary: half or more of the
	// questions of about the last hour were for what is not there.
	notThere
	// manyKeys is shown by who asked for more different keys today than
	// readers do.
	manyKeys
)

var signWords = []string{
	"asks in order",
	"asks mostly for what is not there",
	"asks for very many different records a day",
}

// A site's budgets are those of eight subscribers, so eight times the keys are no
// sign.
const siteSubscribers = 8

// words tell an operator, and the client itself.
func (s sign) words() []string {
	var words []string
	for i, word := range signWords {
		if s&(1<<i) != 0 {
			words = append(words, word)
		}
	}
	return words
}

// price doubles with every sign.
func (s sign) price() float64 { return float64(uint(1) << bits.OnesCount8(uint8(s))) }

// signs are those that a trace shows. A few questions can look like anything:
// order and misses need set.After questions in about the last hour.
func (t *trace) signs(set *Watch) sign {
	var s sign
	if int(t.questions) >= set.After {
		if t.order.sorted() {
			s |= inOrder
		}
		if 2*uint64(t.misses) >= uint64(t.questions) {
			s |= notThere
		}
	}
	distinct := set.Distinct
	if t.site {
		distinct *= siteSubscribers
	}
	if t.breadth.estimate() > max(fewestKeys, distinct) {
		s |= manyKeys
	}
	return s
}
