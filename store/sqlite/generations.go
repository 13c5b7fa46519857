package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"registerd/register"
	"registerd/store"
)

// How generations are kept: the one that a load takes the place of stays in the
// file as it is, with the state it had. Nothing reads it: every question and
// every change names the generation that it is about. To go back, the other one
// is published again, without copying anything.

// keptDigest seals what is said of a kept generation. Its time of publication is
// nil if an older program published it.
func keptDigest(gen int64, published any, replaced, version int64, state []byte) []byte {
	first, _ := published.(int64)
	var b []byte
	for _, n := range []int64{gen, first, replaced, version} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	sum := sha256.Sum256(append(b, state...))
	return sum[:digestSize]
}

// supersede notes that gen is published in the place of the view's generation,
// in the transaction that does it, and gives up those kept beyond MaxKept.
func supersede(c *conn, v *view, gen int64, now time.Time) error {
	nanos := now.UnixNano()
	if v.gen != gen {
		if err := keep(c, v, nanos); err != nil {
			return err
		}
	}
	_, err := c.exec(`UPDATE generation SET published = coalesce(published, ?), replaced = NULL, version = NULL, state = NULL, digest = NULL
		WHERE gen = ?`, nanos, gen)
	if err != nil {
		return err
	}
	_, err = c.exec(forget+`gen NOT IN (SELECT gen FROM generation WHERE state IS NOT NULL ORDER BY version DESC LIMIT ?)`, int64(store.MaxKept))
	return err
}

// forget makes a kept generation one that is to be removed, before the first of
// its rows is: what is kept is whole. It stays one that was replaced, and so
// nobody takes it for a load.
const forget = `UPDATE generation SET state = NULL, digest = NULL WHERE state IS NOT NULL AND `

func keep(c *conn, v *view, replaced int64) error {
	var published [1]driver.Value
	there, err := c.row(published[:], "SELECT published FROM generation WHERE gen = ?", v.gen)
	if err != nil {
		return err
	}
	if !there {
		return damaged(0, "generation")
	}
	version, state := int64(v.edition.Version), v.edition.State.Append(nil)
	_, err = c.exec("UPDATE generation SET replaced = ?, version = ?, state = ?, digest = ? WHERE gen = ?",
		replaced, version, state, keptDigest(v.gen, published[0], replaced, version, state), v.gen)
	return err
}

// keptGeneration is a generation as it can be published again.
type keptGeneration struct {
	gen, indexed        int64
	published, replaced time.Time
	state               *register.State
}

// keptGenerations lists what is kept, what was replaced last first: by version,
// since clocks go back.
func keptGenerations(c *conn) (all []keptGeneration, err error) {
	err = c.each(func(d []driver.Value) error {
		gen, _ := d[0].(int64)
		indexed, _ := d[1].(int64)
		replaced, _ := d[3].(int64)
		version, _ := d[4].(int64)
		state, _ := d[5].([]byte)
		digest, _ := d[6].([]byte)
		if string(digest) != string(keptDigest(gen, d[2], replaced, version, state)) {
			return damaged(0, "kept generation")
		}
		k := keptGeneration{gen: gen, indexed: indexed, published: timeOf(d[2]), replaced: timeOf(d[3])}
		var err error
		k.state, err = register.DecodeState(state)
		all = append(all, k)
		return err
	}, `SELECT gen, indexed, published, replaced, version, state, digest FROM generation
		WHERE state IS NOT NULL ORDER BY version DESC`)
	return all, err
}

// timeOf is a time as a row has it; the zero time for NULL.
func timeOf(v driver.Value) time.Time {
	nanos, ok := v.(int64)
	if !ok {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}

// Generations implements store.Reader.
func (r *Reader) Generations(ctx context.Context) ([]store.Generation, error) {
	var all []store.Generation
	err := r.lookups.borrow(ctx, func(c *conn) error {
		return c.inside(beginRead, func() (err error) {
			all, err = generations(c)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("register: listing generations: %w", err)
	}
	return all, nil
}

func generations(c *conn) ([]store.Generation, error) {
	v, err := readView(c)
	if err != nil {
		return nil, err
	}
	var published [1]driver.Value
	if _, err := c.row(published[:], "SELECT published FROM generation WHERE gen = ?", v.gen); err != nil {
		return nil, err
	}
	all := []store.Generation{{ID: uint64(v.gen), Published: timeOf(published[0]), State: *v.edition.State}}
	kept, err := keptGenerations(c)
	for _, k := range kept {
		all = append(all, store.Generation{ID: uint64(k.gen), Published: k.published, Replaced: k.replaced, State: *k.state})
	}
	return all, err
}

// Revive implements store.Writer.
func (w *Writer) Revive(ctx context.Context, id uint64) (store.Load, error) {
	l, err := w.revive(ctx, int64(id))
	if err != nil {
		return nil, fmt.Errorf("register: reviving generation %d: %w", id, err)
	}
	return l, nil
}

func (w *Writer) revive(ctx context.Context, gen int64) (*load, error) {
	lock, err := lockLoads(w.path)
	if err != nil {
		return nil, err
	}
	l := &load{w: w, gen: gen, lock: lock, dir: loadDir(w.path), sealed: true, revived: true}
	err = w.transact(ctx, func(c *conn) error {
		kept, err := keptGenerations(c)
		for _, k := range kept {
			if k.gen == gen {
				l.ready, l.report.Counts = true, k.state.Counts
			}
		}
		return err
	})
	if err == nil && !l.ready {
		err = store.ErrNotKept
	}
	if err != nil {
		return nil, errors.Join(err, l.release())
	}
	return l, nil
}

// stillKept refuses to publish a generation that was given up while it was revived.
func (l *load) stillKept(c *conn) error {
	if !l.revived {
		return nil
	}
	n, err := c.number("SELECT 1 FROM generation WHERE gen = ? AND state IS NOT NULL", l.gen)
	if err == nil && n != 1 {
		err = store.ErrNotKept
	}
	return err
}
