package service

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"registerd/audit"
	"registerd/config"
	"registerd/lookup"
	"registerd/statistics"
	"registerd/store"
	"registerd/store/sqlite"
)

// keptStatistics keeps the numbers that registerd stats reports. A failure costs
// numbers and nothing else.
type keptStatistics struct {
	file     *statistics.File
	tally    *statistics.Tally
	register store.Reader // tells whether there is something new to count
	path     string       // of the register
	log      *slog.Logger
	now      func() time.Time

	written atomic.Int64 // when numbers were last written, in Unix seconds; 0 for never

	// Of the last census: when, and of which deposits.
	taken time.Time
	load  string
}

// openStatistics begins to count, if that can be done: the public is served without.
func (s *Service) openStatistics(ctx context.Context, c *config.Config, reader store.Reader) {
	path := c.StatisticsPath()
	if path == "" {
		return
	}
	open := func(ctx context.Context) (*keptStatistics, error) {
		file, err := statistics.OpenFile(ctx, path)
		if err != nil {
			return nil, err
		}
		tally, err := statistics.NewTally(file, time.Now)
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		return &keptStatistics{file: file, tally: tally, register: reader, path: c.DB, log: s.log, now: time.Now}, nil
	}
	s.statistics = openOptional(ctx, open, func(err error) {
		if err == nil {
			s.log.Info("statistics are kept now")
			return
		}
		s.log.Error("no statistics are kept: their file cannot be opened; trying again", "error", err)
	})
	s.closers = append(s.closers, func() error {
		if k := s.statistics.get(); k != nil {
			return k.file.Close()
		}
		return nil
	})
	s.metrics.gauge("registerd_statistics_timestamp_seconds", "When the statistics were last written to their file; 0 before.", func() float64 {
		if k := s.statistics.get(); k != nil {
			return float64(k.written.Load())
		}
		return 0
	})
}

// observe measures and counts a question, and logs it at debug.
func (s *Service) observe(o lookup.Observation) {
	s.metrics.observe(o)
	s.logQuestion(o)
	if k := s.statistics.get(); k != nil {
		k.count(o)
	}
}

func (k *keptStatistics) count(o lookup.Observation) {
	outcome := o.Outcome.String()
	if o.Outcome == audit.Failed {
		outcome = statistics.Failed
	}
	k.tally.Count(statistics.Asked{
		Window: o.Window.String(), Kind: string(o.Kind), Audience: o.Audience.String(), Outcome: outcome, Refused: string(o.Refused),
	}, o.Took)
}

// run writes what was counted at the beginning of every minute until ctx ends. That is
// what a crash can lose. What is counted after that, its caller writes.
func (k *keptStatistics) run(ctx context.Context) {
	failing := k.write(nil)
	for everyMinute(ctx, k.now) {
		failing = k.write(failing)
	}
}

// everyMinute waits for the beginning of a minute, and reports whether there is one
// before ctx ends.
func everyMinute(ctx context.Context, now func() time.Time) bool {
	at := now()
	timer := time.NewTimer(at.Truncate(time.Minute).Add(time.Minute).Sub(at))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// write writes, and reports when that begins to fail, fails otherwise, or is well again.
// It takes what it returned the last time. It ends by itself: what has waited ten
// seconds for the file is given up until the next time.
func (k *keptStatistics) write(before error) error {
	err := k.tally.Flush(context.Background())
	switch {
	case err == nil:
		k.written.Store(k.now().Unix())
		if before != nil {
			k.log.Info("statistics are written again")
		}
	case before == nil || err.Error() != before.Error():
		k.log.Error("statistics cannot be written: what was counted waits in memory", "error", err)
	}
	return err
}

// runCensus counts the register when it was loaded, and before each day ends, until ctx ends.
func (k *keptStatistics) runCensus(ctx context.Context) {
	var before error
	for {
		err := k.look(ctx)
		switch {
		case err == nil, ctx.Err() != nil, errors.Is(err, store.ErrEmpty):
			before = nil
		case before == nil || err.Error() != before.Error():
			k.log.Error("the register was not counted for the statistics", "error", err)
			before = err
		}
		if !everyMinute(ctx, k.now) {
			return
		}
	}
}

// look counts the register if it is time.
func (k *keptStatistics) look(ctx context.Context) error {
	e, err := k.register.Edition(ctx)
	if err != nil {
		return err
	}
	now, load := k.now(), e.State.Full+" "+e.State.Deposit
	if k.taken.IsZero() {
		counted, err := k.file.Counted(ctx, e.State, now)
		if err != nil {
			return err
		}
		if counted {
			k.taken, k.load = now, load
			return nil
		}
	}
	if !k.due(now, load) {
		return nil
	}
	if err := k.census(ctx, now); err != nil {
		return err
	}
	k.taken, k.load = now, load
	return nil
}

// closes is when a day's last census begins, so that it is over when the day is.
const closes = 23*time.Hour + 58*time.Minute

func (k *keptStatistics) due(now time.Time, load string) bool {
	day := now.UTC().Truncate(24 * time.Hour)
	last := day.Add(closes)
	if last.After(now) {
		last = day.Add(closes - 24*time.Hour)
	}
	return k.taken.Before(last) || k.load != load || k.taken.After(now)
}

// census counts on a connection of its own, and for a quarter of the time only, so that
// questions do not wait for it.
func (k *keptStatistics) census(ctx context.Context, now time.Time) (err error) {
	reader, err := OpenRegister(k.path, sqlite.Options{Connections: 2})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	worked := time.Now()
	found, err := k.file.Count(ctx, statistics.Counting{Reader: reader, Now: now, Pause: func() {
		pause(ctx, 3*time.Since(worked))
		worked = time.Now()
	}})
	if err != nil {
		return err
	}
	return k.file.Keep(ctx, found)
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
