package service

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// leap is by how much the clock may be put forward or back in a minute or so
	// without being doubted.
	leap = 5 * time.Minute
	// doubtedAtStart and doubtedAfterLeap are for how long it is not known whether the
	// clock is right: a machine may start with a wrong one and ask others for the time.
	doubtedAtStart   = time.Hour
	doubtedAfterLeap = 24 * time.Hour
)

// steady says whether the clock can be believed enough to erase for good what is past
// its time. It looks at every call how far the clock went, and how far time did: what is
// erased a day later than it might be is no harm, and what was erased because somebody
// set the clock to next year does not come back.
type steady struct {
	log *slog.Logger
	// read gives what the clock says, and how long this process has run by time that
	// nobody can set.
	read func() (clock time.Time, ran time.Duration)

	mu    sync.Mutex
	clock time.Time     // at the last look
	ran   time.Duration // at the last look
	from  time.Duration // when the clock is believed

	leaps atomic.Uint64 // for metrics
}

func newSteady(log *slog.Logger) *steady {
	began := time.Now()
	return &steady{log: log, from: doubtedAtStart, read: func() (time.Time, time.Duration) {
		now := time.Now()
		return now.Round(0), now.Sub(began)
	}}
}

// believed reports that the clock has gone as time does for long enough. It is to be
// called every minute or so.
func (s *steady) believed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	clock, ran := s.read()
	if !s.clock.IsZero() {
		by := clock.Sub(s.clock) - (ran - s.ran)
		if by.Abs() > leap {
			s.from = ran + doubtedAfterLeap
			s.leaps.Add(1)
			s.log.Error("the clock leapt: nothing that is past its time is erased for a day", "leap", by.Round(time.Second))
		}
	}
	s.clock, s.ran = clock, ran
	return ran >= s.from
}
