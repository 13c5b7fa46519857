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
)

// Copy writes the SQLite file at from, as it is at one moment, to a new file of mode
// 0600, which is on disk when it returns. Others may read and write the file meanwhile,
// in this process too. What was deleted is not in the copy. If it fails there is none.
//
// It is the only way to copy such a file: see trusted for what opening it would do.
func Copy(ctx context.Context, from, to string) (err error) {
	from, to, err = absolute(from, to)
	if err != nil {
		return fmt.Errorf("copying %s: %w", from, err)
	}
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("copying: %w", err)
	}
	// SQLite writes into an empty file, and would make one that others may read.
	f, err := os.OpenFile(to, os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("copying %s: %w", from, err)
	}
	if err = f.Close(); err == nil {
		err = vacuum(ctx, from, to)
	}
	if err == nil {
		err = errors.Join(sync(to), sync(filepath.Dir(to)))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("copying %s to %s: %w", from, to, err), remove(to))
	}
	return nil
}

func absolute(from, to string) (string, string, error) {
	absFrom, err := filepath.Abs(from)
	if err != nil {
		return from, to, err
	}
	absTo, err := filepath.Abs(to)
	return absFrom, absTo, err
}

// vacuum opens the file for reading. It does not ask for query_only, by which SQLite
// would refuse to write the copy as well.
func vacuum(ctx context.Context, from, to string) error {
	v := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(" + strconv.Itoa(busyTimeout) + ")", "trusted_schema(0)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: from}).EscapedPath()+"?"+v.Encode())
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", to)
	return errors.Join(err, db.Close())
}

// sync makes a file or a folder durable. The copy is nobody's yet, and SQLite has
// closed it.
func sync(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func remove(path string) error {
	var errs []error
	for _, p := range []string{path, path + "-journal"} {
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
