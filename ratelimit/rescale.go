package ratelimit

import "slices"

// rescale makes what everybody owes the same number of tokens at other rates. A
// debt is kept as the time it takes to come back: without this, a budget made
// larger would leave those waiting who had used up the smaller one.
//
// A question that is admitted meanwhile may have its own tokens rescaled too.
func (l *Limiter) rescale(old, is *rules) {
	var by [classes]float64
	same := true
	for class := range by {
		by[class] = old.Budgets[class].Rate / is.Budgets[class].Rate
		same = same && by[class] == 1
	}
	if same {
		return
	}
	for i := range l.table.shards {
		l.table.shards[i].rescale(&by, l.clock)
	}
}

func (s *shard) rescale(by *[classes]float64, c *steady) {
	for part := range slices.Chunk(s.sets, 64) {
		now, _ := c.read()
		s.mu.Lock()
		for i := range part {
			for j := range part[i] {
				if e := &part[i][j]; e.tat > now && e.key&tagMask < classes {
					e.tat = rescaled(e.tat, now, by[e.key&tagMask])
				}
			}
		}
		s.mu.Unlock()
	}
	now, _ := c.read()
	s.mu.Lock()
	defer s.mu.Unlock()
	for kind := range s.overflow {
		if tag := kind / (families * maxWidths); tag < classes && s.overflow[kind] > now {
			s.overflow[kind] = rescaled(s.overflow[kind], now, by[tag])
		}
	}
}

func rescaled(tat, now int64, by float64) int64 {
	return now + int64(min(float64(tat-now)*by, float64(longest)))
}
