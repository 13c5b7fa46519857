package holder

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"time"

	"registerd/internal/sqlfile"
)

// LinksConfig is what a store of links needs; all of it is required.
type LinksConfig struct {
	Path string // made with mode 0600 if it is missing
	Now  func() time.Time

	// Record keeps that something is done with a link, before it is. What is not
	// recorded is not done; what is recorded may, after a crash, not have been.
	Record func(context.Context, Step) error
}

// Links are the links and sessions, in an SQLite file. They are safe for concurrent
// use, and other processes may have the same file open.
type Links struct {
	cfg LinksConfig
	db  *sql.DB
}

// applicationID marks the file as one of holders' links: "RGHL".
const applicationID = 0x5247484c

//go:embed migrations
var migrations embed.FS

// OpenLinks opens the file, as sqlfile.Open: it says of whom links were made.
func OpenLinks(ctx context.Context, c LinksConfig) (*Links, error) {
	switch {
	case c.Path == "":
		return nil, errors.New("holder links: no file given")
	case c.Now == nil:
		return nil, errors.New("holder links: no clock given")
	case c.Record == nil:
		return nil, errors.New("holder links: no journal given")
	}
	db, err := sqlfile.Open(ctx, sqlfile.Config{Path: c.Path, Mark: applicationID, Holds: "holders' links", Schema: migrations, Create: true})
	if err != nil {
		return nil, fmt.Errorf("holder links: %w", err)
	}
	return &Links{cfg: c, db: db}, nil
}

// Close closes the file.
func (l *Links) Close() error { return l.db.Close() }

// change does something to the file: what is past its time is gone first, so that
// nothing of anybody is kept for longer than it is good for.
func (l *Links) change(ctx context.Context, f func(*sql.Tx) error) error {
	t, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("holder links: %w", err)
	}
	defer t.Rollback()
	now := stamp(l.cfg.Now())
	for _, past := range []string{"DELETE FROM link WHERE until <= ?", "DELETE FROM session WHERE until <= ?"} {
		if _, err := t.ExecContext(ctx, past, now); err != nil {
			return fmt.Errorf("holder links: %w", err)
		}
	}
	if err := f(t); err != nil {
		if errors.Is(err, ErrNoLink) {
			return err
		}
		return fmt.Errorf("holder links: %w", err)
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("holder links: %w", err)
	}
	return nil
}
