package audit

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	hashesName = "journal.hashes"
	hashSize   = tlog.HashSize
	// compareBytes of hashes are held against the file at once.
	compareBytes = 64 << 10
)

// ErrFork says that the journal is not the one whose hashes were kept: a record
// was changed, inserted or lost. Nothing is signed or written then.
var ErrFork = errors.New("the journal was tampered with")

// edge is the right edge of a tree: the root of a complete subtree for each bit
// of the number of records. More is not needed to let the tree grow.
type edge struct {
	n    int64
	root [64]tlog.Hash
}

// ReadHashes gives what [tlog] asks for when it lets the edge grow or asks for its root.
func (e *edge) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, _ := tlog.SplitStoredHashIndex(index)
		hashes[i] = e.root[level]
	}
	return hashes, nil
}

// add lets the tree grow by a record, and gives the hashes that are new.
func (e *edge) add(line []byte) []tlog.Hash {
	hashes, err := tlog.StoredHashes(e.n, line, e)
	if err != nil {
		panic(err) // ReadHashes never fails
	}
	e.n++
	e.root[bits.TrailingZeros64(uint64(e.n))] = hashes[len(hashes)-1]
	return hashes
}

func (e *edge) hash() tlog.Hash {
	h, err := tlog.TreeHash(e.n, e)
	if err != nil {
		panic(err)
	}
	return h
}

// tree is the journal's Merkle tree. The file holds its hashes, in the order of
// [tlog.StoredHashIndex]; it can be made again from the journal, and so it
// is written after the journal was synced, and never synced itself.
type tree struct {
	edge
	file  file
	log   *slog.Logger
	held  int64  // how many hashes the file holds that agree with the journal
	ahead []byte // the hashes behind those

	enough int // when so many bytes are ahead, they are compared
	kept   [compareBytes]byte
}

// follow lets the tree grow by a record that is in the journal.
func (t *tree) follow(line []byte) error {
	for _, h := range t.add(line) {
		t.ahead = append(t.ahead, h[:]...)
	}
	if len(t.ahead) < t.enough {
		return nil
	}
	err := t.compare()
	t.enough = len(t.ahead) + compareBytes // of which the file may have none
	return err
}

// compare holds the hashes ahead against those that the file has.
func (t *tree) compare() error {
	for len(t.ahead) > 0 {
		n, err := t.file.ReadAt(t.kept[:min(len(t.kept), len(t.ahead))], t.held*hashSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		n -= n % hashSize
		for at := 0; at < n; at += hashSize {
			ours, theirs := tlog.Hash(t.ahead[at:]), tlog.Hash(t.kept[at:])
			if ours != theirs {
				t.ahead = t.ahead[at:]
				return t.differs(theirs)
			}
			t.held++
		}
		if t.ahead = t.ahead[n:]; n == 0 {
			return nil
		}
	}
	return nil
}

// differs judges a hash that is not the journal's. Some file systems leave
// zeros after a loss of power where the file had not reached the disk.
func (t *tree) differs(theirs tlog.Hash) error {
	if theirs == (tlog.Hash{}) {
		return nil
	}
	_, n := tlog.SplitStoredHashIndex(t.held)
	return fmt.Errorf("%w: the hash of record %d is another in %s", ErrFork, n+1, hashesName)
}

// settle brings the file up to the journal. It needs the lock: only then is
// what the file lacks written by nobody else.
func (t *tree) settle() error {
	if err := t.compare(); err != nil {
		return err
	}
	info, err := t.file.Stat()
	if err != nil {
		return err
	}
	if rest := info.Size() - t.held*hashSize; rest != 0 {
		if err := t.trim(rest); err != nil {
			return err
		}
	}
	return t.write()
}

// trim takes away what a crash left behind the last good hash. A whole hash
// there is that of a record that is gone: hashes are written after records.
func (t *tree) trim(rest int64) error {
	var next tlog.Hash
	n, err := t.file.ReadAt(next[:], t.held*hashSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case rest < 0:
		return fmt.Errorf("%s was cut while it was open", hashesName)
	case n == hashSize && next != (tlog.Hash{}):
		return fmt.Errorf("%w: %s holds %d bytes of hashes of records that are gone", ErrFork, hashesName, rest)
	}
	t.log.Warn("journal: hashes that a crash left unfinished are made again", "bytes", rest)
	return t.file.Truncate(t.held * hashSize)
}

func (t *tree) write() error {
	if len(t.ahead) == 0 {
		return nil
	}
	if _, err := t.file.Write(t.ahead); err != nil {
		return err
	}
	t.held += int64(len(t.ahead) / hashSize)
	t.ahead = t.ahead[:0]
	return nil
}

// rootAt is the root of the first n records, n at most those whose hashes the file holds.
func (t *tree) rootAt(n int64) (tlog.Hash, error) { return tlog.TreeHash(n, storedHashes{t.file}) }

// storedHashes reads hashes where they are kept.
type storedHashes struct{ io.ReaderAt }

// ReadHashes is what proofs are made of.
func (s storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if n, err := s.ReadAt(hashes[i][:], index*hashSize); n < hashSize {
			return nil, fmt.Errorf("%s: reading hash %d: %w", hashesName, index, err)
		}
	}
	return hashes, nil
}
