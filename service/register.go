package service

import (
	"fmt"
	"os"

	"registerd/backup"
	"registerd/store/sqlite"
)

// OpenRegister opens a register to read it. An error says what to do about it.
func OpenRegister(path string, o sqlite.Options) (*sqlite.Reader, error) {
	if _, err := StatRegister(path); err != nil {
		return nil, err
	}
	return sqlite.OpenReader(path, o)
}

// CheckRestored refuses the path of a register whose restore was interrupted: some of it
// is in its place, and some not. What was made there meanwhile would keep the rest from it.
func CheckRestored(path string) error {
	if path != "" && backup.Interrupted(backup.PlanOf(path)) {
		return fmt.Errorf("register: %s: a restore was interrupted; repeat it", path)
	}
	return nil
}

// StatRegister says what SQLite's own error does not: which file, and what to do.
func StatRegister(path string) (os.FileInfo, error) {
	if err := CheckRestored(path); err != nil {
		return nil, err
	}
	file, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("register: %w; registerd import makes one", err)
	}
	return file, nil
}
