package service

import (
	"fmt"
	"os"

	"registerd/backup"
	"registerd/store/sqlite"
)

// OpenRegister opens a register to read it.
func OpenRegister(path string, o sqlite.Options) (*sqlite.Reader, error) {
	if _, err := StatRegister(path); err != nil {
		return nil, err
	}
	if backup.Interrupted(backup.PlanOf(path)) {
		return nil, fmt.Errorf("register: %s: a restore was interrupted; repeat it", path)
	}
	return sqlite.OpenReader(path, o)
}

// StatRegister says what SQLite's own error does not: which file, and what to do.
func StatRegister(path string) (os.FileInfo, error) {
	file, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("register: %w; registerd import makes one", err)
	}
	return file, nil
}
