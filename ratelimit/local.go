package ratelimit

import (
	"fmt"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// slot is one bucket: whose it is, and when it will be full again. A slot whose
// time has come says nothing any more and is free; so is the zero slot.
type slot struct {
	key uint64
	tat int64 // nanoseconds of the limiter's time
}

// A network may live in one set of slots only, with the buckets of all its
// classes: what one question reads lies together.
const setSize = 16

type set [setSize]slot

// shard is a part of the table with a lock of its own. All buckets of a client
// are in the shard of its widest network, so one lock makes charging them one
// step, and a flood from one network can fill or contend for its own shard
// only. What it can fill there is bounded too, because only admitted questions
// occupy slots and the widest budget bounds those.
type shard struct {
	mu   sync.Mutex
	sets []set
	// overflow holds the shared bucket of each kind, for keys whose set is full.
	overflow [kinds]int64
	watch    watch
	touched  int64
	_        [64]byte // keeps a neighbour's lock off this cache line
}

const shards = 64

// table is the table of this machine.
type table struct {
	shards []shard
	size   int64
}

// newTable makes a table that with its watch takes memory bytes at most.
func newTable(memory int64) (*table, error) {
	const watches = shards * watchSets * int64(unsafe.Sizeof(watchSet{}))
	const rest = shards*int64(unsafe.Sizeof(shard{})) + watches
	const oneEach = shards * int64(unsafe.Sizeof(set{}))
	t, err := tableOf(int((memory - rest) / oneEach))
	if err != nil {
		return nil, err
	}
	t.size = rest + oneEach*int64(len(t.shards[0].sets))
	return t, nil
}

// tableOf makes a table of so many sets in a shard. The sets lie outside Go's
// heap: a page that no client has touched costs nothing there, and the
// collector does not keep as much again free beside it.
func tableOf(each int) (*table, error) {
	size := shards * each * int(unsafe.Sizeof(set{}))
	pages, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("ratelimit: memory of the table: %w", err)
	}
	sets := unsafe.Slice((*set)(unsafe.Pointer(unsafe.SliceData(pages))), each*shards)
	t := &table{shards: make([]shard, shards)}
	for i := range t.shards {
		t.shards[i].sets = sets[i*each : (i+1)*each]
	}
	// Whoever uses a set holds its shard: then the sets go with the shards.
	runtime.AddCleanup(&t.shards[0], func(pages []byte) { _ = unix.Munmap(pages) }, pages)
	return t, nil
}

func (t *table) slots() int { return shards * setSize * len(t.shards[0].sets) }

// shardOf picks by the low bits of a key, and setOf by the high ones.
func (t *table) shardOf(home uint64) *shard { return &t.shards[home>>tagBits%shards] }

func (t *table) Settle(home uint64, buckets []Bucket, now int64, n int) int {
	s := t.shardOf(home)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settle(buckets, now, n)
}

// settle is Settle for whoever holds the lock.
func (s *shard) settle(buckets []Bucket, now int64, n int) int {
	s.touch(buckets)
	var found [mostBuckets]*slot
	for i := range buckets {
		b := &buckets[i]
		b.Debt, b.Took = 0, 0
		if !b.Shared {
			// Two buckets must not be given the same free slot.
			found[i] = s.find(b.Key, now, found[:i])
		}
		switch e := found[i]; {
		case e != nil && e.key == b.Key:
			b.Debt = max(0, e.tat-now)
		case e == nil && (b.Shared || b.Cost >= 0):
			b.Shared = true
			b.Debt = max(0, s.overflow[b.Kind]-now)
		}
		n = min(n, b.bears(b.Debt, n))
	}
	if n == 0 {
		return 0
	}
	for i := range buckets {
		s.change(&buckets[i], found[i], now, n)
	}
	return n
}

// touch reads every set that settle will search, so that the processor waits
// for memory once and not for one set after the other: for clients that are not
// in its cache that is a fifth of a question. What was read is kept, or the
// compiler would not read it.
func (s *shard) touch(buckets []Bucket) {
	for i := range buckets {
		in := s.setOf(buckets[i].Key)
		s.touched |= in[0].tat | in[4].tat | in[8].tat | in[12].tat
	}
}

// change does to a bucket what is to happen to it.
func (s *shard) change(b *Bucket, e *slot, now int64, n int) {
	after, took := b.owes(b.Debt, n)
	if b.Shared {
		b.Debt, b.Took = after, took
		s.overflow[b.Kind] = now + after
		return
	}
	after = max(after, min(b.Floor, int64(longest)))
	if e == nil || after == b.Debt {
		return
	}
	b.Debt, b.Took = after, took
	e.key, e.tat = b.Key, now+after
}

// find is the slot of a key, or a free one for it in its set, or nil.
func (s *shard) find(key uint64, now int64, except []*slot) *slot {
	in := s.setOf(key)
	var free *slot
	for i := range in {
		e := &in[i]
		if e.key == key && e.tat > now {
			return e
		}
		if free == nil && e.tat <= now && !slices.Contains(except, e) {
			free = e
		}
	}
	return free
}

// put places a bucket, and says whether there was room.
func (s *shard) put(key uint64, tat, now int64) bool {
	e := s.find(key, now, nil)
	if e != nil {
		e.key, e.tat = key, tat
	}
	return e != nil
}

func (s *shard) setOf(key uint64) *set {
	i, _ := bits.Mul64(key, uint64(len(s.sets)))
	return &s.sets[i]
}

// live counts buckets that are not full, taking the lock in short turns.
func (s *shard) live(c *steady) int {
	n := 0
	for part := range slices.Chunk(s.sets, 64) {
		now, _ := c.read()
		s.mu.Lock()
		for i := range part {
			for _, e := range part[i] {
				if e.tat > now {
					n++
				}
			}
		}
		s.mu.Unlock()
	}
	return n
}
