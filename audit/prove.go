package audit

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

// Prove gives a proof that record seq is in the journal in dir: in the form of
// C2SP tlog-proof, with the record's line as its extra data and the last checkpoint.
// Whoever has the key for verifying needs nothing else.
func Prove(dir string, seq uint64) ([]byte, error) {
	p, err := openProving(dir)
	if err != nil {
		return nil, err
	}
	defer p.hashes.Close()
	line, err := findLine(dir, seq)
	if err != nil {
		return nil, err
	}
	n := int64(seq) - 1
	if n >= p.last.Size {
		return nil, fmt.Errorf("audit journal: record %d is not signed for yet: the last checkpoint is of %d", seq, p.last.Size)
	}
	proof, err := tlog.ProveRecord(p.last.Size, n, storedHashes{p.hashes})
	if err == nil {
		err = tlog.CheckRecord(proof, p.last.Size, p.last.Root, n, tlog.RecordHash(line))
	}
	if err != nil {
		return nil, fmt.Errorf("audit journal: record %d cannot be proved; verify says more: %w", seq, err)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "c2sp.org/tlog-proof@v1\nextra %s\nindex %d\n", base64.StdEncoding.EncodeToString(line), n)
	return p.finish(&out, proof), nil
}

// ProveGrowth gives a proof that the journal in dir only grew since a checkpoint:
// the line "old" with that checkpoint's number of records, the hashes of the proof
// (RFC 6962 section 2.1.2), and the last checkpoint.
func ProveGrowth(dir string, since []byte) ([]byte, error) {
	p, err := openProving(dir)
	if err != nil {
		return nil, err
	}
	defer p.hashes.Close()
	kept := keptNotes(since)
	if len(kept) == 0 {
		return nil, errors.New("audit journal: there is no checkpoint to prove growth from")
	}
	old, err := readCheckpoint(kept[len(kept)-1], p.keys.verifiers)
	if err != nil {
		return nil, fmt.Errorf("audit journal: %w", err)
	}
	if old.Size > p.last.Size {
		return nil, fmt.Errorf("audit journal: %d records were signed for, the last checkpoint here is of %d", old.Size, p.last.Size)
	}
	var proof tlog.TreeProof
	if old.Size > 0 {
		proof, err = tlog.ProveTree(p.last.Size, old.Size, storedHashes{p.hashes})
		if err == nil {
			err = tlog.CheckTree(proof, p.last.Size, p.last.Root, old.Size, old.Root)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("audit journal: its growth since %d records cannot be proved; verify says more: %w", old.Size, err)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "old %d\n", old.Size)
	return p.finish(&out, proof), nil
}

// proving is what proofs are made of.
type proving struct {
	last   Checkpoint
	keys   keys
	hashes *os.File
}

func openProving(dir string) (*proving, error) {
	known, err := readVerifying(dir)
	p := new(proving)
	if err == nil {
		p.keys.verifiers, err = verifierList(known)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(filepath.Join(dir, checkpointsName))
	}
	if err != nil {
		return nil, fmt.Errorf("audit journal: proving: %w", err)
	}
	found, _ := notes(text)
	if len(found) == 0 {
		return nil, errors.New("audit journal: nothing is signed for yet")
	}
	if p.last, err = readCheckpoint(found[len(found)-1], p.keys.verifiers); err == nil {
		p.hashes, err = os.Open(filepath.Join(dir, hashesName))
	}
	if err != nil {
		return nil, fmt.Errorf("audit journal: proving: %w", err)
	}
	return p, nil
}

func (p *proving) finish(out *bytes.Buffer, hashes []tlog.Hash) []byte {
	for _, h := range hashes {
		fmt.Fprintln(out, h)
	}
	fmt.Fprintf(out, "\n%s", p.last.Note)
	return out.Bytes()
}

// findLine is the line of a record.
func findLine(dir string, seq uint64) ([]byte, error) {
	f, err := os.Open(filepath.Join(dir, journalName))
	if err != nil {
		return nil, fmt.Errorf("audit journal: proving: %w", err)
	}
	defer f.Close()
	size, err := settledSize(dir, f)
	if err != nil {
		return nil, fmt.Errorf("audit journal: proving: %w", err)
	}
	var found []byte
	err = eachLine(io.NewSectionReader(f, 0, size), func(line []byte) error {
		if n, ok := lineSeq(line); ok && n == seq {
			found = slices.Clone(line)
			return errStop
		}
		return nil
	})
	if found == nil {
		return nil, errors.Join(errors.New("audit journal: there is no record "+strconv.FormatUint(seq, 10)), err)
	}
	return found, nil
}
