package main

import (
	"fmt"
	"os"

	"registerd/store/sqlite"
)

// openRegister opens a register to read it.
func openRegister(path string, o sqlite.Options) (*sqlite.Reader, error) {
	if err := mustBeThere(path); err != nil {
		return nil, err
	}
	return sqlite.OpenReader(path, o)
}

// mustBeThere says what SQLite's own error does not: which file, and what to do.
func mustBeThere(path string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("register: %w; registerd import makes one", err)
	}
	return nil
}
