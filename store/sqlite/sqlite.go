// Package sqlite keeps the register in one SQLite database in WAL mode, as
// package store asks.
//
// Every object is one row that holds also the objects it refers to, so that a
// question costs one statement. The driver is used below database/sql, which
// would cost more than the reading itself.
//
// It does not understand objects: it copies and compares their bytes. It is
// not a general SQL layer.
//
// Nothing here opens the database, its log or its shared memory other than
// through SQLite: closing such a file anywhere in the process drops the locks
// that SQLite holds on it.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// Options are the options of a reader and of a writer. The zero value is good.
type Options struct {
	// Create lets OpenWriter make the file if there is none. Only its owner
	// can read it: it holds personal data.
	Create bool

	// Connections is how many questions are read at the same time; 0 is two
	// for each core. More cost memory and win nothing. Searches have others,
	// one for each core.
	Connections int

	// MMapSize maps that many bytes of the file into memory, at most 2 GiB; 0
	// is off. Reads become up to twice as fast; the price is that a read error
	// of the disk ends the process.
	MMapSize int64

	// Now is the clock by which a writer notes when generations were published
	// and replaced; nil is the system's.
	Now func() time.Time
}

const (
	// busyTimeout is in milliseconds. It bounds how long a change waits for
	// that of another process.
	busyTimeout = 10_000

	// pageSize leaves less unused space behind rows of 1 to 3 KB than
	// SQLite's 4096.
	pageSize = 8192
)

func (o Options) connections() int {
	if o.Connections > 0 {
		return o.Connections
	}
	return 2 * runtime.GOMAXPROCS(0)
}

func (o Options) now() time.Time {
	if o.Now != nil {
		return o.Now()
	}
	return time.Now()
}

// dsn gives every pragma in the name, since each connection must have them. A
// name without "file:" would be opened for writing, whatever its mode says.
func dsn(path, mode string, o Options, extra url.Values) string {
	v := url.Values{"mode": {mode}, "_dqs": {"0"}, "_defensive": {"1"}}
	v.Add("_pragma", "busy_timeout("+strconv.Itoa(busyTimeout)+")")
	v.Add("_pragma", "trusted_schema(0)")
	if o.MMapSize > 0 {
		v.Add("_pragma", "mmap_size("+strconv.FormatInt(o.MMapSize, 10)+")")
	}
	for k, values := range extra {
		v[k] = append(v[k], values...)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

func readerDSN(path string, o Options) string {
	return dsn(path, "ro", o, url.Values{"_pragma": {"query_only(1)", "cache_size(-8192)"}})
}

// The cache of a writer, in KiB, holds a batch of a load, and the log grows by
// that much before it is written back.
//
// What is deleted is overwritten: it is personal data. That costs a load nothing
// that can be measured, and removing a generation a twentieth.
//
// writerDSN sets WAL by the parameter that is applied after all pragmas: once
// it is set, the size of a page cannot be.
func writerDSN(path string, o Options) string {
	return dsn(path, "rw", o, url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"synchronous(FULL)", "secure_delete(1)", "page_size(" + strconv.Itoa(pageSize) + ")",
			"cache_size(-16384)", "wal_autocheckpoint(2000)"},
		"_journal_mode": {"WAL"},
	})
}

// OpenReader opens the register at path for reading.
func OpenReader(path string, o Options) (*Reader, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("register file: opening: %w", err)
	}
	r := &Reader{
		lookups:  newPool(readerDSN(path, o), o.connections()),
		searches: newPool(readerDSN(path, o), runtime.GOMAXPROCS(0)),
	}
	// One is opened now, to refuse a file that cannot be read.
	if err := r.lookups.borrow(context.Background(), func(*conn) error { return nil }); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// OpenWriter opens the register at path for changes. An older schema is
// brought up to date, a newer one is refused.
func OpenWriter(path string, o Options) (*Writer, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("register file: opening: %w", err)
	}
	if o.Create {
		if err := create(path); err != nil {
			return nil, fmt.Errorf("register file: creating: %w", err)
		}
	}
	c, err := open(writerDSN(path, o))
	if err != nil {
		return nil, fmt.Errorf("register file: opening: %w", err)
	}
	if err := errors.Join(migrate(c), c.script(touchedTable)); err != nil {
		c.close()
		return nil, fmt.Errorf("register file: opening: %w", err)
	}
	w := &Writer{path: path, options: o, conn: c, turn: make(chan struct{}, 1)}
	w.turn <- struct{}{}
	return w, nil
}

// create makes the file before SQLite would, for its permissions; its log and
// shared memory get the same. It never opens a file that is there already.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}
