package ratelimit

import (
	"encoding/binary"
	"math/bits"
)

// orderKey is a key's first sixteen bytes as people sort them: without case,
// and numbers by their size, so that C9 stands before C10. A number is its
// count of digits and then its digits. Keys that differ only later compare as
// equal and are no step.
type orderKey [2]uint64

func orderKeyOf(key string) orderKey {
	var b [16]byte
	for i, n := 0, 0; i < len(key) && n < len(b); {
		c := key[i]
		if c < '0' || c > '9' {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			b[n] = c
			i, n = i+1, n+1
			continue
		}
		digits := number(key[i:])
		i += len(digits)
		for len(digits) > 1 && digits[0] == '0' {
			digits = digits[1:]
		}
		// Between '0' and '9', so that numbers stay between '.' and letters.
		b[n] = '0' + byte(min(len(digits)-1, 9))
		n += 1 + copy(b[n+1:], digits)
	}
	return orderKey{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// number is the digits that s begins with.
func number(s string) string {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return s[:i]
		}
	}
	return s
}

func (k orderKey) before(other orderKey) bool {
	return k[0] < other[0] || k[0] == other[0] && k[1] < other[1]
}

// order remembers which way the last steps from one key to the next went.
type order struct {
	last  orderKey
	up    [remembered / 64]uint64 // a bit a step
	steps uint16                  // at most remembered
	next  uint16                  // the place of the next one
}

// Of 256 steps that go up and down by chance, seven eighths go one way less
// than once in 10^36. Fewer would do for that, but a page of a sorted list is
// commonly a hundred.
const remembered = 256

func (o *order) note(key orderKey) {
	if key == o.last {
		return
	}
	up := o.last.before(key)
	first := o.last == orderKey{}
	o.last = key
	if first {
		return
	}
	word, bit := &o.up[o.next/64], uint64(1)<<(o.next%64)
	*word &^= bit
	if up {
		*word |= bit
	}
	o.next = (o.next + 1) % remembered
	o.steps = min(o.steps+1, remembered)
}

// sorted says whether at least seven eighths of the last steps went one way.
func (o *order) sorted() bool {
	if o.steps < remembered {
		return false
	}
	ups := 0
	for _, word := range o.up {
		ups += bits.OnesCount64(word)
	}
	return max(ups, remembered-ups) >= remembered*7/8
}
