package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// file is what the journal asks of its files.
type file interface {
	io.ReaderAt
	io.Writer // at the end
	io.Closer
	Stat() (fs.FileInfo, error)
	Sync() error
	Truncate(size int64) error
}

// disk is what changes the directory of the journal. Names are relative to it.
type disk interface {
	// open gives a file that is written at its end, and makes it if it is missing.
	open(name string) (file, error)
	// mkdir makes a folder, unless it is there.
	mkdir(name string) error
	// again writes text where it stands already, at an offset of a file, and syncs it.
	// After a sync that failed the kernel may hold as written what never reached the
	// disk, and no later sync would write it.
	again(name string, text []byte, at int64) error
	// rename gives a file another name, which may be taken.
	rename(from, to string) error
	// erase overwrites a file, as far as that is in a program's power, and takes it away.
	erase(name string) error
	// sync makes the names in a folder last through a loss of power.
	sync(name string) error
}

// folder is a disk.
type folder string

func (d folder) path(name string) string { return filepath.Join(string(d), name) }

func (d folder) open(name string) (file, error) {
	return os.OpenFile(d.path(name), os.O_RDWR|os.O_APPEND|os.O_CREATE, fileMode)
}

func (d folder) mkdir(name string) error {
	if err := os.Mkdir(d.path(name), dirMode); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func (d folder) again(name string, text []byte, at int64) error {
	f, err := os.OpenFile(d.path(name), os.O_WRONLY, 0) // one that appends cannot write elsewhere
	if err != nil {
		return err
	}
	_, err = f.WriteAt(text, at)
	return errors.Join(err, f.Sync(), f.Close())
}

func (d folder) rename(from, to string) error { return os.Rename(d.path(from), d.path(to)) }
func (d folder) sync(name string) error       { return syncDir(d.path(name)) }

func (d folder) erase(name string) error {
	f, err := os.OpenFile(d.path(name), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = io.Copy(f, io.LimitReader(zeros{}, info.Size()))
	}
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(d.path(name)))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// put writes a whole file: after a loss of power it is there with all of text,
// or not at all.
func put(d disk, name string, text []byte) error {
	temp := name + ".new"
	f, err := d.open(temp)
	if err != nil {
		return err
	}
	err = f.Truncate(0) // one that was left half done
	if err == nil {
		_, err = f.Write(text)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = d.rename(temp, name)
	}
	if err == nil {
		err = d.sync(filepath.Dir(name))
	}
	return err
}

// readSmall reads a file of at most limit bytes.
func readSmall(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%s: it is larger than %d bytes", path, limit)
	}
	return text, err
}
