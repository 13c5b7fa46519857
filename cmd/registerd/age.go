package main

import (
	"context"
	"time"
)

// lookAtAge is how often the age of the data is looked at, for the log and the metrics.
// Answers look by themselves.
const lookAtAge = time.Second

// watchAge tells the log when the data becomes too old, and when it is fresh again,
// until ctx ends.
func (s *service) watchAge(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	stale := false
	for {
		// A register that cannot be read is told of by who asks it.
		if about, err := s.desk.Ready(ctx); err == nil && about.Stale != stale {
			stale = about.Stale
			if stale {
				s.log.Warn("the data is older than max_data_age: answers say that it may be out of date", "as_of", about.Watermark)
			} else {
				s.log.Info("the data is not older than max_data_age any more", "as_of", about.Watermark)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
