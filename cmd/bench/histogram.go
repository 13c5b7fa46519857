package main

import (
	"math/bits"
	"time"
)

// histogram counts times in microseconds, exactly below 64 and within 1/32
// above, so that a worker notes one without keeping it.
type histogram struct {
	counts [64 + 32*58]uint64
	n      uint64
}

func (h *histogram) add(d time.Duration) {
	us := uint64(max(0, d.Microseconds()))
	h.counts[bucket(us)]++
	h.n++
}

func bucket(us uint64) int {
	if us < 64 {
		return int(us)
	}
	shift := bits.Len64(us) - 6
	return 64 + 32*(shift-1) + int(us>>shift) - 32
}

// top is the greatest time that falls into a bucket.
func top(bucket int) time.Duration {
	us := uint64(bucket)
	if bucket >= 64 {
		shift := (bucket-64)/32 + 1
		us = (uint64((bucket-64)%32+33) << shift) - 1
	}
	return time.Duration(us) * time.Microsecond
}

func (h *histogram) merge(o *histogram) {
	for i, n := range o.counts {
		h.counts[i] += n
	}
	h.n += o.n
}

// quantile is the time that the share q of all did not exceed; 0 of none.
func (h *histogram) quantile(q float64) time.Duration {
	var seen uint64
	for i, n := range h.counts {
		if seen += n; n > 0 && float64(seen) >= q*float64(h.n) {
			return top(i)
		}
	}
	return 0
}
