package ratelimit

import (
	"fmt"
	"hash/maphash"
	"math"
	"net/netip"
	"time"
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
		return network{bits: bigEndian(b[:]), family: ipv4}, nil
	}
	b := addr.As16()
	return network{bits: bigEndian(b[:8]), family: ipv6}, nil
}

func bigEndian(b []byte) uint64 {
	var v uint64
	for _, x := range b {
		v = v<<8 | uint64(x)
	}
	return v
}

// level is one width of network with its budget, in the terms of the generic
// cell rate algorithm: a bucket is the time at which it will be full again (the
// theoretical arrival time, TAT). One token is worth an interval of time, and a
// bucket is empty when it will be full only a whole capacity from now.
type level struct {
	name     string
	mask     uint64
	tag      uint64 // tells equal prefixes of different levels apart
	index    uint8  // place of its overflow bucket in a shard
	interval int64  // nanoseconds
	capacity int64  // nanoseconds
}

func newLevels(class Class, family uint8, from []Level) []level {
	levels := make([]level, len(from))
	for i, lv := range from {
		version, width := 4, 32
		if family == ipv6 {
			version, width = 6, 64
		}
		index := (uint8(class)*families+family)*maxLevels + uint8(i)
		// Rounded up: never faster than configured.
		interval := int64(math.Ceil(float64(time.Second) / lv.Budget.Rate))
		levels[i] = level{
			name:     fmt.Sprintf("IPv%d /%d network", version, lv.Bits),
			mask:     math.MaxUint64 << (width - lv.Bits),
			tag:      uint64(index),
			index:    index,
			interval: interval,
			capacity: interval * int64(lv.Budget.Burst),
		}
	}
	return levels
}

// room is how many whole tokens are left in a bucket.
func (lv *level) room(tat, now int64) int {
	return int(max(0, lv.capacity-lv.debt(tat, now)) / lv.interval)
}

// wait is how long until the bucket holds one token.
func (lv *level) wait(tat, now int64) time.Duration {
	return time.Duration(max(0, lv.debt(tat, now)+lv.interval-lv.capacity))
}

func (lv *level) debt(tat, now int64) int64 { return max(0, tat-now) }

// spend takes n tokens; a negative n gives them back, up to a full bucket. The
// slot becomes the key's own if it was another's that is full.
func (lv *level) spend(e *slot, key uint64, now int64, n int) {
	// Bounded on both sides so that no cost overflows and no debt is for ever.
	most := int64(longest) / lv.interval
	cost := min(max(int64(n), -most), most) * lv.interval
	e.key, e.tat = key, min(max(e.tat, now)+cost, now+int64(longest))
}

// keys are the hashes under which a network's buckets are kept, one a level.
// The hash is seeded: nobody can choose addresses that share a place.
func (l *Limiter) keys(from network, class Class) (levels []level, keys [maxLevels]uint64) {
	levels = l.levels[class][from.family]
	for i := range levels {
		keys[i] = maphash.Comparable(l.seed, [2]uint64{from.bits & levels[i].mask, levels[i].tag})
	}
	return levels, keys
}

// exceeded names the level that has to wait longest.
func exceeded(levels []level, slots [maxLevels]*slot, overflow uint8, now int64) *Exceeded {
	var e Exceeded
	for i := range levels {
		wait := levels[i].wait(slots[i].tat, now)
		if wait <= e.RetryAfter {
			continue
		}
		e = Exceeded{RetryAfter: wait, Budget: levels[i].name}
		if overflow&(1<<i) != 0 {
			e.Budget += " (shared, table full)"
		}
	}
	return &e
}
