package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"registerd/store"
)

// One transaction writes so many objects, or so many bytes of them: it fits
// into the cache of the writer, and a change that waits for it waits not long.
const (
	batchRows  = 5000
	batchBytes = 12 << 20
)

// sealing is the state of Seal.
type sealing struct {
	*load
	ctx      context.Context
	progress func(done, total int)
	many     map[int64]struct{} // hashes of the keys of objects used by more than maxCopied
	missing  map[int64]struct{} // hashes of the keys that references lead to and nothing has
	uses     sorter             // target and user
	terms    sorter             // see composer.index
}

// maxMissing bounds the memory for missing. A load with as many is refused by
// everybody; of more the total is still right.
const maxMissing = 1 << 18

// Seal implements store.Load. Duplicates and dangling references are reported
// in the order of kind and key, aliases last.
func (l *load) Seal(ctx context.Context, progress func(done, total int)) (store.Report, error) {
	if l.sealed {
		return store.Report{}, errors.New("register: sealing a load: it is sealed already")
	}
	l.sealed = true
	s := &sealing{
		load: l, ctx: ctx, progress: progress,
		many: make(map[int64]struct{}), missing: make(map[int64]struct{}),
		uses:  sorter{dir: l.dir, bytes: 16 * sortRecords, records: sortRecords},
		terms: sorter{dir: l.dir, bytes: 64 * sortRecords, records: sortRecords},
	}
	err := s.run()
	err = errors.Join(err, s.uses.close(), s.terms.close(), l.objects.close(), l.aliases.close(), l.hashes.close(), l.targets.close())
	if err != nil {
		return store.Report{}, fmt.Errorf("register: sealing a load: %w", err)
	}
	l.ready = true
	return l.report, nil
}

func (s *sealing) run() error {
	if err := s.writeHashes(); err != nil {
		return err
	}
	if err := errors.Join(s.hashes.close(), s.targets.close()); err != nil {
		return err
	}
	if err := s.writeObjects(); err != nil {
		return err
	}
	if err := s.writeUses(); err != nil {
		return err
	}
	if err := s.writeTerms(); err != nil {
		return err
	}
	return s.checkAliases()
}

// batches calls step, which writes one row, until it reports that there is no
// more; so many at a time in one transaction.
func (s *sealing) batches(rows int, head string, columns int, step func(*bulk) (bool, error)) error {
	for more := true; more; {
		err := s.w.transact(s.ctx, func(c *conn) (err error) {
			b := newBulk(c, head, columns)
			for i := 0; i < rows; i++ {
				if more, err = step(b); err != nil || !more {
					break
				}
			}
			return errors.Join(err, b.flush())
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// numbers reads a sorter of numbers, equal ones at once.
type numbers struct {
	m     *merger
	value int64 // read ahead, if there
	there bool
}

func newNumbers(s *sorter) (*numbers, error) {
	m, err := s.merged()
	if err != nil {
		return nil, err
	}
	n := &numbers{m: m}
	return n, n.advance()
}

func (n *numbers) advance() error {
	key, _, ok, err := n.m.next()
	if n.there = ok; ok {
		n.value = int64(binary.BigEndian.Uint64(key))
	}
	return err
}

// next gives a number and how often it is there; zero times at the end.
func (n *numbers) next() (value int64, count int, err error) {
	value = n.value
	for n.there && n.value == value && err == nil {
		count++
		err = n.advance()
	}
	return value, count, err
}

// writeHashes writes the hashes of keys and aliases, and weighs what
// references lead to.
func (s *sealing) writeHashes() error {
	keys, err := newNumbers(&s.hashes)
	if err != nil {
		return err
	}
	targets, err := newNumbers(&s.targets)
	if err != nil {
		return err
	}
	err = s.batches(20*batchRows, "INSERT INTO key_hash (gen, hash) VALUES ", 2, func(b *bulk) (bool, error) {
		hash, count, err := keys.next()
		if err != nil || count == 0 {
			return false, err
		}
		if err := s.weigh(targets, hash); err != nil {
			return false, err
		}
		return true, b.add(s.gen, hash)
	})
	if err != nil {
		return err
	}
	return s.weigh(targets, math.MaxInt64)
}

// weigh notes which targets up to a hash are missing, the hash itself being
// there, and which are used by many.
func (s *sealing) weigh(targets *numbers, hash int64) error {
	for targets.there && targets.value <= hash {
		target, count, err := targets.next()
		if err != nil {
			return err
		}
		switch {
		case target != hash:
			s.report.DanglingTotal += count
			if len(s.missing) < maxMissing {
				s.missing[target] = struct{}{}
			}
		case count > maxCopied:
			s.many[target] = struct{}{}
		}
	}
	return nil
}

// writeUses writes who refers to what.
func (s *sealing) writeUses() error {
	m, err := s.uses.merged()
	if err != nil {
		return err
	}
	return s.batches(10*batchRows, "INSERT INTO uses (gen, target, user) VALUES ", 3, func(b *bulk) (bool, error) {
		key, _, ok, err := m.next()
		if err != nil || !ok {
			return false, err
		}
		target, user := binary.BigEndian.Uint64(key), binary.BigEndian.Uint64(key[8:])
		return true, b.add(s.gen, int64(target), int64(user))
	})
}

// checkAliases reports aliases of two keys. An object put twice is not
// reported twice.
func (s *sealing) checkAliases() error {
	m, err := s.aliases.merged()
	if err != nil {
		return err
	}
	var alias, holder string
	var first int64
	for {
		key, payload, ok, err := m.next()
		if err != nil || !ok {
			return err
		}
		line, used := binary.Varint(payload)
		if string(key) != alias {
			alias, holder, first = string(key), string(payload[used:]), line
			continue
		}
		if string(payload[used:]) != holder {
			s.duplicate(store.Duplicate{
				Ref:   store.Ref{Kind: store.Kind(key[0]), Key: alias[1:]},
				Alias: true, Line: line, First: first,
			})
		}
	}
}

func (s *sealing) duplicate(d store.Duplicate) {
	if s.report.DuplicatesTotal++; len(s.report.Duplicates) < store.MaxReported {
		s.report.Duplicates = append(s.report.Duplicates, d)
	}
}

func (s *sealing) dangling(d store.Dangling) {
	if len(s.report.Dangling) < store.MaxReported {
		s.report.Dangling = append(s.report.Dangling, d)
	}
}
