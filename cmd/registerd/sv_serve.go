package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// serve runs all windows until ctx ends, and then lets them finish.
func (s *service) serve(ctx context.Context) error {
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
	group.Go(func() error { s.watchAge(windows, lookAtAge); return nil })
	for _, f := range s.replaceable() {
		group.Go(func() error { f.Watch(windows); return nil })
	}
	group.Go(func() error {
		ticker := time.NewTicker(tidyEvery)
		defer ticker.Stop()
		s.keepTidy(windows, ticker.C)
		return nil
	})
	if s.referrals != nil {
		group.Go(func() error { s.referrals.Run(windows); return nil })
	}
	if s.kept != nil {
		group.Go(func() error { s.kept.run(windows, keepEvery); return nil })
	}
	if s.statistics != nil {
		group.Go(func() error {
			runOptional(windows, s.statistics, func(k *keptStatistics) {
				group.Go(func() error { k.runCensus(windows); return nil })
				k.run(windows)
			})
			return nil
		})
	}
	group.Go(func() error {
		ticker := time.NewTicker(lookAtAccounts)
		defer ticker.Stop()
		s.named.run(windows, ticker.C)
		return nil
	})
	if s.requests != nil {
		group.Go(func() error {
			runOptional(windows, s.requests, func(r *servedRequests) {
				ticker := time.NewTicker(lookAtAccounts)
				defer ticker.Stop()
				r.run(windows, ticker.C)
			})
			return nil
		})
	}
	if s.control != nil {
		group.Go(func() error { s.serveControl(windows); return nil })
	}
	group.Go(func() error {
		s.notify.live(windows, func(ctx context.Context) { _, _ = s.desk.Ready(ctx) })
		return nil
	})
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

// flag is a switch that handlers read.
type flag = atomic.Bool
