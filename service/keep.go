package service

import (
	"context"
	"errors"
	"time"

	"registerd/store"
	"registerd/store/sqlite"
)

// tidyEvery is how often a server removes what is no longer kept.
const tidyEvery = time.Hour

// keepTidy removes, at the start and with every tick, the generations that are no
// longer kept, and overwrites what changes deleted. The register is open for
// writing for that long only.
func (s *Service) keepTidy(ctx context.Context, tick <-chan time.Time) {
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

func (s *Service) tidyOnce(ctx context.Context) error {
	w, err := sqlite.OpenWriter(s.path, sqlite.Options{})
	if err != nil {
		return err
	}
	return errors.Join(w.Purge(ctx, time.Now().Add(-s.config.GenerationsKept())), w.Close())
}
