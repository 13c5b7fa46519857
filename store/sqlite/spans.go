package sqlite

import (
	"cmp"
	"container/heap"
	"context"
	"database/sql/driver"
	"strings"

	"registerd/register"
	"registerd/store"
)

// span is a range of the index: the terms of one class that begin with one
// prefix. It is read some rows at a time.
type span struct {
	index  register.Index
	class  register.Traits
	prefix string

	places []store.Place // that were read and not yet given
	last   store.Place   // that was read, or the scan's After
	chunk  int           // how many rows are read next
	ended  bool          // nothing is behind what was read
}

// The rows of a span (version, class, value, key) between two bounds, neither
// of them included. The class is part of the bounds, so that the end of the
// last prefix of a class is the beginning of the next class.
const (
	spanRows = `SELECT e.version, t.class, t.value, t.key FROM edition e
	LEFT JOIN term t ON t.gen = +?1 AND t.kind = +?2 AND t.idx = +?3
	AND (t.class, t.value, t.key) > (+?4, ?5, ?6) AND (t.class, t.value, t.key) < (+?7, ?8, ?9)
	WHERE e.one = 1 `

	spanAscending  = spanRows + `ORDER BY t.class, t.value, t.key LIMIT ?10`
	spanDescending = spanRows + `ORDER BY t.class DESC, t.value DESC, t.key DESC LIMIT ?10`
)

// bound is a place in the index. No key is empty: a bound without a key is
// before all terms of its value.
type bound struct {
	class int64
	value []byte
	key   string
}

// behind is the bound behind all values of a class that begin with the prefix:
// the prefix with its last byte raised, those that cannot be being dropped.
func behind(class register.Traits, prefix string) bound {
	end := []byte(prefix)
	for len(end) > 0 && end[len(end)-1] == 0xff {
		end = end[:len(end)-1]
	}
	if len(end) == 0 {
		return bound{int64(class) + 1, []byte{}, ""}
	}
	end[len(end)-1]++
	return bound{int64(class), end, ""}
}

// bounds are those of what is still to be read.
func (s *span) bounds(descending bool) (low, high bound) {
	low, high = bound{int64(s.class), []byte(s.prefix), ""}, behind(s.class, s.prefix)
	at := bound{int64(s.class), []byte(s.prefix + s.last.Rest), s.last.Key}
	switch {
	case s.last == store.Place{}:
	case descending:
		high = at
	default:
		low = at
	}
	return low, high
}

// merge gives the places of several spans in one order. What it reads ahead of
// what it gives is bounded by the scan's limit and the number of spans.
type merge struct {
	ctx     context.Context
	c       *conn
	view    *view
	scan    *store.Scan
	spans   []*span // a heap by the first of their places
	current *span   // whose first place was given last
}

const (
	spareRows = 4    // read of each span beyond its share of the limit
	maxChunk  = 1000 // rows that one statement reads
)

// begin reads the first rows of all spans.
func (m *merge) begin(spans []*span) error {
	for _, s := range spans {
		s.last = m.scan.After
		s.chunk = min(m.scan.Limit, m.scan.Limit/len(spans)+spareRows, maxChunk)
		if err := m.read(s); err != nil {
			return err
		}
		if len(s.places) > 0 {
			m.spans = append(m.spans, s)
		}
	}
	heap.Init(m)
	return nil
}

// next gives the next place and the span it is in; nil at the end.
func (m *merge) next() (*span, store.Place, error) {
	if s := m.current; s != nil {
		m.current = nil
		if s.places = s.places[1:]; len(s.places) == 0 {
			if err := m.read(s); err != nil {
				return nil, store.Place{}, err
			}
		}
		if len(s.places) > 0 {
			heap.Fix(m, 0)
		} else {
			heap.Pop(m)
		}
	}
	if len(m.spans) == 0 {
		return nil, store.Place{}, nil
	}
	m.current = m.spans[0]
	return m.current, m.current.places[0], nil
}

// read reads the next rows of a span.
func (m *merge) read(s *span) error {
	if s.ended {
		return nil
	}
	if err := m.ctx.Err(); err != nil {
		return err
	}
	sql := spanAscending
	if m.scan.Descending {
		sql = spanDescending
	}
	low, high := s.bounds(m.scan.Descending)
	answered := 0
	err := m.c.each(func(d []driver.Value) error {
		answered++
		return m.take(s, d)
	}, sql, m.view.gen, int64(m.scan.Kind), int64(s.index), low.class, low.value, low.key, high.class, high.value, high.key, int64(s.chunk))
	switch {
	case err != nil:
		return err
	case answered == 0:
		return store.ErrEmpty
	}
	s.ended = len(s.places) < s.chunk
	s.chunk = min(2*s.chunk, m.scan.Limit, maxChunk)
	return nil
}

// take adds a row of (version, class, value, key). SQLite does not notice if a
// page of the file is out of order: such rows could be read over and over.
func (m *merge) take(s *span, d []driver.Value) error {
	if d[0] != int64(m.view.edition.Version) {
		return errMoved
	}
	if d[1] == nil {
		return nil
	}
	value, ok := d[2].([]byte)
	key, named := d[3].(string)
	rest, within := strings.CutPrefix(string(value), s.prefix)
	p := store.Place{Rest: rest, Key: key}
	if !ok || !named || !within || d[1] != int64(s.class) || (s.last != store.Place{} && !m.before(s.last, p)) {
		return damaged(m.scan.Kind, "the order of terms")
	}
	s.places = append(s.places, p)
	s.last = p
	return nil
}

// before reports whether a comes before b in the order of the scan.
func (m *merge) before(a, b store.Place) bool {
	order := cmp.Or(cmp.Compare(a.Rest, b.Rest), cmp.Compare(a.Key, b.Key))
	if m.scan.Descending {
		return order > 0
	}
	return order < 0
}

// The heap.

func (m *merge) Len() int           { return len(m.spans) }
func (m *merge) Swap(i, j int)      { m.spans[i], m.spans[j] = m.spans[j], m.spans[i] }
func (m *merge) Less(i, j int) bool { return m.before(m.spans[i].places[0], m.spans[j].places[0]) }
func (m *merge) Push(x any)         { m.spans = append(m.spans, x.(*span)) }
func (m *merge) Pop() any {
	last := m.spans[len(m.spans)-1]
	m.spans = m.spans[:len(m.spans)-1]
	return last
}
