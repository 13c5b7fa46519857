package sqlite

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"math"

	"registerd/register"
	"registerd/store"
)

// Terms stand twice, as keys do: in the table term, by which a search finds
// them, and behind all else in the object's record, under its digest. By the
// record a change knows which terms to remove, and a search that the table
// tells the truth.
//
// In the record they are written as their number, and for each the index, the
// class, the length of the value and the value.
type term struct {
	index register.Index
	class register.Traits
	value []byte
}

// What terms objects have has grown. A generation says up to where it has all of
// them: without those that an older program did not write, a search would find
// nothing where there is something.
const (
	indexedNames  = 1 // up to register.IndexOriginal
	indexedEmails = 2 // up to register.IndexEmail
)

// holds reports that the terms of an index are there.
func (v *view) holds(i register.Index) bool {
	if i > register.IndexOriginal {
		return v.indexed >= indexedEmails
	}
	return v.indexed >= indexedNames
}

// Indexed reports whether the register can be searched by all that there is to search
// by. One that an older program loaded can after its next full load.
func (r *Reader) Indexed(ctx context.Context) (all bool, err error) {
	err = r.lookups.borrow(ctx, func(c *conn) error {
		return c.inside(beginRead, func() error {
			v, err := readView(c)
			if err == nil {
				all = v.holds(register.IndexEmail)
			}
			return err
		})
	})
	if err != nil {
		return false, fmt.Errorf("register: looking at the index: %w", err)
	}
	return all, nil
}

func appendTerms(b []byte, terms []register.Term) []byte {
	b = binary.AppendUvarint(b, uint64(len(terms)))
	for i := range terms {
		t := &terms[i]
		b = binary.AppendUvarint(append(b, byte(t.Index)), uint64(t.Class))
		b = appendBytes(b, t.Value)
	}
	return b
}

// readTerms gives the terms that a record holds; they share its memory.
func readTerms(b []byte) iter.Seq[term] {
	return func(yield func(term) bool) {
		p := parser{b: b}
		for range p.number() {
			index := p.take(1)
			class := p.upTo(math.MaxUint32)
			value := p.take(p.number())
			if p.bad || !yield(term{register.Index(index[0]), register.Traits(class), value}) {
				return
			}
		}
	}
}

// holdsTerm reports whether a record's terms hold that one.
func holdsTerm(b []byte, wanted term) bool {
	for t := range readTerms(b) {
		if t.index == wanted.index && t.class == wanted.class && bytes.Equal(t.value, wanted.value) {
			return true
		}
	}
	return false
}

// index brings the terms of an object up to date.
func (t *tx) index(ref store.Ref, old, now []byte) error {
	if bytes.Equal(old, now) {
		return nil
	}
	for o := range readTerms(old) {
		if holdsTerm(now, o) {
			continue
		}
		_, err := t.c.exec("DELETE FROM term WHERE gen = ? AND kind = ? AND idx = ? AND class = ? AND value = ? AND key = ?",
			t.gen, int64(ref.Kind), int64(o.index), int64(o.class), o.value, ref.Key)
		if err != nil {
			return err
		}
	}
	for n := range readTerms(now) {
		if holdsTerm(old, n) {
			continue
		}
		_, err := t.c.exec("INSERT OR IGNORE INTO term (gen, kind, idx, class, value, key) VALUES (?, ?, ?, ?, ?, ?)",
			t.gen, int64(ref.Kind), int64(n.index), int64(n.class), n.value, ref.Key)
		if err != nil {
			return err
		}
	}
	return nil
}

// termHead is how many bytes stand before the value in the sorter of terms:
// kind, index and class.
const termHead = 6

// index gives an object's terms to the sorter, in the order of the table. The
// zero byte between value and key may misplace a value that has one: that
// costs time and nothing else.
func (c *composer) index(ref store.Ref, terms []byte) error {
	for t := range readTerms(terms) {
		c.termRow = binary.BigEndian.AppendUint32(append(c.termRow[:0], byte(ref.Kind), byte(t.index)), uint32(t.class))
		c.termRow = append(append(append(c.termRow, t.value...), 0), ref.Key...)
		var length [4]byte
		binary.BigEndian.PutUint32(length[:], uint32(len(t.value)))
		if err := c.terms.add(c.termRow, length[:]); err != nil {
			return err
		}
	}
	return nil
}

// writeTerms writes all terms of the load.
func (s *sealing) writeTerms() error {
	m, err := s.terms.merged()
	if err != nil {
		return err
	}
	return s.batches(10*batchRows, "INSERT INTO term (gen, kind, idx, class, value, key) VALUES ", 6, func(b *bulk) (bool, error) {
		row, payload, ok, err := m.next()
		if err != nil || !ok {
			return false, err
		}
		row = bytes.Clone(row)
		value := termHead + int(binary.BigEndian.Uint32(payload))
		class := binary.BigEndian.Uint32(row[2:])
		return true, b.add(s.gen, int64(row[0]), int64(row[1]), int64(class), row[termHead:value], string(row[value+1:]))
	})
}

// searched checks that an object is found by its terms, and that it has them
// if its generation is said to be indexed.
func (x *verifier) searched(gen int64, s *stored, terms []byte) error {
	if terms == nil && gen != 0 && x.view.indexed > 0 {
		x.problem("object %d: its record does not say what it is found by", s.id)
	}
	for t := range readTerms(terms) {
		x.add(&x.terms, x.termRow(int64(s.ref.Kind), int64(t.index), int64(t.class), t.value, s.ref.Key))
		if !x.one {
			continue
		}
		n, err := x.c.number(`SELECT 1 FROM term WHERE gen = +?1 AND kind = +?2 AND idx = +?3 AND class = +?4 AND value = ?5 AND key = ?6`,
			gen, int64(s.ref.Kind), int64(t.index), int64(t.class), t.value, s.ref.Key)
		if err != nil {
			return err
		}
		if n != 1 {
			x.problem("object %d: a search does not find it by one of its terms", s.id)
		}
	}
	return nil
}
