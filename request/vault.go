package request

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"registerd/internal/wholefile"
)

// vault keeps the keys and the evidence, below the desk's directory. It is the
// directory's path.
//
// A key is 32 random bytes in keys/NUMBER.key; evidence is sealed with it in
// evidence/NUMBER/HASH. Who copies the database for safety leaves keys out: a copy
// of it could be read after the key was erased.
type vault string

const (
	deskKey     = "desk" // makes the tags of what may not be there twice; it seals nothing
	othersWrite = 0o022
)

func (v vault) keyPath(name string) string { return filepath.Join(string(v), "keys", name+".key") }

func (v vault) evidencePath(number string, d Digest) string {
	return filepath.Join(string(v), "evidence", number, d.String())
}

// prepare makes the folders. A directory that others may write to is refused.
func (v vault) prepare() error {
	for _, dir := range []string{string(v), filepath.Join(string(v), "keys"), filepath.Join(string(v), "evidence")} {
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		info, err := os.Stat(dir)
		switch {
		case err != nil:
			return err
		case !info.IsDir():
			return fmt.Errorf("%s: it is not a directory", dir)
		case info.Mode().Perm()&othersWrite != 0:
			return fmt.Errorf("%s: others than its owner may write to it (mode %o); chmod 700", dir, info.Mode().Perm())
		}
	}
	if _, err := v.key(deskKey); errors.Is(err, ErrErased) {
		if _, err := v.makeKey(deskKey); err != nil {
			return err
		}
	}
	return wholefile.SyncDir(string(v))
}

// makeKey makes a key, which is on disk when it returns. One of a request that was
// never kept is replaced.
func (v vault) makeKey(name string) ([]byte, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return key, put(v.keyPath(name), key)
}

// key is that of a request, or ErrErased.
func (v vault) key(name string) ([]byte, error) {
	key, err := os.ReadFile(v.keyPath(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrErased
	case err != nil:
		return nil, err
	case len(key) != 32:
		return nil, fmt.Errorf("%s: it is not a key", v.keyPath(name))
	}
	return key, nil
}

func seal(key, text []byte, bound string) ([]byte, error) {
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, text, []byte(bound)), nil
}

func unseal(key, sealed []byte, bound string) ([]byte, error) {
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, nil, sealed, []byte(bound))
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// tag stands for what would tell of a person if it stood there itself.
func (v vault) tag(what string, text []byte) ([]byte, error) {
	key, err := v.key(deskKey)
	if err != nil {
		return nil, fmt.Errorf("the desk's key: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(what + "\x00"))
	mac.Write(text)
	return mac.Sum(nil), nil
}

// keepEvidence seals a file. It is on disk when it returns.
func (v vault) keepEvidence(number string, d Digest, text []byte) error {
	key, err := v.key(number)
	if err != nil {
		return err
	}
	sealed, err := seal(key, text, number+" "+d.String())
	if err != nil {
		return err
	}
	path := v.evidencePath(number, d)
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := put(path, sealed); err != nil {
		return err
	}
	return wholefile.SyncDir(filepath.Dir(filepath.Dir(path)))
}

func (v vault) evidence(number string, d Digest) ([]byte, error) {
	key, err := v.key(number)
	if err != nil {
		return nil, err
	}
	sealed, err := os.ReadFile(v.evidencePath(number, d))
	if err != nil {
		return nil, err
	}
	return unseal(key, sealed, number+" "+d.String())
}

// erase takes a request's key away, and then what only it could open.
func (v vault) erase(number string) error {
	path := v.keyPath(number)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist): // it was erased, and that not noted
	case err != nil:
		return err
	default:
		_, err = f.Write(make([]byte, 32)) // on most disks that is as good as nothing; the name goes anyway
		if err = errors.Join(err, f.Sync(), f.Close(), os.Remove(path)); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(filepath.Join(string(v), "evidence", number)); err != nil {
		return err
	}
	return errors.Join(wholefile.SyncDir(filepath.Dir(path)), wholefile.SyncDir(filepath.Join(string(v), "evidence")))
}

// unfinished is what a file's name ends in until all of it is there.
const unfinished = ".new"

// put writes a whole file: after a loss of power it is there with all of text, or
// as it was.
func put(path string, text []byte) error {
	return wholefile.Replace(path, path+unfinished, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}
