package audit

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// healing is a disk whose journal file fails as told, until it is healed.
type healing struct {
	folder
	fault atomic.Pointer[fault]
}

func (d *healing) open(name string) (file, error) {
	f, err := d.folder.open(name)
	if err != nil || name != journalName {
		return f, err
	}
	return healingFile{f, d}, nil
}

type healingFile struct {
	file
	disk *healing
}

func (f healingFile) Write(p []byte) (int, error) {
	fault := f.disk.fault.Load()
	if fault == nil {
		return f.file.Write(p)
	}
	n, err := f.file.Write(fault.written(p))
	return n, errors.Join(errDisk, err)
}

func (f healingFile) Truncate(size int64) error {
	if fault := f.disk.fault.Load(); fault != nil && fault.stuck {
		return errDisk
	}
	return f.file.Truncate(size)
}

func TestAJournalThatFailedIsOpenedAnewWhenTheDiskIsMended(t *testing.T) {
	for _, fault := range faults {
		synctest.Test(t, func(t *testing.T) {
			cfg := journalConfig(t)
			d := &healing{folder: folder(cfg.Dir)}
			j, err := openJournal(cfg, d)
			if err != nil {
				t.Fatal(err)
			}
			mustRecord(t, j, "before.example")
			d.fault.Store(&fault)
			for range 3 {
				if err := j.Record(t.Context(), disclosure("meanwhile.example")); !errors.Is(err, errDisk) {
					t.Errorf("%s: %v", fault.name, err)
				}
				time.Sleep(2 * mendEvery) // opening works, writing does not
				synctest.Wait()
			}
			d.fault.Store(nil)
			time.Sleep(mendEvery)
			synctest.Wait()
			if err := j.Err(); err != nil {
				t.Errorf("%s: after it was mended: %v", fault.name, err)
			}
			if n := j.State().Failures; n < 1 || n > 3 {
				t.Errorf("%s: it failed %d times", fault.name, n)
			}
			mustRecord(t, j, "after.example")
			if err := j.Close(); err != nil {
				t.Error(err)
			}
			got := questions(t, cfg.Dir)
			if !slices.Contains(got, "before.example") || !slices.Contains(got, "after.example") {
				t.Errorf("%s: recorded %q", fault.name, got)
			}
			if v, err := Verify(VerifyConfig{Dir: cfg.Dir}); err != nil || len(v.Findings) != 0 {
				t.Errorf("%s: %+v %v", fault.name, v, err)
			}
		})
	}
}

func TestAServerStartsWithoutItsJournalAndHasItOnceItCanBeOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := journalConfig(t)
		if err := os.WriteFile(cfg.Dir, []byte("not a directory"), fileMode); err != nil {
			t.Fatal(err)
		}
		j, err := StartJournal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Record(t.Context(), disclosure("one.example")); err == nil || j.Err() == nil {
			t.Errorf("recorded, %v", err)
		}
		if _, err := j.Checkpoint(t.Context()); err == nil {
			t.Error("signed for nothing")
		}
		if err := os.Remove(cfg.Dir); err != nil {
			t.Fatal(err)
		}
		time.Sleep(mendEvery)
		synctest.Wait()
		mustRecord(t, j, "two.example")
		if err := j.Close(); err != nil {
			t.Error(err)
		}
		if got := questions(t, cfg.Dir); !slices.Equal(got, []string{"two.example"}) {
			t.Errorf("%q", got)
		}
	})
}

func TestAJournalThatIsChangedUnderneathRefusesUntilItIsWhatItWas(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"cut short": func(path string) error { return os.Truncate(path, 10) },
		"removed":   os.Remove,
		"replaced": func(path string) error {
			return errors.Join(os.Rename(path, path+".1"), os.WriteFile(path, nil, fileMode))
		},
		"a gap written": func(path string) error {
			return os.WriteFile(path, []byte(strings.Repeat("{\"seq\":1,}\n", 999)), fileMode)
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := journalConfig(t)
			j, err := OpenJournal(cfg)
			if err != nil {
				t.Fatal(err)
			}
			mustRecord(t, j, "one.example")
			path := filepath.Join(cfg.Dir, journalName)
			whole, err := os.ReadFile(path)
			if err == nil {
				err = spoil(path)
			}
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if err := j.Record(t.Context(), disclosure("two.example")); err == nil || j.Err() == nil {
					t.Errorf("%s: recorded", name)
				}
				time.Sleep(mendEvery)
				synctest.Wait()
			}
			if err := os.WriteFile(path, whole, fileMode); err != nil {
				t.Fatal(err)
			}
			time.Sleep(mendEvery)
			synctest.Wait()
			mustRecord(t, j, "three.example")
			if err := j.Close(); err != nil {
				t.Error(err)
			}
			if got := questions(t, cfg.Dir); !slices.Equal(got, []string{"one.example", "three.example"}) {
				t.Errorf("%s: %q", name, got)
			}
		})
	}
}
