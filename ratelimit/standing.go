package ratelimit

import (
	"math"
	"net/netip"
	"time"
)

// Standing is how a client stands with one of its budgets. The zero Standing
// means that there is no limit.
type Standing struct {
	Class  Class
	Budget string // which one, as in [Exceeded]
	// Quota tokens come back in Window when the bucket is empty.
	Quota  int
	Window time.Duration
	Left   int
	// More is how long until there is one token more, zero if any are left.
	More time.Duration
	// Full is how long until all are back.
	Full time.Duration
	// Price is what a token costs this client now; the numbers above are at
	// that price.
	Price float64
	// Pause says that More is a pause: see [Exceeded].
	Pause bool
}

// Standing tells how a client stands with a class: by the width that decides,
// which is the one with the least left. It charges nothing. A client that is
// not limited, or has no address, has the zero Standing.
func (l *Limiter) Standing(c Client, class Class) Standing {
	if l.unlimited || class >= classes {
		return Standing{}
	}
	now, wall := l.clock.read()
	if c.Account != "" {
		return l.accounts.standing(c.Account, class, now)
	}
	from, err := networkOf(c.Addr)
	if err != nil {
		return Standing{}
	}
	r := l.rules.Load()
	entry := r.exception(c.Addr, wall)
	if entry != nil && entry.Free {
		return Standing{}
	}
	p := l.payerFor(r, from, entry)
	if entry != nil && entry.Block {
		return p.standingBlocked(class, blocked(entry, class, wall).RetryAfter)
	}
	var room [maxWidths]Bucket
	all, strikes := l.look(&p, class, &room, now)
	return p.decides(class, room[:p.n], all, strikes)
}

// look reads a class's buckets, and asks the shared table what it knows.
func (l *Limiter) look(p *payer, class Class, room *[maxWidths]Bucket, now int64) (all prices, strikes int) {
	pressed := 1.0
	if class == Personal {
		pressed = l.pressed(p.rules, now)
	}
	s := l.table.shardOf(p.home)
	s.mu.Lock()
	all = p.prices(s, now)
	buckets := p.buckets(room, class, all, pressed)
	s.settle(buckets, now, 0)
	if room[0].Debt > room[0].Limit {
		strikes = p.strikes(s, now)
	}
	s.mu.Unlock()
	l.tighten(p.home, buckets, now, 0)
	all.own *= pressed
	all.site *= pressed
	return all, strikes
}

// decides is the standing with the least left, and of those the longest to wait.
func (p *payer) decides(class Class, buckets []Bucket, all prices, strikes int) Standing {
	var least Standing
	for i := range buckets {
		s := p.standing(class, i, &buckets[i], all, strikes)
		if i == 0 || s.Left < least.Left || s.Left == least.Left && s.More > least.More {
			least = s
		}
	}
	return least
}

func (p *payer) standing(class Class, i int, b *Bucket, all prices, strikes int) Standing {
	s := Standing{
		Class: class, Budget: p.rules.names[p.from.family][i],
		Quota: int(b.Limit / b.Cost), Window: time.Duration(b.Limit),
		Left: b.bears(b.Debt, math.MaxInt), More: max(0, b.wait()), Full: time.Duration(b.Debt),
		Price: p.price(i, all),
		Pause: i == 0 && b.Debt > b.Limit && !b.Shared && strikes > p.rules.Pauses.Free,
	}
	return s
}

func (p *payer) standingBlocked(class Class, until time.Duration) Standing {
	t := p.terms(0, class, 1)
	return Standing{
		Class: class, Budget: budgetBlock, Quota: int(t.capacity / t.interval), Window: time.Duration(t.capacity),
		More: until, Full: until, Price: 1,
	}
}

// standing is that of a named caller.
func (a *accounts) standing(name string, class Class, now int64) Standing {
	acc := a.find(name)
	if acc == nil {
		acc = a.fresh(name)
	}
	b := acc.buckets[class]
	burst := float64(b.Burst())
	return Standing{
		Class: class, Budget: budgetAccount, Quota: b.Burst(),
		Window: time.Duration(burst / float64(b.Limit()) * float64(time.Second)),
		Left:   max(0, int(b.TokensAt(at(now)))), More: max(0, b.missing(now)), Full: max(0, b.until(burst, now)),
		Price: 1,
	}
}

// Report is all that is known of one client, for whoever operates the server.
type Report struct {
	Client Client
	// Network is the operator's entry that counts for the client, if any.
	Network *Network
	// Widths are the networks around the client, narrowest first; or the
	// account, with a zero Prefix.
	Widths []WidthReport
	// Strikes are the times the client went on asking when it was told to
	// wait, as far as they are not forgotten.
	Strikes int
}

// WidthReport is what is known of one network, or of an account.
type WidthReport struct {
	Prefix netip.Prefix
	Budget string
	// Charged is not set for a network that an exception leaves out; it has
	// no standings.
	Charged   bool
	Standings [classes]Standing
	// Signs of enumeration, in words.
	Signs []string
}

// Show tells all that is known of a client. It charges nothing.
func (l *Limiter) Show(c Client) Report {
	out := Report{Client: c}
	if l.unlimited {
		return out
	}
	now, wall := l.clock.read()
	if c.Account != "" {
		w := WidthReport{Budget: budgetAccount, Charged: true}
		for class := range w.Standings {
			w.Standings[class] = l.accounts.standing(c.Account, Class(class), now)
		}
		out.Widths = []WidthReport{w}
		return out
	}
	from, err := networkOf(c.Addr)
	if err != nil {
		return out
	}
	r := l.rules.Load()
	entry := r.exception(c.Addr, wall)
	if entry != nil {
		copied := *entry
		out.Network = &copied
	}
	p := l.payerFor(r, from, entry)
	l.show(&p, &out, now)
	return out
}

func (l *Limiter) show(p *payer, out *Report, now int64) {
	free := out.Network != nil && out.Network.Free
	for i, w := range p.rules.widths(p.from.family) {
		out.Widths = append(out.Widths, WidthReport{
			Prefix: p.from.within(w.Bits).prefix(), Budget: p.rules.names[p.from.family][i], Charged: i < p.n && !free,
		})
	}
	for class := range Class(classes) {
		var room [maxWidths]Bucket
		all, strikes := l.look(p, class, &room, now)
		for i := range out.Widths {
			if out.Widths[i].Charged {
				out.Widths[i].Standings[class] = p.standing(class, i, &room[i], all, strikes)
			}
		}
	}
	s := l.table.shardOf(p.home)
	s.mu.Lock()
	defer s.mu.Unlock()
	out.Strikes = p.strikes(s, now)
	own, site := p.own(), p.site()
	for i := range out.Widths {
		at := p.from.within(out.Widths[i].Prefix.Bits())
		if at == own || at == site {
			out.Widths[i].Signs = s.watch.signs(&p.rules.Watch, at, now)
		}
	}
}

// Clear forgets what a client owes: every bucket, strike and sign of all the
// networks that hold the address, or of the account. What is shared for want of
// room stays.
func (l *Limiter) Clear(c Client) {
	if l.unlimited {
		return
	}
	if c.Account != "" {
		l.accounts.forget(c.Account)
		return
	}
	from, err := networkOf(c.Addr)
	if err != nil {
		return
	}
	now, _ := l.clock.read()
	p := l.payerFor(l.rules.Load(), from, nil)
	s := l.table.shardOf(p.home)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, key := range p.keys[:p.n] {
		var all [tags]Bucket
		for tag := range all {
			all[tag] = Bucket{Key: key | uint64(tag), Kind: p.kind(i, uint8(tag)), Cost: -int64(longest)}
		}
		s.settle(all[:], now, 1)
	}
	s.watch.clear(p.own())
	s.watch.clear(p.site())
}
