package statistics

import (
	"cmp"
	"encoding/json"
	"strconv"
)

// Value is a number of a report, or why there is none.
type Value struct {
	N    float64
	Says string // why there is no number; "" if there is
}

// The words in place of numbers.
const (
	NotMeasured = "not measured"
	fewerThan10 = "fewer than 10"
	withheld    = "withheld" // as one that is fewer than 10 could be computed with it
)

func number[T int | int64](n T) Value { return Value{N: float64(n)} }

var unmeasured = Value{Says: NotMeasured}

// String is the number, or the words.
func (v Value) String() string { return cmp.Or(v.Says, strconv.FormatFloat(v.N, 'f', -1, 64)) }

// MarshalJSON writes the number, or null.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.Says != "" {
		return []byte("null"), nil
	}
	return json.Marshal(v.N)
}

// few is the number from which holders may be counted in public.
const few = 10

// guard says of numbers of holders, which sum up to a number that is public, what may
// be told. Those below ten are not; and so that they cannot be computed, the last of
// the others is withheld. It is the last and not the least, as from an order something
// could be computed too. Each that is not told could then be anything from 0 to 9; where
// it could not, nothing is told.
func guard(numbers []int) []Value {
	out := make([]Value, len(numbers))
	small, last, sum := 0, -1, 0
	for i, n := range numbers {
		out[i] = number(n)
		if n < few {
			out[i] = Value{Says: fewerThan10}
			small++
			sum += n
		} else {
			last = i
		}
	}
	switch {
	case small == 0:
	case last < 0 || sum+numbers[last] < few+few-1:
		for i := range out {
			out[i] = Value{Says: withheld}
		}
	default:
		out[last] = Value{Says: withheld}
	}
	return out
}
