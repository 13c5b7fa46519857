// Package sqlfile opens the small SQLite files of the desk: accounts, requests, links
// of holders, statistics. It decides for all of them what a file must be to be taken,
// how its schema is brought up to date, and how it is copied.
//
// It is not a layer over SQL: who opens a file writes the statements. The register is
// another matter (store/sqlite), but may be copied with Copy.
package sqlfile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	_ "modernc.org/sqlite" // the driver
)

// Config says which file is opened, and what it must be.
type Config struct {
	Path  string
	Mark  int32  // its application_id
	Holds string // what is in it, for people: "accounts"

	// Schema has migrations/*.sql, which are applied in the order of their names.
	// The file's user_version is how many were.
	Schema fs.FS

	// Create makes the file, of mode 0600, if there is none. Without it a missing file
	// is fs.ErrNotExist.
	Create bool

	// ReadOnly opens it for reading; a schema that is not up to date is refused.
	ReadOnly bool
}

const (
	busyTimeout  = 10_000 // in milliseconds
	othersAccess = 0o077  // the bits of a mode by which others than the owner may read or write
)

// Open opens the file, and brings its schema up to date. It refuses a file that others
// than its owner may use, that belongs neither to who runs this nor to root (root takes
// any owner's), that holds something else, or that a newer program wrote.
//
// What is committed is on disk. Other processes may have the file open too. The answer
// has one connection: a transaction that is open holds up everything else.
func Open(ctx context.Context, c Config) (*sql.DB, error) {
	if c.Path == "" || c.Mark == 0 || c.Holds == "" || c.Schema == nil || c.Create && c.ReadOnly {
		return nil, errors.New("opening a file: its path, mark, content or schema is not given, or it is to be made and not to be written")
	}
	path, err := filepath.Abs(c.Path)
	if err != nil {
		return nil, err
	}
	if c.Create {
		if err := create(path); err != nil {
			return nil, err
		}
	}
	if err := trusted(path); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name(path, c.ReadOnly))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	if err := c.migrate(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), db.Close())
	}
	return db, nil
}

// create makes the file before SQLite would, for its mode, which SQLite gives its log
// and its shared memory too.
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

// trusted looks at whose the file is. It does not open it: closing a file that SQLite
// has open anywhere in the process drops SQLite's locks.
func trusted(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	owner, _ := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: it is not a file", path)
	case info.Mode().Perm()&othersAccess != 0:
		return fmt.Errorf("%s: others than its owner may use it (mode %o); chmod 600", path, info.Mode().Perm())
	case owner != nil && !owns(int(owner.Uid), os.Getuid()):
		return fmt.Errorf("%s: it belongs to user %d, who is neither root nor who runs this", path, owner.Uid)
	}
	return nil
}

// owns reports whether who runs this trusts the owner. Root runs commands on files of
// the service's user.
func owns(owner, self int) bool { return owner == 0 || owner == self || self == 0 }

// name gives every pragma in the name, since each connection must have them. A name
// without "file:" would be opened for writing, whatever its mode says.
func name(path string, readOnly bool) string {
	pragmas := []string{"busy_timeout(" + strconv.Itoa(busyTimeout) + ")", "trusted_schema(0)", "foreign_keys(1)"}
	v := url.Values{"_dqs": {"0"}, "_defensive": {"1"}}
	if readOnly {
		v["mode"], v["_pragma"] = []string{"ro"}, append(pragmas, "query_only(1)")
	} else {
		v["mode"], v["_pragma"] = []string{"rw"}, append(pragmas, "synchronous(FULL)", "secure_delete(1)")
		v["_txlock"], v["_journal_mode"] = []string{"immediate"}, []string{"WAL"}
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}
