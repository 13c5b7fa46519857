package audit

import (
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
// moment it was called; others may write meanwhile. Those of journals of the
// old form come before. What is sealed is opened, or [Record.Gone]: a key that was
// lost must not keep the other records from whoever may read them. It stops at the
// first error of f and returns it. A gap or a line that is not a record is an
// error; after all records an unfinished last line is [ErrTorn].
//
// It does not say whether the journal is what it was: that is [Verify].
func Walk(dir string, f func(Record) error) error {
	olds, err := oldNames(dir)
	if err != nil {
		return fmt.Errorf("audit journal: reading: %w", err)
	}
	for _, name := range olds {
		if err := eachOld(dir, name, f); err != nil {
			return err
		}
	}
	keys := newKeyring(dir)
	return eachRecord(dir, func(r Record, line []byte, sealed string) error {
		if sealed != "" {
			if err := keys.unseal(&r, line, sealed); err != nil && !errors.Is(err, errUnopened) {
				return fmt.Errorf("audit journal: record %d: %w", r.Seq, err)
			}
		}
		return f(r)
	})
}

// eachRecord reads the records of the journal in use, and opens no seal.
func eachRecord(dir string, f func(r Record, line []byte, sealed string) error) error {
	journal, err := os.Open(filepath.Join(dir, journalName))
	if err != nil {
		return fmt.Errorf("audit journal: reading: %w", err)
	}
	defer journal.Close()
	size, err := settledSize(dir, journal)
	if err != nil {
		return fmt.Errorf("audit journal: reading: %w", err)
	}
	return readRecords(io.NewSectionReader(journal, 0, size), size, f)
}

func readRecords(journal io.Reader, size int64, f func(r Record, line []byte, sealed string) error) error {
	var seen int64
	var seq uint64
	err := eachLine(journal, func(line []byte) error {
		r, sealed, err := parse(line)
		if err != nil {
			return fmt.Errorf("audit journal: after record %d: %w", seq, err)
		}
		if r.Seq != seq+1 {
			return fmt.Errorf("audit journal: record %d is followed by %d", seq, r.Seq)
		}
		seq, seen = r.Seq, seen+int64(len(line))
		return f(r, line, sealed)
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
