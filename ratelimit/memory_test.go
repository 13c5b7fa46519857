package ratelimit

import "sync"

// memory is a table in a map: the whole of the contract without bounds, and
// what two limiters share in tests.
type memory struct {
	mu   sync.Mutex
	tats map[uint64]int64
	lost bool // it grants everything, as a table must that cannot reach its machines
}

func newMemory() *memory { return &memory{tats: make(map[uint64]int64)} }

func (m *memory) Settle(_ uint64, buckets []Bucket, now int64, n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lost {
		return n
	}
	for i := range buckets {
		b := &buckets[i]
		b.Debt, b.Took = max(0, m.tats[b.Key]-now), 0
		n = min(n, b.bears(b.Debt, n))
	}
	for i := range buckets {
		b := &buckets[i]
		if n == 0 || b.Debt == 0 && b.Cost < 0 {
			continue
		}
		after, took := b.owes(b.Debt, n)
		b.Debt, b.Took = max(after, min(b.Floor, int64(longest))), took
		m.tats[b.Key] = now + b.Debt
	}
	return n
}
