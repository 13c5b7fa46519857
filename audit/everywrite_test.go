package audit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// harm is how an operation of a disk fails.
type harm struct {
	name string
	done bool // it has its effect all the same, and is said to have failed
	half bool // of a write, the first half is there
	// gone is a disk that fails from then on, until somebody mends it.
	gone bool
}

var harms = []harm{
	{name: "nothing done"}, {name: "half done", half: true}, {name: "done, but said to have failed", done: true},
	{name: "nothing done, and the disk gone", gone: true}, {name: "half done, and the disk gone", half: true, gone: true},
	{name: "done, but said to have failed, and the disk gone", done: true, gone: true},
}

// failing is a disk that fails at its operation of number at, counted from 0. What is
// done in spite of that is recorded.
type failing struct {
	recorder
	harm harm
	at   int

	mu     sync.Mutex
	did    []string // what was asked of it
	mended bool
}

// try does something, or lets it fail.
func (d *failing) try(what string, do func() error, half func()) error {
	d.mu.Lock()
	n := len(d.did)
	d.did = append(d.did, what)
	hit, gone := n == d.at, n > d.at && d.harm.gone && !d.mended
	d.mu.Unlock()
	switch {
	case !hit && !gone:
		return do()
	case hit && d.harm.done:
		return errors.Join(errDisk, do())
	case hit && d.harm.half && half != nil:
		half()
	}
	return errDisk
}

func (d *failing) mend() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mended = true
}

func (d *failing) open(name string) (f file, err error) {
	err = d.try("open "+name, func() (err error) { f, err = d.recorder.open(name); return err }, nil)
	if err != nil {
		if f != nil {
			_ = f.Close()
		}
		return nil, err
	}
	return failingFile{f.(recordedFile), d}, nil
}

func (d *failing) mkdir(name string) error {
	return d.try("mkdir "+name, func() error { return d.recorder.mkdir(name) }, nil)
}

func (d *failing) again(name string, text []byte, at int64) error {
	return d.try("again "+name, func() error {
		d.recorder.did(step{what: "again", name: name, bytes: bytes.Clone(text), size: at})
		d.recorder.did(step{what: "fsync", name: name})
		return nil // it is there already, but for what a disk lost
	}, nil)
}

func (d *failing) rename(from, to string) error {
	return d.try("rename "+from, func() error { return d.recorder.rename(from, to) }, nil)
}

func (d *failing) erase(name string) error {
	return d.try("erase "+name, func() error { return d.recorder.erase(name) }, nil)
}

// Syncs are recorded, and not done: what they save is judged by machine, and to wait
// for a real disk would cost minutes.
func (d *failing) sync(name string) error {
	return d.try("sync "+name, func() error { d.recorder.did(step{what: "sync", name: name}); return nil }, nil)
}

type failingFile struct {
	recordedFile
	disk *failing
}

func (f failingFile) Write(p []byte) (n int, err error) {
	err = f.disk.try("write "+f.name, func() (err error) { n, err = f.recordedFile.Write(p); return err },
		func() { n, _ = f.recordedFile.Write(p[:len(p)/2]) })
	return n, err
}

func (f failingFile) Truncate(size int64) error {
	return f.disk.try("truncate "+f.name, func() error { return f.recordedFile.Truncate(size) }, nil)
}

func (f failingFile) Sync() error {
	err := f.disk.try("fsync "+f.name, func() error { f.disk.recorder.did(step{what: "fsync", name: f.name}); return nil }, nil)
	if err != nil {
		f.spoil() // of what Sync did all the same nothing is left to spoil
	}
	return err
}

// trial is the life of a journal on a disk that fails once, or from once on.
type trial struct {
	*testing.T
	cfg      JournalConfig
	disk     *failing
	journal  *Journal
	clock    *clock
	answered []string
}

// lives is a journal's: one of the old form is set aside, records and checkpoints
// are written, another process leaves a torn line, days pass, keys and the old journal
// are erased. Whatever fails is tried again when the journal was opened anew.
func (l *trial) lives() {
	var err error
	if l.journal, err = startJournal(l.cfg, l.disk); err != nil {
		l.Fatal(err)
	}
	for i, days := range []int{0, 0, 1, 750, 1} {
		l.clock.set(l.clock.now().AddDate(0, 0, days))
		l.record(fmt.Sprintf("%d.example", i))
		l.record(fmt.Sprintf("%d-more.example", i))
		_, _ = l.journal.Checkpoint(l.Context())
		if i == 1 {
			l.tear()
		}
		time.Sleep(signEvery) // it is signed, keys are erased, and what broke is mended
		synctest.Wait()
	}
	l.disk.mend()
	time.Sleep(signEvery)
	synctest.Wait()
}

// record takes an answer as one that left if the journal says that it may.
func (l *trial) record(q string) {
	err := l.journal.Record(l.Context(), disclosure(q))
	if (err == nil) != (l.journal.Err() == nil) {
		l.Errorf("%s: %v, and the journal says %v", q, err, l.journal.Err())
	}
	if err == nil {
		l.answered = append(l.answered, q)
		l.disk.recorder.did(step{what: "answer", name: q})
	}
}

// tear is another process that crashes in the middle of a line.
func (l *trial) tear() {
	f, err := l.disk.recorder.open(journalName)
	if err != nil {
		l.Fatal(err)
	}
	if _, err = f.Write([]byte(`{"seq":`)); err != nil {
		l.Error(err)
	}
	if err := f.Close(); err != nil {
		l.Error(err)
	}
}

func newTrial(t *testing.T, dir string, h harm, at int) *trial {
	c := &clock{at: noon}
	cfg := journalConfig(t)
	cfg.Dir, cfg.Now, cfg.KeepMonths = dir, c.now, 24
	l := &trial{T: t, cfg: cfg, clock: c, disk: &failing{recorder: newRecorder(dir), harm: h, at: at}}
	err := os.Mkdir(dir, dirMode)
	if err == nil {
		var f file
		if f, err = l.disk.recorder.open(journalName); err == nil {
			_, err = f.Write([]byte(oldLine(1, oldTime, "old.example")))
			err = errors.Join(err, f.Sync(), f.Close(), l.disk.recorder.sync("."))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Wherever a write, a sync, a rename or a cut of a file fails, and however: no record
// is lost that an answer left on, the journal serves again when the disk does, and
// verify finds nothing. That holds too if the power is cut at the end, and the kernel
// has lost what a failed sync did not write.
//
// Each kind of operation fails here where it is done first; with the tag fault, wherever
// it is done.
func TestWhateverKindOfOperationFailsNoAcknowledgedRecordIsLost(t *testing.T) {
	seen := map[string]bool{}
	for at, what := range soundLife(t) {
		kind := strings.Trim(strings.Map(func(r rune) rune { // the key of a day is that of any
			if r >= '0' && r <= '9' {
				return -1
			}
			return r
		}, what), "-")
		if !seen[kind] {
			failAt(t, at, what)
		}
		seen[kind] = true
	}
	if len(seen) < 20 {
		t.Fatalf("a life of %d kinds of operation", len(seen))
	}
}

// soundLife is what a journal does with a disk that does not fail.
func soundLife(t *testing.T) (operations []string) {
	synctest.Test(t, func(t *testing.T) {
		l := newTrial(t, filepath.Join(t.TempDir(), "audit"), harm{}, -1)
		l.lives()
		operations = slices.Clone(l.disk.did)
		l.ends()
		if len(l.answered) != 11 {
			t.Fatalf("a sound disk: %d answers, %d operations", len(l.answered), len(operations))
		}
	})
	return operations
}

// failAt lets an operation of that number fail in every way.
func failAt(t *testing.T, at int, what string) {
	for _, h := range harms {
		if h.half && !strings.HasPrefix(what, "write") {
			continue
		}
		t.Run(fmt.Sprintf("%s, %d: %s", what, at, h.name), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newTrial(t, filepath.Join(t.TempDir(), "audit"), h, at)
				l.lives()
				l.ends()
			})
		})
	}
}

// ends closes the journal, and looks at what is left of it, also after a cut of the power.
func (l *trial) ends() {
	l.record("last.example")
	if !slices.Contains(l.answered, "last.example") {
		l.Error("the disk is mended, and the journal is not")
	}
	if _, err := l.journal.Checkpoint(l.Context()); err != nil {
		l.Errorf("signing at the end: %v", err)
	}
	if err := l.journal.Close(); err != nil {
		l.Error(err)
	}
	l.holds("when it is closed", l.cfg.Dir)
	m := newMachine()
	for _, s := range *l.disk.steps {
		m.do(s)
	}
	cut := filepath.Join(l.TempDir(), "audit")
	if err := errors.Join(os.Mkdir(cut, dirMode), m.safely(cut)); err != nil {
		l.Fatal(err)
	}
	cfg := l.cfg
	cfg.Dir = cut
	j, err := openJournal(cfg, &failing{recorder: newRecorder(cut), at: -1})
	if err != nil {
		l.Errorf("after a cut of the power: %v", err)
		return
	}
	if err := j.Close(); err != nil {
		l.Error(err)
	}
	l.holds("after a cut of the power", cut)
}

// holds reads the journal in dir. A record whose day was erased cannot be read; that
// it is there can be counted.
func (l *trial) holds(when, dir string) {
	var recorded []string
	gone := 0
	for _, r := range walked(l.T, dir) {
		if recorded = append(recorded, r.Question); r.Gone {
			gone++
		}
	}
	missing := slices.DeleteFunc(slices.Clone(l.answered), func(q string) bool { return slices.Contains(recorded, q) })
	if len(missing) > gone {
		l.Errorf("%s: no record of %q; %d are erased", when, missing, gone)
	}
	v, err := Verify(VerifyConfig{Dir: dir})
	if err != nil {
		l.Errorf("%s: %v", when, err)
		return
	}
	for _, f := range v.Findings {
		// The record of an erasure comes first; the next day tries again.
		if !strings.Contains(f, "is there, though the journal says") {
			l.Errorf("%s: %s", when, f)
		}
	}
}
