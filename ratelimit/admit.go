package ratelimit

import "net/netip"

// Admit charges one question, or refuses it with an [*Exceeded]. Any other
// error means that the question could not be attributed, and it is refused too.
// Questions are of class [Lookup], [Availability] or [Failure].
func (l *Limiter) Admit(c Client, class Class) (Ticket, error) {
	_, t, err := l.AdmitMany(c, class, 1)
	return t, err
}

// AdmitMany charges as many of n questions as fit, at least one, and says how
// many; when none fits it refuses as [Limiter.Admit] does. One ticket stands
// for all that were granted.
func (l *Limiter) AdmitMany(c Client, class Class, n int) (granted int, t Ticket, err error) {
	switch {
	case n < 1:
		return 0, Ticket{}, errNoCount
	case !class.asked():
		return 0, Ticket{}, errNoClass
	case l.unlimited:
		return n, Ticket{}, nil
	case c.Account != "":
		return l.admitAccount(c.Account, class, n)
	default:
		return l.admitNetwork(c.Addr, class, n)
	}
}

func (l *Limiter) admitAccount(name string, class Class, n int) (int, Ticket, error) {
	now, _ := l.clock.read()
	account := l.accounts.of(name, now)
	pays := account.buckets[class]
	taken := pays.take(now, n)
	if taken == 0 {
		return 0, Ticket{}, &Exceeded{RetryAfter: pays.wait(now), Budget: budgetAccount, Class: class}
	}
	granted := l.server.take(now, taken)
	pays.giveBack(now, taken-granted)
	if granted == 0 {
		return 0, Ticket{}, l.serverExceeded(class, now)
	}
	t := Ticket{l: l, account: account, class: class, questions: granted}
	t.paid[forQuestion].took[0] = int64(granted)
	return granted, t, nil
}

func (l *Limiter) admitNetwork(addr netip.Addr, class Class, n int) (int, Ticket, error) {
	from, err := networkOf(addr)
	if err != nil {
		return 0, Ticket{}, err
	}
	r := l.rules.Load()
	now, wall := l.clock.read()
	entry := r.exception(addr, wall)
	if entry != nil && entry.Block {
		return 0, Ticket{}, blocked(entry, class, wall)
	}
	if entry != nil && entry.Free {
		if n = l.server.take(now, n); n == 0 {
			return 0, Ticket{}, l.serverExceeded(class, now)
		}
		return n, Ticket{}, nil
	}
	t := Ticket{l: l, payer: l.payerFor(r, from, entry), class: class}
	if err := t.admit(now, n); err != nil {
		return 0, Ticket{}, err
	}
	return t.questions, t, nil
}

// admit takes what fits of n questions from the client's networks and then from
// the whole server.
func (t *Ticket) admit(now int64, n int) error {
	l, p := t.l, &t.payer
	var room [maxWidths]Bucket
	s := l.table.shardOf(p.home)

	s.mu.Lock()
	buckets := p.buckets(&room, t.class, p.prices(s, now), 1)
	granted := s.settle(buckets, now, n)
	if granted == 0 {
		defer s.mu.Unlock()
		return p.refuse(s, t.class, buckets, now)
	}
	s.mu.Unlock()

	if granted = l.tighten(p.home, buckets, now, granted); granted == 0 {
		return p.exceeded(t.class, buckets)
	}
	t.paid[forQuestion].note(buckets)
	if t.questions = l.server.take(now, granted); t.questions < granted {
		t.paid[forQuestion].giveBack(l, p, t.class, now, granted-t.questions, granted)
	}
	if t.questions == 0 {
		return l.serverExceeded(t.class, now)
	}
	return nil
}

// tighten asks the table that may be shared, if there is one.
func (l *Limiter) tighten(home uint64, buckets []Bucket, now int64, granted int) int {
	if l.shared == nil {
		return granted
	}
	return tighten(l.table, l.shared, home, buckets, now, granted)
}

func (l *Limiter) serverExceeded(class Class, now int64) *Exceeded {
	return &Exceeded{RetryAfter: l.server.wait(now), Budget: budgetServer, Whose: Everybody, Class: class}
}
