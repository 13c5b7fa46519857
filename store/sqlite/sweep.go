package sqlite

import (
	"context"
	"database/sql/driver"

	"registerd/store"
)

// sweepRows is how many rows are removed in one transaction: few enough that
// single changes pass in between.
const sweepRows = 5000

// sweep removes all generations but the published one. Who calls it holds the
// lock of the load.
func (w *Writer) sweep(ctx context.Context) error {
	var old []int64
	err := w.transact(ctx, func(c *conn) error {
		return c.each(func(d []driver.Value) error {
			gen, _ := d[0].(int64)
			old = append(old, gen)
			return nil
		}, "SELECT gen FROM generation WHERE gen NOT IN (SELECT generation FROM edition)")
	})
	if err != nil {
		return err
	}
	for _, gen := range old {
		if err := w.removeGeneration(ctx, gen); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) removeGeneration(ctx context.Context, gen int64) error {
	first, end := generationIDs(gen)
	steps := []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM object WHERE id IN (SELECT id FROM object WHERE id >= ? AND id < ? LIMIT ?)`,
			[]any{first, end, int64(sweepRows)}},
		{`DELETE FROM key_hash WHERE gen = ?1 AND hash <= (SELECT max(hash) FROM
			(SELECT hash FROM key_hash WHERE gen = ?1 ORDER BY hash LIMIT ?2))`,
			[]any{gen, int64(4 * sweepRows)}},
		{`DELETE FROM uses WHERE gen = ?1 AND target <= (SELECT max(target) FROM
			(SELECT target FROM uses WHERE gen = ?1 ORDER BY target LIMIT ?2))`,
			[]any{gen, int64(4 * sweepRows)}},
		{`DELETE FROM term WHERE gen = ?1 AND (kind, idx, class, value, key) IN
			(SELECT kind, idx, class, value, key FROM term WHERE gen = ?1 LIMIT ?2)`,
			[]any{gen, int64(4 * sweepRows)}},
		{`DELETE FROM generation WHERE gen = ?`, []any{gen}},
	}
	for _, s := range steps {
		for removed := int64(1); removed > 0; {
			err := w.transact(ctx, func(c *conn) (err error) {
				removed, err = c.exec(s.sql, s.args...)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// gonePage is how many objects are read at a time, so that no statement is
// open while f runs.
const gonePage = 200

func (l *load) gone(ctx context.Context, kind store.Kind, f func(store.Object) error) error {
	if l.tx != nil {
		return l.goneIn(ctx, l.tx.c, kind, f)
	}
	c, err := open(readerDSN(l.w.path, l.w.options))
	if err != nil {
		return err
	}
	defer c.close()
	return l.goneIn(ctx, c, kind, f)
}

func (l *load) goneIn(ctx context.Context, c *conn, kind store.Kind, f func(store.Object) error) error {
	v, err := readView(c)
	if err == store.ErrEmpty || kind == store.Kept {
		return nil
	}
	if err != nil {
		return err
	}
	for last := ""; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		page, err := l.gonePage(c, v, kind, last)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, o := range page {
			if err := f(o); err != nil {
				return err
			}
		}
		last = page[len(page)-1].Key
	}
}

func (l *load) gonePage(c *conn, v *view, kind store.Kind, last string) ([]store.Object, error) {
	var page []store.Object
	err := c.each(func(d []driver.Value) error {
		ref := store.Ref{Kind: kind}
		ref.Key, _ = d[0].(string)
		body, _ := d[1].([]byte)
		var r record
		if err := c.sealer.decode(v.gen, ref, body, &r); err != nil {
			return err
		}
		page = append(page, store.Object{Ref: ref, Alias: r.alias, Bytes: r.bytes, Refs: r.refs})
		return nil
	}, `SELECT key, record FROM object o WHERE gen = +?1 AND kind = +?2 AND key > ?3
		AND NOT EXISTS (SELECT 1 FROM object n WHERE n.gen = +?4 AND n.kind = +?2 AND n.key = o.key)
		ORDER BY key LIMIT ?5`, v.gen, int64(kind), last, l.gen, int64(gonePage))
	return page, err
}
