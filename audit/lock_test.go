package audit

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// holdLock takes the lock as another process would: it is of what was opened, not of
// the process.
func holdLock(t *testing.T, dir string) (release func()) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR, 0)
	if err == nil {
		err = flock(f, unix.LOCK_EX|unix.LOCK_NB)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() { _ = f.Close() }
}

func TestALockThatAnotherProcessKeepsIsSaidAndNotWaitedForWithoutEnd(t *testing.T) {
	cfg := journalConfig(t)
	cfg.patience = 20 * time.Millisecond
	j := mustOpenJournal(t, cfg)
	mustRecord(t, j, "before.example")
	release := holdLock(t, cfg.Dir)
	if err := j.Record(t.Context(), disclosure("meanwhile.example")); !errors.Is(err, ErrLocked) {
		t.Errorf("while it is held: %v", err)
	}
	if err := j.Err(); !errors.Is(err, ErrLocked) {
		t.Errorf("it says of itself: %v", err)
	}
	if err := j.Record(t.Context(), disclosure("meanwhile-too.example")); !errors.Is(err, ErrLocked) {
		t.Errorf("the next: %v", err)
	}
	if _, err := j.Checkpoint(t.Context()); !errors.Is(err, ErrLocked) {
		t.Errorf("signing: %v", err)
	}
	release()
	for j.Err() != nil { // it hears of it by itself
		time.Sleep(time.Millisecond)
	}
	mustRecord(t, j, "after.example")
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	if got := questions(t, cfg.Dir); !slices.Equal(got, []string{"before.example", "after.example"}) {
		t.Errorf("recorded %q", got)
	}
}
