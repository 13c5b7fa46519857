package service

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// Serve runs all windows until ctx ends, lets them finish what they have accepted, for
// ten seconds at most, and closes all. It is called once. An error is of what ended by
// itself: a window, or the register, whose file is another one now.
func (s *Service) Serve(ctx context.Context) error {
	defer s.close()
	s.ready.Store(true)
	windows, drained := context.WithCancel(context.WithoutCancel(ctx))
	defer drained()
	group, ended := errgroup.WithContext(windows)
	for _, w := range s.windows {
		group.Go(func() error {
			if err := w.serve(windows, w.listener); err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			return nil
		})
	}
	group.Go(func() error { return watch(windows, s.path, s.file, s.log) })
	s.keepUp(windows, group)
	s.notify.ready(s.inWords(ctx))
	select {
	case <-ctx.Done():
		s.ready.Store(false)
		s.notify.stopping("ending; answering for another " + s.drain.String())
		s.log.Info("ending: no new questions are taken after the drain", "drain", s.drain)
		s.pause(ended)
	case <-ended.Done(): // a window has ended by itself, and all others with it
		s.ready.Store(false)
	}
	drained()
	err := group.Wait()
	if s.kept != nil {
		s.kept.save() // what the last questions took
	}
	if k := s.statistics.get(); k != nil {
		_ = k.write(nil) // which logs what is wrong
	}
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return err
}

// keepUp runs what goes on beside the windows, until ctx ends.
func (s *Service) keepUp(ctx context.Context, group *errgroup.Group) {
	s.keepBooks(ctx, group)
	run := func(f func(context.Context)) { group.Go(func() error { f(ctx); return nil }) }
	run(func(ctx context.Context) { s.watchAge(ctx, lookAtAge) })
	for _, f := range s.replaceable() {
		run(f.Watch)
	}
	run(func(ctx context.Context) {
		ticker := time.NewTicker(tidyEvery)
		defer ticker.Stop()
		s.keepTidy(ctx, ticker.C)
	})
	run(func(ctx context.Context) {
		ticker := time.NewTicker(lookAtAccounts)
		defer ticker.Stop()
		s.named.run(ctx, ticker.C)
	})
	if s.referrals != nil {
		run(s.referrals.Run)
	}
	if s.control != nil {
		run(s.serveControl)
	}
	run(func(ctx context.Context) {
		s.notify.live(ctx, func(ctx context.Context) { _, _ = s.desk.Ready(ctx) })
	})
}

// keepBooks runs what is written while questions are answered: budgets, statistics and
// requests.
func (s *Service) keepBooks(ctx context.Context, group *errgroup.Group) {
	run := func(f func()) { group.Go(func() error { f(); return nil }) }
	if s.kept != nil {
		run(func() { s.kept.run(ctx, keepEvery) })
	}
	if s.statistics != nil {
		run(func() {
			runOptional(ctx, s.statistics, func(k *keptStatistics) {
				run(func() { k.runCensus(ctx) })
				k.run(ctx)
			})
		})
	}
	if s.requests != nil {
		run(func() {
			runOptional(ctx, s.requests, func(r *servedRequests) {
				ticker := time.NewTicker(lookAtAccounts)
				defer ticker.Stop()
				r.run(ctx, ticker.C)
			})
		})
	}
}

// flag is a switch that handlers read.
type flag = atomic.Bool
