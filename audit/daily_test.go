package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNotesReachTheFileWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := accessConfig(t)
		l := mustOpenAccess(t, cfg)
		l.Note(question("shop.example"))
		time.Sleep(flushEvery)
		synctest.Wait()
		if text := readDay(t, cfg.Dir, "2026-03-01"); !strings.Contains(text, "shop.example") {
			t.Errorf("the file holds %q", text)
		}
		mustClose(t, l)
	})
}

func TestADiskThatFailsIsReportedOnceAndUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := accessConfig(t)
		var log words
		cfg.Logger = log.logger()
		var full atomic.Bool
		l, err := openAccessLog(cfg, func(path string) (io.WriteCloser, error) {
			f, err := openDay(path)
			return fullFile{f, &full}, err
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, isFull := range []bool{false, true, true, false} {
			full.Store(isFull)
			l.Note(question(fmt.Sprintf("%d.example", i)))
			time.Sleep(flushEvery)
			synctest.Wait()
		}
		mustClose(t, l)
		if got := l.Dropped(); got != 2 {
			t.Errorf("dropped %d, want 2", got)
		}
		var whole []string
		for line := range strings.Lines(readDay(t, cfg.Dir, "2026-03-01")) {
			var note struct{ Question string }
			if json.Unmarshal([]byte(line), &note) == nil {
				whole = append(whole, note.Question)
			}
		}
		if diff := cmp.Diff([]string{"0.example", "3.example"}, whole); diff != "" {
			t.Error(diff)
		}
		for _, word := range []string{"cannot be written", "is written again"} {
			if n := strings.Count(log.String(), word); n != 1 {
				t.Errorf("%q was said %d times:\n%s", word, n, log.String())
			}
		}
	})
}

// fullFile takes half of what is written while its disk is full.
type fullFile struct {
	io.WriteCloser
	full *atomic.Bool
}

func (f fullFile) Write(p []byte) (int, error) {
	if !f.full.Load() {
		return f.WriteCloser.Write(p)
	}
	n, err := f.WriteCloser.Write(p[:len(p)/2])
	return n, errors.Join(errDisk, err)
}

func TestNoNoteOutlivesKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const day = 24 * time.Hour
		cfg := accessConfig(t)
		cfg.Keep = 2 * day
		cfg.Now = time.Now // the bubble's, which begins on 2000-01-01
		if err := os.Mkdir(cfg.Dir, dirMode); err != nil {
			t.Fatal(err)
		}
		others := []string{"access-1999-12-30.jsonl.gz", "access-x.jsonl", journalName}
		for _, name := range append(others, "access-1999-12-30.jsonl", "access-1999-12-31.jsonl") {
			if err := os.WriteFile(filepath.Join(cfg.Dir, name), []byte("{}\n"), fileMode); err != nil {
				t.Fatal(err)
			}
		}
		l := mustOpenAccess(t, cfg)
		expect := func(days ...string) {
			t.Helper()
			want := slices.Clone(others)
			for _, d := range days {
				want = append(want, "access-"+d+".jsonl")
			}
			slices.Sort(want)
			entries, err := os.ReadDir(cfg.Dir)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range entries {
				got = append(got, e.Name())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		expect("1999-12-31", "2000-01-01")
		l.Note(question("first.example"))
		time.Sleep(day + flushEvery)
		l.Note(question("second.example"))
		time.Sleep(flushEvery)
		synctest.Wait()
		expect("2000-01-01", "2000-01-02")
		if text := readDay(t, cfg.Dir, "2000-01-02"); strings.Contains(text, "first") || !strings.Contains(text, "second") {
			t.Errorf("the second day holds %q", text)
		}
		time.Sleep(day) // nobody asks, and it is forgotten all the same
		synctest.Wait()
		expect("2000-01-02")
		mustClose(t, l)
	})
}

func TestANoteOfLastNightGoesToLastNightsFile(t *testing.T) {
	cfg := accessConfig(t)
	now := time.Date(2026, 3, 1, 23, 59, 59, 0, time.UTC)
	var seconds atomic.Int64
	cfg.Now = func() time.Time { return now.Add(time.Duration(seconds.Load()) * time.Second) }
	l := mustOpenAccess(t, cfg)
	l.Note(question("evening.example"))
	seconds.Store(2)
	l.Note(question("night.example"))
	mustClose(t, l)
	for day, name := range map[string]string{"2026-03-01": "evening.example", "2026-03-02": "night.example"} {
		text := readDay(t, cfg.Dir, day)
		if strings.Count(text, "\n") != 1 || !strings.Contains(text, name) {
			t.Errorf("%s holds %q, want %s alone", day, text, name)
		}
	}
}

func TestAHalfLineOfACrashIsEnded(t *testing.T) {
	cfg := accessConfig(t)
	if err := os.Mkdir(cfg.Dir, dirMode); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cfg.Dir, "access-2026-03-01.jsonl"), []byte(`{"time":"20`), fileMode); err != nil {
		t.Fatal(err)
	}
	l := mustOpenAccess(t, cfg)
	l.Note(question("shop.example"))
	mustClose(t, l)
	lines := strings.Split(readDay(t, cfg.Dir, "2026-03-01"), "\n")
	if len(lines) != 3 || lines[0] != `{"time":"20` || !json.Valid([]byte(lines[1])) {
		t.Errorf("%q", lines)
	}
}
