package main

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"registerd/backup"
	"registerd/store/sqlite"
)

// wholeRegister reads every record of a copy of a register, and says what is in it. One
// that is damaged, or that this program cannot read, is an error. The copy becomes one
// that this program serves, if an older one wrote the register.
func wholeRegister(ctx context.Context, path string, progress *progress) (backup.Register, error) {
	w, err := sqlite.OpenWriter(path, sqlite.Options{})
	if err != nil {
		return backup.Register{}, err
	}
	found, err := readAll(ctx, path, progress)
	return found, errors.Join(err, w.Close()) // the last to close, it takes the log away
}

// readAll reads the copy twice at the same time: nobody else waits for it.
func readAll(ctx context.Context, path string, progress *progress) (backup.Register, error) {
	var found sqlite.Verified
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() (err error) {
		found, err = sqlite.Verify(ctx, path, func(done, total int) { progress.report("verifying", done, total) })
		return err
	})
	unread := make(chan error, 1)
	both.Go(func() error { unread <- readable(ctx, path); return nil })
	if err := both.Wait(); err != nil {
		return backup.Register{}, err
	}
	if found.Total > 0 {
		return backup.Register{}, fmt.Errorf("it is damaged in %d places, the first is %s; registerd verify lists them, and an import or an earlier backup mends them",
			found.Total, found.Problems[0])
	}
	if err := <-unread; err != nil { // of a damaged one it says less
		return backup.Register{}, err
	}
	state := found.Edition.State
	zones := make([]string, len(state.Zones))
	for i, z := range state.Zones {
		zones[i] = string(z)
	}
	return backup.Register{
		Zones: zones, Edition: found.Edition.Version, Serial: state.Serial, Watermark: state.Watermark.UTC(),
		Objects: found.Objects, Counts: backup.Counts(state.Counts),
	}, nil
}
