package ratelimit

import (
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }

func mustNetworks(t testing.TB, from ...Network) *networks {
	t.Helper()
	n, err := newNetworks(from)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheLongestEntryThatHasNotExpiredHolds(t *testing.T) {
	n := mustNetworks(t,
		Network{Prefix: prefix("192.0.0.0/16"), Times: 2, Note: "wide"},
		Network{Prefix: prefix("192.0.2.0/24"), Free: true, Until: noon.Add(2 * time.Hour), Note: "middle"},
		Network{Prefix: prefix("192.0.2.7/32"), Block: true, Reason: "harvesting", By: "ops", Until: noon.Add(time.Hour), Note: "narrow"},
		Network{Prefix: prefix("2001:db8:1::/48"), Times: 3, Note: "six"},
	)
	for _, c := range []struct {
		addr  string
		after time.Duration
		want  string
	}{
		{"192.0.2.7", 0, "narrow"},
		{"192.0.2.7", time.Hour - 1, "narrow"},
		{"192.0.2.7", time.Hour, "middle"},
		{"192.0.2.7", 2 * time.Hour, "wide"},
		{"192.0.2.8", 0, "middle"},
		{"192.0.3.1", 0, "wide"},
		{"192.1.0.0", 0, ""},
		{"2001:db8:1:2::3", 0, "six"},
		{"2001:db8:2::3", 0, ""},
	} {
		got := ""
		if e := n.find(netip.MustParseAddr(c.addr), noon.Add(c.after)); e != nil {
			got = e.Note
		}
		if got != c.want {
			t.Errorf("%s after %v: %q holds, want %q", c.addr, c.after, got, c.want)
		}
	}
	if e := mustNetworks(t).find(netip.MustParseAddr("192.0.2.1"), noon); e != nil {
		t.Errorf("without entries %v holds", e)
	}
}

func TestEntriesThatContradictThemselvesAreRefusedByName(t *testing.T) {
	p := prefix("192.0.2.0/24")
	block := Network{Prefix: p, Block: true, Until: noon, By: "ops", Reason: "harvesting"}
	with := func(change func(*Network)) Network { n := block; change(&n); return n }
	for want, entry := range map[string]Network{
		"not a network":                  {Times: 2},
		"everybody is no exception":      {Prefix: prefix("0.0.0.0/0"), Times: 2},
		"write it as IPv4":               {Prefix: prefix("::ffff:192.0.2.0/120"), Times: 2},
		"want a /64 or wider":            {Prefix: prefix("2001:db8::/65"), Times: 2},
		"write 192.0.2.0/24":             {Prefix: netip.MustParsePrefix("192.0.2.1/24"), Times: 2},
		"exactly one":                    {Prefix: p},
		"want exactly one of":            {Prefix: p, Times: 2, Free: true},
		"one of times, free and block":   {Prefix: p, Free: true, Block: true, Until: noon, By: "ops", Reason: "x"},
		"times -1":                       {Prefix: p, Times: -1},
		"times NaN":                      {Prefix: p, Times: math.NaN()},
		"times 1001":                     {Prefix: p, Times: 1001},
		"a reason is for a block":        {Prefix: p, Times: 2, Reason: "x"},
		"a block needs an end":           with(func(n *Network) { n.Until = time.Time{} }),
		"the name of who decided":        with(func(n *Network) { n.By = "" }),
		"a block needs a reason":         with(func(n *Network) { n.Reason = "" }),
		"201 bytes, want at most 200":    with(func(n *Network) { n.Reason = strings.Repeat("x", 201) }),
		"the reason is not UTF-8":        with(func(n *Network) { n.Reason = "a\xff" }),
		"the reason holds U+000A":        with(func(n *Network) { n.Reason = "a\nb" }),
		"the reason holds U+202E":        with(func(n *Network) { n.Reason = "a\u202eb" }),
		"network 192.0.2.0/24: a reason": {Prefix: p, Free: true, Reason: "x"},
	} {
		_, err := newNetworks([]Network{entry})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := newNetworks([]Network{block, block}); err == nil || !strings.Contains(err.Error(), "given twice") {
		t.Errorf("the same network twice: %v", err)
	}
}

func TestFindingAnEntryIsLookingThroughAllOfThem(t *testing.T) {
	// Few bits, so that entries lie within each other.
	draw4 := func(t *rapid.T) netip.Addr {
		return netip.AddrFrom4([4]byte{192, 0, rapid.Byte().Draw(t, "third"), rapid.Byte().Draw(t, "fourth")})
	}
	draw6 := func(t *rapid.T) netip.Addr {
		return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 5: rapid.ByteRange(0, 3).Draw(t, "sixth"), 7: rapid.Byte().Draw(t, "eighth"), 15: 1})
	}
	drawAddr := func(t *rapid.T) netip.Addr {
		if rapid.Bool().Draw(t, "IPv4") {
			return draw4(t)
		}
		return draw6(t)
	}
	rapid.Check(t, func(t *rapid.T) {
		var entries []Network
		given := map[netip.Prefix]bool{}
		for range rapid.IntRange(0, 30).Draw(t, "entries") {
			addr := drawAddr(t)
			longest := 32
			if addr.Is6() {
				longest = 64
			}
			p := netip.PrefixFrom(addr, rapid.IntRange(1, longest).Draw(t, "bits")).Masked()
			if given[p] {
				continue
			}
			given[p] = true
			e := Network{Prefix: p, Times: 2}
			if rapid.Bool().Draw(t, "ends") {
				e.Until = noon.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "hours")) * time.Hour)
			}
			entries = append(entries, e)
		}
		n, err := newNetworks(entries)
		if err != nil {
			t.Fatal(err)
		}
		addr := drawAddr(t)
		var want netip.Prefix
		for _, e := range entries {
			holds := e.Prefix.Contains(addr) && (e.Until.IsZero() || noon.Before(e.Until))
			if holds && (!want.IsValid() || e.Prefix.Bits() > want.Bits()) {
				want = e.Prefix
			}
		}
		var got netip.Prefix
		if e := n.find(addr, noon); e != nil {
			got = e.Prefix
		}
		if got != want {
			t.Fatalf("%v: %v holds, want %v", addr, got, want)
		}
	})
}

func BenchmarkFindingAnException(b *testing.B) {
	entries := []Network{{Prefix: prefix("2001:db8::/32"), Times: 2}}
	for i := range 10_000 {
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 0}), 24)
		entries = append(entries, Network{Prefix: p, Times: 2})
	}
	n := mustNetworks(b, entries...)
	for name, addr := range map[string]string{"ipv4": "10.7.9.1", "ipv6": "2001:db8:1::1", "none": "192.0.2.1"} {
		b.Run(name, func(b *testing.B) {
			addr := netip.MustParseAddr(addr)
			b.ReportAllocs()
			for b.Loop() {
				n.find(addr, noon)
			}
		})
	}
}
