package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"registerd/store"
	"registerd/store/sqlite"
)

// defaultKeep is a week: a load that was wrong is noticed by then.
const defaultKeep = 7 * 24 * time.Hour

func (c *config) keepGenerations() time.Duration {
	if c.KeepGenerations == nil {
		return defaultKeep
	}
	return c.KeepGenerations.Duration
}

// keepBy is how long a command keeps generations: as its flag says, as the
// configuration does, or the default.
func keepBy(configFile string, flag *duration) (time.Duration, error) {
	switch {
	case flag != nil:
		return flag.Duration, nil
	case configFile == "":
		return defaultKeep, nil
	}
	c, err := readConfig(configFile)
	if err != nil {
		return 0, err
	}
	return c.keepGenerations(), nil
}

// tidy removes what is no longer kept, after a command did its work: if it
// cannot, that is still done, and a running server tries again within the hour.
func tidy(ctx context.Context, con console, w store.Writer, keep time.Duration) {
	if err := w.Purge(ctx, time.Now().Add(-keep)); err != nil {
		fmt.Fprintln(con.err, "warning:", err)
	}
}

// tidyEvery is how often a server removes what is no longer kept.
const tidyEvery = time.Hour

// keepTidy removes, at the start and with every tick, the generations that are no
// longer kept, and overwrites what changes deleted. The register is open for
// writing for that long only.
func (s *service) keepTidy(ctx context.Context, tick <-chan time.Time) {
	for {
		switch err := s.tidyOnce(ctx); {
		case err == nil, ctx.Err() != nil:
		case errors.Is(err, store.ErrInUse):
			s.log.Info("what the register no longer keeps is overwritten an hour later: it is being read", "error", err)
		default:
			s.log.Warn("what the register no longer keeps cannot be removed: data that was deleted stays in its file", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
	}
}

func (s *service) tidyOnce(ctx context.Context) error {
	w, err := sqlite.OpenWriter(s.path, sqlite.Options{})
	if err != nil {
		return err
	}
	return errors.Join(w.Purge(ctx, time.Now().Add(-s.config.keepGenerations())), w.Close())
}
