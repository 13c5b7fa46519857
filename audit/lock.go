package audit

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// ErrLocked says that another process has held the lock for longer than a write takes.
var ErrLocked = errors.New("another process holds its lock")

// lockPatience is how long the lock is waited for: a slow disk may hold it for a second
// or two, and who asked for an answer does not wait much longer.
const lockPatience = 5 * time.Second

// lock is a file that processes take by turns, for the moment of a write. One goroutine
// uses it at a time.
type lock struct {
	file     *os.File
	patience time.Duration
	waiting  chan error // the outcome of an attempt that outlasted the patience; nil is none
}

// take takes the lock. After ErrLocked the attempt goes on: whoever uses the lock then
// awaits waiting, and gives it back.
func (l *lock) take(how int) error {
	err := flock(l.file, how|unix.LOCK_NB)
	if !errors.Is(err, unix.EWOULDBLOCK) {
		return err
	}
	outcome := make(chan error, 1)
	go func() { outcome <- flock(l.file, how) }()
	patience := time.NewTimer(l.patience)
	defer patience.Stop()
	select {
	case err := <-outcome:
		return err
	case <-patience.C:
		l.waiting = outcome
		return ErrLocked
	}
}

// give cannot fail in a way that leaves the lock held: closing frees it.
func (l *lock) give() { _ = flock(l.file, unix.LOCK_UN) }

// flock keeps the file from being closed, and its number from being another's, until
// the system has answered.
func flock(f *os.File, how int) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var outcome error
	err = raw.Control(func(fd uintptr) {
		for {
			if outcome = unix.Flock(int(fd), how); !errors.Is(outcome, unix.EINTR) {
				return
			}
		}
	})
	return os.NewSyscallError("flock", errors.Join(err, outcome))
}

// lockFile is for who opened the file for this one moment, and closes it after.
func lockFile(f *os.File, how int) error { return (&lock{file: f, patience: lockPatience}).take(how) }
