package audit

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	keysName  = "keys"
	keySuffix = ".key"
	keySize   = 32
	sealExtra = 12 + 16 // nonce and tag
)

var (
	// errKeyGone says that the key of a day is not there.
	errKeyGone = errors.New("the key of the day is gone")
	// errUnopened says that the key of a day is not the one that sealed a record:
	// the key was lost and another made, or the record was altered. The tree tells
	// which.
	errUnopened = errors.New("the key of the day does not open the seal")
)

// dayKey seals what may tell of a person, AES-256-GCM with random nonces: a key
// is used for the records of one day, far fewer than the 2^32 it is good for.
type dayKey struct{ aead cipher.AEAD }

func newDayKey(secret []byte) (*dayKey, error) {
	if len(secret) != keySize {
		return nil, fmt.Errorf("it has %d bytes, not %d", len(secret), keySize)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return &dayKey{aead}, err
}

func sealedSize(n int) int { return base64.StdEncoding.EncodedLen(n + sealExtra) }

func (k *dayKey) seal(text, bound []byte) []byte {
	return base64.StdEncoding.AppendEncode(nil, k.aead.Seal(nil, nil, text, bound))
}

func (k *dayKey) open(sealed string, bound []byte) ([]byte, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return nil, err
	}
	return k.aead.Open(nil, nil, raw, bound)
}

func keyName(day time.Time) string {
	return filepath.Join(keysName, day.UTC().Format(dateLayout)+keySuffix)
}

// readKey is the key of the day that t is in, or errKeyGone.
func readKey(dir string, t time.Time) (*dayKey, error) {
	secret, err := readSmall(filepath.Join(dir, keyName(t)), keySize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errKeyGone
	}
	var key *dayKey
	if err == nil {
		key, err = newDayKey(secret)
	}
	if err != nil {
		return nil, fmt.Errorf("the key of %s: %w", t.UTC().Format(dateLayout), err)
	}
	return key, nil
}

// makeKey is the key of the day that t is in. It is made on first use, and on
// disk before it returns: what is sealed by a key that a loss of power took
// could never be read. It needs the lock.
func makeKey(dir string, d disk, t time.Time) (*dayKey, error) {
	key, err := readKey(dir, t)
	if !errors.Is(err, errKeyGone) {
		return key, err
	}
	secret := make([]byte, keySize)
	_, _ = rand.Read(secret) // never fails
	if err := put(d, keyName(t), secret); err != nil {
		return nil, fmt.Errorf("making the key of %s: %w", t.UTC().Format(dateLayout), err)
	}
	return newDayKey(secret)
}

// keyDays are the days whose keys are there, oldest first.
func keyDays(dir string) ([]time.Time, error) {
	entries, err := os.ReadDir(filepath.Join(dir, keysName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var days []time.Time
	for _, e := range entries {
		name, isKey := strings.CutSuffix(e.Name(), keySuffix)
		if day, err := time.Parse(dateLayout, name); isKey && err == nil {
			days = append(days, day)
		}
	}
	return days, nil
}

// keyring remembers the keys of the days that were read.
type keyring struct {
	dir  string
	keys map[string]*dayKey // nil for a key that is gone
}

func newKeyring(dir string) *keyring { return &keyring{dir, map[string]*dayKey{}} }

// unseal puts what line seals into r, or marks it as gone: without an error if the
// key is not there, with errUnopened if it is another.
func (k *keyring) unseal(r *Record, line []byte, sealed string) error {
	day := r.Time.UTC().Format(dateLayout)
	key, known := k.keys[day]
	if !known {
		var err error
		if key, err = readKey(k.dir, r.Time); err != nil && !errors.Is(err, errKeyGone) {
			return err
		}
		k.keys[day] = key
	}
	r.Gone = true
	if key == nil {
		return nil
	}
	at := bytes.LastIndex(line, []byte(sealedMember))
	if at < 0 {
		return errUnopened
	}
	text, err := key.open(sealed, line[:at])
	if err != nil {
		return errUnopened
	}
	r.Gone = false
	return r.disclose(text)
}
