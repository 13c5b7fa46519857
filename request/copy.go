package request

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"registerd/internal/sqlfile"
)

// Copy copies the desk in dir to the folder to, while others use it: the requests as
// they are at one moment, then keys and evidence, so that what the copy says to be
// there is. What is erased meanwhile is erased in the copy. Nothing of the copy but
// the requests is on disk for sure.
func Copy(ctx context.Context, dir, to string) error {
	if err := copyDesk(ctx, dir, to); err != nil {
		return fmt.Errorf("requests: copying: %w", err)
	}
	return nil
}

func copyDesk(ctx context.Context, dir, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	if err := sqlfile.Copy(ctx, filepath.Join(dir, fileName), filepath.Join(to, fileName)); err != nil {
		return err
	}
	for _, folder := range []string{"keys", "evidence"} {
		if err := copyFiles(ctx, filepath.Join(dir, folder), filepath.Join(to, folder)); err != nil {
			return err
		}
	}
	return nil
}

// copyFiles copies a folder of files that are put there whole, and taken away.
func copyFiles(ctx context.Context, from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it is erased
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		}
		if filepath.Ext(path) == unfinished {
			return nil
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) || len(bytes.Trim(text, "\x00")) == 0 && err == nil {
			return nil // it is being erased
		}
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), text, 0o600)
	})
}
