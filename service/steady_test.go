package service

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestAClockThatLeaptIsNotBelievedForADay(t *testing.T) {
	var log bytes.Buffer
	clock, ran := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), time.Duration(0)
	s := &steady{log: slog.New(slog.NewTextHandler(&log, nil)), from: doubtedAtStart, read: func() (time.Time, time.Duration) { return clock, ran }}
	passes := func(what string, d, more time.Duration, want bool) {
		t.Helper()
		clock, ran = clock.Add(d+more), ran+d
		if got := s.believed(); got != want {
			t.Errorf("%s: believed %v", what, got)
		}
	}
	const minute, day = time.Minute, 24 * time.Hour
	passes("at the start", 0, 0, false)
	passes("before an hour is over", 59*minute, 0, false)
	passes("after an hour", minute, 0, true)
	passes("corrected a little", minute, 4*minute, true)
	passes("and back", minute, -4*minute, true)
	passes("a year ahead", minute, 365*day, false)
	passes("hours after", 23*time.Hour, 0, false)
	passes("and back again", minute, -365*day, false)
	passes("a day after the first leap", 2*time.Hour, 0, false)
	passes("a day after the second", 22*time.Hour, 0, true)
	if text := log.String(); strings.Count(text, "the clock leapt") != 2 || !strings.Contains(text, "leap=8760h0m0s") || !strings.Contains(text, "leap=-8760h0m0s") {
		t.Errorf("the log says:\n%s", text)
	}
}

// Time that is read from the machine: the clock is not set while a test runs.
func TestTheMachinesClockIsBelievedAfterAnHour(t *testing.T) {
	s := newSteady(slog.New(slog.DiscardHandler))
	if s.believed() {
		t.Error("at the start")
	}
	s.from = 0
	if !s.believed() {
		t.Error("it is said to have leapt")
	}
}
