package ratelimit

// Bucket is one bucket in a [Table], and what is to happen to it. What a bucket
// owes is counted as the time in nanoseconds until it is full again; a bucket
// that the table does not know owes nothing.
type Bucket struct {
	// Key tells buckets apart. Low bits of keys of the same network are a
	// small number, all others are as good as random.
	Key uint64
	// Kind is the stand-in: a table that has no room for a key settles with
	// one bucket that all such keys of a kind share.
	Kind uint8

	// Limit is what the bucket may owe; zero sets no limit.
	Limit int64
	// Need is what must be left of Limit for anything to be granted.
	Need int64
	// Cost is what each token granted adds. A negative one gives back, to a
	// full bucket at most, and nothing to a bucket the table does not know.
	Cost int64
	// Floor is what the bucket owes at least afterwards, if anything is
	// granted. It is not laid on a stand-in.
	Floor int64

	// Shared asks for the stand-in, and says that it was used.
	Shared bool
	// Debt says what the bucket owes now.
	Debt int64
	// Took says by how much Cost changed that.
	Took int64
}

// Table keeps the buckets of networks. These are the obligations of one:
//
//   - Settle grants as many of n tokens as every bucket can bear, possibly
//     none, and then changes all buckets, or none if it granted none. To those
//     who ask at the same time it is one step. Asked for none it tells Debt.
//   - No bucket is forgotten while it owes anything.
//   - When there is no room for a bucket it settles with the stand-in of its
//     kind: slower, never open.
//   - No bucket owes more than thirty days.
//   - It bounds its memory, and never waits for anything but other callers of
//     Settle: not for a disk, not for a network.
//
// All buckets of a call belong to one client, and so does home: a table can use
// it to keep them together. now is nanoseconds of a time that only moves
// forward and has no known beginning: a table that several machines share
// brings its own.
type Table interface {
	Settle(home uint64, buckets []Bucket, now int64, n int) (granted int)
}

// bears is how many of n tokens a bucket that owes so much can bear.
func (b *Bucket) bears(debt int64, n int) int {
	if b.Limit == 0 {
		return n
	}
	left := b.Limit - b.Need - debt
	switch {
	case left < 0:
		return 0
	case b.Cost <= 0:
		return n
	default:
		return int(min(int64(n), 1+left/b.Cost))
	}
}

// owes is what a bucket owes after n tokens were granted, and what they took.
func (b *Bucket) owes(debt int64, n int) (after, took int64) {
	// Bounded on both sides so that no cost overflows and no debt is for ever.
	const most = int64(longest)
	cost := max(-most, min(b.Cost, most))
	if cost != 0 && int64(n) > most/max(cost, -cost) {
		n = int(most / max(cost, -cost))
	}
	after = max(0, min(debt+cost*int64(n), most))
	return after, after - debt
}
