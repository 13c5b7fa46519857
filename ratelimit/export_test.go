package ratelimit

import "testing"

// NewLocal is a small table of this machine.
func NewLocal(t testing.TB) Table {
	t.Helper()
	local, err := tableOf(64)
	if err != nil {
		t.Fatal(err)
	}
	return local
}

// NewMemory is a table in a map. A lost one grants everything.
func NewMemory(lost bool) Table {
	m := newMemory()
	m.lost = lost
	return m
}

// Tightened is the composition that a limiter makes of its own table and one
// that is shared.
func Tightened(local, other Table) Table { return &tightened{local, other} }

type tightened struct{ local, other Table }

func (t *tightened) Settle(home uint64, buckets []Bucket, now int64, n int) int {
	granted := t.local.Settle(home, buckets, now, n)
	if granted == 0 && n > 0 {
		return 0
	}
	return tighten(t.local, t.other, home, buckets, now, granted)
}
