package account

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the driver

	"registerd/access"
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

const (
	// applicationID marks the file as one of accounts: "RGAC".
	applicationID = 0x52474143
	// busyTimeout is in milliseconds.
	busyTimeout = 10_000
	// othersWrite are the bits of a mode by which others than the owner may write.
	othersWrite = 0o022
)

//go:embed migrations
var migrations embed.FS

// Open opens the file. It refuses one that others than its owner may write to, and
// one that is nobody's whom the system trusts with it: whoever writes to it admits
// whom they like.
func Open(ctx context.Context, c Config) (_ *Store, err error) {
	if c.Now == nil {
		return nil, errors.New("accounts: no clock")
	}
	path, err := filepath.Abs(c.Path)
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	if err := trusted(path, c.Create); err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	s := &Store{path: path, now: c.Now, record: c.Record, used: map[string]time.Time{}}
	if s.file, err = os.Stat(path); err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	if s.db, err = sql.Open("sqlite", dsn(path)); err != nil {
		return nil, fmt.Errorf("accounts: %s: %w", path, err)
	}
	s.db.SetMaxOpenConns(1)
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("accounts: %s: %w", path, err), s.db.Close())
	}
	return s, nil
}

// trusted makes the file if it may, and looks at whose it is.
func trusted(path string, create bool) error {
	if create {
		// SQLite gives its log and shared memory the mode of the file.
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o600)
		switch {
		case err == nil:
			if err := f.Close(); err != nil {
				return err
			}
		case !errors.Is(err, fs.ErrExist):
			return err
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	owner, _ := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: it is not a file", path)
	case info.Mode().Perm()&othersWrite != 0:
		return fmt.Errorf("%s: others than its owner may write to it (mode %o); chmod 600", path, info.Mode().Perm())
	case owner != nil && owner.Uid != 0 && int(owner.Uid) != os.Getuid() && os.Getuid() != 0:
		return fmt.Errorf("%s: it belongs to user %d, who is neither root nor who runs this", path, owner.Uid)
	}
	return nil
}

func dsn(path string) string {
	v := url.Values{
		"mode": {"rw"}, "_dqs": {"0"}, "_defensive": {"1"}, "_txlock": {"immediate"},
		"_pragma": {
			"busy_timeout(" + strconv.Itoa(busyTimeout) + ")", "trusted_schema(0)", "foreign_keys(1)",
			"synchronous(FULL)", "secure_delete(1)",
		},
		"_journal_mode": {"WAL"},
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

// migrate brings the schema up to date. Its number is how many migrations were
// applied.
func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	t, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	var id, have, tables int
	for what, to := range map[string]*int{"application_id": &id, "user_version": &have} {
		if err := t.QueryRowContext(ctx, "PRAGMA "+what).Scan(to); err != nil {
			return err
		}
	}
	if err := t.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	switch {
	case id != applicationID && (id != 0 || have != 0 || tables != 0):
		return errors.New("the file is not one of registerd's accounts")
	case have > len(files):
		return fmt.Errorf("its schema %d was written by a newer program; this one knows %d", have, len(files))
	case have == len(files):
		return nil
	}
	for _, f := range files[have:] {
		step, err := migrations.ReadFile(f)
		if err != nil {
			return err
		}
		if _, err := t.ExecContext(ctx, string(step)); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
	}
	for what, number := range map[string]int{"application_id": applicationID, "user_version": len(files)} {
		if _, err := t.ExecContext(ctx, fmt.Sprintf("PRAGMA %s = %d", what, number)); err != nil {
			return err
		}
	}
	return t.Commit()
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
