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

// read is the time passed in nanoseconds.
func (s *steady) read() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.now()
	s.passed += max(0, t.Sub(s.seen))
	s.seen = t
	return int64(s.passed)
}
