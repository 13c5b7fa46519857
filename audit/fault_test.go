package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var errDisk = errors.New("the disk is gone")

// fault is a way for one write or sync to fail.
type fault struct {
	name    string
	written func(p []byte) []byte // what of a failing write reaches the file
	synced  bool                  // whether a failing sync had its effect
	stuck   bool                  // whether the file cannot be cut back either
}

var faults = []fault{
	{name: "nothing done", written: func([]byte) []byte { return nil }},
	{name: "half done", written: func(p []byte) []byte { return p[:len(p)/2] }},
	{name: "done, but said to have failed", written: func(p []byte) []byte { return p }, synced: true},
	{name: "nothing done, for good", written: func([]byte) []byte { return nil }, stuck: true},
	{name: "half done, for good", written: func(p []byte) []byte { return p[:len(p)/2] }, stuck: true},
	{name: "done, said to have failed, for good", written: func(p []byte) []byte { return p }, synced: true, stuck: true},
}

// faultyFile fails at its operation number failAt, counted from 0.
type faultyFile struct {
	file
	fault  fault
	failAt int
	ops    int
	failed bool
}

func (f *faultyFile) next() bool {
	f.ops++
	if f.ops-1 == f.failAt {
		f.failed = true
		return true
	}
	return false
}

func (f *faultyFile) Write(p []byte) (int, error) {
	if !f.next() {
		return f.file.Write(p)
	}
	n, err := f.file.Write(f.fault.written(p))
	return n, errors.Join(errDisk, err)
}

func (f *faultyFile) Sync() error {
	if !f.next() {
		return f.file.Sync()
	}
	if f.fault.synced {
		return errors.Join(errDisk, f.file.Sync())
	}
	return errDisk
}

func (f *faultyFile) Truncate(size int64) error {
	if f.failed && f.fault.stuck {
		return errDisk
	}
	return f.file.Truncate(size)
}

func TestWhereverTheDiskFailsAnswersAreASubsetOfRecords(t *testing.T) {
	const records = 4
	for _, fault := range faults {
		for failAt := range 2 * records { // a write and a sync each
			t.Run(fmt.Sprintf("%s at %d", fault.name, failAt), func(t *testing.T) {
				failingDisk(t, &faultyFile{fault: fault, failAt: failAt}, records)
			})
		}
	}
}

func failingDisk(t *testing.T, disk *faultyFile, records int) {
	cfg := journalConfig(t)
	j, err := openJournal(cfg, onJournal(cfg, func(f file) file {
		disk.file = f
		return disk
	}))
	if err != nil {
		t.Fatal(err)
	}
	var acknowledged []string
	for i := range records {
		q := fmt.Sprintf("%d.example", i)
		err := j.Record(t.Context(), disclosure(q))
		if disk.failed != errors.Is(err, errDisk) {
			t.Errorf("record %d: %v, though the disk has failed is %t", i, err, disk.failed)
		}
		if err == nil {
			acknowledged = append(acknowledged, q)
		}
	}
	if !disk.failed || j.Err() == nil {
		t.Fatal("the fault did not show")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	mustRecord(t, mustOpenJournal(t, cfg), "anew.example")
	recorded := questions(t, cfg.Dir)
	acknowledged = append(acknowledged, "anew.example")
	if !disk.fault.stuck && !slices.Equal(acknowledged, recorded) {
		t.Errorf("recorded %q, want what was acknowledged and no more: %q", recorded, acknowledged)
	}
	for _, q := range acknowledged {
		if !slices.Contains(recorded, q) {
			t.Errorf("%s was acknowledged and is not among %q", q, recorded)
		}
	}
}

// closedDisk opens no file of that name.
type closedDisk struct {
	folder
	name string
}

func (d closedDisk) open(name string) (file, error) {
	if name == d.name {
		return nil, errDisk
	}
	return d.folder.open(name)
}

func TestAJournalThatCannotBeOpenedIsRefused(t *testing.T) {
	for _, name := range []string{journalName, hashesName, checkpointsName} {
		cfg := journalConfig(t)
		_, err := openJournal(cfg, closedDisk{folder(cfg.Dir), name})
		if !errors.Is(err, errDisk) {
			t.Errorf("%s: %v, want %v", name, err, errDisk)
		}
	}
}

func TestADiskThatFailsWhileSettingAsideLosesNothing(t *testing.T) {
	const tail = `{"seq":2,"ti`
	for failAt := range 2 { // cutting the journal back, syncing it
		cfg := journalConfig(t)
		j := mustOpenJournal(t, cfg)
		mustRecord(t, j, "one.example")
		spill(t, cfg.Dir, tail)
		disk := &cutFile{failAt: failAt}
		_, err := openJournal(cfg, onJournal(cfg, func(f file) file {
			disk.file = f
			return disk
		}))
		if !errors.Is(err, errDisk) {
			t.Errorf("failing at %d: %v, want %v", failAt, err, errDisk)
		}
		mustRecord(t, j, "two.example")
		kept, err := os.ReadFile(filepath.Join(cfg.Dir, tornName+"1"))
		if err != nil || string(kept) != tail {
			t.Errorf("failing at %d: kept %q (%v), want %q", failAt, kept, err, tail)
		}
		if got := questions(t, cfg.Dir); !slices.Equal(got, []string{"one.example", "two.example"}) {
			t.Errorf("failing at %d: %q", failAt, got)
		}
	}
}

// cutFile fails to be cut (0) or to be synced afterwards (1).
type cutFile struct {
	file
	failAt int
}

func (f *cutFile) Truncate(size int64) error {
	if f.failAt == 0 {
		return errDisk
	}
	return f.file.Truncate(size)
}

func (f *cutFile) Sync() error { return errDisk }
