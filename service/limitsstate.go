package service

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"registerd/internal/wholefile"
	"registerd/ratelimit"
)

// keepEvery is what a crash can lose of the budgets that were used.
const keepEvery = 10 * time.Second

// keptLimits keeps budgets over a restart. A failure costs that and nothing else.
type keptLimits struct {
	path    string
	limiter *ratelimit.Limiter
	log     *slog.Logger
	now     func() time.Time

	lock    *os.File     // held while this is who writes; nil before
	failing string       // what was last complained of
	saved   atomic.Int64 // when, in Unix seconds; 0 for never
}

// load takes over what the last run left. What cannot be read is left behind:
// everybody then has full budgets, as if this were the first run.
func (k *keptLimits) load() {
	f, err := openPlain(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		defer f.Close()
		err = k.limiter.Restore(bufio.NewReader(f))
	}
	if err != nil {
		k.log.Warn("the budgets of the last run are not known: all begin full", "path", k.path, "error", err)
	}
}

// openPlain opens a file and nothing else: on a pipe, the start would wait for who
// writes to it.
func openPlain(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("opening %s: it is no file", path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// run saves until ctx ends, at once for the first time: what is wrong is seen at the
// start then. What is used after that, its caller saves.
func (k *keptLimits) run(ctx context.Context, every time.Duration) {
	k.save()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			k.save()
		}
	}
}

// save replaces the file, and reports when that begins to fail, fails otherwise,
// or is well again.
func (k *keptLimits) save() {
	err := k.write()
	switch {
	case err == nil:
		k.saved.Store(k.now().Unix())
		if k.failing != "" {
			k.log.Info("budgets are written again", "path", k.path)
		}
		k.failing = ""
	case err.Error() != k.failing:
		k.failing = err.Error()
		k.log.Error("budgets cannot be written: a restart would give them back", "path", k.path, "error", err)
	}
}

func (k *keptLimits) write() error {
	if err := k.own(); err != nil {
		return err
	}
	return wholefile.Replace(k.path, k.path+".new", func(w io.Writer) error {
		buffered := bufio.NewWriterSize(w, 1<<16)
		if err := k.limiter.Save(buffered); err != nil {
			return err
		}
		return buffered.Flush()
	})
}

// own makes this the only one that writes the file. It is asked for each time, as
// the other may end.
func (k *keptLimits) own() error {
	if k.lock != nil {
		return nil
	}
	lock, err := os.OpenFile(k.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		lock.Close()
		return fmt.Errorf("another server keeps its budgets there: %w", err)
	}
	k.lock = lock
	return nil
}

// close lets others write.
func (k *keptLimits) close() error {
	if k.lock == nil {
		return nil
	}
	return k.lock.Close()
}
