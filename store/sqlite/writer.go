package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"registerd/register"
	"registerd/store"
)

// Writer changes the register. It is a store.Writer, safe for concurrent use.
type Writer struct {
	path    string
	options Options
	conn    *conn
	turn    chan struct{} // holds one token: who took it may use conn
}

var _ store.Writer = (*Writer)(nil)

// transact runs f in a transaction that is durable when transact returns nil.
func (w *Writer) transact(ctx context.Context, f func(*conn) error) error {
	return w.hold(ctx, func(c *conn) error {
		return c.inside(beginWrite, func() error { return f(c) })
	})
}

// hold runs f when it is its turn.
func (w *Writer) hold(ctx context.Context, f func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case _, open := <-w.turn:
		if !open {
			return fs.ErrClosed
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { w.turn <- struct{}{} }()
	return f(w.conn)
}

// Change implements store.Writer.
func (w *Writer) Change(ctx context.Context, f func(store.Tx) error) error {
	err := w.transact(ctx, func(c *conn) error {
		v, err := readView(c)
		if errors.Is(err, store.ErrEmpty) {
			v, err = firstView(c)
		}
		if err != nil {
			return err
		}
		return w.publish(c, v, v.gen, *v.edition.State, f)
	})
	if err != nil {
		return fmt.Errorf("register: changing: %w", err)
	}
	return nil
}

// firstView makes an empty edition, for the first publication of all. It is
// seen only together with what follows in the transaction.
func firstView(c *conn) (*view, error) {
	gen, err := newGeneration(c)
	if err != nil {
		return nil, err
	}
	return placeholder(c, gen)
}

func placeholder(c *conn, gen int64) (*view, error) {
	v := &view{gen: gen, edition: store.Edition{State: new(register.State)}}
	return v, writeEdition(c, gen, 0, v.edition.State)
}

// newGeneration takes a number for a new generation. The terms of all that is
// put into it will be there.
func newGeneration(c *conn) (int64, error) {
	return c.number("INSERT INTO generation (indexed) VALUES (?) RETURNING gen", int64(indexedEmails))
}

// publish runs f on a generation, beginning with that state, and makes it the
// published one, in the transaction under way.
func (w *Writer) publish(c *conn, v *view, gen int64, state register.State, f func(store.Tx) error) error {
	t, err := newTx(c, v, gen, state)
	if err != nil {
		return err
	}
	if err := f(t); err != nil {
		return err
	}
	if v.gen != gen || v.edition.Version == 0 {
		if err := supersede(c, v, gen, w.options.now()); err != nil {
			return err
		}
	}
	return writeEdition(c, gen, int64(v.edition.Version)+1, &t.state)
}

func writeEdition(c *conn, gen, version int64, s *register.State) error {
	b := s.Append(nil)
	_, err := c.exec(`INSERT OR REPLACE INTO edition (one, generation, version, state, digest) VALUES (1, ?, ?, ?, ?)`,
		gen, version, b, editionDigest(gen, version, b))
	return err
}

// Close implements store.Writer. It waits for a change under way; later ones
// fail with fs.ErrClosed.
func (w *Writer) Close() error {
	if _, open := <-w.turn; !open {
		return nil
	}
	close(w.turn)
	return w.conn.close()
}
