package ratelimit

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"

	"github.com/dchest/siphash"
)

const (
	ipv4 = iota
	ipv6
	families
)

// network is a client's address as far as it is looked at: an IPv4 address, or
// the upper half of an IPv6 address.
type network struct {
	bits   uint64
	family uint8
}

func networkOf(addr netip.Addr) (network, error) {
	if !addr.IsValid() {
		return network{}, errNoAddress
	}
	if addr = addr.Unmap(); addr.Is4() {
		b := addr.As4()
		return network{bits: uint64(binary.BigEndian.Uint32(b[:])), family: ipv4}, nil
	}
	b := addr.As16()
	return network{bits: binary.BigEndian.Uint64(b[:8]), family: ipv6}, nil
}

// within is the network of so many bits that holds this one.
func (n network) within(bits int) place {
	width := 32
	if n.family == ipv6 {
		width = 64
	}
	return place{bits: n.bits & (math.MaxUint64 << (width - bits)), family: n.family, width: uint8(bits)}
}

// place is a network of some width. It is comparable and holds no pointer.
type place struct {
	bits          uint64 // zero beyond the width
	family, width uint8
}

func (p place) prefix() netip.Prefix {
	if p.family == ipv4 {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], uint32(p.bits))
		return netip.PrefixFrom(netip.AddrFrom4(a), int(p.width))
	}
	var a [16]byte
	binary.BigEndian.PutUint64(a[:], p.bits)
	return netip.PrefixFrom(netip.AddrFrom16(a), int(p.width))
}

// String is how budgets are named: by width, and never by address.
func (p place) String() string { return fmt.Sprintf("IPv%d /%d network", 4+2*p.family, p.width) }

// The low bits of a key say which of a network's buckets it is; those of its
// classes come first.
const (
	tagStrikes = classes        // refusals that were not heeded
	tagTold    = tagStrikes + 1 // until when a client was told to wait, by class
	tags       = tagTold + classes
	tagBits    = 4
	tagMask    = 1<<tagBits - 1

	kinds = tags * families * maxWidths
)

// key is the hash under which a network's buckets are kept, but for the tag. It
// is seeded: nobody can choose addresses that share a place. The width is part
// of it, so that none is taken for another when widths are changed.
func (l *Limiter) keyOf(p place) uint64 { return p.hash(l.key) &^ tagMask }

func (p place) hash(key [2]uint64) uint64 {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], p.bits)
	b[8], b[9] = p.family, p.width
	return siphash.Hash(key[0], key[1], b[:])
}
