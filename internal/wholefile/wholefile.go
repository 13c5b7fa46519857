// Package wholefile writes files that are there as a whole: after a crash each is the old
// or the new one, and what was written is on disk.
package wholefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write replaces a file, or makes it, with exactly these permissions: 0600 is for its owner
// only. What is left of one that a crash ended begins with a dot and its name.
func Write(path string, mode fs.FileMode, text []byte) (err error) {
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
		return errors.Join(err, temp.Chmod(mode))
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

// Replace replaces a file, or makes it, for its owner only, with what write writes. Until
// it is whole it is under the name temp, in the same folder, which nobody else may use
// meanwhile: what a crash left there, the next one overwrites.
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
