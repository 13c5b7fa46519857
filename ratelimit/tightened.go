package ratelimit

import "sync"

// mostBuckets is how many buckets one question touches in one step.
const mostBuckets = 3 * maxWidths

// scratch holds the copies that another table sees. A question's own buckets
// lie on its stack, which what is behind an interface may not refer to.
var scratch = sync.Pool{New: func() any { return new([mostBuckets]Bucket) }}

// tighten asks another table, which several machines may share, for what local
// has granted. What it does not grant, local gets back. So local always decides
// by itself, and a table that has lost its machines and grants everything leaves
// the limits of this one as they are.
func tighten(local, other Table, home uint64, buckets []Bucket, now int64, granted int) int {
	lent := scratch.Get().(*[mostBuckets]Bucket)
	defer scratch.Put(lent)
	theirs := lent[:copy(lent[:], buckets)]
	for i := range theirs {
		theirs[i].Shared = false
	}
	got := other.Settle(home, theirs, now, granted)
	for i := range buckets {
		buckets[i].Debt = max(buckets[i].Debt, theirs[i].Debt)
	}
	if got >= granted {
		return granted
	}
	for i := range buckets {
		b, t := &buckets[i], &theirs[i]
		back := min(b.Took, b.Cost*int64(granted-got))
		b.Took -= back
		debt := t.Debt
		*t = Bucket{Key: b.Key, Kind: b.Kind, Shared: b.Shared, Cost: -back, Debt: debt}
	}
	giveBack(local, home, buckets, theirs, now)
	return got
}

// giveBack returns to local what other did not grant.
func giveBack(local Table, home uint64, buckets, back []Bucket, now int64) {
	var debts [mostBuckets]int64
	for i := range back {
		debts[i] = back[i].Debt
	}
	local.Settle(home, back, now, 1)
	for i := range back {
		buckets[i].Debt = max(back[i].Debt, debts[i])
	}
}
