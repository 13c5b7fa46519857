package statistics

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"registerd/register"
	"registerd/store"
)

// facts are what is counted of a domain's holder: its type and how it is identified.
type facts uint8

const (
	factBits         = 5
	verificationBits = 2
)

// factsOf takes the type of holder that the rules go by.
func factsOf(c *register.Contact) facts {
	t := c.Traits()
	return facts(t.Holder())<<verificationBits | facts(t.Verification())
}

func (f facts) holder() register.HolderType { return register.HolderType(f >> verificationBits) }

func (f facts) verification() register.VerificationState {
	return register.VerificationState(f & (1<<verificationBits - 1))
}

// index says which objects there are, and what is counted of them. Of each it keeps 59
// bits of a hash: among a million objects, one that is missing is taken for another
// once in 500 thousand million times.
type index []uint64

func hashOf(r store.Ref) uint64 {
	sum := sha256.Sum256(append([]byte{byte(r.Kind)}, r.Key...))
	return binary.BigEndian.Uint64(sum[:]) >> factBits << factBits
}

func (x *index) add(r store.Ref, f facts) { *x = append(*x, hashOf(r)|uint64(f)) }

// sort is called once, between the last add and the first find.
func (x index) sort() { slices.Sort(x) }

func (x index) find(r store.Ref) (facts, bool) {
	h := hashOf(r)
	i, ok := slices.BinarySearchFunc(x, h, func(e, h uint64) int { return cmp.Compare(e>>factBits, h>>factBits) })
	if !ok {
		return 0, false
	}
	return facts(x[i] & (1<<factBits - 1)), true
}
