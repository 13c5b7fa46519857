package sqlite

import (
	"bytes"
	"database/sql/driver"
	"slices"

	"registerd/store"
)

// How copies are kept true: a row holds a copy of an object only if at most
// maxCopied objects refer to it. Whatever changes such an object rewrites the
// rows of its users in the same transaction, and whatever makes it one of more
// users takes the copies out. Nothing is done when users become fewer: the
// next change of the object, or the next load, makes the copies again.

// link brings the references of the object with that id up to date.
func (t *tx) link(id int64, kind store.Kind, old, now []store.Ref) error {
	for i, to := range old {
		if slices.Contains(now, to) || slices.Contains(old[:i], to) {
			continue
		}
		hash, _ := keyHash(to)
		if _, err := t.c.exec("DELETE FROM uses WHERE gen = ? AND target = ? AND user = ?", t.gen, hash, id); err != nil {
			return err
		}
	}
	for i, to := range now {
		if slices.Contains(old, to) || slices.Contains(now[:i], to) {
			continue
		}
		hash, _ := keyHash(to)
		if _, err := t.c.exec("INSERT INTO uses (gen, target, user) VALUES (?, ?, ?)", t.gen, hash, id); err != nil {
			return err
		}
		if !copied(store.Names, to.Kind) {
			continue
		}
		if err := t.uncopy(to, id); err != nil {
			return err
		}
	}
	return nil
}

// uncopy takes the copies of ref out of the rows of its users if the one with
// that id is one too many.
func (t *tx) uncopy(ref store.Ref, id int64) error {
	n, err := t.countUsers(ref)
	if err != nil || n != maxCopied+1 {
		return err
	}
	users, err := t.users(ref)
	if err != nil {
		return err
	}
	return t.copyInto(users, ref, nil, id)
}

// countUsers is how many objects refer to ref; it does not count beyond maxCopied+2.
func (t *tx) countUsers(ref store.Ref) (int64, error) {
	hash, _ := keyHash(ref)
	return t.c.number("SELECT count(*) FROM (SELECT 1 FROM uses WHERE gen = +?1 AND target = +?2 LIMIT ?3)",
		t.gen, hash, int64(maxCopied+2))
}

// users are the ids of the objects that refer to ref, at most maxCopied+1.
func (t *tx) users(ref store.Ref) ([]int64, error) {
	hash, _ := keyHash(ref)
	var ids []int64
	err := t.c.each(func(d []driver.Value) error {
		id, _ := d[0].(int64)
		ids = append(ids, id)
		return nil
	}, "SELECT user FROM uses WHERE gen = +?1 AND target = +?2 LIMIT ?3", t.gen, hash, int64(maxCopied+1))
	return ids, err
}

// compose makes the record of an object whose references are linked.
func (t *tx) compose(o *store.Object) (*record, error) {
	r := &record{
		alias: o.Alias, bytes: o.Bytes, refs: o.Refs, copies: make([][]byte, len(o.Refs)),
		terms: appendTerms(nil, o.Terms),
	}
	for i, to := range o.Refs {
		if !copied(o.Kind, to.Kind) {
			continue
		}
		users, err := t.countUsers(to)
		if err != nil {
			return nil, err
		}
		if users > maxCopied {
			continue
		}
		if r.copies[i], err = t.view.bytes(t.c, to); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// spread copies an object that changed into the rows of its users; nil bytes
// take the copies out. An object of too many users has none.
func (t *tx) spread(ref store.Ref, now []byte) error {
	if !copied(store.Names, ref.Kind) {
		return nil
	}
	users, err := t.users(ref)
	if err != nil || len(users) > maxCopied {
		return err
	}
	return t.copyInto(users, ref, now, 0)
}

// copyInto replaces the copies of ref in the rows of users, except in one that
// is about to be written anyway.
func (t *tx) copyInto(users []int64, ref store.Ref, now []byte, except int64) error {
	for _, id := range users {
		if id == except {
			continue
		}
		var d [3]driver.Value
		there, err := t.c.row(d[:], "SELECT kind, key, record FROM object WHERE id = ?", id)
		if err != nil {
			return err
		}
		kind, _ := d[0].(int64)
		user := store.Ref{Kind: store.Kind(kind)}
		user.Key, _ = d[1].(string)
		if !there {
			return damaged(ref.Kind, "its user is not there")
		}
		if !copied(user.Kind, ref.Kind) {
			continue
		}
		body, _ := d[2].([]byte)
		var r record
		if err := t.c.sealer.decode(t.gen, user, body, &r); err != nil {
			return err
		}
		changed := false
		for i, to := range r.refs {
			if to == ref && !bytes.Equal(r.copies[i], now) {
				r.copies[i], changed = now, true
			}
		}
		if !changed {
			continue
		}
		if _, err := t.c.exec("UPDATE object SET record = ? WHERE id = ?", t.c.sealer.encode(t.gen, user, &r), id); err != nil {
			return err
		}
	}
	return nil
}
