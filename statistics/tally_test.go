package statistics

import (
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestARestartInTheSameMinuteAdds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "statistics")
	c := &clock{november.Add(10*time.Hour + 5*time.Second)}
	for range 3 {
		f := fileAt(t, path)
		tally := newTally(t, f, c)
		tally.Count(plain, time.Millisecond)
		c.at = c.at.Add(5 * time.Second)
		flush(t, tally)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	m := monthIn(t, fileAt(t, path), november)
	if n := m.questions().N; n != 3 {
		t.Errorf("%g questions, want 3", n)
	}
	if up := m.served["2026-11-01"].up; up != 1 {
		t.Errorf("%d minutes, want 1", up)
	}
}

func TestAClockThatIsSetCountsNothingTwice(t *testing.T) {
	f := newFile(t)
	c := &clock{november.Add(10 * time.Hour)}
	tally := newTally(t, f, c)
	// An hour passes minute by minute; the clock goes back half an hour, an hour passes
	// again; then it goes on by a day and a half.
	for _, step := range []time.Duration{time.Minute, -30 * time.Minute, time.Minute, 36 * time.Hour} {
		times := 60
		if step != time.Minute {
			times = 1
		}
		for range times {
			tally.Count(plain, 0)
			c.at = c.at.Add(step)
			flush(t, tally)
		}
	}
	m := monthIn(t, f, november)
	if n := m.questions().N; n != 122 {
		t.Errorf("%g questions, want 122", n)
	}
	if up := m.served["2026-11-01"].up; up != 90 {
		t.Errorf("%d minutes on the first day, want 90", up)
	}
	if up := m.served["2026-11-02"].up; up != 1 {
		t.Errorf("%d minutes on the day that the clock was set to, want 1", up)
	}
}

func TestTheLastMinuteOfADayIsOfThatDay(t *testing.T) {
	f := newFile(t)
	c := &clock{november.Add(23*time.Hour + 59*time.Minute)}
	tally := newTally(t, f, c)
	tally.Count(plain, 0)
	c.at = c.at.Add(time.Minute + 20*time.Millisecond)
	flush(t, tally)
	tally.Count(plain, 3*time.Second)
	c.at = c.at.Add(time.Minute)
	flush(t, tally)
	m := monthIn(t, f, november)
	if n := m.asked["2026-11-01"][plain]; n != (amount{1, 0}) {
		t.Errorf("on the first day %+v", n)
	}
	if n := m.asked["2026-11-02"][plain]; n != (amount{1, 1}) {
		t.Errorf("on the second day %+v", n)
	}
	if a, b := m.served["2026-11-01"].up, m.served["2026-11-02"].up; a != 1 || b != 1 {
		t.Errorf("minutes %d and %d, want one each", a, b)
	}
}

func TestWhatCannotBeWrittenIsWrittenLaterAndOnce(t *testing.T) {
	f := newFile(t)
	c := &clock{november}
	tally := newTally(t, f, c)
	rename := func(from, to string) {
		t.Helper()
		if _, err := f.db.Exec("ALTER TABLE " + from + " RENAME TO " + to); err != nil {
			t.Fatal(err)
		}
	}
	for day := range 3 {
		rename("service", "elsewhere") // it is written last
		tally.Count(plain, 0)
		c.at = november.AddDate(0, 0, day).Add(time.Hour)
		if tally.Flush(t.Context()) == nil {
			t.Fatal("it was written without its table")
		}
		rename("elsewhere", "service")
	}
	flush(t, tally)
	flush(t, tally)
	if n := monthIn(t, f, november).questions().N; n != 3 {
		t.Errorf("%g questions, want 3", n)
	}
}

func TestEachQuestionIsCountedOnceWhileNumbersAreWritten(t *testing.T) {
	f := newFile(t)
	tally := newTally(t, f, &clock{november})
	const askers, each = 4, 2000
	var all sync.WaitGroup
	for range askers {
		all.Go(func() {
			for range each {
				tally.Count(plain, 3*time.Second)
			}
		})
	}
	for range 10 {
		flush(t, tally)
	}
	all.Wait()
	flush(t, tally)
	if n := monthIn(t, f, november).asked["2026-11-01"][plain]; n != (amount{askers * each, askers * each}) {
		t.Errorf("%+v, want %d of each", n, askers*each)
	}
}

func TestAMinuteInWhichAQuestionFailedIsKnown(t *testing.T) {
	f := newFile(t)
	c := &clock{november}
	tally := newTally(t, f, c)
	failed := plain
	failed.Outcome = Failed
	for i := range 10 {
		if i%5 == 0 {
			tally.Count(failed, 0)
		}
		c.at = c.at.Add(time.Minute)
		flush(t, tally)
	}
	if s := monthIn(t, f, november).served["2026-11-01"]; s != (served{10, 2}) {
		t.Errorf("%+v, want 10 minutes, and 2 that failed", s)
	}
}
