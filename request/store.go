package request

import (
	"cmp"
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

	_ "modernc.org/sqlite" // the driver
)

const (
	fileName = "requests.db"
	// applicationID marks the file as one of requests: "RGRQ".
	applicationID = 0x52475251
	busyTimeout   = 10_000 // in milliseconds
)

//go:embed migrations
var migrations embed.FS

// Open opens the desk in c.Dir, or begins it. A directory that others may write to
// is refused.
func Open(ctx context.Context, c Config) (_ *Desk, err error) {
	switch {
	case c.Dir == "":
		return nil, errors.New("requests: no directory given")
	case c.Now == nil:
		return nil, errors.New("requests: no clock given")
	case c.Record == nil:
		return nil, errors.New("requests: no journal given")
	}
	c.OpenInAll, c.OpenPerNetwork = cmp.Or(c.OpenInAll, defaultOpenInAll), cmp.Or(c.OpenPerNetwork, defaultOpenPerNetwork)
	c.MaxEvidence, c.Keep = cmp.Or(c.MaxEvidence, DefaultMaxEvidence), cmp.Or(c.Keep, defaultKeep)
	if c.OpenInAll < 0 || c.OpenPerNetwork < 0 || c.MaxEvidence < 0 || c.Keep < 0 {
		return nil, errors.New("requests: a limit is negative")
	}
	if c.Dir, err = filepath.Abs(c.Dir); err != nil {
		return nil, fmt.Errorf("requests: %w", err)
	}
	d := &Desk{cfg: c, keys: vault(c.Dir)}
	if err := d.keys.prepare(); err != nil {
		return nil, fmt.Errorf("requests: %w", err)
	}
	path := filepath.Join(c.Dir, fileName)
	if err := create(path); err != nil {
		return nil, fmt.Errorf("requests: %w", err)
	}
	if d.db, err = sql.Open("sqlite", dsn(path)); err != nil {
		return nil, fmt.Errorf("requests: %s: %w", path, err)
	}
	d.db.SetMaxOpenConns(1)
	if err := d.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("requests: %s: %w", path, err), d.db.Close())
	}
	return d, nil
}

// create makes the file before SQLite would, for its mode, which its log gets too.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func dsn(path string) string {
	v := url.Values{
		"mode": {"rw"}, "_dqs": {"0"}, "_defensive": {"1"}, "_txlock": {"immediate"},
		"_pragma": {
			"busy_timeout(" + strconv.Itoa(busyTimeout) + ")", "trusted_schema(0)",
			"synchronous(FULL)", "secure_delete(1)",
		},
		"_journal_mode": {"WAL"},
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

// Close closes the desk.
func (d *Desk) Close() error { return d.db.Close() }

// migrate brings the schema up to date. Its number is how many migrations were
// applied.
func (d *Desk) migrate(ctx context.Context) error {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	return d.inside(ctx, func(t *sql.Tx) error {
		var id, have, tables int
		for query, to := range map[string]*int{
			"PRAGMA application_id": &id, "PRAGMA user_version": &have, "SELECT count(*) FROM sqlite_schema": &tables,
		} {
			if err := t.QueryRowContext(ctx, query).Scan(to); err != nil {
				return err
			}
		}
		switch {
		case id != applicationID && (id != 0 || have != 0 || tables != 0):
			return errors.New("the file is not one of registerd's requests")
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
		_, err := t.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(files)))
		return err
	})
}

// inside runs f in a transaction, which is on disk when it returns nil.
func (d *Desk) inside(ctx context.Context, f func(*sql.Tx) error) error {
	t, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	if err := f(t); err != nil {
		return err
	}
	return t.Commit()
}
