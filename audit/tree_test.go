package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A second opinion on the tree, from RFC 6962 section 2.1 alone.

func leafHash(line []byte) [32]byte { return sha256.Sum256(append([]byte{0}, line...)) }

func nodeHash(a, b [32]byte) [32]byte {
	return sha256.Sum256(slices.Concat([]byte{1}, a[:], b[:]))
}

// split is the largest power of two below n.
func split(n int) int {
	k := 1
	for 2*k < n {
		k *= 2
	}
	return k
}

func rootOf(lines [][]byte) [32]byte {
	switch len(lines) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leafHash(lines[0])
	}
	k := split(len(lines))
	return nodeHash(rootOf(lines[:k]), rootOf(lines[k:]))
}

// climb is the root that a path leads to from leaf n of size.
func climb(leaf [32]byte, n, size int, path [][32]byte) ([32]byte, bool) {
	if size == 1 {
		return leaf, len(path) == 0
	}
	if len(path) == 0 {
		return leaf, false
	}
	last, rest := path[len(path)-1], path[:len(path)-1]
	if k := split(size); n < k {
		h, ok := climb(leaf, n, k, rest)
		return nodeHash(h, last), ok
	} else {
		h, ok := climb(leaf, n-k, size-k, rest)
		return nodeHash(last, h), ok
	}
}

// grown are the roots of the first n and of all records, by a proof of growth.
func grown(n, size int, whole bool, old [32]byte, path [][32]byte) (was, is [32]byte, ok bool) {
	if n == size {
		if whole {
			return old, old, len(path) == 0
		}
		if len(path) != 1 {
			return old, old, false
		}
		return path[0], path[0], true
	}
	if len(path) == 0 {
		return old, old, false
	}
	last, rest := path[len(path)-1], path[:len(path)-1]
	k := split(size)
	if n <= k {
		was, is, ok = grown(n, k, whole, old, rest)
		return was, nodeHash(is, last), ok
	}
	was, is, ok = grown(n-k, size-k, false, old, rest)
	return nodeHash(last, was), nodeHash(last, is), ok
}

func TestTheEdgeGrowsToTheTreeOfRFC6962(t *testing.T) {
	var e edge
	var lines [][]byte
	for n := range 300 {
		if got, want := [32]byte(e.hash()), rootOf(lines); got != want || e.n != int64(n) {
			t.Fatalf("the root of %d lines is %x, want %x", n, got, want)
		}
		lines = append(lines, fmt.Appendf(nil, "line %d\n", n))
		e.add(lines[n])
	}
}

func linesOf(t *testing.T, dir string) [][]byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, journalName))
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(bytes.Lines(text))
}

func mustCheckpoint(t *testing.T, j *Journal) Checkpoint {
	t.Helper()
	c, err := j.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// proofOf reads a proof: its head lines, its hashes, and its checkpoint.
func proofOf(t *testing.T, text []byte, heads int) (head []string, path [][32]byte, checkpoint []byte) {
	t.Helper()
	before, after, ok := strings.Cut(string(text), "\n\n")
	lines := strings.Split(before, "\n")
	if !ok || len(lines) < heads {
		t.Fatalf("not a proof:\n%s", text)
	}
	for _, line := range lines[heads:] {
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != 32 {
			t.Fatalf("%q is not a hash: %v", line, err)
		}
		path = append(path, [32]byte(raw))
	}
	return lines[:heads], path, []byte(after)
}

// rootSigned checks the signature of a checkpoint with the published key alone.
func rootSigned(t *testing.T, dir string, checkpoint []byte) (int, [32]byte) {
	t.Helper()
	public, err := os.ReadFile(filepath.Join(dir, verifyingName))
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(public)))
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(checkpoint, note.VerifierList(verifier))
	if err != nil {
		t.Fatalf("%v:\n%s", err, checkpoint)
	}
	lines := strings.Split(n.Text, "\n")
	size, err := strconv.Atoi(lines[1])
	root, hashErr := tlog.ParseHash(lines[2])
	if err != nil || hashErr != nil || lines[0] != verifier.Name() || len(lines) != 4 {
		t.Fatalf("not a checkpoint: %q", n.Text)
	}
	return size, root
}

func TestARecordIsProvedToAnybodyWhoHasTheKey(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	const records = 21
	for i := range records {
		mustRecord(t, j, fmt.Sprintf("%d.example", i))
	}
	mustCheckpoint(t, j)
	lines := linesOf(t, cfg.Dir)
	for i := range records {
		text, err := Prove(cfg.Dir, uint64(i)+1)
		if err != nil {
			t.Fatal(err)
		}
		head, path, checkpoint := proofOf(t, text, 3)
		extra, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(head[1], "extra "))
		if head[0] != "c2sp.org/tlog-proof@v1" || head[2] != fmt.Sprint("index ", i) || err != nil || !bytes.Equal(extra, lines[i]) {
			t.Errorf("record %d: %q %v", i+1, head, err)
		}
		size, root := rootSigned(t, cfg.Dir, checkpoint)
		if got, ok := climb(leafHash(lines[i]), i, size, path); !ok || got != root || root != rootOf(lines) {
			t.Errorf("record %d: the proof leads to %x, want %x", i+1, got, root)
		}
		if got, ok := climb(leafHash(lines[(i+1)%records]), i, size, path); ok && got == root {
			t.Errorf("record %d: the proof is of another record too", i+1)
		}
	}
	mustRecord(t, j, "later.example")
	for _, seq := range []uint64{0, records + 1, records + 2} {
		if text, err := Prove(cfg.Dir, seq); err == nil {
			t.Errorf("record %d, which is not signed for, was proved:\n%s", seq, text)
		}
	}
}

func TestGrowthIsProvedBetweenAnyTwoCheckpoints(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	var kept []Checkpoint
	for i := range 19 {
		mustRecord(t, j, fmt.Sprintf("%d.example", i))
		kept = append(kept, mustCheckpoint(t, j))
	}
	lines := linesOf(t, cfg.Dir)
	for _, old := range kept {
		text, err := ProveGrowth(cfg.Dir, old.Note)
		if err != nil {
			t.Fatal(err)
		}
		head, path, checkpoint := proofOf(t, text, 1)
		size, root := rootSigned(t, cfg.Dir, checkpoint)
		was, is, ok := grown(int(old.Size), size, true, old.Root, path)
		if head[0] != fmt.Sprint("old ", old.Size) || !ok || was != [32]byte(old.Root) || is != root || root != rootOf(lines) {
			t.Errorf("from %d to %d: %v, %x and %x", old.Size, size, ok, was, is)
		}
	}
	if _, err := ProveGrowth(cfg.Dir, []byte("nothing")); err == nil {
		t.Error("growth was proved from nothing")
	}
	forged := bytes.Replace(kept[3].Note, []byte("\n4\n"), []byte("\n5\n"), 1)
	if _, err := ProveGrowth(cfg.Dir, forged); err == nil {
		t.Error("growth was proved from a forged checkpoint")
	}
}

func TestAForkIsNotWrittenTo(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, dir string){
		"a record changed": func(t *testing.T, dir string) {
			edit(t, dir, journalName, func(b []byte) []byte { return bytes.Replace(b, []byte("police-7"), []byte("police-8"), 1) })
		},
		"a record changed, its hashes lost": func(t *testing.T, dir string) {
			edit(t, dir, journalName, func(b []byte) []byte { return bytes.Replace(b, []byte("police-7"), []byte("police-8"), 1) })
			edit(t, dir, hashesName, func([]byte) []byte { return nil })
		},
		"the last records lost": func(t *testing.T, dir string) {
			edit(t, dir, journalName, func(b []byte) []byte { return b[:bytes.IndexByte(b, '\n')+1] })
		},
		"the last records lost, and the hashes": func(t *testing.T, dir string) {
			edit(t, dir, journalName, func(b []byte) []byte { return b[:bytes.IndexByte(b, '\n')+1] })
			edit(t, dir, hashesName, func([]byte) []byte { return nil })
		},
		"all lost but the hashes": func(t *testing.T, dir string) {
			edit(t, dir, journalName, func([]byte) []byte { return nil })
		},
		"all lost but the checkpoints": func(t *testing.T, dir string) {
			edit(t, dir, journalName, func([]byte) []byte { return nil })
			edit(t, dir, hashesName, func([]byte) []byte { return nil })
		},
		"a hash changed": func(t *testing.T, dir string) {
			edit(t, dir, hashesName, func(b []byte) []byte { b[70] ^= 1; return b })
		},
		"a checkpoint forged": func(t *testing.T, dir string) {
			edit(t, dir, checkpointsName, func(b []byte) []byte { return bytes.Replace(b, []byte("\n3\n"), []byte("\n2\n"), 1) })
		},
		"a checkpoint by another": func(t *testing.T, dir string) {
			edit(t, dir, verifyingName, func([]byte) []byte { return nil })
			edit(t, dir, signingName, func([]byte) []byte { return nil })
			if err := os.Remove(filepath.Join(dir, signingName)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		cfg := journalConfig(t)
		j := mustOpenJournal(t, cfg)
		for i := range 3 {
			mustRecord(t, j, fmt.Sprintf("%d.example", i))
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		spoil(t, cfg.Dir)
		before := linesOf(t, cfg.Dir)
		if j, err := OpenJournal(cfg); err == nil {
			t.Errorf("%s: was opened", name)
			_ = j.Close()
		}
		if diff := slices.CompareFunc(before, linesOf(t, cfg.Dir), bytes.Compare); diff != 0 {
			t.Errorf("%s: a refused journal was written to", name)
		}
		if v, err := Verify(VerifyConfig{Dir: cfg.Dir}); err != nil || len(v.Findings) == 0 {
			t.Errorf("%s: verify: %+v %v", name, v, err)
		}
	}
}

func edit(t *testing.T, dir, name string, f func([]byte) []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, f(text), fileMode); err != nil {
		t.Fatal(err)
	}
}

func TestHashesThatACrashLostAreMadeAgain(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	for i := range 5 {
		mustRecord(t, j, fmt.Sprintf("%d.example", i))
	}
	whole, err := os.ReadFile(filepath.Join(cfg.Dir, hashesName))
	if err != nil {
		t.Fatal(err)
	}
	if want := int(tlog.StoredHashCount(5)) * hashSize; len(whole) != want {
		t.Fatalf("%d bytes of hashes, want %d", len(whole), want)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	for name, left := range map[string][]byte{
		"none": nil, "some": whole[:3*hashSize], "a half one": whole[:3*hashSize+7],
		"zeros after some": append(slices.Clone(whole[:3*hashSize]), make([]byte, 100)...),
		"zeros at the end": append(slices.Clone(whole), make([]byte, 4096)...),
	} {
		edit(t, cfg.Dir, hashesName, func([]byte) []byte { return left })
		if v, err := Verify(VerifyConfig{Dir: cfg.Dir}); err != nil || len(v.Findings) > 0 {
			t.Errorf("%s: before they are made again: %q, %v", name, v.Findings, err)
		}
		j := mustOpenJournal(t, cfg)
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(cfg.Dir, hashesName)); err != nil || !bytes.Equal(got, whole) {
			t.Errorf("%s: %d bytes of hashes, want %d as before: %v", name, len(got), len(whole), err)
		}
	}
}

func TestAJournalForksUnderAWriterAndNothingIsSigned(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	mustRecord(t, j, "one.example")
	mustCheckpoint(t, j)
	mustRecord(t, j, "two.example")
	edit(t, cfg.Dir, hashesName, func(b []byte) []byte { b[0] ^= 1; return b })
	if c, err := j.Checkpoint(t.Context()); !errors.Is(err, ErrFork) {
		t.Errorf("signed %+v, %v", c, err)
	}
	if err := j.Record(t.Context(), disclosure("three.example")); err == nil {
		t.Error("recorded after a fork")
	}
}

// A long journal is held against its hashes piece by piece.
func TestALongJournalIsHeldAgainstAllOfItsHashes(t *testing.T) {
	cfg := journalConfig(t)
	mustRecord(t, mustOpenJournal(t, cfg), "shop.example")
	const records = 5000
	text := linesOf(t, cfg.Dir)[0]
	for seq := uint64(2); seq <= records; seq++ {
		b := own(EntryExport, "R-1")
		text = b.appendLine(text, seq, noon, nil)
	}
	edit(t, cfg.Dir, journalName, func([]byte) []byte { return text })
	if err := mustOpenJournal(t, cfg).Close(); err != nil { // makes the hashes
		t.Fatal(err)
	}
	if err := mustOpenJournal(t, cfg).Close(); err != nil { // compares them
		t.Fatal(err)
	}
	for _, at := range []int64{0, compareBytes - 1, compareBytes, 3 * compareBytes, tlog.StoredHashCount(records)*hashSize - 1} {
		flip := func(b []byte) []byte { b[at] ^= 1; return b }
		edit(t, cfg.Dir, hashesName, flip)
		if _, err := OpenJournal(cfg); !errors.Is(err, ErrFork) {
			t.Errorf("byte %d of the hashes: %v, want ErrFork", at, err)
		}
		edit(t, cfg.Dir, hashesName, flip)
	}
	if err := mustOpenJournal(t, cfg).Close(); err != nil {
		t.Error(err)
	}
}
