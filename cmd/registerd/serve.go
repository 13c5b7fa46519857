package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/term"
)

type serveCommand struct {
	Config     string `type:"path" placeholder:"FILE" help:"The configuration file. Without it, --db alone is enough and every window is on loopback."`
	DB         string `name:"db" type:"path" placeholder:"FILE" help:"The register; overrides the file."`
	WHOIS      string `name:"whois" placeholder:"ADDRESS" help:"Where WHOIS listens, host:port; overrides the file."`
	DAS        string `name:"das" placeholder:"ADDRESS" help:"Where the availability port listens; overrides the file."`
	RDAP       string `name:"rdap" placeholder:"ADDRESS" help:"Where RDAP listens; overrides the file."`
	Private    string `placeholder:"ADDRESS" help:"Where metrics, health and profiles are; overrides the file."`
	AllowWiden bool   `help:"Take rules that show the public more than those in force. It is journaled."`
	MaxDataAge string `placeholder:"DURATION" help:"How old the data may be before answers say so; overrides the file."`
	NoLimits   bool   `help:"Take all limits away, connection caps too, for trials."`
}

// Run serves until the program is told to end. SIGHUP reads the configuration again.
func (s *serveCommand) Run(ctx context.Context, con console) error {
	// From the first moment: until it is asked for, the signal ends a program.
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	c, err := s.config()
	if err != nil {
		return err
	}
	if err := notAsRoot(c.DB, c.Audit.Dir); err != nil {
		return err
	}
	log, once, level := c.openLog(con)
	defer once.flush()
	if c.Limits.Off {
		log.Warn("serving without limits: for trials only")
	}
	notify, err := newNotifier(os.Getenv, log)
	if err != nil {
		return err
	}
	defer notify.close()
	service, err := open(ctx, c, widening(s.AllowWiden), log)
	if err != nil {
		return err
	}
	service.notify, service.reloading.read = notify, s.config
	service.level, service.anew = level, once.flush
	service.announce(log)
	service.warn(ctx, c)
	go func() {
		for {
			select {
			case <-hangup:
				_, _ = service.again(ctx, "SIGHUP") // which has logged it
			case <-ctx.Done():
				return
			}
		}
	}()
	return service.serve(ctx)
}

// config is the file, as the flags override it.
func (s *serveCommand) config() (*config, error) {
	c := new(config)
	switch {
	case s.Config != "":
		var err error
		if c, err = parseConfig(s.Config); err != nil {
			return nil, err
		}
	case s.DB == "":
		return nil, misused("serve: give --config FILE or --db FILE")
	default:
		c.WHOIS.Listen, c.DAS.Listen, c.RDAP.Listen = loopbackWHOIS, loopbackDAS, loopbackRDAP
	}
	for _, o := range []struct {
		flag string
		key  *string
	}{{s.DB, &c.DB}, {s.WHOIS, &c.WHOIS.Listen}, {s.DAS, &c.DAS.Listen}, {s.RDAP, &c.RDAP.Listen}, {s.Private, &c.Private.Listen}} {
		if o.flag != "" {
			*o.key = o.flag
		}
	}
	if s.MaxDataAge != "" {
		c.MaxDataAge = new(duration)
		if err := c.MaxDataAge.UnmarshalText([]byte(s.MaxDataAge)); err != nil {
			return nil, misused("serve: --max-data-age: %v", err)
		}
	}
	if s.NoLimits {
		c.Limits.Off = true
		for _, w := range c.windows() {
			w.MaxPerNetwork, w.ConnectionsPerSecond = -1, -1
		}
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("configuration: %s: %w", cmp.Or(s.Config, "flags"), err)
	}
	return c, nil
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

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
