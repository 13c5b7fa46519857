package sqlfile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"golang.org/x/sys/unix"
)

// Where SQLite takes its locks on a file, see its os.h. In WAL mode a connection
// that has read once keeps one until it is closed.
const (
	locksBegin = 0x40000000
	locksEnd   = locksBegin + 512
)

// InUse reports whether another process has the SQLite file at path open. One that
// is not there is not in use. It must not be asked about a file that this process
// has open: see trusted.
func InUse(path string) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	lock := unix.Flock_t{Type: unix.F_WRLCK, Start: locksBegin, Len: locksEnd - locksBegin}
	if err := unix.FcntlFlock(f.Fd(), unix.F_OFD_GETLK, &lock); err != nil {
		return false, fmt.Errorf("%s: who has it open: %w", path, err)
	}
	return lock.Type != unix.F_UNLCK, nil
}

// Check reads a whole file and says what is wrong with its structure.
func Check(ctx context.Context, path string) error {
	if err := check(ctx, path); err != nil {
		return fmt.Errorf("checking %s: %w", path, err)
	}
	return nil
}

func check(ctx context.Context, path string) error {
	v := url.Values{"mode": {"ro"}, "_pragma": {"query_only(1)", "trusted_schema(0)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+v.Encode())
	if err != nil {
		return err
	}
	defer db.Close()
	var found string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		return errors.New(found)
	}
	return nil
}
