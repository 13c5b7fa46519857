package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// ErrTorn says that the journal ends in an unfinished line: its writer crashed,
// and nobody has opened it for writing since.
var ErrTorn = errors.New("audit journal: ends in an unfinished line")

// Walk gives f the records of the journal in dir, oldest first, those of the
// moment it was called; others may write meanwhile. It stops at the first error
// of f and returns it. A gap or a line that is not a record is an error;
// after all records an unfinished last line is [ErrTorn].
func Walk(dir string, f func(Record) error) error {
	journal, err := os.Open(filepath.Join(dir, journalName))
	if err != nil {
		return fmt.Errorf("audit journal: reading: %w", err)
	}
	defer journal.Close()
	size, err := settledSize(dir, journal)
	if err != nil {
		return fmt.Errorf("audit journal: reading: %w", err)
	}
	var seen int64
	var seq uint64
	err = eachLine(io.NewSectionReader(journal, 0, size), func(line []byte) error {
		var r Record
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("audit journal: after record %d: %w", seq, err)
		}
		if r.Seq != seq+1 {
			return fmt.Errorf("audit journal: record %d is followed by %d", seq, r.Seq)
		}
		seq, seen = r.Seq, seen+int64(len(line))
		return f(r)
	})
	if err == nil && seen < size {
		return ErrTorn
	}
	return err
}

// settledSize is the size at a moment when nobody is in the middle of a write.
// A copy of a journal may lack the lock, and nobody writes to it either.
func settledSize(dir string, journal *os.File) (int64, error) {
	lock, err := os.Open(filepath.Join(dir, lockName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return 0, err
	default:
		defer lock.Close()
		if err := lockFile(lock, unix.LOCK_SH); err != nil {
			return 0, err
		}
	}
	info, err := journal.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
