package ratelimit

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gaissmai/bart"
)

const (
	// Whoever needs more than this is meant to be Free.
	maxException = 1000
	// A reason is printed to the blocked on one line.
	maxReason = 200
)

// networks finds the exception that holds for an address. It is never changed
// once made, so any number of questions read it at once; new settings bring a
// new one.
type networks struct {
	table bart.Table[*exception]
}

// exception is an entry and the next wider one around it, which holds when this
// one has expired.
type exception struct {
	Network
	around *exception
}

func newNetworks(from []Network) (*networks, error) {
	n := new(networks)
	for _, entry := range from {
		if err := entry.check(); err != nil {
			return nil, fmt.Errorf("network %v: %w", entry.Prefix, err)
		}
		if _, twice := n.table.Get(entry.Prefix); twice {
			return nil, fmt.Errorf("network %v: given twice", entry.Prefix)
		}
		n.table.Insert(entry.Prefix, &exception{Network: entry})
	}
	for prefix, e := range n.table.All() {
		if wider := netip.PrefixFrom(prefix.Addr(), prefix.Bits()-1); wider.IsValid() {
			e.around, _ = n.table.LookupPrefix(wider.Masked())
		}
	}
	return n, nil
}

// find is the longest entry that holds the address and has not expired, or nil.
// The address is neither IPv4-mapped nor zoned.
func (n *networks) find(addr netip.Addr, now time.Time) *Network {
	for e, _ := n.table.Lookup(addr); e != nil; e = e.around {
		if !e.expired(now) {
			return &e.Network
		}
	}
	return nil
}

// expired entries count as absent at once, whenever they are cleared away.
func (n *Network) expired(now time.Time) bool { return !n.Until.IsZero() && !now.Before(n.Until) }

func (n *Network) check() error {
	if err := checkPrefix(n.Prefix); err != nil {
		return err
	}
	kinds := 0
	for _, is := range []bool{n.Times != 0, n.Free, n.Block} {
		if is {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return errors.New("want exactly one of times, free and block")
	case n.Block:
		return n.checkBlock()
	case n.Reason != "":
		return errors.New("a reason is for a block, whose network is shown it")
	case n.Times != 0 && !(n.Times > 0 && n.Times <= maxException): // NaN fails too
		return fmt.Errorf("times %v, want more than 0 and at most %d", n.Times, maxException)
	}
	return nil
}

func (n *Network) checkBlock() error {
	switch {
	case n.Until.IsZero():
		return errors.New("a block needs an end")
	case n.By == "":
		return errors.New("a block needs the name of who decided it")
	case n.Reason == "":
		return errors.New("a block needs a reason, which the blocked network is shown")
	case len(n.Reason) > maxReason:
		return fmt.Errorf("a reason of %d bytes, want at most %d", len(n.Reason), maxReason)
	case !utf8.ValidString(n.Reason):
		return errors.New("the reason is not UTF-8")
	}
	for _, r := range n.Reason {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("the reason holds %U, want one line of printable text", r)
		}
	}
	return nil
}

func checkPrefix(p netip.Prefix) error {
	switch {
	case !p.IsValid():
		return errors.New("not a network")
	case p.Addr().Is4In6():
		return errors.New("IPv4 written as IPv6: write it as IPv4")
	case p.Bits() == 0:
		return errors.New("everybody is no exception: change the budgets")
	case p.Addr().Is6() && p.Bits() > 64:
		// Whoever has an address has its /64, and no bucket is narrower.
		return errors.New("want a /64 or wider")
	case p != p.Masked():
		return fmt.Errorf("bits are set beyond the prefix: write %v", p.Masked())
	}
	return nil
}
