package sqlfile_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"registerd/internal/sqlfile"
)

func TestACopyIsOneMomentOfAFileThatIsBeingWritten(t *testing.T) {
	dir := t.TempDir()
	c := config(filepath.Join(dir, "words.db"))
	db := open(t, c)
	ctx, stop := context.WithCancel(t.Context())
	pairs, done := make(chan struct{}, 1), make(chan error)
	go func() { // always two rows at once
		for ctx.Err() == nil {
			if _, err := db.Exec("INSERT INTO word VALUES ('left'), ('right')"); err != nil {
				done <- err
				return
			}
			select {
			case pairs <- struct{}{}:
			default:
			}
		}
		done <- nil
	}()
	for i := range 5 {
		<-pairs
		to := config(filepath.Join(dir, "copy"+string(rune('a'+i))+".db"))
		must(t, sqlfile.Copy(t.Context(), c.Path, to.Path))
		if info, err := os.Stat(to.Path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		to.Create = false
		var left, right int
		must(t, open(t, to).QueryRow("SELECT count(*) FILTER (WHERE text = 'left'), count(*) FILTER (WHERE text = 'right') FROM word").Scan(&left, &right))
		if left == 0 || left != right {
			t.Errorf("copy %d: %d and %d", i, left, right)
		}
	}
	stop()
	must(t, <-done)
	if left, err := filepath.Glob(filepath.Join(dir, "*-journal")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

func TestACopyThatFailsLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	c := config(filepath.Join(dir, "words.db"))
	open(t, c)
	text, to := filepath.Join(dir, "text"), filepath.Join(dir, "copy.db")
	must(t, os.WriteFile(text, []byte(strings.Repeat("text ", 1000)), 0o600))
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for what, err := range map[string]error{
		"nothing there": sqlfile.Copy(t.Context(), filepath.Join(dir, "none"), to),
		"no database":   sqlfile.Copy(t.Context(), text, to),
		"cancelled":     sqlfile.Copy(over, c.Path, to),
		"no folder":     sqlfile.Copy(t.Context(), c.Path, filepath.Join(dir, "no", "copy.db")),
	} {
		if err == nil {
			t.Errorf("%s: copied", what)
		}
		if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: a file is there, %v", what, err)
		}
	}
	must(t, os.WriteFile(to, []byte("mine"), 0o600))
	if err := sqlfile.Copy(t.Context(), c.Path, to); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	if kept, err := os.ReadFile(to); err != nil || string(kept) != "mine" {
		t.Errorf("it became %q, %v", kept, err)
	}
}
