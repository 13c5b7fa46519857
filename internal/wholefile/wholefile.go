// Package wholefile writes files that are there as a whole: after a crash each is the old
// or the new one, and what was written is on disk.
package wholefile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Write replaces a file, or makes it, for its owner only.
func Write(path string, text []byte) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp.Name())
		}
	}()
	return replaceBy(temp, path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// replaceBy writes a temporary file and puts it in the place of another.
func replaceBy(temp *os.File, path string, write func(io.Writer) error) error {
	err := write(temp)
	if err == nil {
		err = temp.Sync()
	}
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// SyncDir has the names in a folder on disk.
func SyncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Replace writes a file whole, under another name first, which nobody else
// may use meanwhile. After a crash it is the old or the new one.
func Replace(path, temp string, write func(io.Writer) error) (err error) {
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp)
		}
	}()
	return replaceBy(f, path, write)
}
