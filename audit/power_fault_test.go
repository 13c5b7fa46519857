//go:build fault

package audit

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// step is one thing that happened to a disk, or an answer that left.
type step struct {
	what  string // create, write, truncate, fsync, mkdir, rename, erase, sync, answer
	name  string
	to    string // of rename
	bytes []byte
	size  int64
}

// recorder is a folder that remembers what was done to it, in order.
type recorder struct {
	folder
	mu    *sync.Mutex
	steps *[]step
}

func newRecorder(dir string) recorder { return recorder{folder(dir), new(sync.Mutex), new([]step)} }

func (d recorder) did(s step) {
	d.mu.Lock()
	defer d.mu.Unlock()
	*d.steps = append(*d.steps, s)
}

func (d recorder) open(name string) (file, error) {
	if _, err := os.Stat(d.path(name)); err != nil {
		d.did(step{what: "create", name: name})
	}
	f, err := d.folder.open(name)
	return recordedFile{f, name, d}, err
}

func (d recorder) mkdir(name string) error {
	d.did(step{what: "mkdir", name: name})
	return d.folder.mkdir(name)
}

func (d recorder) rename(from, to string) error {
	d.did(step{what: "rename", name: from, to: to})
	return d.folder.rename(from, to)
}

func (d recorder) erase(name string) error {
	d.did(step{what: "erase", name: name})
	return d.folder.erase(name)
}

func (d recorder) sync(name string) error {
	d.did(step{what: "sync", name: name})
	return d.folder.sync(name)
}

type recordedFile struct {
	file
	name string
	disk recorder
}

func (f recordedFile) Write(p []byte) (int, error) {
	f.disk.did(step{what: "write", name: f.name, bytes: bytes.Clone(p)})
	return f.file.Write(p)
}

func (f recordedFile) Truncate(size int64) error {
	f.disk.did(step{what: "truncate", name: f.name, size: size})
	return f.file.Truncate(size)
}

func (f recordedFile) Sync() error {
	err := f.file.Sync()
	f.disk.did(step{what: "fsync", name: f.name})
	return err
}

// node is a file: what is safe, and what may be lost.
type node struct {
	safe    []byte
	pending []step
}

// machine is a disk that loses, when the power is cut, whatever was not synced:
// content of files, and names in folders.
type machine struct {
	names map[string]*node // as the program sees it
	safe  map[string]*node // as it is after a cut
	// pending are the changes of names since their folder was synced.
	pending  []func(map[string]*node)
	folders  map[string]bool // those whose name may be lost are false
	answered []string
}

func newMachine() *machine {
	return &machine{names: map[string]*node{}, safe: map[string]*node{}, folders: map[string]bool{".": true}}
}

func (m *machine) rename(f func(map[string]*node)) {
	f(m.names)
	m.pending = append(m.pending, f)
}

func (m *machine) do(s step) {
	switch s.what {
	case "create":
		n := new(node)
		m.rename(func(names map[string]*node) { names[s.name] = n })
	case "rename":
		n := m.names[s.name]
		m.rename(func(names map[string]*node) { delete(names, s.name); names[s.to] = n })
	case "erase":
		m.rename(func(names map[string]*node) { delete(names, s.name) })
	case "mkdir":
		if _, known := m.folders[s.name]; !known {
			m.folders[s.name] = false
		}
	case "write", "truncate":
		n := m.names[s.name]
		n.pending = append(n.pending, s)
	case "fsync":
		n := m.names[s.name]
		n.safe, n.pending = n.content(len(n.pending), 0, nil), nil
	case "sync":
		// One order for all folders: a cut between two syncs loses a tail of it.
		if s.name == "." {
			for f := range m.folders {
				m.folders[f] = true
			}
		}
		for _, f := range m.pending {
			f(m.safe)
		}
		m.pending = nil
	case "answer":
		m.answered = append(m.answered, s.name)
	}
}

// content is the file with the first n pending steps done, the last of them up
// to cut bytes short, and zeros where those of lost stand.
func (n *node) content(steps, cut int, lost map[int]bool) []byte {
	out := bytes.Clone(n.safe)
	for i, s := range n.pending[:steps] {
		switch {
		case s.what == "truncate":
			out = append(out[:min(len(out), int(s.size))], make([]byte, max(0, int(s.size)-len(out)))...)
		case lost[i]:
			out = append(out, make([]byte, len(s.bytes))...)
		case i == steps-1:
			out = append(out, s.bytes[:max(0, len(s.bytes)-cut)]...)
		default:
			out = append(out, s.bytes...)
		}
	}
	return out
}

// cut writes what a cut of the power leaves into dir. What becomes of each thing
// that was not synced is drawn; the two ends, all and nothing, are drawn often.
func (m *machine) cut(t *testing.T, dir string, r *rand.Rand) {
	t.Helper()
	names := maps.Clone(m.safe)
	for _, f := range m.pending[:drawn(r, len(m.pending))] {
		f(names)
	}
	if len(names) > 0 && !m.folders[keysName] {
		maps.DeleteFunc(names, func(name string, _ *node) bool { return filepath.Dir(name) == keysName })
	}
	for name, n := range names {
		steps := drawn(r, len(n.pending))
		lost := map[int]bool{}
		for i := range steps {
			lost[i] = r.IntN(3) == 0
		}
		cut := 0
		if r.IntN(2) == 0 {
			cut = r.IntN(600)
		}
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), dirMode)
		if err := errors.Join(err, os.WriteFile(path, n.content(steps, cut, lost), fileMode)); err != nil {
			t.Fatal(err)
		}
	}
}

func drawn(r *rand.Rand, n int) int {
	switch r.IntN(3) {
	case 0:
		return 0
	case 1:
		return n
	}
	return r.IntN(n + 1)
}

// life is a journal's: records one by one and many at once, checkpoints, a new
// day, an erasure, a writer that ends and another that begins.
func life(t *testing.T, cfg JournalConfig, d recorder) {
	c := &clock{at: noon}
	cfg.Now, cfg.KeepMonths = c.now, 24
	record := func(j *Journal, q string) {
		if err := j.Record(t.Context(), disclosure(q)); err != nil {
			t.Error(err)
			return
		}
		d.did(step{what: "answer", name: q})
	}
	for round := range 4 {
		j, err := openJournal(cfg, d)
		if err != nil {
			t.Fatal(err)
		}
		record(j, fmt.Sprintf("alone-%d.example", round))
		var all sync.WaitGroup
		for i := range 5 {
			all.Go(func() { record(j, fmt.Sprintf("together-%d-%d.example", round, i)) })
		}
		all.Wait()
		mustCheckpoint(t, j)
		c.tomorrow()
		record(j, fmt.Sprintf("next-day-%d.example", round))
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if round == 2 {
			c.set(c.now().AddDate(2, 0, -1)) // the last of the keys outlive it
		}
	}
}

// Wherever the power is cut, whatever of the unsynced is lost, the journal opens
// again, holds every record that an answer left on, and is not taken for forged.
func TestAfterAPowerCutAnswersAreASubsetOfRecords(t *testing.T) {
	cfg := journalConfig(t)
	cfg.SigningKey = filepath.Join(t.TempDir(), signingName) // on another disk
	if err := os.Mkdir(cfg.Dir, dirMode); err != nil {
		t.Fatal(err)
	}
	d := newRecorder(cfg.Dir)
	life(t, cfg, d)
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	m := newMachine()
	cuts := 0
	for at, s := range *d.steps {
		m.do(s)
		for range 8 {
			dir := filepath.Join(t.TempDir(), "audit")
			if err := os.Mkdir(dir, dirMode); err != nil {
				t.Fatal(err)
			}
			m.cut(t, dir, r)
			cuts++
			if !survives(t, cfg, dir, m.answered) {
				t.Fatalf("the power was cut after step %d, %s %s", at, s.what, s.name)
			}
		}
	}
	t.Logf("%d steps, %d cuts of the power", len(*d.steps), cuts)
}

func survives(t *testing.T, cfg JournalConfig, dir string, answered []string) bool {
	t.Helper()
	cfg.Dir = dir
	c := &clock{at: noon.AddDate(0, 0, 5)}
	cfg.Now, cfg.KeepMonths = c.now, 0
	j, err := OpenJournal(cfg)
	if err != nil {
		t.Error(err)
		return false
	}
	mustRecord(t, j, "anew.example")
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	var recorded []string
	gone := 0
	for _, r := range walked(t, dir) {
		if r.Gone {
			gone++
		}
		recorded = append(recorded, r.Question)
	}
	missing := 0
	for _, q := range answered {
		if !slices.Contains(recorded, q) {
			missing++
		}
	}
	if missing > gone { // what is erased cannot be read; that it is there can be counted
		t.Errorf("%d of %d answers have no record; %d records are erased", missing, len(answered), gone)
		return false
	}
	v, err := Verify(VerifyConfig{Dir: dir})
	if err != nil {
		t.Error(err)
		return false
	}
	for _, f := range v.Findings {
		// A key whose erasure was recorded may be there still: the next day tries again.
		if !strings.Contains(f, "is there, though the journal says") {
			t.Errorf("after the cut: %s", f)
			return false
		}
	}
	return true
}
