package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// scratchName is what folders begin with in which copies are laid out.
const scratchName = ".registerd-copies-"

// scratch is a folder of its own for copies of what is secret. One that a crash left
// is removed by the next in the same place.
type scratch struct {
	dir  string
	lock *os.File
}

func newScratch(in string) (*scratch, error) {
	removeLeftScratch(in)
	dir, err := os.MkdirTemp(in, scratchName) // of mode 0700
	if err != nil {
		return nil, err
	}
	s := &scratch{dir: dir}
	s.lock, err = lockedFile(filepath.Join(dir, scratchLock), os.O_CREATE)
	if err == nil {
		err = os.Mkdir(s.copies(), 0o700)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

const scratchLock = "lock"

// copies is where in it copies are laid out.
func (s *scratch) copies() string { return filepath.Join(s.dir, "copies") }

func (s *scratch) remove() error { return errors.Join(os.RemoveAll(s.dir), s.lock.Close()) }

// removeLeftScratch removes what nobody holds any more. What cannot be is left, as is
// one without a lock, which somebody may be making now: the next copy is none the worse.
func removeLeftScratch(in string) {
	left, _ := filepath.Glob(filepath.Join(in, scratchName+"*"))
	for _, dir := range left {
		lock, err := lockedFile(filepath.Join(dir, scratchLock), 0)
		if err != nil {
			continue
		}
		_ = os.RemoveAll(dir)
		lock.Close()
	}
}

// lockedFile is a file that nobody else has locked.
func lockedFile(path string, create int) (*os.File, error) {
	f, err := os.OpenFile(path, create|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return f, nil
}

// tidyEnd makes the end of a terminal, or of who reads what we write, one of ours: the
// copies of everything would be left behind else. What was started by nohup goes on.
func tidyEnd(ctx context.Context) (_ context.Context, stop func()) {
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE) // writing is an error then
	end := func() {}
	if !signal.Ignored(syscall.SIGHUP) {
		ctx, end = signal.NotifyContext(ctx, syscall.SIGHUP)
	}
	return ctx, func() { end(); signal.Stop(broken) }
}

// spare is what a file system keeps for others when copies are laid out, in bytes: the
// server goes on writing.
const spare = 16 << 20

// mustFit refuses to begin what could not be ended. need is in bytes, by the folder
// that they are to be in; folders may be on one file system.
func mustFit(need map[string]int64) error {
	sums, first := map[uint64]int64{}, map[uint64]string{}
	for dir, bytes := range need {
		var stat unix.Stat_t
		if err := unix.Stat(dir, &stat); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		if sums[stat.Dev] += bytes; first[stat.Dev] == "" || dir < first[stat.Dev] {
			first[stat.Dev] = dir
		}
	}
	for dev, dir := range first {
		var fs unix.Statfs_t
		if err := unix.Statfs(dir, &fs); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		if free := int64(fs.Bavail) * fs.Bsize; free-spare < sums[dev] {
			return fmt.Errorf("%s: %d MiB are needed there, and %d are free", dir, sums[dev]>>20+spare>>20, free>>20)
		}
	}
	return nil
}
