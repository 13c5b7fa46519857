package ratelimit

// Ticket stands for an admitted question until it is answered. It is a value
// that belongs to one question and must not be used concurrently. The zero
// Ticket charges nobody.
type Ticket struct {
	l       *Limiter
	account bucket // when it pays, and not the networks
	from    network
	class   Class
	// overflow marks the levels that were charged to a shared bucket.
	overflow uint8
	took     int
}

// Charge takes what the answer cost beyond the question itself, such as one for
// each personal record disclosed. The answer is already owed, so this may
// overdraw; the next questions wait until the debt is paid. A cost below one
// takes nothing.
func (t *Ticket) Charge(cost int) {
	if t.l == nil || cost < 1 {
		return
	}
	t.took += cost
	if t.account.Limiter != nil {
		t.account.overdraw(t.l.clock.read(), cost)
		return
	}
	t.settle(cost)
}

// Refund gives back all that the ticket took from its client, because the
// failure was ours. Refunding twice gives nothing twice.
func (t *Ticket) Refund() {
	if t.l == nil || t.took == 0 {
		return
	}
	took := t.took
	t.took = 0
	if t.account.Limiter != nil {
		t.account.giveBack(t.l.clock.read(), took)
		return
	}
	t.settle(-took)
}

// settle changes what the client's networks owe.
func (t *Ticket) settle(cost int) {
	levels, keys := t.l.keys(t.from, t.class)
	now := t.l.clock.read()
	s := t.l.shardOf(keys, len(levels))
	s.mu.Lock()
	defer s.mu.Unlock()
	slots, overflow := s.locate(t.overflow, keys, levels, now)
	for i := range levels {
		// A bucket that is gone was full, and there is nothing to give back:
		// least of all to the shared bucket in its place.
		if gone := (overflow&^t.overflow)&(1<<i) != 0; gone && cost < 0 {
			continue
		}
		levels[i].spend(slots[i], keys[i], now, cost)
	}
}
