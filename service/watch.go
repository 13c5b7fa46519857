package service

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"
)

// lookAgain is how often the register's file is looked at while it is served.
const lookAgain = time.Second

// watch ends when another file stands in the register's place: what is open is
// then not what the operator means to be served, and only a new start opens it.
// A file that is gone is reported: it may be about to be replaced.
// first is the file as it stood there before it was opened.
func watch(ctx context.Context, path string, first os.FileInfo, log *slog.Logger) error {
	gone := false
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		now, err := os.Stat(path)
		switch {
		case err != nil && !gone:
			gone = true
			log.Error("the register's file is gone; questions may fail", "error", err)
		case err == nil && !os.SameFile(first, now):
			return fmt.Errorf("register: %s is another file now; ending, so that the next start serves it", path)
		}
	}
}

// lookAtAge is how often the age of the data is looked at, for the log and the metrics.
// Answers look by themselves.
const lookAtAge = time.Second

// watchAge tells the log when the data becomes too old, and when it is fresh again,
// until ctx ends.
func (s *Service) watchAge(ctx context.Context, every time.Duration) {
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
