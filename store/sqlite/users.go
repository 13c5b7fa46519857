package sqlite

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"slices"

	"registerd/store"
)

// Users implements store.Reader.
func (r *Reader) Users(ctx context.Context, of store.Ref, limit int) ([]store.Found, store.Edition, error) {
	var found []store.Found
	var edition store.Edition
	err := r.see(ctx, &r.searches, func(c *conn, v *view) (err error) {
		edition = v.edition
		found, err = v.users(ctx, c, of, limit)
		return err
	})
	if err != nil {
		return nil, store.Edition{}, fmt.Errorf("register: finding users: %w", err)
	}
	return found, edition, nil
}

// user is an object that may refer to another: the table knows that by a hash.
type user struct {
	store.Ref
	record record
}

// The version is confirmed after the rows are read: it never falls, so that they
// are of the view's version if it still is that.
func (v *view) users(ctx context.Context, c *conn, of store.Ref, limit int) ([]store.Found, error) {
	hash, _ := keyHash(of)
	var all []user
	err := c.each(func(d []driver.Value) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		kind, _ := d[0].(int64)
		u := user{Ref: store.Ref{Kind: store.Kind(kind)}}
		u.Key, _ = d[1].(string)
		body, _ := d[2].([]byte)
		if err := c.sealer.decode(v.gen, u.Ref, body, &u.record); err != nil {
			return err
		}
		if slices.Contains(u.record.refs, of) {
			all = append(all, u)
		}
		return nil
	}, `SELECT o.kind, o.key, o.record FROM uses u JOIN object o ON o.id = u.user
		WHERE u.gen = +?1 AND u.target = +?2 LIMIT ?3`, v.gen, hash, int64(limit))
	if err == nil {
		err = v.confirm(c)
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b user) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key)) })
	found := make([]store.Found, len(all))
	for i := range all {
		if found[i], err = v.whole(c, all[i].Ref, &all[i].record); err != nil {
			return nil, err
		}
	}
	return found, nil
}
