package listen

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

func TestOneNetworkCannotUseUpTheNewConnectionsOfOthers(t *testing.T) {
	now := time.Unix(1e9, 0)
	r := newRates(1600, true)
	let := func(format string, n int) (in int) {
		for i := range n {
			if r.take(netip.MustParseAddr(fmt.Sprintf(format, i%250)), false, now) {
				in++
			}
		}
		return in
	}
	if in := let("2001:db8::%x", 5000); in != 200 { // a sixteenth, of two seconds
		t.Errorf("%d of one /64 were let in, want 200", in)
	}
	if in := let("2001:db8:1:%x::1", 5000); in != 800 { // a quarter
		t.Errorf("%d of one /48 were let in, want 800", in)
	}
	others := let("192.0.%d.1", 100)
	if others < 95 { // one in 500 shares a budget that is used up
		t.Errorf("only %d of 100 others were let in", others)
	}
	if in := let("2001:db8:%x::1", 50000); in != 3200-1000-others {
		t.Errorf("%d more of many sites were let in, want what is left", in)
	}
	now = now.Add(time.Second)
	if in := let("2001:db8:%x::1", 50000); in != 1600 {
		t.Errorf("%d were let in a second later, want 1600", in)
	}
}

func TestAFrontEndMayHaveAllTheNewConnections(t *testing.T) {
	now, r := time.Unix(1e9, 0), newRates(100, true)
	for i := range 200 {
		if !r.take(netip.MustParseAddr("10.0.0.1"), true, now) {
			t.Fatalf("number %d was refused", i)
		}
	}
	if r.take(netip.MustParseAddr("10.0.0.1"), true, now) {
		t.Error("more than all were let in")
	}
}

func TestWithoutACapPerNetworkAllClientsAreAlike(t *testing.T) {
	now, r := time.Unix(1e9, 0), newRates(100, false)
	for i := range 200 {
		if !r.take(netip.MustParseAddr("192.0.2.1"), false, now) {
			t.Fatalf("number %d was refused", i)
		}
	}
}

func TestTooManyNewConnectionsHearTheRefusal(t *testing.T) {
	l := open(t, Config{PerSecond: 1, Refusal: []byte(refusal)})
	accepted := acceptAll(t, l)
	for range 2 {
		call(t, l, "127.0.0.1")
		(<-accepted).Close()
	}
	begin := time.Now()
	heard := ""
	for range 10 {
		if heard = hear(t, call(t, l, "127.0.0.1")); heard == refusal {
			break
		}
		(<-accepted).Close() // a second has gone by
	}
	if stats := l.Stats(); heard != refusal || stats.Rushed == 0 || stats.Open > 0 {
		t.Errorf("after %v: heard %q, %+v", time.Since(begin), heard, stats)
	}
}

func BenchmarkDoor(b *testing.B) {
	r, addr, now := newRates(1<<30, true), netip.MustParseAddr("2001:db8::1"), time.Now()
	for b.Loop() {
		r.take(addr, false, now)
	}
}
