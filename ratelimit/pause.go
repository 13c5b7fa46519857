package ratelimit

import "time"

// refuse says who refuses a question, for a holder of the shard's lock. To be
// refused again before the time that was told is a strike, and many strikes
// lay a pause on the client's own width. Whoever waits when told to meets no
// pause, however long it goes on asking.
func (p *payer) refuse(s *shard, class Class, buckets []Bucket, now int64) *Exceeded {
	e := p.exceeded(class, buckets)
	own := &buckets[0]
	switch {
	case own.wait() <= 0 || own.Shared:
		// A wider network refuses, or all those for whom there is no room:
		// that is not the client's doing alone.
	case own.Debt > own.Limit:
		// Waits already for more than its budget; asking makes that no worse.
		e.Pause = p.strikes(s, now) > p.rules.Pauses.Free
	case p.told(s, class, now, 0) == 0:
		p.told(s, class, now, e.RetryAfter)
	default:
		if pause := p.strike(s, now); pause > 0 {
			p.lay(s, own, now, pause)
			e = p.exceeded(class, buckets)
			e.Pause = true
			p.told(s, class, now, e.RetryAfter)
		}
	}
	return e
}

// told is how long the client must still wait by what it was told, which wait
// makes at least so long.
func (p *payer) told(s *shard, class Class, now int64, wait time.Duration) time.Duration {
	tag := tagTold + uint8(class)
	b := [1]Bucket{{Key: p.keys[0] | uint64(tag), Kind: p.kind(0, tag), Floor: int64(wait)}}
	s.settle(b[:], now, min(1, int(wait)))
	if b[0].Shared {
		return 0
	}
	return time.Duration(b[0].Debt)
}

// strike adds one and says what pause that costs. More strikes than the longest
// pause needs are not counted: they would only take longer to be forgotten.
func (p *payer) strike(s *shard, now int64) (pause time.Duration) {
	rules := p.rules.Pauses
	most := rules.Free
	for d := rules.First; d < 2*rules.Longest; d *= 2 {
		most++
	}
	b := p.strikesBucket()
	b[0].Limit = int64(rules.Forget) * int64(most)
	s.settle(b[:], now, 1)
	n := p.count(b[0]) - rules.Free
	if n < 1 {
		return 0
	}
	return min(rules.Longest, rules.First<<(n-1))
}

// strikes are those not forgotten yet.
func (p *payer) strikes(s *shard, now int64) int {
	b := p.strikesBucket()
	s.settle(b[:], now, 0)
	return p.count(b[0])
}

func (p *payer) strikesBucket() [1]Bucket {
	forget := int64(p.rules.Pauses.Forget)
	return [1]Bucket{{Key: p.keys[0] | tagStrikes, Kind: p.kind(0, tagStrikes), Need: forget, Cost: forget}}
}

func (p *payer) count(b Bucket) int {
	if b.Shared {
		return 0
	}
	return int((b.Debt + b.Cost - 1) / b.Cost)
}

// lay makes the client's own bucket owe a pause beyond all that it may.
func (p *payer) lay(s *shard, own *Bucket, now int64, pause time.Duration) {
	b := [1]Bucket{{Key: own.Key, Kind: own.Kind, Floor: own.Limit + int64(pause)}}
	s.settle(b[:], now, 1)
	own.Debt = b[0].Debt
}
