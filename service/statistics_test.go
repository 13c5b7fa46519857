package service

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"registerd/escrow"
	"registerd/register"
	"registerd/statistics"
	"registerd/store/sqlite"
)

// statisticsScene is a register of one domain, and what keeps its numbers.
type statisticsScene struct {
	*testing.T
	kept *keptStatistics
	at   time.Time
	log  bytes.Buffer
}

func newStatisticsScene(t *testing.T) *statisticsScene {
	t.Helper()
	s := &statisticsScene{T: t, at: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
	path := filepath.Join(t.TempDir(), "register.db")
	s.load(path, s.at.Add(-time.Hour))
	reader, err := sqlite.OpenReader(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	file, err := statistics.OpenFile(t.Context(), path+".statistics")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	now := func() time.Time { return s.at }
	tally, err := statistics.NewTally(file, now)
	if err != nil {
		t.Fatal(err)
	}
	s.kept = &keptStatistics{file: file, tally: tally, register: reader, path: path, now: now, log: slog.New(slog.NewTextHandler(&s.log, nil))}
	return s
}

// load makes a register that is as of a time.
func (s *statisticsScene) load(path string, asOf time.Time) {
	s.Helper()
	w, err := sqlite.OpenWriter(path, sqlite.Options{Create: true})
	if err != nil {
		s.Fatal(err)
	}
	defer w.Close()
	made := escrow.Synthetic{Domains: 3, Seed: 1, Zone: register.Name("example"), At: asOf}
	if err := made.Synthesize(s.Context(), w, nil); err != nil {
		s.Fatal(err)
	}
}

// looks reports whether the register was counted when it was looked at.
func (s *statisticsScene) looks() bool {
	s.Helper()
	before := s.kept.taken
	if err := s.kept.look(s.Context()); err != nil {
		s.Fatal(err)
	}
	return !s.kept.taken.Equal(before)
}

func TestTheRegisterIsCountedAtTheStartAndBeforeEachDayEnds(t *testing.T) {
	s := newStatisticsScene(t)
	start := s.at
	for _, step := range []struct {
		day, hour, minute int
		counted           bool
	}{
		{0, 9, 0, true}, {0, 9, 1, false}, {0, 23, 57, false}, {0, 23, 58, true}, {0, 23, 59, false},
		{1, 0, 0, false}, {3, 11, 0, true}, {3, 11, 1, false}, {3, 23, 59, true},
	} {
		s.at = start.Truncate(24*time.Hour).AddDate(0, 0, step.day).Add(time.Duration(step.hour)*time.Hour + time.Duration(step.minute)*time.Minute)
		if got := s.looks(); got != step.counted {
			t.Errorf("%s: counted %t, want %t", s.at.Format(time.DateTime), got, step.counted)
		}
	}
	m, err := s.kept.file.Month(t.Context(), start)
	if err != nil || m.Last == nil || m.Last.Total("domains") != 3 {
		t.Errorf("the file has %+v, %v", m, err)
	}
}

func TestARestartCountsOnlyWhatWasNotCounted(t *testing.T) {
	s := newStatisticsScene(t)
	if !s.looks() {
		t.Fatal("it was not counted at all")
	}
	counted, err := s.kept.file.Month(t.Context(), s.at)
	if err != nil {
		t.Fatal(err)
	}
	again := &keptStatistics{file: s.kept.file, register: s.kept.register, path: s.kept.path, now: s.kept.now, log: s.kept.log}
	s.at = s.at.Add(time.Minute)
	if err := again.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	m, err := s.kept.file.Month(t.Context(), s.at)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Last.Taken.Equal(counted.Last.Taken) {
		t.Errorf("it was counted again, at %s", m.Last.Taken)
	}
}

func TestALoadIsCountedAtOnce(t *testing.T) {
	s := newStatisticsScene(t)
	s.looks()
	s.at = s.at.Add(time.Minute)
	s.kept.load = "another deposit"
	if !s.looks() {
		t.Error("what was loaded was not counted")
	}
}

func TestAFileThatCannotBeWrittenIsComplainedOfOnce(t *testing.T) {
	s := newStatisticsScene(t)
	if err := s.kept.file.Close(); err != nil {
		t.Fatal(err)
	}
	err := s.kept.write(nil)
	for range 3 {
		err = s.kept.write(err)
	}
	if n := bytes.Count(s.log.Bytes(), []byte("statistics cannot be written")); err == nil || n != 1 {
		t.Errorf("%d lines, want 1: %s", n, &s.log)
	}
}
