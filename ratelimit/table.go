package ratelimit

import (
	"fmt"
	"math/bits"
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

// A key may live in one set of slots only: two cache lines to read. A set can
// be full while the table is not, which a quarter full befalls one newcomer in a
// thousand, and half full one in twenty.
const setSize = 8

type set [setSize]slot

// shard is a part of the table with a lock of its own. All levels of a client
// are in the shard of its widest network, so one lock makes charging them one
// step, and a flood from one network can fill or contend for its own shard
// only. What it can fill there is bounded too, because only admitted questions
// occupy slots and the widest budget bounds those.
type shard struct {
	mu   sync.Mutex
	sets []set
	// overflow holds the shared bucket of each level, for keys whose set is full.
	overflow [classes * families * maxLevels]slot
	_        [64]byte // keeps a neighbour's lock off this cache line
}

const shards = 64

// newTable makes a table of at most memory bytes. Its sets lie outside Go's
// heap: a page that no client has touched costs nothing there, and the
// collector does not keep as much again free beside it. free gives them back.
func newTable(memory int64) (table []shard, size int64, free func(), err error) {
	const head = int64(unsafe.Sizeof(shard{})) * shards
	const oneEach = int64(unsafe.Sizeof(set{})) * shards
	each := int((memory - head) / oneEach)
	pages, err := unix.Mmap(-1, 0, each*int(oneEach), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, 0, nil, fmt.Errorf("ratelimit: memory of the table: %w", err)
	}
	sets := unsafe.Slice((*set)(unsafe.Pointer(unsafe.SliceData(pages))), each*shards)
	table = make([]shard, shards)
	for i := range table {
		table[i].sets = sets[i*each : (i+1)*each]
	}
	return table, head + oneEach*int64(each), func() { _ = unix.Munmap(pages) }, nil
}

// shardOf picks by the low bits of the widest network's key; locate picks sets
// by the high bits.
func (l *Limiter) shardOf(keys [maxLevels]uint64, levels int) *shard {
	return &l.shards[keys[levels-1]%shards]
}

// locate finds the bucket of every level: the key's own, else a free slot of
// its set, else the level's shared overflow bucket. The bits of overflow say
// which are shared; those of shared ask for the shared one whatever there is.
func (s *shard) locate(shared uint8, keys [maxLevels]uint64, levels []level, now int64) (slots [maxLevels]*slot, overflow uint8) {
	for i := range levels {
		if shared&(1<<i) == 0 {
			// Two levels must not be given the same free slot.
			slots[i] = s.find(keys[i], now, slots[:i])
		}
		if slots[i] == nil {
			slots[i] = &s.overflow[levels[i].index]
			overflow |= 1 << i
		}
	}
	return slots, overflow
}

func (s *shard) find(key uint64, now int64, except []*slot) *slot {
	in := s.setOf(key)
	var free *slot
	for i := range in {
		e := &in[i]
		if e.key != key && (free != nil || e.tat > now) || slices.Contains(except, e) {
			continue
		}
		if e.key == key {
			return e
		}
		free = e
	}
	return free
}

func (s *shard) setOf(key uint64) *set {
	i, _ := bits.Mul64(key, uint64(len(s.sets)))
	return &s.sets[i]
}

// live counts buckets that are not full, taking the lock in short turns.
func (s *shard) live(c *steady) int {
	n := 0
	for part := range slices.Chunk(s.sets, 64) {
		now := c.read()
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
