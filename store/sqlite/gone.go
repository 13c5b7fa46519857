package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"registerd/store"
)

// How a load is compared with the published register. Within Publish's f it is
// the load as f left it, and f may change the load meanwhile.

// Gone implements store.Load.
func (l *load) Gone(ctx context.Context, kind store.Kind, f func(store.Object) error) error {
	return l.compare(ctx, kind, gonePage, func(p pair) error { return f(p.published) })
}

// Differing implements store.Load.
func (l *load) Differing(ctx context.Context, kind store.Kind, f func(published, loaded store.Object) error) error {
	return l.compare(ctx, kind, differingPage, func(p pair) error { return f(p.published, p.loaded) })
}

// pair is an object of the published register and what the load holds of it.
type pair struct{ published, loaded store.Object }

// The pages of a comparison (key, record, the load's record) behind a key. The
// first has those alone that the load does not hold; the second has all that
// both hold, and records where they differ behind their digests, which are of
// the generation. So both are read to their end, and none takes long.
const (
	gonePage = `SELECT key, record, NULL FROM object o WHERE gen = +?1 AND kind = +?2 AND key > ?3
		AND NOT EXISTS (SELECT 1 FROM object n WHERE n.gen = +?4 AND n.kind = +?2 AND n.key = o.key)
		ORDER BY key LIMIT ?5`

	differingPage = `SELECT key, CASE WHEN d THEN mine END, CASE WHEN d THEN its END FROM (
		SELECT o.key AS key, o.record AS mine, n.record AS its, substr(o.record, 17) <> substr(n.record, 17) AS d
		FROM object o INDEXED BY object_key CROSS JOIN object n INDEXED BY object_key ON n.gen = +?4 AND n.kind = +?2 AND n.key = o.key
		WHERE o.gen = +?1 AND o.kind = +?2 AND o.key > ?3 ORDER BY o.key LIMIT ?5)`
)

// comparePage is how many objects are read at a time, so that no statement is
// open while f runs.
const comparePage = 200

func (l *load) compare(ctx context.Context, kind store.Kind, sql string, f func(pair) error) error {
	err := l.connected(func(c *conn) error { return l.compareOn(ctx, c, kind, sql, f) })
	if err != nil {
		return fmt.Errorf("register: comparing with the load: %w", err)
	}
	return nil
}

func (l *load) compareOn(ctx context.Context, c *conn, kind store.Kind, sql string, f func(pair) error) error {
	v, err := readView(c)
	if errors.Is(err, store.ErrEmpty) || kind == store.Kept {
		return nil
	}
	if err != nil {
		return err
	}
	for last, more := "", true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var page []pair
		if page, more, err = l.page(c, v, sql, kind, &last); err != nil {
			return err
		}
		for _, p := range page {
			if err := f(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// connected calls f with the connection of Publish's transaction, or with one of
// its own.
func (l *load) connected(f func(*conn) error) error {
	if l.tx != nil {
		return f(l.tx.c)
	}
	c, err := open(readerDSN(l.w.path, l.w.options))
	if err != nil {
		return err
	}
	defer c.close()
	return f(c)
}

// page reads the pairs behind the last key, which it moves on, and reports
// whether there may be more.
func (l *load) page(c *conn, v *view, sql string, kind store.Kind, last *string) (page []pair, more bool, err error) {
	behind := *last
	err = c.each(func(d []driver.Value) (err error) {
		more = true
		*last, _ = d[0].(string)
		mine, differs := d[1].([]byte)
		if !differs {
			return nil
		}
		var p pair
		if p.published, err = c.object(v.gen, store.Ref{Kind: kind, Key: *last}, mine); err != nil {
			return err
		}
		its, both := d[2].([]byte)
		if both {
			p.loaded, err = c.object(l.gen, p.published.Ref, its)
		}
		if err == nil && !(both && alike(&p.published, &p.loaded)) {
			page = append(page, p)
		}
		return err
	}, sql, v.gen, int64(kind), behind, l.gen, int64(comparePage))
	return page, more, err
}

// object reads a record, without what it refers to.
func (c *conn) object(gen int64, ref store.Ref, body []byte) (store.Object, error) {
	var r record
	err := c.sealer.decode(gen, ref, body, &r)
	return store.Object{Ref: ref, Alias: r.alias, Bytes: r.bytes, Refs: r.refs}, err
}

// alike reports whether two records say the same: copies in them may differ.
func alike(a, b *store.Object) bool {
	return a.Alias == b.Alias && slices.Equal(a.Refs, b.Refs) && string(a.Bytes) == string(b.Bytes)
}
