package sqlite

import (
	"database/sql/driver"
	"fmt"
	"strings"

	"registerd/register"
	"registerd/store"
)

// tagsBatches are for how many keys there are statements. A larger batch is
// split; in a smaller one the places left over are empty.
var tagsBatches = [...]int{100, 10, 1}

// tagsSQL answers one row for each key: (version, its place, mark, whether
// the hash is there). Parameters are the generation, the kind, and a key and
// its hash for each place.
func tagsSQL(n int) string {
	var places []string
	for i := range n {
		places = append(places, fmt.Sprintf("(%d,?%d,?%d)", i, 3+2*i, 4+2*i))
	}
	return `WITH asked (place, key, hash) AS MATERIALIZED (VALUES ` + strings.Join(places, ",") + `)
	SELECT e.version, a.place, o.mark,
	CASE WHEN o.mark IS NULL THEN EXISTS (SELECT 1 FROM key_hash WHERE gen = +?1 AND hash = a.hash) END
	FROM edition e CROSS JOIN asked a LEFT JOIN object o INDEXED BY object_key
	ON o.gen = +?1 AND o.kind = +?2 AND o.key = a.key WHERE e.one = 1`
}

// tagSQL is the same for one key, in half the time.
const tagSQL = `SELECT e.version, 0, o.mark,
	CASE WHEN o.mark IS NULL THEN EXISTS (SELECT 1 FROM key_hash WHERE gen = +?1 AND hash = +?4) END
	FROM edition e LEFT JOIN object o INDEXED BY object_key
	ON o.gen = +?1 AND o.kind = +?2 AND o.key = ?3 WHERE e.one = 1`

// The statements, in the order of tagsBatches.
var tagsStatements = [...]string{tagsSQL(tagsBatches[0]), tagsSQL(tagsBatches[1]), tagSQL}

func (v *view) tags(c *conn, kind store.Kind, keys []string, tags []register.Tag) error {
	for len(keys) > 0 {
		size := 0
		for size+1 < len(tagsBatches) && len(keys) <= tagsBatches[size+1] {
			size++
		}
		n := min(len(keys), tagsBatches[size])
		if err := v.tagsBatch(c, size, kind, keys[:n], tags[:n]); err != nil {
			return err
		}
		keys, tags = keys[n:], tags[n:]
	}
	return nil
}

func (v *view) tagsBatch(c *conn, size int, kind store.Kind, keys []string, tags []register.Tag) error {
	gen := generation(v.gen, kind)
	args := make([]any, 2, 2+2*tagsBatches[size])
	args[0], args[1] = gen, int64(kind)
	masks := make([]uint64, len(keys))
	for i, key := range keys {
		var hash int64
		hash, masks[i] = keyHash(store.Ref{Kind: kind, Key: key})
		args = append(args, key, hash)
	}
	for len(args) < cap(args) {
		args = append(args, nil)
	}
	answered := 0
	err := c.each(func(d []driver.Value) error {
		if d[0] != int64(v.edition.Version) {
			return errMoved
		}
		place, ok := d[1].(int64)
		if !ok || place >= int64(len(keys)) {
			return nil
		}
		answered++
		m, ok := d[2].(int64)
		if !ok {
			tags[place] = 0
			if hashed, ok := d[3].(int64); !ok || hashed != 0 {
				return damaged(kind, "no entry of a known key")
			}
			return nil
		}
		if tags[place], ok = unmark(gen, masks[place], m); !ok {
			return damaged(kind, "mark")
		}
		return nil
	}, tagsStatements[size], args...)
	switch {
	case err != nil:
		return err
	case answered == 0:
		return store.ErrEmpty
	case answered != len(keys):
		return damaged(kind, "an index entry twice")
	}
	return nil
}
