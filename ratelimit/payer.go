package ratelimit

import (
	"math"
	"net/netip"
	"time"
)

// payer is an unnamed client: the networks that pay for it, and their terms.
type payer struct {
	rules *rules
	from  network
	home  uint64            // the key of the widest network, charged or not
	keys  [maxWidths]uint64 // of the widths that are charged
	times float64           // by an exception
	n     int               // widths that are charged
}

// payerFor leaves out the widths that are wider than an exception. The client's
// own width is always charged, or an exception for one host would be boundless.
func (l *Limiter) payerFor(r *rules, from network, exception *Network) payer {
	p := payer{rules: r, from: from, times: 1}
	widths := r.widths(from.family)
	p.n = len(widths)
	if exception != nil && exception.Times > 0 {
		p.times = exception.Times
		for p.n > 1 && widths[p.n-1].Bits < exception.Prefix.Bits() {
			p.n--
		}
	}
	for i, w := range widths[:p.n] {
		p.keys[i] = l.keyOf(from.within(w.Bits))
	}
	p.home = p.keys[p.n-1]
	if p.n < len(widths) {
		p.home = l.keyOf(from.within(r.home(from.family)))
	}
	return p
}

// own and site are what the watch looks at.
func (p *payer) own() place  { return p.from.within(p.rules.widths(p.from.family)[0].Bits) }
func (p *payer) site() place { return p.from.within(p.rules.site(p.from.family)) }

// prices are what a token costs the client's own width, up to its site, and the
// site and wider.
type prices struct{ own, site float64 }

func (p *payer) prices(s *shard, now int64) prices {
	if p.rules.Watch.Off {
		return prices{1, 1}
	}
	own, site := s.watch.price(&p.rules.Watch, p.own(), p.site(), now)
	return prices{own, site}
}

func (p *payer) price(i int, all prices) float64 {
	if p.rules.widths(p.from.family)[i].Bits > p.rules.site(p.from.family) {
		return all.own
	}
	return all.site
}

// terms are those of one of the client's buckets at a price. It always holds a
// token, whatever that costs: a price makes slower and does not shut.
func (p *payer) terms(i int, class Class, price float64) terms {
	t := p.rules.terms[class][p.from.family][i]
	if p.times != 1 {
		t = termsOf(p.rules.Budgets[class], p.rules.widths(p.from.family)[i].Times*p.times)
	}
	if price != 1 {
		t.interval = int64(math.Ceil(float64(t.interval) * price))
		t.capacity = max(t.capacity, t.interval)
	}
	return t
}

// buckets writes those of a class, on terms by which a token is taken if there
// is one. times is a price besides that of the watch.
func (p *payer) buckets(to *[maxWidths]Bucket, class Class, all prices, times float64) []Bucket {
	for i := range p.n {
		t := p.terms(i, class, p.price(i, all)*times)
		to[i] = Bucket{
			Key: p.keys[i] | uint64(class), Kind: p.kind(i, uint8(class)),
			Limit: t.capacity, Need: t.interval, Cost: t.interval,
		}
	}
	return to[:p.n]
}

func (p *payer) kind(i int, tag uint8) uint8 {
	return (tag*families+p.from.family)*maxWidths + uint8(i)
}

// wait is how long a bucket makes a token wait; it is not positive when there is
// one.
func (b *Bucket) wait() time.Duration { return time.Duration(b.Debt + b.Need - b.Limit) }

// exceeded names the width that has to wait longest.
func (p *payer) exceeded(class Class, buckets []Bucket) *Exceeded {
	e := &Exceeded{Class: class}
	for i := range buckets {
		b := &buckets[i]
		if b.wait() <= e.RetryAfter {
			continue
		}
		e.RetryAfter, e.Budget, e.Whose = b.wait(), p.rules.names[p.from.family][i], Own
		switch {
		case b.Shared:
			e.Whose = Newcomers
		case p.rules.widths(p.from.family)[i].Bits < oneClient[p.from.family]:
			e.Whose = Neighbours
		}
	}
	return e
}

// exception is the entry for an address.
func (r *rules) exception(addr netip.Addr, wall time.Time) *Network {
	return r.networks.find(addr.Unmap().WithZone(""), wall)
}

func blocked(by *Network, class Class, wall time.Time) *Exceeded {
	return &Exceeded{
		RetryAfter: max(1, by.Until.Sub(wall)), Budget: budgetBlock, Class: class,
		Block: &Block{Reason: by.Reason, Until: by.Until},
	}
}
