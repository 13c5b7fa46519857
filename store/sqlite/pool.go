package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	modernc "modernc.org/sqlite"
)

// pool lends connections for reading.
type pool struct {
	dsn  string
	idle chan *conn // as many as may be open; nil for one that is not open yet
}

// newPool opens none: each is opened when it is needed.
func newPool(dsn string, connections int) pool {
	p := pool{dsn: dsn, idle: make(chan *conn, connections)}
	for range connections {
		p.idle <- nil
	}
	return p
}

func (p *pool) open() (*conn, error) {
	c, err := open(p.dsn)
	if err != nil {
		return nil, fmt.Errorf("register file: opening: %w", err)
	}
	if err := current(c); err != nil {
		c.close()
		return nil, fmt.Errorf("register file: opening: %w", err)
	}
	return c, nil
}

// borrow takes a connection for the time of f. One on which SQLite failed is
// not used again, lest it is left inside a statement or a transaction.
func (p *pool) borrow(ctx context.Context, f func(*conn) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	var c *conn
	open := true
	select {
	case c, open = <-p.idle:
	case <-ctx.Done():
		return ctx.Err()
	}
	if !open {
		return fs.ErrClosed
	}
	healthy := false
	defer func() {
		if !healthy && c != nil {
			c.close()
			c = nil
		}
		p.idle <- c
	}()
	if c == nil {
		if c, err = p.open(); err != nil {
			return err
		}
	}
	err = f(c)
	var failed *modernc.Error
	healthy = !errors.As(err, &failed)
	return err
}

// close waits for what is lent. Later borrowers get fs.ErrClosed.
func (p *pool) close() error {
	var errs []error
	for range cap(p.idle) {
		c, open := <-p.idle
		if !open {
			return nil
		}
		if c != nil {
			errs = append(errs, c.close())
		}
	}
	close(p.idle)
	return errors.Join(errs...)
}
