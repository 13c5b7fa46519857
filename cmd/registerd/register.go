package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"registerd/backup"
	"registerd/store/sqlite"
)

// openRegister opens a register to read it.
func openRegister(path string, o sqlite.Options) (*sqlite.Reader, error) {
	if _, err := statRegister(path); err != nil {
		return nil, err
	}
	return sqlite.OpenReader(path, o)
}

// inPlace refuses what was being restored: some of it is in its place, and some not.
// What was made there meanwhile would keep the rest from it.
func inPlace(path string) error {
	if path != "" && backup.Interrupted(planOf(path)) {
		return fmt.Errorf("register: %s: a restore was interrupted; repeat it", path)
	}
	return nil
}

// statRegister says what SQLite's own error does not: which file, and what to do.
func statRegister(path string) (os.FileInfo, error) {
	if err := inPlace(path); err != nil {
		return nil, err
	}
	file, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("register: %w; registerd import makes one", err)
	}
	return file, nil
}

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
