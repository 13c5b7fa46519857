package audit

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestADayIsPastWhenAllOfItIs(t *testing.T) {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for now, want := range map[string]bool{
		"2028-02-29T12:00:00Z": false,
		"2028-03-01T23:59:59Z": false, // its last hour is not yet 24 months ago
		"2028-03-02T00:00:00Z": true,
		"2030-01-01T00:00:00Z": true,
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := past(day, 24, at); got != want {
			t.Errorf("%s: %v", now, got)
		}
	}
}

// threeDays is a journal of three days, closed, and its clock.
func threeDays(t *testing.T) (JournalConfig, *clock) {
	cfg := journalConfig(t)
	c := &clock{at: noon}
	cfg.Now = c.now
	j := mustOpenJournal(t, cfg)
	for _, q := range []string{"one.example", "two.example", "three.example"} {
		mustRecord(t, j, q)
		c.tomorrow()
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	cfg.KeepMonths = 24
	return cfg, c
}

func TestWhatIsPastItsTimeIsErasedAndTheJournalSaysSoAndHolds(t *testing.T) {
	cfg, c := threeDays(t)
	kept, err := os.ReadFile(filepath.Join(cfg.Dir, checkpointsName))
	if err != nil {
		t.Fatal(err)
	}
	c.set(time.Date(2028, 3, 3, 0, 0, 1, 0, time.UTC)) // two of the days are past
	j := mustOpenJournal(t, cfg)
	mustRecord(t, j, "later.example")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	got := walked(t, cfg.Dir)
	if len(got) != 6 || !got[0].Gone || !got[1].Gone || got[2].Gone || got[2].Question != "three.example" || got[5].Question != "later.example" {
		t.Errorf("%+v", got)
	}
	for i, day := range []string{"2026-03-01", "2026-03-02"} {
		if r := got[3+i]; r.Entry != EntryKeyErased || r.Reference != day || r.Caller != ownCaller {
			t.Errorf("the record of the erasure is %+v", r)
		}
		if _, err := os.Stat(filepath.Join(cfg.Dir, keysName, day+keySuffix)); !os.IsNotExist(err) {
			t.Errorf("the key of %s is there: %v", day, err)
		}
	}
	v, err := Verify(VerifyConfig{Dir: cfg.Dir, Kept: [][]byte{kept}})
	if err != nil || len(v.Findings) != 0 || v.Erased != 2 || v.Sealed != 2 || v.Covered != 6 {
		t.Errorf("verify: %+v %v", v, err)
	}
}

func TestAClockThatJumpsAheadErasesTheOldestKeysAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const days = 30
		cfg := journalConfig(t)
		c := &clock{at: noon}
		cfg.Now, cfg.KeepMonths = c.now, 24
		j, err := OpenJournal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for range days {
			mustRecord(t, j, "one.example")
			c.tomorrow()
		}
		back := c.now()
		turn := func(at time.Time, wantGone int) {
			t.Helper()
			c.set(at)
			time.Sleep(2*signEvery + time.Second) // two runs within one day of the clock
			synctest.Wait()
			for i, r := range walked(t, cfg.Dir)[:days] {
				if r.Gone != (i < wantGone) {
					t.Errorf("%s: whether day %d of the journal is gone is %v; %d should be", at, i+1, r.Gone, wantGone)
				}
			}
		}
		jumped := back.AddDate(0, 25, 0)
		turn(jumped, 8)
		turn(back, 8)
		for i, want := range []int{16, 24, days} { // days later, it is so late indeed
			turn(jumped.AddDate(0, 0, i+1), want)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
		if v, err := Verify(VerifyConfig{Dir: cfg.Dir}); err != nil || len(v.Findings) != 0 || v.Erased != days {
			t.Errorf("verify: %+v %v", v, err)
		}
	})
}

func TestNothingIsErasedByAClockThatIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, c := threeDays(t)
		c.set(noon.AddDate(3, 0, 0))
		var believed atomic.Bool
		cfg.Believed = believed.Load
		j, err := OpenJournal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		gone := func() (n int) {
			time.Sleep(signEvery + time.Second)
			synctest.Wait()
			for _, r := range walked(t, cfg.Dir) {
				if r.Gone {
					n++
				}
			}
			return n
		}
		if n := gone(); n != 0 {
			t.Errorf("%d records are erased", n)
		}
		believed.Store(true)
		if n := gone(); n != 3 {
			t.Errorf("%d records are erased once it is", n)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestAServerErasesWhenADayTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, c := threeDays(t)
		c.set(time.Date(2028, 3, 1, 23, 59, 30, 0, time.UTC))
		j, err := OpenJournal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		c.set(time.Date(2028, 3, 2, 0, 0, 30, 0, time.UTC))
		time.Sleep(signEvery + time.Second)
		synctest.Wait()
		if got := walked(t, cfg.Dir); len(got) != 4 || !got[0].Gone || got[1].Gone {
			t.Errorf("%+v", got)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestNobodyErasesWhoWasNotToldForHowLongToKeep(t *testing.T) {
	cfg, c := threeDays(t)
	cfg.KeepMonths = 0
	c.set(c.now().AddDate(50, 0, 0))
	mustOpenJournal(t, cfg)
	if got := walked(t, cfg.Dir); len(got) != 3 || got[0].Gone {
		t.Errorf("%+v", got)
	}
}

// stubborn is a disk that erases nothing.
type stubborn struct{ folder }

func (stubborn) erase(string) error { return errDisk }

func TestWhatCannotBeErasedIsReportedAndTriedAgain(t *testing.T) {
	cfg, c := threeDays(t)
	var log words
	cfg.Logger = log.logger()
	c.set(time.Date(2028, 3, 2, 0, 0, 0, 0, time.UTC))
	j, err := openJournal(cfg, stubborn{folder(cfg.Dir)})
	if err != nil {
		t.Fatal(err)
	}
	mustRecord(t, j, "still-recorded.example")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "could not be erased") {
		t.Errorf("the log says %q", log.String())
	}
	v, err := Verify(VerifyConfig{Dir: cfg.Dir})
	if err != nil || len(v.Findings) != 1 || !strings.Contains(v.Findings[0], "the key of 2026-03-01 is there, though") {
		t.Errorf("verify: %+v %v", v, err)
	}
	mustOpenJournal(t, cfg)
	if v, err := Verify(VerifyConfig{Dir: cfg.Dir}); err != nil || len(v.Findings) != 0 || v.Erased != 1 {
		t.Errorf("tried again: %+v %v", v, err)
	}
}

func TestAnErasedFileIsOverwrittenFirst(t *testing.T) {
	d := folder(t.TempDir())
	if err := os.WriteFile(d.path("key"), []byte("canary canary canary"), fileMode); err != nil {
		t.Fatal(err)
	}
	// A second name shows what became of the blocks.
	if err := os.Link(d.path("key"), d.path("kept")); err != nil {
		t.Fatal(err)
	}
	if err := d.erase("key"); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadFile(d.path("kept"))
	if err != nil || !bytes.Equal(left, make([]byte, 20)) {
		t.Errorf("%q is left: %v", left, err)
	}
	if _, err := os.Stat(d.path("key")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is there: %v", err)
	}
}
