package ratelimit

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// A state is what survives a restart. It begins with stateMagic and its version,
// goes on in words of eight bytes, lowest first, and ends with a SHA-256 of
// everything before:
//
//	the two words of the hash key
//	the limiter's time and the time of day, in nanoseconds
//	the widest network of IPv4 and of IPv6, in bits
//	of every shard: slots, until a part with none
//	                stand-ins, one part
//	the tokens left to everybody
//	the number of accounts, and of each the length of its name, the name, and
//	the tokens left of each class
//
// where a part is the number of its entries and of each the key (of a stand-in:
// its kind) and the time at which it will be full.
//
// It tells no address: the key under which addresses are hashed is in it too,
// though, so that who reads a state can tell which addresses owe something.
const (
	stateMagic   = "registerd budgets "
	stateVersion = "1\n"

	// A bucket that is full again within a minute is not worth a write: a
	// restart may give that much away.
	stateShortest = time.Minute
)

// Save writes what buckets owe that need longer than a minute to come back, at
// most the table's size and about a hundred bytes for each account. It
// holds no lock for longer than it takes to read 16 KiB. It can be called while
// questions are admitted.
func (l *Limiter) Save(w io.Writer) error {
	if l.unlimited {
		return nil
	}
	e := newStateEncoder(w)
	now, wall := l.clock.read()
	r := l.rules.Load()
	e.text(stateMagic + stateVersion)
	e.words(l.key[0], l.key[1], uint64(now), uint64(wall.UnixNano()))
	e.words(uint64(r.home(ipv4)), uint64(r.home(ipv6)))
	for i := range l.table.shards {
		e.shard(&l.table.shards[i], now+int64(stateShortest))
	}
	e.words(math.Float64bits(l.everybody.TokensAt(at(now))))
	e.accounts(l.accounts, now)
	if err := e.end(); err != nil {
		return fmt.Errorf("ratelimit: saving the budgets: %w", err)
	}
	return nil
}

// stateEncoder writes and digests. The first error stays with the buffer.
type stateEncoder struct {
	to     io.Writer
	digest hash.Hash
	buf    *bufio.Writer
	part   []slot // of the table, copied under its lock and written without
	word   [8]byte
}

func newStateEncoder(w io.Writer) *stateEncoder {
	digest := sha256.New()
	return &stateEncoder{to: w, digest: digest, buf: bufio.NewWriterSize(io.MultiWriter(w, digest), 64<<10)}
}

func (e *stateEncoder) words(words ...uint64) {
	for _, v := range words {
		binary.LittleEndian.PutUint64(e.word[:], v)
		_, _ = e.buf.Write(e.word[:])
	}
}

func (e *stateEncoder) text(s string) { _, _ = e.buf.WriteString(s) }

func (e *stateEncoder) shard(s *shard, later int64) {
	for part := range slices.Chunk(s.sets, 64) {
		e.part = e.part[:0]
		s.mu.Lock()
		for i := range part {
			for _, slot := range part[i] {
				if slot.tat > later {
					e.part = append(e.part, slot)
				}
			}
		}
		s.mu.Unlock()
		if len(e.part) > 0 {
			e.slots()
		}
	}
	e.words(0)

	e.part = e.part[:0]
	s.mu.Lock()
	for kind, tat := range s.overflow {
		if tat > later {
			e.part = append(e.part, slot{key: uint64(kind), tat: tat})
		}
	}
	s.mu.Unlock()
	e.slots()
}

func (e *stateEncoder) slots() {
	e.words(uint64(len(e.part)))
	for _, slot := range e.part {
		e.words(slot.key, uint64(slot.tat))
	}
}

func (e *stateEncoder) accounts(a *accounts, now int64) {
	var all []accountState
	a.each(func(name string, acc *account) { all = append(all, accountState{name, acc.state(now)}) })
	slices.SortFunc(all, func(a, b accountState) int { return strings.Compare(a.name, b.name) })
	e.words(uint64(len(all)))
	for _, s := range all {
		e.words(uint64(len(s.name)))
		e.text(s.name)
		for _, tokens := range s.tokens {
			e.words(math.Float64bits(tokens))
		}
	}
}

func (e *stateEncoder) end() error {
	if err := e.buf.Flush(); err != nil {
		return err
	}
	_, err := e.to.Write(e.digest.Sum(nil))
	return err
}
