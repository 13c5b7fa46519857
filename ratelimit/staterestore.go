package ratelimit

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// No state of a table of ordinary size is larger, see stateMost.
const stateOrdinary = 256 << 20

var (
	errStateForeign = errors.New("not a state of budgets, or cut off")
	errStateBroken  = errors.New("it was changed or cut off after it was written")
)

// Restore takes over what [Limiter.Save] wrote, before the first question is
// asked. What is not whole, or of another version, is refused and changes
// nothing.
//
// The time since then, by the time of day, has paid off debts as if the limiter
// had gone on. If the clock was set back meanwhile, none has passed; if it was set
// forward, buckets are full at most.
//
// A table that is smaller than the one saved keeps those that owe most.
func (l *Limiter) Restore(r io.Reader) error {
	if l.unlimited {
		return nil
	}
	if err := l.restore(r); err != nil {
		return fmt.Errorf("ratelimit: restoring the budgets: %w", err)
	}
	return nil
}

func (l *Limiter) restore(r io.Reader) error {
	most := max(stateOrdinary, 2*l.table.size)
	all, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return err
	}
	if int64(len(all)) > most {
		return fmt.Errorf("more than %d bytes", most)
	}
	body, err := stateBody(all)
	if err != nil {
		return err
	}
	st, err := readState(body)
	if err != nil {
		return err
	}
	rules := l.rules.Load()
	for family, name := range [families]string{"IPv4", "IPv6"} {
		if home := rules.home(uint8(family)); st.homes[family] != uint64(home) {
			return fmt.Errorf("%s: the widest network was /%d and is /%d now, which decides where buckets are kept", name, st.homes[family], home)
		}
	}
	_, wall := l.clock.read()
	l.resume(st, wall)
	return nil
}

// stateBody checks that a state is whole, before anything in it is believed.
func stateBody(all []byte) ([]byte, error) {
	rest, ok := bytes.CutPrefix(all, []byte(stateMagic))
	if !ok || len(rest) < len(stateVersion)+sha256.Size {
		return nil, errStateForeign
	}
	if version, _, _ := strings.Cut(string(rest[:min(len(rest), 16)]), "\n"); version+"\n" != stateVersion {
		return nil, fmt.Errorf("version %q, this program reads %q", version, strings.TrimSpace(stateVersion))
	}
	whole := all[:len(all)-sha256.Size]
	if sha256.Sum256(whole) != [sha256.Size]byte(all[len(whole):]) {
		return nil, errStateBroken
	}
	return whole[len(stateMagic)+len(stateVersion):], nil
}

// state is a state that was read and found sound.
type state struct {
	key       [2]uint64
	now, wall int64
	homes     [families]uint64
	shards    []byte // walked twice, and not copied
	everybody float64
	accounts  []accountState
}

type accountState struct {
	name   string
	tokens [classes]float64
}

func readState(body []byte) (state, error) {
	d := stateDecoder{rest: body}
	var st state
	st.key = [2]uint64{d.word(), d.word()}
	st.now, st.wall = int64(d.word()), int64(d.word())
	st.homes = [families]uint64{d.word(), d.word()}
	if st.now < 0 || st.now > math.MaxInt64/4 || st.wall < 0 {
		d.fail()
	}
	st.shards = d.rest
	d.shards(func(int, slot) {}, func(int, slot) {})
	st.everybody = d.tokens()
	for range d.count(8 * (1 + classes)) {
		acc := accountState{name: string(d.bytes(d.word()))}
		for class := range acc.tokens {
			acc.tokens[class] = d.tokens()
		}
		st.accounts = append(st.accounts, acc)
	}
	if d.failed || len(d.rest) > 0 {
		return state{}, errStateBroken
	}
	return st, nil
}

// resume goes on from a state. Nothing in it can fail.
func (l *Limiter) resume(st state, wall time.Time) {
	gone := min(time.Duration(max(0, wall.UnixNano()-st.wall)), longest)
	now := st.now + int64(gone)
	l.key = st.key
	l.clock.resume(now)
	d := stateDecoder{rest: st.shards}
	d.shards(func(shard int, e slot) {
		l.table.shards[shard].resume(slot{e.key, min(e.tat, st.now+int64(longest))}, now)
	}, func(shard int, e slot) {
		l.table.shards[shard].overflow[e.key] = min(e.tat, st.now+int64(longest))
	})
	l.everybody.setTokens(st.now, st.everybody)
	for _, acc := range st.accounts {
		l.accounts.restore(acc.name, acc.tokens, st.now)
	}
}

// resume sets the time that has passed.
func (s *steady) resume(now int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passed, s.seen = time.Duration(now), s.now()
}

// resume places a bucket, if need be for one that owes less.
func (s *shard) resume(e slot, now int64) {
	if e.tat <= now || s.put(e.key, e.tat, now) {
		return
	}
	in := s.setOf(e.key)
	least := &in[0]
	for i := range in {
		if in[i].tat < least.tat {
			least = &in[i]
		}
	}
	if least.tat < e.tat {
		*least = e
	}
}

// stateDecoder reads words until they end, and then zeros: whoever has read
// everything asks once whether it failed.
type stateDecoder struct {
	rest   []byte
	failed bool
}

func (d *stateDecoder) fail() { d.failed, d.rest = true, nil }

func (d *stateDecoder) bytes(n uint64) []byte {
	if n > uint64(len(d.rest)) {
		d.fail()
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *stateDecoder) word() uint64 {
	b := d.bytes(8)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint64(b)
}

// count is a number of entries that take at least so many bytes each.
func (d *stateDecoder) count(each uint64) uint64 {
	n := d.word()
	if n > uint64(len(d.rest))/each {
		d.fail()
		return 0
	}
	return n
}

func (d *stateDecoder) tokens() float64 {
	tokens := math.Float64frombits(d.word())
	if math.IsNaN(tokens) || math.Abs(tokens) > math.MaxInt32 {
		d.fail()
	}
	return tokens
}

func (d *stateDecoder) shards(visit, standIn func(shard int, e slot)) {
	for shard := range shards {
		for d.slots(func(e slot) { visit(shard, e) }) > 0 {
		}
		d.slots(func(e slot) {
			if e.key >= uint64(kinds) {
				d.fail()
				return
			}
			standIn(shard, e)
		})
	}
}

func (d *stateDecoder) slots(visit func(slot)) (n uint64) {
	n = d.count(16)
	for range n {
		e := slot{key: d.word(), tat: int64(d.word())}
		if e.tat < 0 {
			d.fail()
		}
		visit(e)
	}
	return n
}
