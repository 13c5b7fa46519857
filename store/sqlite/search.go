package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"slices"

	"registerd/register"
	"registerd/store"
)

// maxSpans is how many ranges of the index one search may visit.
const maxSpans = 100_000

// Search implements store.Reader.
func (r *Reader) Search(ctx context.Context, s store.Scan) ([]store.Match, store.Edition, error) {
	var found []store.Match
	var edition store.Edition
	err := checkScan(&s)
	if err == nil {
		turn := &r.searches
		if s.ForLookUp {
			turn = &r.lookups
		}
		err = r.see(ctx, turn, func(c *conn, v *view) (err error) {
			edition = v.edition
			found, err = v.search(ctx, c, &s)
			return err
		})
	}
	if err != nil {
		return nil, store.Edition{}, fmt.Errorf("register: searching: %w", err)
	}
	return found, edition, nil
}

func checkScan(s *store.Scan) error {
	switch {
	case s.Limit < 1:
		return errors.New("a scan gives at least one match")
	case s.Sees == nil:
		return errors.New("a scan says which classes it sees")
	}
	return nil
}

// search confirms the view first: of one that is out of date it would be wrong
// to say that it has no index, or how many classes there are.
func (v *view) search(ctx context.Context, c *conn, s *store.Scan) ([]store.Match, error) {
	if err := v.confirm(c); err != nil {
		return nil, err
	}
	if v.indexed == 0 || slices.ContainsFunc(s.Prefixes, func(p store.Prefix) bool { return !v.holds(p.Index) }) {
		return nil, store.ErrUnindexed
	}
	spans, err := v.spans(c, s)
	if err != nil {
		return nil, err
	}
	m := merge{ctx: ctx, c: c, view: v, scan: s}
	if err := m.begin(spans); err != nil {
		return nil, err
	}
	picked, err := m.pick(s.Limit)
	if err != nil {
		return nil, err
	}
	if !s.KeysOnly {
		return v.match(c, s.Kind, picked)
	}
	found := make([]store.Match, len(picked))
	for i, p := range picked {
		found[i] = store.Match{Place: p.place, Class: p.span.class}
	}
	return found, nil
}

// pick takes the next matches, each place once.
func (m *merge) pick(limit int) ([]pick, error) {
	var picked []pick
	for len(picked) < limit {
		at, place, err := m.next()
		if err != nil || at == nil {
			return picked, err
		}
		if len(picked) == 0 || place != picked[len(picked)-1].place {
			picked = append(picked, pick{at, place})
		}
	}
	return picked, nil
}

// scanned is what a list of classes belongs to.
type scanned struct {
	kind  store.Kind
	index register.Index
}

// spans are the ranges of a scan: its prefixes in each class that is seen.
func (v *view) spans(c *conn, s *store.Scan) ([]*span, error) {
	seen := make(map[register.Index][]register.Traits)
	var spans []*span
	for _, p := range s.Prefixes {
		classes, known := seen[p.Index]
		if !known {
			all, err := v.classesOf(c, scanned{s.Kind, p.Index})
			if err != nil {
				return nil, err
			}
			for _, class := range all {
				if s.Sees(p.Index, class) {
					classes = append(classes, class)
				}
			}
			seen[p.Index] = classes
		}
		if len(spans)+len(classes) > maxSpans {
			return nil, fmt.Errorf("a scan of more than %d ranges", maxSpans)
		}
		for _, class := range classes {
			spans = append(spans, &span{index: p.Index, class: class, prefix: p.Value})
		}
	}
	return spans, nil
}

// nextClass answers (version, the class after that one), by one seek.
const nextClass = `SELECT e.version,
	(SELECT min(class) FROM term WHERE gen = +?1 AND kind = +?2 AND idx = +?3 AND class > +?4)
	FROM edition e WHERE e.one = 1`

// classesOf are the classes that have terms in an index, ascending. They are
// remembered, and shared: not to be changed.
func (v *view) classesOf(c *conn, of scanned) ([]register.Traits, error) {
	v.mu.RLock()
	classes, known := v.classes[of]
	v.mu.RUnlock()
	if known {
		return classes, nil
	}
	for last := int64(-1); ; {
		var d [2]driver.Value
		there, err := c.row(d[:], nextClass, v.gen, int64(of.kind), int64(of.index), last)
		switch {
		case err != nil:
			return nil, err
		case !there:
			return nil, store.ErrEmpty
		case d[0] != int64(v.edition.Version):
			return nil, errMoved
		case d[1] == nil:
			v.mu.Lock()
			defer v.mu.Unlock()
			v.classes[of] = slices.Clip(classes)
			return classes, nil
		}
		class, ok := d[1].(int64)
		if !ok || class <= last || class > math.MaxUint32 {
			return nil, damaged(of.kind, "class of a term")
		}
		classes, last = append(classes, register.Traits(class)), class
	}
}
