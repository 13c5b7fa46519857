package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"hash/maphash"
	"path/filepath"
	"slices"

	"registerd/register"
	"registerd/store"
)

// Verified is what Verify found.
type Verified struct {
	Edition  store.Edition
	Objects  int      // that were read, kept facts included
	Problems []string // the first maxProblems
	Total    int      // of problems
}

const maxProblems = 100

// Verify reads everything that is published and every generation that is kept, in
// one snapshot, and compares what stands there more than once: digests, index entries, hashes of keys, copies
// in other rows, references, terms and counts. progress is called now and then with
// how many of how many objects were read; it may be nil. An error says that
// verifying could not be finished; problems are told in Verified. They name
// objects by their number in the file, never by key.
func Verify(ctx context.Context, path string, progress func(done, total int)) (Verified, error) {
	v, err := verify(ctx, path, progress)
	if err != nil {
		return v, fmt.Errorf("register file: verifying: %w", err)
	}
	return v, nil
}

func verify(ctx context.Context, path string, progress func(done, total int)) (Verified, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Verified{}, err
	}
	c, err := open(readerDSN(path, Options{}))
	if err != nil {
		return Verified{}, err
	}
	defer c.close()
	if err := current(c); err != nil {
		return Verified{}, err
	}
	x := &verifier{ctx: ctx, c: c, progress: progress, seed: maphash.MakeSeed()}
	err = c.inside(beginRead, x.run)
	return x.found, err
}

// verifier holds what was counted so far.
type verifier struct {
	ctx      context.Context
	c        *conn
	progress func(done, total int)
	view     *view // of the generation that is read
	found    Verified
	total    int
	tally
	one  bool // rows are looked up one by one: it is to be said what is wrong
	seed maphash.Seed
	row  []byte
}

func (x *verifier) problem(format string, args ...any) {
	if x.found.Total++; len(x.found.Problems) < maxProblems {
		x.found.Problems = append(x.found.Problems, fmt.Sprintf(format, args...))
	}
}

func (x *verifier) run() (err error) {
	if x.view, err = readView(x.c); err != nil {
		return err
	}
	x.found.Edition = x.view.edition
	if err := x.quickCheck(); err != nil {
		return err
	}
	n, err := x.c.number("SELECT count(*) FROM object")
	if err != nil {
		return err
	}
	x.total = int(n)
	for _, gen := range []int64{0, x.view.gen} {
		if err := x.generation(gen); err != nil {
			return err
		}
	}
	if err := x.changes(); err != nil {
		return err
	}
	kept, err := keptGenerations(x.c)
	for i := 0; i < len(kept) && err == nil; i++ {
		edition := store.Edition{Version: x.found.Edition.Version, State: kept[i].state}
		x.view = &view{edition: edition, gen: kept[i].gen, indexed: kept[i].indexed}
		err = x.generation(kept[i].gen)
	}
	return err
}

// quickCheck lets SQLite look at the structure of the file.
func (x *verifier) quickCheck() error {
	return x.c.each(func(d []driver.Value) error {
		if d[0] != "ok" {
			x.problem("file: %v", d[0])
		}
		return nil
	}, "PRAGMA quick_check")
}

const verifyPage = 256

// stored is a row of object as it is in the file.
type stored struct {
	id, mark int64
	ref      store.Ref
	alias    string
	record   []byte
}

// readAll reads the rows of a generation by id, some at a time.
func (x *verifier) readAll(gen int64) error {
	last, end := generationIDs(gen)
	for {
		if err := x.ctx.Err(); err != nil {
			return err
		}
		page, err := x.page(gen, last, end)
		if err != nil || len(page) == 0 {
			return err
		}
		for i := range page {
			if err := x.object(gen, &page[i]); err != nil {
				return err
			}
		}
		last = page[len(page)-1].id
		if x.progress != nil {
			x.progress(x.found.Objects, x.total)
		}
	}
}

func (x *verifier) page(gen, last, end int64) (page []stored, err error) {
	err = x.c.each(func(d []driver.Value) error {
		var s stored
		s.id, _ = d[0].(int64)
		if d[1] != gen {
			x.problem("object %d: it is in another generation", s.id)
		}
		kind, _ := d[2].(int64)
		s.ref.Kind = store.Kind(kind)
		s.ref.Key, _ = d[3].(string)
		s.alias, _ = d[4].(string)
		s.mark, _ = d[5].(int64)
		s.record, _ = d[6].([]byte)
		page = append(page, s)
		return nil
	}, "SELECT id, gen, kind, key, alias, mark, record FROM object WHERE id > ? AND id < ? ORDER BY id LIMIT ?", last, end, int64(verifyPage))
	return page, err
}

func (x *verifier) object(gen int64, s *stored) error {
	x.found.Objects++
	x.objects++
	var r record
	if err := x.c.sealer.decode(gen, s.ref, s.record, &r); err != nil {
		x.problem("object %d: %v", s.id, err)
		return nil
	}
	if s.alias != r.alias {
		x.problem("object %d: its alias is not that of the record", s.id)
	}
	hash, mask := keyHash(s.ref)
	if tag, ok := unmark(gen, mask, s.mark); !ok || len(r.bytes) == 0 || byte(tag) != r.bytes[0] {
		x.problem("object %d: its mark is not that of the record", s.id)
	}
	if len(r.bytes) > 0 {
		addCount(&x.counts, s.ref.Kind, register.Tag(r.bytes[0]), 1)
	}
	if err := x.indexed(gen, s); err != nil {
		return err
	}
	if err := x.hashed(gen, s.id, hash); err != nil {
		return err
	}
	if s.alias != "" {
		if err := x.hashed(gen, s.id, aliasHash(s.ref.Kind, s.alias)); err != nil {
			return err
		}
	}
	if err := x.searched(gen, s, r.terms); err != nil {
		return err
	}
	return x.references(s.id, s.ref.Kind, &r)
}

// indexed looks the object up by both indexes.
func (x *verifier) indexed(gen int64, s *stored) error {
	var d [2]driver.Value
	there, err := x.c.row(d[:], "SELECT id, mark FROM object INDEXED BY object_key WHERE gen = +?1 AND kind = +?2 AND key = ?3",
		gen, int64(s.ref.Kind), s.ref.Key)
	if err != nil {
		return err
	}
	if !there || d[0] != s.id || d[1] != s.mark {
		x.problem("object %d: its key does not lead to it", s.id)
	}
	if s.alias == "" {
		return nil
	}
	got, err := x.c.number("SELECT id FROM object INDEXED BY object_alias WHERE gen = +?1 AND kind = +?2 AND alias = ?3",
		gen, int64(s.ref.Kind), s.alias)
	if err == nil && got != s.id {
		x.problem("object %d: its alias does not lead to it", s.id)
	}
	return err
}

func (x *verifier) hashed(gen, id, hash int64) error {
	x.add(&x.hashes, x.rowOf(hash))
	if !x.one {
		return nil
	}
	n, err := x.c.number("SELECT 1 FROM key_hash WHERE gen = +?1 AND hash = +?2", gen, hash)
	if err == nil && n != 1 {
		x.problem("object %d: a hash of its keys is missing", id)
	}
	return err
}

// references checks that each is noted, and that copies are equal to what they
// are copies of.
func (x *verifier) references(id int64, kind store.Kind, r *record) error {
	for i, to := range r.refs {
		if r.copies[i] != nil {
			now, err := x.view.bytes(x.c, to)
			switch {
			case err != nil:
				x.problem("object %d: reading reference %d: %v", id, i, err)
			case string(now) != string(r.copies[i]) || !copied(kind, to.Kind):
				x.problem("object %d: its copy of reference %d is out of date", id, i)
			}
		}
		if slices.Contains(r.refs[:i], to) {
			continue
		}
		hash, _ := keyHash(to)
		x.add(&x.links, x.rowOf(hash, id))
		if !x.one {
			continue
		}
		n, err := x.c.number("SELECT 1 FROM uses WHERE gen = +?1 AND target = +?2 AND user = ?3", x.view.gen, hash, id)
		if err != nil {
			return err
		}
		if n != 1 {
			x.problem("object %d: reference %d is not noted", id, i)
		}
	}
	return nil
}

func (x *verifier) changes() error {
	return x.c.each(func(d []driver.Value) error {
		if _, ok := readEntry(d); !ok {
			x.problem("kept change %v: digest", d[0])
		}
		return nil
	}, "SELECT serial, time, body, digest FROM change")
}
