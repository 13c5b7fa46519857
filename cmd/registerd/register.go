package main

import (
	"fmt"
	"os"

	"registerd/backup"
	"registerd/store/sqlite"
)

// openRegister opens a register to read it.
func openRegister(path string, o sqlite.Options) (*sqlite.Reader, error) {
	if _, err := statRegister(path); err != nil {
		return nil, err
	}
	if backup.Interrupted(backup.PlanOf(path)) {
		return nil, fmt.Errorf("register: %s: a restore was interrupted; repeat it", path)
	}
	return sqlite.OpenReader(path, o)
}

// statRegister says what SQLite's own error does not: which file, and what to do.
func statRegister(path string) (os.FileInfo, error) {
	file, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("register: %w; registerd import makes one", err)
	}
	return file, nil
}
