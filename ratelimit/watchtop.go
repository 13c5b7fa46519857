package ratelimit

import (
	"cmp"
	"net/netip"
	"slices"
)

// Share is one of the heaviest askers: a site, or a named caller.
type Share struct {
	Prefix  netip.Prefix // of a site; zero for an account
	Account string       // empty for a site
	// Cost is what it took, in tokens. Of a site it is at least this: what it
	// asked before it was among the heaviest may have been forgotten.
	Cost float64
	// Share is the part of all that was taken, 0 to 1.
	Share float64
}

// Shares are the heaviest askers, heaviest first. Costs are halved at every full
// hour, so they tell of about the last one.
type Shares struct {
	Total float64 // taken by all, in tokens
	Of    []Share
}

// Top are the n sites (of IPv4 a /24, of IPv6 a /48, unless all widths are
// wider) and accounts that cost most.
func (l *Limiter) Top(n int) Shares {
	var top Shares
	if l.unlimited {
		return top
	}
	now, _ := l.clock.read()
	for i := range l.table.shards {
		s := &l.table.shards[i]
		s.mu.Lock()
		top.Total += s.watch.total.at(now)
		top.Of = s.watch.appendSites(top.Of, now)
		s.mu.Unlock()
	}
	l.accounts.each(func(name string, acc *account) {
		cost := acc.cost(now)
		top.Total += cost
		if cost > 0 {
			top.Of = append(top.Of, Share{Account: name, Cost: cost})
		}
	})
	slices.SortFunc(top.Of, func(a, b Share) int {
		return cmp.Or(cmp.Compare(b.Cost, a.Cost), cmp.Compare(a.Account, b.Account), a.Prefix.Compare(b.Prefix))
	})
	top.Of = slices.Clone(top.Of[:min(max(0, n), len(top.Of))])
	for i := range top.Of {
		top.Of[i].Share = top.Of[i].Cost / top.Total
	}
	return top
}

func (w *watch) appendSites(to []Share, now int64) []Share {
	for i := range w.sets {
		set := &w.sets[i]
		set.age(hourOf(now))
		for k := range set.traces {
			t := &set.traces[k]
			if cost := set.costs[k] - t.inherited; t.site && cost > 0 {
				to = append(to, Share{Prefix: t.place.prefix(), Cost: float64(cost)})
			}
		}
	}
	return to
}

// cost is what a caller took in about the last hour.
func (acc *account) cost(now int64) float64 {
	acc.mu.Lock()
	defer acc.mu.Unlock()
	return acc.spent.at(now)
}
