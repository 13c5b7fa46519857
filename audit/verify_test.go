package audit

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// forge writes a journal of these lines with hashes and a checkpoint to match:
// the work of somebody who can write to the directory, and has the key.
func forge(t *testing.T, dir string, text []byte) {
	t.Helper()
	var e edge
	var hashes []byte
	for line := range bytes.Lines(text) {
		if line[len(line)-1] != '\n' {
			break
		}
		for _, h := range e.add(line) {
			hashes = append(hashes, h[:]...)
		}
	}
	skey, err := os.ReadFile(filepath.Join(dir, signingName))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(skey)))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: checkpointText(signer.Name(), e.n, e.hash())}, signer)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{journalName: text, hashesName: hashes, checkpointsName: signed} {
		rewrite(t, filepath.Join(dir, name), text)
	}
}

// rewrite is os.WriteFile for ten thousand times: some file systems wait for
// the disk when a file that was emptied is closed.
func rewrite(t *testing.T, path string, text []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(text, 0)
	if err := errors.Join(err, f.Truncate(int64(len(text))), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// mutation changes whole lines, and says how.
type mutation func(lines [][]byte, r *rand.Rand) [][]byte

var mutations = map[string]mutation{
	"a byte changed": func(lines [][]byte, r *rand.Rand) [][]byte {
		line := lines[r.IntN(len(lines))]
		line[r.IntN(len(line))] ^= byte(1 + r.IntN(255))
		return lines
	},
	"bytes inserted": func(lines [][]byte, r *rand.Rand) [][]byte {
		i := r.IntN(len(lines))
		at := r.IntN(len(lines[i])) // never behind all, where records are added
		noise := make([]byte, 1+r.IntN(9))
		for k := range noise {
			noise[k] = byte(r.IntN(256))
		}
		lines[i] = append(lines[i][:at:at], append(noise, lines[i][at:]...)...)
		return lines
	},
	"bytes removed": func(lines [][]byte, r *rand.Rand) [][]byte {
		i := r.IntN(len(lines))
		at := r.IntN(len(lines[i]))
		end := min(at+1+r.IntN(40), len(lines[i]))
		lines[i] = append(lines[i][:at:at], lines[i][end:]...)
		return lines
	},
	"records removed": func(lines [][]byte, r *rand.Rand) [][]byte {
		at := r.IntN(len(lines))
		return append(lines[:at], lines[min(at+1+r.IntN(3), len(lines)):]...)
	},
	"a record repeated": func(lines [][]byte, r *rand.Rand) [][]byte {
		at := r.IntN(len(lines) - 1)
		return append(lines[:at+1], lines[at:]...)
	},
	"records exchanged": func(lines [][]byte, r *rand.Rand) [][]byte {
		a, b := r.IntN(len(lines)), r.IntN(len(lines)-1)
		if b >= a {
			b++
		}
		lines[a], lines[b] = lines[b], lines[a]
		return lines
	},
	"cut short": func(lines [][]byte, r *rand.Rand) [][]byte {
		i := r.IntN(len(lines))
		lines[i] = lines[i][:r.IntN(len(lines[i]))]
		return lines[:i+1]
	},
	"records removed and numbered anew": func(lines [][]byte, r *rand.Rand) [][]byte {
		at := r.IntN(len(lines))
		return renumber(append(lines[:at], lines[at+1:]...))
	},
	"a record inserted and numbered anew": func(lines [][]byte, r *rand.Rand) [][]byte {
		at, from := r.IntN(len(lines)), bytes.Clone(lines[r.IntN(len(lines))])
		return renumber(append(lines[:at:at], append([][]byte{from}, lines[at:]...)...))
	},
	"a purpose changed": func(lines [][]byte, r *rand.Rand) [][]byte {
		i := r.IntN(len(lines))
		lines[i] = bytes.Replace(lines[i], []byte("criminalInvestigation"), []byte("legalActions"), 1)
		return lines
	},
}

func renumber(lines [][]byte) [][]byte {
	for i, line := range lines {
		_, rest, _ := bytes.Cut(line, []byte(","))
		lines[i] = fmt.Appendf(nil, "%s%d,%s", seqMember, i+1, rest)
	}
	return lines
}

// Ten thousand times the journal is changed at random by somebody who makes the
// hashes and the checkpoint anew, with the right key. One checkpoint that was
// kept elsewhere finds all of it.
func TestOneKeptCheckpointFindsEveryChange(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	for i := range 7 {
		mustRecord(t, j, fmt.Sprintf("%d.example", i))
	}
	kept := mustCheckpoint(t, j).Note
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	whole := bytes.Join(linesOf(t, cfg.Dir), nil)
	verify := func(kept ...[]byte) []string {
		v, err := Verify(VerifyConfig{Dir: cfg.Dir, Kept: kept})
		if err != nil {
			t.Fatal(err)
		}
		return v.Findings
	}
	if forge(t, cfg.Dir, whole); len(verify(kept)) != 0 {
		t.Fatalf("unchanged: %q", verify(kept))
	}
	names := make([]string, 0, len(mutations))
	for name := range mutations {
		names = append(names, name)
	}
	r := rand.New(rand.NewPCG(7, 9))
	const rounds = 10_000
	var missed, hidden int
	for i := range rounds {
		name := names[i%len(names)]
		var lines [][]byte
		for line := range bytes.Lines(whole) {
			lines = append(lines, bytes.Clone(line))
		}
		text := bytes.Join(mutations[name](lines, r), nil)
		forge(t, cfg.Dir, text)
		if len(verify(kept)) == 0 {
			missed++
			t.Errorf("%s: was not found:\n%s", name, text)
		}
		if i < 200 && len(verify()) == 0 {
			hidden++
		}
	}
	if missed > 0 || hidden == 0 {
		t.Errorf("%d of %d changes were missed; %d of the first 200 can be seen by the kept checkpoint alone", missed, rounds, hidden)
	}
}

func TestOnlyTheRecordsAddedSinceAreNew(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	mustRecord(t, j, "one.example")
	kept := mustCheckpoint(t, j).Note
	for i := range 5 {
		mustRecord(t, j, fmt.Sprintf("%d.example", i))
	}
	mustCheckpoint(t, j)
	mustRecord(t, j, "last.example")
	v, err := Verify(VerifyConfig{Dir: cfg.Dir, Kept: [][]byte{kept}})
	if err != nil || len(v.Findings) != 0 || v.Records != 7 || v.Covered != 6 || v.Checkpoints != 3 || !v.Last.Equal(noon) || v.Sealed != 1 {
		t.Errorf("%+v %v", v, err)
	}
}

func TestVerifyFindsWhatIsWrongBesideTheRecords(t *testing.T) {
	other := mustOpenJournal(t, journalConfig(t))
	mustRecord(t, other, "elsewhere.example")
	foreign := mustCheckpoint(t, other).Note
	for want, spoil := range map[string]func(dir string, v *VerifyConfig) error{
		"": func(string, *VerifyConfig) error { return nil }, // the scene itself
		"is gone, and the journal does not say": func(dir string, _ *VerifyConfig) error {
			return os.Remove(filepath.Join(dir, keyName(noon)))
		},
		"the key of 2026-03-01 does not open 1 of its records": func(dir string, _ *VerifyConfig) error {
			return os.WriteFile(filepath.Join(dir, keyName(noon)), make([]byte, keySize), fileMode)
		},
		"unfinished line": func(dir string, _ *VerifyConfig) error {
			spill(t, dir, `{"seq":`)
			return nil
		},
		"that are no checkpoint": func(dir string, _ *VerifyConfig) error {
			return os.WriteFile(filepath.Join(dir, checkpointsName), []byte("half a"), fileMode)
		},
		"journal-old-7.jsonl: the journal does not know it": func(dir string, _ *VerifyConfig) error {
			return os.WriteFile(filepath.Join(dir, "journal-old-7.jsonl"), nil, fileMode)
		},
		"what was kept: a checkpoint": func(_ string, v *VerifyConfig) error {
			v.Kept = [][]byte{foreign}
			return nil
		},
		"kept checkpoints 1: there is none in it": func(_ string, v *VerifyConfig) error {
			v.Kept = [][]byte{[]byte("an empty log\n")}
			return nil
		},
		"hashes of records that are gone": func(dir string, _ *VerifyConfig) error {
			edit(t, dir, hashesName, func(b []byte) []byte { return append(b, 1) })
			return nil
		},
	} {
		cfg := journalConfig(t)
		j := mustOpenJournal(t, cfg)
		mustRecord(t, j, "one.example")
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		vc := VerifyConfig{Dir: cfg.Dir}
		if err := spoil(cfg.Dir, &vc); err != nil {
			t.Fatal(err)
		}
		v, err := Verify(vc)
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		if got := strings.Join(v.Findings, "; "); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("found %q, want %q", got, want)
		}
	}
}

func TestAJournalThatCannotBeReadIsNotVerified(t *testing.T) {
	if v, err := Verify(VerifyConfig{Dir: t.TempDir()}); err == nil {
		t.Errorf("nothing was verified: %+v", v)
	}
}
