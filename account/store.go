package account

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"registerd/access"
	"registerd/internal/sqlfile"
)

// Config is what a store needs; Record is required to change it.
type Config struct {
	Path   string
	Create bool // make the file if there is none
	Now    func() time.Time

	// Record keeps that a change is made, before it is. A change that is not
	// recorded is not made; one that is recorded may, after a crash, not have been.
	Record func(context.Context, Change) error
}

// Store is the file, open. It is safe for concurrent use, and other processes may
// have it open too.
type Store struct {
	db     *sql.DB
	file   os.FileInfo // of what was opened
	path   string
	now    func() time.Time
	record func(context.Context, Change) error

	mu   sync.Mutex
	used map[string]time.Time // not written yet
}

// applicationID marks the file as one of accounts: "RGAC".
const applicationID = 0x52474143

//go:embed migrations
var migrations embed.FS

// Open opens the file, as sqlfile.Open: whoever writes to it admits whom they like.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.Now == nil {
		return nil, errors.New("accounts: no clock")
	}
	path, err := filepath.Abs(c.Path)
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	s := &Store{path: path, now: c.Now, record: c.Record, used: map[string]time.Time{}}
	s.db, err = sqlfile.Open(ctx, sqlfile.Config{Path: path, Mark: applicationID, Holds: "accounts", Schema: migrations, Create: c.Create})
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	if s.file, err = os.Stat(path); err != nil {
		return nil, errors.Join(fmt.Errorf("accounts: %w", err), s.db.Close())
	}
	return s, nil
}

// Close closes the file. Last uses that were not flushed are lost.
func (s *Store) Close() error { return s.db.Close() }

// Replaced reports that another file stands in the place of the one that is open,
// or none. What is open then says nothing of who has an account.
func (s *Store) Replaced() bool {
	now, err := os.Stat(s.path)
	return err != nil || !os.SameFile(s.file, now)
}

// Version grows with every change of accounts and credentials.
func (s *Store) Version(ctx context.Context) (v uint64, err error) {
	if err := s.db.QueryRowContext(ctx, "SELECT version FROM edition").Scan(&v); err != nil {
		return 0, fmt.Errorf("accounts: reading: %w", err)
	}
	return v, nil
}

// Read reads everything, at one moment.
func (s *Store) Read(ctx context.Context) (Snapshot, error) {
	t, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return Snapshot{}, fmt.Errorf("accounts: reading: %w", err)
	}
	defer t.Rollback()
	snapshot, err := read(ctx, t)
	if err != nil {
		return Snapshot{}, fmt.Errorf("accounts: reading: %w", err)
	}
	return snapshot, nil
}

// tx is a change under way.
type tx struct {
	*sql.Tx
	now Snapshot // as it was before
	did Change   // what f did, to be recorded
}

func (t *tx) exec(ctx context.Context, query string, args ...any) error {
	_, err := t.ExecContext(ctx, query, args...)
	return err
}

// change runs f, looks at what results, records what f did, and only then lets it
// stand: nothing is kept that could not be read, and nothing that was not recorded.
func (s *Store) change(ctx context.Context, f func(*tx) error) error {
	if s.record == nil {
		return errors.New("accounts: changes are not recorded, and so not made")
	}
	inner, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	defer inner.Rollback()
	t := &tx{Tx: inner}
	if t.now, err = read(ctx, inner); err != nil {
		return fmt.Errorf("accounts: reading: %w", err)
	}
	if err := f(t); err != nil {
		return err
	}
	if err := t.exec(ctx, "UPDATE edition SET version = version + 1"); err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	next, err := read(ctx, inner)
	if err != nil {
		return fmt.Errorf("accounts: reading: %w", err)
	}
	if _, err := access.New(access.Config{Accounts: next.Accounts, Credentials: next.Credentials, Now: s.now}); err != nil {
		return err
	}
	if err := s.record(ctx, t.did); err != nil {
		return fmt.Errorf("accounts: recording a change, which is not made: %w", err)
	}
	if err := inner.Commit(); err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	return nil
}

// NoteUse remembers that a credential was used now. It does not wait.
func (s *Store) NoteUse(credential string) {
	now := s.now().UTC().Truncate(time.Minute)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used[credential] = now
}

// FlushUses writes what was remembered of minutes that are over. It is no change
// of the file's version.
func (s *Store) FlushUses(ctx context.Context) error {
	minute := s.now().UTC().Truncate(time.Minute)
	s.mu.Lock()
	due := map[string]time.Time{}
	for id, at := range s.used {
		if at.Before(minute) {
			due[id] = at
			delete(s.used, id)
		}
	}
	s.mu.Unlock()
	if len(due) == 0 {
		return nil
	}
	t, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("accounts: noting last uses: %w", err)
	}
	defer t.Rollback()
	for id, at := range due {
		if _, err := t.ExecContext(ctx, "UPDATE credential SET used = max(used, ?) WHERE id = ?", stamp(at), id); err != nil {
			return fmt.Errorf("accounts: noting last uses: %w", err)
		}
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("accounts: noting last uses: %w", err)
	}
	return nil
}
