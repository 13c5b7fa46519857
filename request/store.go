package request

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"path/filepath"

	"registerd/internal/sqlfile"
)

const (
	fileName = "requests.db"
	// applicationID marks the file as one of requests: "RGRQ".
	applicationID = 0x52475251
)

//go:embed migrations
var migrations embed.FS

// Open opens the desk in c.Dir, or begins it. A directory that others may write to is
// refused, and a file that sqlfile.Open refuses.
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
	d.db, err = sqlfile.Open(ctx, sqlfile.Config{
		Path: filepath.Join(c.Dir, fileName), Mark: applicationID, Holds: "requests", Schema: migrations, Create: true,
	})
	if err != nil {
		return nil, fmt.Errorf("requests: %w", err)
	}
	return d, nil
}

// Close closes the desk.
func (d *Desk) Close() error { return d.db.Close() }

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
