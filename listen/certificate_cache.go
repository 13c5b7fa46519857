package listen

import (
	"errors"
	"os"
	"path/filepath"
)

// certificateCache is a directory that holds what an authority has issued, a file for
// each host with the key and the chain, and the account's key. Whoever reads it is the
// server: nothing in it is for others.
type certificateCache string

// try finds out whether it can be written to: certificates that are not kept are
// ordered again at every start, until the authority bars us.
func (dir certificateCache) try() error {
	if err := os.MkdirAll(string(dir), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(string(dir), "trial-")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func (dir certificateCache) read(name string) ([]byte, error) {
	return readSmall(filepath.Join(string(dir), name))
}

// write replaces a file as a whole: after a power cut it is the old or the new one.
func (dir certificateCache) write(name string, text []byte) (err error) {
	if err := os.MkdirAll(string(dir), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(string(dir), "trial-") // for its owner alone
	if err != nil {
		return err
	}
	if _, err = f.Write(text); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(string(dir), name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	d, err := os.Open(string(dir))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
