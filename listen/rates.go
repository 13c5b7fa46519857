package listen

import (
	"hash/maphash"
	"net/netip"
	"time"

	"golang.org/x/time/rate"
)

const (
	// burstSeconds is how many seconds' worth of new connections may come at once.
	burstSeconds = 2
	// networkRate and siteRate are the parts of all new connections that one
	// network and one site may have, so that nobody can use them up for others.
	networkRate = 16
	siteRate    = siteShare
	// rateCells is how many budgets networks share, and sites: enough for a flood
	// from some to miss all others, and less than 200 KiB.
	rateCells = 1024
)

// rates counts the new connections of a second, in all and for each network and
// site of clients. Networks share a fixed number of budgets; nobody can know with
// whom, or choose it.
type rates struct {
	all             *rate.Limiter
	networks, sites []*rate.Limiter // nil when all clients are alike
	seed            maphash.Seed
}

// newRates is nil for no limit.
func newRates(perSecond int, perNetwork bool) *rates {
	if perSecond == 0 {
		return nil
	}
	r := &rates{all: newRate(perSecond), seed: maphash.MakeSeed()}
	if perNetwork {
		for range rateCells {
			r.networks = append(r.networks, newRate(max(1, perSecond/networkRate)))
			r.sites = append(r.sites, newRate(max(1, perSecond/siteRate)))
		}
	}
	return r
}

func newRate(perSecond int) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(perSecond), burstSeconds*perSecond)
}

// take counts a new connection of client, or reports that it is one too many. The
// narrowest is asked first: what it refuses is taken from nobody else.
func (r *rates) take(client netip.Addr, shared bool, now time.Time) bool {
	if r == nil {
		return true
	}
	if !shared && r.networks != nil &&
		!(r.cell(r.networks, networkOf(client)).AllowN(now, 1) && r.cell(r.sites, SiteOf(client)).AllowN(now, 1)) {
		return false
	}
	return r.all.AllowN(now, 1)
}

func (r *rates) cell(cells []*rate.Limiter, of netip.Prefix) *rate.Limiter {
	return cells[maphash.Comparable(r.seed, of)%uint64(len(cells))]
}
