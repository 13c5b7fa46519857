package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"registerd/store"
)

// sweepRows is how many rows are removed in one transaction: few enough that
// single changes pass in between.
const sweepRows = 5000

// sweep removes all generations but the published one and those that are kept.
// Who calls it holds the lock of the load.
func (w *Writer) sweep(ctx context.Context) error { return w.remove(ctx, swept) }

const swept = "state IS NULL AND gen NOT IN (SELECT generation FROM edition)"

// sweepLeft removes what a load left behind that was killed, as the next load would: it
// may be long until there is one. If a load is under way, what there is may be its.
func (w *Writer) sweepLeft(ctx context.Context) error {
	var left int64
	err := w.transact(ctx, func(c *conn) (err error) {
		left, err = c.number("SELECT count(*) FROM generation WHERE " + swept)
		return err
	})
	if _, none := os.Stat(loadDir(w.path)); err != nil || left == 0 && none != nil {
		return err
	}
	lock, err := lockLoads(w.path)
	if errors.Is(err, store.ErrHeld) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(w.sweep(ctx), os.RemoveAll(loadDir(w.path)), lock.Close())
}

// remove removes the generations that the condition holds for. Others may remove
// the same.
func (w *Writer) remove(ctx context.Context, condition string) error {
	var old []int64
	err := w.transact(ctx, func(c *conn) error {
		return c.each(func(d []driver.Value) error {
			gen, _ := d[0].(int64)
			old = append(old, gen)
			return nil
		}, "SELECT gen FROM generation WHERE "+condition)
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

// Purge implements store.Writer.
func (w *Writer) Purge(ctx context.Context, t time.Time) error {
	if err := w.purge(ctx, t); err != nil {
		return fmt.Errorf("register: removing what is no longer kept: %w", err)
	}
	return nil
}

func (w *Writer) purge(ctx context.Context, t time.Time) error {
	err := w.transact(ctx, func(c *conn) error {
		_, err := c.exec(forget+"replaced <= ?", t.UnixNano())
		return err
	})
	if err != nil {
		return err
	}
	// It is no load that is under way, nor one that was left behind.
	if err := w.remove(ctx, "replaced IS NOT NULL AND state IS NULL"); err != nil {
		return err
	}
	if err := w.sweepLeft(ctx); err != nil {
		return err
	}
	return w.emptyLog(ctx)
}

// emptyPatience is in milliseconds. It is short: changes of other processes wait
// meanwhile.
const emptyPatience = 500

// emptyLog writes the log back and cuts it off: until then it holds what was
// deleted, and the file may. It waits until nobody reads from the log.
func (w *Writer) emptyLog(ctx context.Context) error {
	return w.hold(ctx, func(c *conn) error {
		if err := c.script("PRAGMA busy_timeout = " + strconv.Itoa(emptyPatience)); err != nil {
			return err
		}
		var d [3]driver.Value // whether it was busy, and two counts of pages
		_, err := c.row(d[:], "PRAGMA wal_checkpoint(TRUNCATE)")
		if err == nil && d[0] != int64(0) {
			err = store.ErrInUse
		}
		return errors.Join(err, c.script("PRAGMA busy_timeout = "+strconv.Itoa(busyTimeout)))
	})
}
