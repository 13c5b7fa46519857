//go:build fault

package audit

import (
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
	cuts, draws := 0, 8
	if testing.Short() {
		draws = 2
	}
	for at, s := range *d.steps {
		m.do(s)
		for range draws {
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
