package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"

	"registerd/register"
	"registerd/store"
)

// Reader answers questions from the register. It is a store.Reader.
type Reader struct {
	lookups  pool
	searches pool // of their own: no look-up waits for a search
	last     atomic.Pointer[view]
}

var _ store.Reader = (*Reader)(nil)

// see calls f with the newest view: first with the one remembered and without
// a transaction, and if that is out of date once more within one.
func (r *Reader) see(ctx context.Context, p *pool, f func(*conn, *view) error) error {
	return p.borrow(ctx, func(c *conn) error {
		if v := r.last.Load(); v != nil {
			if err := f(c, v); !errors.Is(err, errMoved) {
				return err
			}
		}
		return c.inside(beginRead, func() error {
			v, err := readView(c)
			if err != nil {
				return err
			}
			r.remember(v)
			return f(c, v)
		})
	})
}

// remember keeps the view for other questions, unless a newer one is kept.
func (r *Reader) remember(v *view) {
	for {
		old := r.last.Load()
		if old != nil && old.edition.Version >= v.edition.Version {
			return
		}
		if r.last.CompareAndSwap(old, v) {
			return
		}
	}
}

// Edition implements store.Reader.
func (r *Reader) Edition(ctx context.Context) (store.Edition, error) {
	var edition store.Edition
	err := r.see(ctx, &r.lookups, func(c *conn, v *view) error {
		edition = v.edition
		return v.confirm(c)
	})
	if err != nil {
		return store.Edition{}, fmt.Errorf("register: reading the edition: %w", err)
	}
	return edition, nil
}

// Find implements store.Reader.
func (r *Reader) Find(ctx context.Context, asks ...store.Ask) ([]store.Found, store.Edition, error) {
	found := make([]store.Found, len(asks))
	var edition store.Edition
	err := r.see(ctx, &r.lookups, func(c *conn, v *view) error {
		for i, a := range asks {
			f, err := v.find(c, a)
			if err != nil {
				return err
			}
			found[i] = f
		}
		edition = v.edition
		if len(asks) == 0 {
			return v.confirm(c)
		}
		return nil
	})
	if err != nil {
		return nil, store.Edition{}, fmt.Errorf("register: finding: %w", err)
	}
	return found, edition, nil
}

// confirm reports errMoved if the view is out of date.
func (v *view) confirm(c *conn) error {
	version, err := c.number("SELECT version FROM edition WHERE one = 1")
	if err == nil && uint64(version) != v.edition.Version {
		err = errMoved
	}
	return err
}

// Tags implements store.Reader.
func (r *Reader) Tags(ctx context.Context, kind store.Kind, keys []string) ([]register.Tag, store.Edition, error) {
	tags := make([]register.Tag, len(keys))
	var edition store.Edition
	err := r.see(ctx, &r.lookups, func(c *conn, v *view) error {
		edition = v.edition
		if len(keys) == 0 {
			return v.confirm(c)
		}
		return v.tags(c, kind, keys, tags)
	})
	if err != nil {
		return nil, store.Edition{}, fmt.Errorf("register: finding tags: %w", err)
	}
	return tags, edition, nil
}

// Walk implements store.Reader. It keeps one snapshot until it returns.
func (r *Reader) Walk(ctx context.Context, kind store.Kind, f func(store.Object) error) error {
	err := r.lookups.borrow(ctx, func(c *conn) error {
		return c.inside(beginRead, func() error {
			v, err := readView(c)
			if err != nil {
				return err
			}
			return v.walk(ctx, c, kind, f)
		})
	})
	if err != nil {
		return fmt.Errorf("register: walking: %w", err)
	}
	return nil
}

func (v *view) walk(ctx context.Context, c *conn, kind store.Kind, f func(store.Object) error) error {
	gen := generation(v.gen, kind)
	return c.each(func(d []driver.Value) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		ref := store.Ref{Kind: kind}
		ref.Key, _ = d[0].(string)
		bytes, _ := d[1].([]byte)
		var r record
		if err := c.sealer.decode(gen, ref, bytes, &r); err != nil {
			return err
		}
		return f(store.Object{Ref: ref, Alias: r.alias, Bytes: r.bytes, Refs: r.refs})
	}, "SELECT key, record FROM object WHERE gen = +?1 AND kind = +?2 ORDER BY key", gen, int64(kind))
}

// Close implements store.Reader. It waits for questions under way; later ones
// fail with fs.ErrClosed.
func (r *Reader) Close() error { return errors.Join(r.lookups.close(), r.searches.close()) }
