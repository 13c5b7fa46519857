package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// notAsRoot refuses root where files are, or would be made, among another user's: what
// root makes there, the server of that user cannot read. A key of the journal that is
// root's costs it every answer above the public for that day.
func notAsRoot(paths ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, path := range paths {
		if path == "" {
			continue
		}
		if err := ownersOnly(nearest(path)); err != nil {
			return err
		}
	}
	return nil
}

// nearest is the path itself, or the first folder above it that is there.
func nearest(path string) string {
	path, err := filepath.Abs(path)
	for err == nil {
		_, missing := os.Stat(path)
		if !errors.Is(missing, fs.ErrNotExist) || path == filepath.Dir(path) {
			break
		}
		path = filepath.Dir(path)
	}
	return path
}
