package holder

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	_ "modernc.org/sqlite" // the driver
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

const (
	// applicationID marks the file as one of holders' links: "RGHL".
	applicationID = 0x5247484c
	// busyTimeout is in milliseconds.
	busyTimeout = 5_000
	// othersAccess are the bits of a mode by which others may read or write.
	othersAccess = 0o077
)

//go:embed migrations/0001.sql
var schema string

// OpenLinks opens the file. It refuses one that others than its owner may read or
// write: it says of whom links were made.
func OpenLinks(ctx context.Context, c LinksConfig) (*Links, error) {
	switch {
	case c.Path == "":
		return nil, errors.New("holder links: no file given")
	case c.Now == nil:
		return nil, errors.New("holder links: no clock given")
	case c.Record == nil:
		return nil, errors.New("holder links: no journal given")
	}
	path, err := filepath.Abs(c.Path)
	if err == nil {
		err = ownFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("holder links: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, fmt.Errorf("holder links: %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	l := &Links{cfg: c, db: db}
	if err := l.begin(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("holder links: %s: %w", path, err), db.Close())
	}
	return l, nil
}

// ownFile makes the file if it is missing, before SQLite would with another mode.
func ownFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o600)
	if err == nil {
		return f.Close()
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: it is not a file", path)
	case info.Mode().Perm()&othersAccess != 0:
		return fmt.Errorf("%s: others than its owner may use it (mode %o); chmod 600", path, info.Mode().Perm())
	}
	return nil
}

func dsn(path string) string {
	v := url.Values{
		"mode": {"rw"}, "_dqs": {"0"}, "_defensive": {"1"}, "_txlock": {"immediate"}, "_journal_mode": {"WAL"},
		"_pragma": {
			"busy_timeout(" + strconv.Itoa(busyTimeout) + ")", "trusted_schema(0)", "synchronous(FULL)", "secure_delete(1)",
		},
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

// begin makes the tables of a new file, and refuses one of something else.
func (l *Links) begin(ctx context.Context) error {
	t, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	var id, version, tables int
	for what, to := range map[string]*int{
		"PRAGMA application_id": &id, "PRAGMA user_version": &version, "SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := t.QueryRowContext(ctx, what).Scan(to); err != nil {
			return err
		}
	}
	switch {
	case id == applicationID && version == 1:
		return nil
	case id == applicationID:
		return fmt.Errorf("its schema %d was written by a newer program; this one knows 1", version)
	case id != 0 || tables != 0:
		return errors.New("the file is not one of registerd's links")
	}
	for _, step := range []string{schema, fmt.Sprintf("PRAGMA application_id = %d", applicationID), "PRAGMA user_version = 1"} {
		if _, err := t.ExecContext(ctx, step); err != nil {
			return err
		}
	}
	return t.Commit()
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
