package sqlite

import (
	"database/sql/driver"
	"fmt"
	"strings"

	"registerd/store"
)

// pick is a match of which only the place is known yet.
type pick struct {
	span  *span
	place store.Place
}

// readTogether is how many objects one statement reads: a statement for each
// would cost as much as the reading.
const readTogether = 20

// pickedSQL answers (version, place, record) for each place, so that also one
// without a record tells which version it is without in. Parameters are the
// generation, the kind, and the keys.
var pickedSQL = func() string {
	var places []string
	for i := range readTogether {
		places = append(places, fmt.Sprintf("(%d,?%d)", i, 3+i))
	}
	return `WITH asked (place, key) AS MATERIALIZED (VALUES ` + strings.Join(places, ",") + `)
	SELECT e.version, a.place, o.record FROM edition e CROSS JOIN asked a LEFT JOIN object o INDEXED BY object_key
	ON o.gen = +?1 AND o.kind = +?2 AND o.key = a.key WHERE e.one = 1`
}()

// match reads the objects of picked terms, in order.
func (v *view) match(c *conn, kind store.Kind, picked []pick) ([]store.Match, error) {
	found := make([]store.Match, 0, len(picked))
	for len(picked) > 0 {
		some := picked[:min(len(picked), readTogether)]
		picked = picked[len(some):]
		records, err := v.records(c, kind, some)
		if err != nil {
			return nil, err
		}
		for i, p := range some {
			f, err := v.confirmed(c, kind, p, records[i])
			if err != nil {
				return nil, err
			}
			found = append(found, store.Match{Place: p.place, Class: p.span.class, Found: f})
		}
	}
	return found, nil
}

// records reads the rows of some objects; one that is not there is nil.
func (v *view) records(c *conn, kind store.Kind, some []pick) ([][]byte, error) {
	args := make([]any, 2+readTogether)
	args[0], args[1] = generation(v.gen, kind), int64(kind)
	for i, p := range some {
		args[2+i] = p.place.Key
	}
	out := make([][]byte, len(some))
	err := c.each(func(d []driver.Value) error {
		if d[0] != int64(v.edition.Version) {
			return errMoved
		}
		place, ok := d[1].(int64)
		switch {
		case !ok || place >= int64(len(some)):
			return nil // no key was asked for there
		case out[place] != nil:
			return damaged(kind, "an index entry twice")
		}
		out[place], _ = d[2].([]byte)
		return nil
	}, pickedSQL, args...)
	return out, err
}

// confirmed is the object of a term, which is believed only if the object's
// record holds it too.
func (v *view) confirmed(c *conn, kind store.Kind, p pick, sealed []byte) (store.Found, error) {
	ref := store.Ref{Kind: kind, Key: p.place.Key}
	var r record
	switch {
	case len(sealed) == 0:
		return store.Found{}, damaged(kind, "a term without an object")
	default:
		if err := c.sealer.decode(generation(v.gen, kind), ref, sealed, &r); err != nil {
			return store.Found{}, err
		}
	}
	if !holdsTerm(r.terms, term{p.span.index, p.span.class, []byte(p.span.prefix + p.place.Rest)}) {
		return store.Found{}, damaged(kind, "a term that no object has")
	}
	return v.whole(c, ref, &r)
}
