package ratelimit

import (
	"math"
	"time"
)

// Ticket stands for an admitted question until it is answered. It is a value
// that belongs to one question and must not be used concurrently. The zero
// Ticket charges nobody.
type Ticket struct {
	l         *Limiter
	account   *account // when it pays, and not the networks
	payer     payer
	class     Class
	questions int
	paid      [payments]paid
	together  int // taken from what everybody is told
}

// What a ticket pays for.
const (
	forQuestion = iota // and for the work it made
	forPersonal
	forMiss
	payments
)

// paid is what was taken, by width. An account's is in tokens, all else in
// nanoseconds of debt: a price may have changed before it is given back.
type paid struct {
	took [maxWidths]int64
	// shared marks the widths of which a shared bucket paid.
	shared uint8
}

// Cost is what an answer costs beyond the question itself.
type Cost struct {
	// Work is how many questions more it was worth, such as a search. It is
	// owed already, so it may overdraw: the next questions wait until it is
	// paid.
	Work int
	// Personal is how many records of persons it tells.
	Personal int
	// Missed says that what was asked for exactly is not there.
	Missed bool
	// About is the key that was looked up; empty when there was none.
	About string
}

// Charge takes what an answer cost. It is called once, before anything is
// released. It returns an [*Exceeded] of class [Personal] when the answer tells
// of persons and the client has been told of too many: then nothing of this
// cost was taken, and the answer must not be given.
func (t *Ticket) Charge(c Cost) error {
	if t.l == nil {
		return nil
	}
	now, _ := t.l.clock.read()
	if t.account != nil {
		return t.chargeAccount(c, now)
	}
	if c.Personal > 0 {
		if err := t.chargePersonal(c, now); err != nil {
			return err
		}
	}
	t.chargeRest(c, now)
	return nil
}

// chargePersonal needs room for one record and then takes all: an answer is
// told whole or not at all.
func (t *Ticket) chargePersonal(c Cost, now int64) error {
	l, p := t.l, &t.payer
	pressed := l.pressed(p.rules, now)
	var room [maxWidths]Bucket
	s := l.table.shardOf(p.home)

	s.mu.Lock()
	buckets := p.buckets(&room, Personal, p.prices(s, now), pressed)
	for i := range buckets {
		buckets[i].Cost = many(buckets[i].Need, c.Personal)
	}
	if s.settle(buckets, now, 1) == 0 {
		defer s.mu.Unlock()
		t.note(s, Cost{About: c.About}, now)
		return p.refuse(s, Personal, buckets, now)
	}
	s.mu.Unlock()

	if l.tighten(p.home, buckets, now, 1) == 0 {
		return p.exceeded(Personal, buckets)
	}
	t.paid[forPersonal].note(buckets)
	t.together = l.everybody.take(now, c.Personal)
	return nil
}

// many is the cost of n tokens, however many.
func many(cost int64, n int) int64 {
	if n < 1 {
		return 0
	}
	return cost * min(int64(n), int64(longest)/cost)
}

// pressed is what a record of a person costs an unnamed caller because of what
// all others were told.
func (l *Limiter) pressed(r *rules, now int64) float64 {
	if l.everybody.missing(now) > 0 {
		return r.Pressed
	}
	return 1
}

// chargeRest takes what is owed whether it is there or not.
func (t *Ticket) chargeRest(c Cost, now int64) {
	l, p := t.l, &t.payer
	var work, miss [maxWidths]Bucket
	var worked, missed []Bucket
	s := l.table.shardOf(p.home)

	s.mu.Lock()
	var all prices
	if c.Work > 0 || c.Missed {
		all = p.prices(s, now)
	}
	if c.Work > 0 {
		worked = p.buckets(&work, t.class, all, 1)
		overdraw(worked, c.Work, t.paid[forQuestion].shared)
		s.settle(worked, now, 1)
	}
	if c.Missed {
		missed = p.buckets(&miss, Miss, all, 1)
		overdraw(missed, 1, 0)
		s.settle(missed, now, 1)
		p.layMisses(s, missed, all, now)
	}
	t.note(s, c, now)
	s.mu.Unlock()

	for i, b := range [...][]Bucket{forQuestion: worked, forMiss: missed} {
		if b != nil {
			l.tighten(p.home, b, now, 1)
			t.paid[i].note(b)
		}
	}
}

// overdraw makes buckets take n tokens whatever is there. Those that a shared
// bucket has paid for stay with it.
func overdraw(buckets []Bucket, n int, shared uint8) {
	for i := range buckets {
		b := &buckets[i]
		b.Cost, b.Limit, b.Shared = many(b.Cost, n), 0, shared&(1<<i) != 0
	}
}

// layMisses makes look-ups wait as long as misses that are used up would, so
// that to admit a question only one class needs to be read. It does so at the
// client's own width alone: neighbours miss nothing.
func (p *payer) layMisses(s *shard, missed []Bucket, all prices, now int64) {
	var room [maxWidths]Bucket
	own := p.buckets(&room, Lookup, all, 1)[:1]
	wait := missed[0].Debt + missed[0].Need - p.terms(0, Miss, p.price(0, all)).capacity
	if wait <= 0 || missed[0].Shared {
		return
	}
	own[0].Floor = own[0].Limit - own[0].Need + wait
	own[0].Cost, own[0].Limit = 0, 0
	s.settle(own, now, 1)
}

// note tells the watch of an answer.
func (t *Ticket) note(s *shard, c Cost, now int64) {
	p := &t.payer
	cost := float64(t.questions) + float64(c.Work) + float64(c.Personal)
	s.watch.note(&p.rules.Watch, p.own(), p.site(), asked{cost: cost, missed: c.Missed, about: c.About}, now)
}

// Refund gives back all that the ticket took from its client, because the
// failure was ours. Refunding twice gives nothing twice.
func (t *Ticket) Refund() {
	if t.l == nil {
		return
	}
	now, _ := t.l.clock.read()
	for i, class := range [payments]Class{forQuestion: t.class, forPersonal: Personal, forMiss: Miss} {
		if t.account != nil {
			t.account.buckets[class].giveBack(now, int(t.paid[i].took[0]))
		} else {
			t.paid[i].giveBack(t.l, &t.payer, class, now, 1, 1)
		}
		t.paid[i] = paid{}
	}
	t.l.everybody.giveBack(now, t.together)
	t.together = 0
}

// note remembers what was taken from buckets.
func (q *paid) note(buckets []Bucket) {
	for i := range buckets {
		q.took[i] += buckets[i].Took
		if buckets[i].Shared {
			q.shared |= 1 << i
		}
	}
}

// giveBack returns part of whole of what was taken. A bucket that is gone was
// full, and there is nothing to give back: least of all to the shared one in
// its place.
func (q *paid) giveBack(l *Limiter, p *payer, class Class, now int64, part, whole int) {
	if q.took == ([maxWidths]int64{}) {
		return
	}
	var room [maxWidths]Bucket
	for i := range p.n {
		back := q.took[i] / int64(whole) * int64(part)
		q.took[i] -= back
		room[i] = Bucket{Key: p.keys[i] | uint64(class), Kind: p.kind(i, uint8(class)), Cost: -back, Shared: q.shared&(1<<i) != 0}
	}
	s := l.table.shardOf(p.home)
	s.mu.Lock()
	s.settle(room[:p.n], now, 1)
	s.mu.Unlock()
	l.tighten(p.home, room[:p.n], now, 1)
}

// chargeAccount is Charge for a named caller, who pays no price.
func (t *Ticket) chargeAccount(c Cost, now int64) error {
	a := t.account
	if c.Personal > 0 {
		personal := a.buckets[Personal]
		if personal.take(now, 1) == 0 {
			return &Exceeded{RetryAfter: personal.wait(now), Budget: budgetAccount, Class: Personal}
		}
		t.paid[forPersonal].took[0] += 1 + int64(personal.overdraw(now, c.Personal-1))
	}
	t.paid[forQuestion].took[0] += int64(a.buckets[t.class].overdraw(now, c.Work))
	if c.Missed {
		t.paid[forMiss].took[0] += int64(a.buckets[Miss].overdraw(now, 1))
		a.buckets[Lookup].hold(now, a.buckets[Miss].missing(now))
	}
	a.note(float64(t.questions)+float64(c.Work)+float64(c.Personal), now)
	return nil
}

// hold makes a bucket wait so long at least before it has a token.
func (b bucket) hold(now int64, wait time.Duration) {
	if missing := b.missing(now); wait > 0 && wait > missing {
		b.overdraw(now, int(math.Ceil((wait-missing).Seconds()*float64(b.Limit()))))
	}
}
