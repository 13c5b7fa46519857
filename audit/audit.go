// Package audit keeps the desk's two books, in a directory of their own.
//
// The journal ([Journal]) says who was told what is not public, and why. A
// record is on disk before the answer it is about may leave, and a journal
// that cannot be written refuses, so that the answer is refused with it.
//
// The access log ([AccessLog]) is the day-book of all questions. It never
// delays an answer and never fails one: under pressure it drops notes and
// counts them. It knows clients as networks only and forgets after a while.
//
// The records are the leaves of a Merkle tree that is signed for every minute
// ([Checkpoint]): with a checkpoint that was kept elsewhere, [Verify] finds any
// change since. What may tell of a person is sealed by the key of its day, and
// forgotten by erasing that key. docs/journal.md says all of it.
//
// The package is not the program's log (that is log/slog), decides nothing
// about who may see what, and is never in the register's database.
package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
)

const (
	dirMode  fs.FileMode = 0o700
	fileMode fs.FileMode = 0o600
)

var sixToFour = netip.MustParsePrefix("2002::/16")

// Prefix is the network by which both books know a client: the /24 of an IPv4
// address, also of one mapped into IPv6, and the /48 of an IPv6 address. The
// zero address has the zero prefix.
//
// A 6to4 address (RFC 3056) carries a whole IPv4 address in its first 48 bits;
// its /40 is as wide as that address's /24.
func Prefix(client netip.Addr) netip.Prefix {
	client = client.Unmap()
	bits := 48
	switch {
	case client.Is4():
		bits = 24
	case sixToFour.Contains(client.WithZone("")):
		bits = 40
	}
	p, err := client.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// prepareDir makes the directory of the books. One that others may write to is
// refused: they could put a journal of their own in place of ours.
func prepareDir(dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, dirMode); err != nil {
			return fmt.Errorf("audit directory: %w", err)
		}
		return syncDir(filepath.Dir(dir))
	}
	switch {
	case err != nil:
		return fmt.Errorf("audit directory: %w", err)
	case !info.IsDir():
		return fmt.Errorf("audit directory: %s is not a directory", dir)
	case info.Mode().Perm()&0o022 != 0:
		return fmt.Errorf("audit directory: others may write to %s (mode %04o): chmod 700 it",
			dir, info.Mode().Perm())
	}
	return nil
}

// syncDir makes the names in dir last through a loss of power.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("audit directory: syncing: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("audit directory: syncing %s: %w", dir, err)
	}
	return nil
}
