package listen

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"registerd/internal/wholefile"
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

// KeptUntil is when the certificate ends that a cache holds for a host; zero, if it has
// none that is good now. Nothing is fetched or changed.
func KeptUntil(cache, host string, now time.Time) time.Time {
	if c := certificateCache(cache).recall(host, now); c != nil {
		return c.Ends
	}
	return time.Time{}
}

// CacheWritable says why this process could not keep certificates in a cache, or make
// it where it is missing. It changes nothing.
func CacheWritable(cache string) error {
	for dir := cache; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir):
			continue
		case err != nil:
			return err
		case !info.IsDir():
			return &fs.PathError{Op: "write", Path: dir, Err: unix.ENOTDIR}
		}
		if err := unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS); err != nil {
			return &fs.PathError{Op: "write", Path: dir, Err: err}
		}
		return nil
	}
}

// recall is the certificate for host, if there is one that is good now.
func (dir certificateCache) recall(host string, now time.Time) *Certificate {
	text, err := dir.read(host)
	if err != nil {
		return nil
	}
	c, err := understand(host, text, now)
	if err != nil {
		return nil
	}
	return c
}

// understand reads what is kept for a host: the key and the chain, in one text.
func understand(host string, text []byte, now time.Time) (*Certificate, error) {
	c, err := parseCertificate(text, text, now)
	if err != nil {
		return nil, err
	}
	return c, c.Leaf.VerifyHostname(host)
}

func (dir certificateCache) read(name string) ([]byte, error) {
	return readSmall(filepath.Join(string(dir), name))
}

// write replaces a file as a whole: after a power cut it is the old or the new one.
func (dir certificateCache) write(name string, text []byte) error {
	if err := os.MkdirAll(string(dir), 0o700); err != nil {
		return err
	}
	return wholefile.Write(filepath.Join(string(dir), name), 0o600, text)
}
