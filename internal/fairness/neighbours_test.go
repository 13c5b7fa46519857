package fairness

import (
	"net/netip"
	"testing"

	"registerd/ratelimit"
)

// beside are the harvesters who share a network with an honest client: how
// many of the addresses around it they have, in IPv4 and in IPv6.
var beside = []struct {
	name   string
	n4, n6 int
}{
	{"one other address or /64", 1, 1},
	{"ten others", 10, 10},
	{"50 others", 50, 50},
	{"all others of the /24 or /48", 255, 65_535},
}

// TestNeighboursOfAHarvesterAreHurtAsTheDocumentSays, in two days.
func TestNeighboursOfAHarvesterAreHurtAsTheDocumentSays(t *testing.T) {
	if raceEnabled {
		t.Skip("one after the other, and slow with the race detector")
	}
	head := []string{"refused of the questions of"}
	for _, b := range beside {
		head = append(head, b.name)
	}
	rows := [][]string{head}
	for _, m := range models {
		r := readRecording(t, m.name)
		if r.waits || r.questions[0].from.Account != "" {
			continue
		}
		row := []string{m.name}
		for _, b := range beside {
			row = append(row, worst(t, r, b.n4, b.n6))
		}
		rows = append(rows, row)
	}
	table(t, "neighbours", 0.5, rows...)
}

// worst is what the honest client suffers from the worse of two harvesters:
// one is after persons, the other after names, and neither waits.
func worst(t *testing.T, r *recording, n4, n6 int) string {
	var of tally
	for _, s := range []strategy{{"sorted list", true, true, 0}, {"dictionary", true, false, 0}} {
		p := replay(r)
		h := &harvester{order: s.order, greedy: s.greedy, persons: s.persons, sources: around(r, n4, n6), together: true}
		newDesk(t, ratelimit.Defaults().Settings).run(2*day, p, h)
		if p.tally.refusals() >= of.refusals() {
			of = p.tally
		}
	}
	if of.paused > 0 {
		t.Errorf("%s: paused for what its neighbour did", r.name)
	}
	return percent(&of)
}

// around are n other addresses of the /24 or /48 of the client.
func around(r *recording, n4, n6 int) sourceHeap {
	taken := make(map[netip.Prefix]bool)
	own := func(a netip.Addr) netip.Prefix {
		bits := 32
		if a.Is6() {
			bits = 64
		}
		p, _ := a.Prefix(bits)
		return p
	}
	for _, q := range r.questions {
		taken[own(q.from.Addr)] = true
	}
	base, n := r.questions[0].from.Addr, n4
	if base.Is6() {
		n = n6
	}
	var out sourceHeap
	for i := 0xffff; i >= 0 && len(out) < n; i-- {
		a := base
		if b := a.As16(); base.Is6() {
			b[6], b[7] = byte(i>>8), byte(i)
			a = netip.AddrFrom16(b)
		} else if i > 0xff {
			continue
		} else {
			b[15] = byte(i)
			a = netip.AddrFrom16(b).Unmap()
		}
		if !taken[own(a)] {
			out = append(out, source{from: ratelimit.Client{Addr: a}})
		}
	}
	return out
}
