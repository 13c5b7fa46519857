package ratelimit

import (
	"sync"
	"time"
)

// steady is the limiter's time, which only ever moves forward. A clock that
// was set back pauses it, where TATs and x/time/rate alone would lock everybody
// out until the old time has come again.
type steady struct {
	now func() time.Time

	mu     sync.Mutex
	seen   time.Time
	passed time.Duration
}

func newSteady(now func() time.Time) *steady { return &steady{now: now, seen: now()} }

// read is the time passed in nanoseconds, and the time of day.
func (s *steady) read() (now int64, wall time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.now()
	s.passed += max(0, t.Sub(s.seen))
	s.seen = t
	return int64(s.passed), t
}
