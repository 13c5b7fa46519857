package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	NoLimits   bool   `help:"Take all limits away, connection caps too, for trials."`
}

// Run serves until the program is told to end. SIGHUP reads the configuration again.
func (s *serveCommand) Run(ctx context.Context, con console) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	// From the first moment: until it is asked for, the signal ends a program.
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	log := newLog(con)
	if c.Limits.Off {
		log.Warn("serving without limits: for trials only")
	}
	service, err := open(ctx, c, widening(s.AllowWiden), log)
	if err != nil {
		return err
	}
	service.announce(log)
	service.warn(ctx, c)
	go func() {
		for {
			select {
			case <-hangup:
				s.reload(ctx, service, log)
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

// reload puts what the operator publishes and whom one admits in force, or
// changes nothing.
func (s *serveCommand) reload(ctx context.Context, service *service, log *slog.Logger) {
	c, err := s.config()
	if err == nil {
		err = service.reload(ctx, c)
	}
	if err != nil {
		service.metrics.reloaded.Set(0)
		log.Error("the configuration was not taken; the old one stays in force", "error", err)
		return
	}
	service.metrics.reloaded.Set(1)
	log.Info("the configuration is in force: all that is published, zones, profiles, limits, tokens, certificate files and referrals; listeners and paths need a restart",
		"rules", service.rules.rules.policy.Version())
}

// newLog is for people on a terminal, and for programs elsewhere.
func newLog(con console) *slog.Logger {
	if isTerminal(con.err) {
		return slog.New(slog.NewTextHandler(con.err, nil))
	}
	return slog.New(slog.NewJSONHandler(con.err, nil))
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
	group.Go(func() error { return watch(windows, s.path, s.log) })
	for _, f := range s.replaceable() {
		group.Go(func() error { f.Watch(windows); return nil })
	}
	if s.referrals != nil {
		group.Go(func() error { s.referrals.Run(windows); return nil })
	}
	if s.kept != nil {
		group.Go(func() error { s.kept.run(windows, keepEvery); return nil })
	}
	group.Go(func() error {
		ticker := time.NewTicker(lookAtAccounts)
		defer ticker.Stop()
		s.named.run(windows, ticker.C)
		return nil
	})
	if s.requests != nil {
		group.Go(func() error {
			ticker := time.NewTicker(lookAtAccounts)
			defer ticker.Stop()
			s.requests.run(windows, ticker.C)
			return nil
		})
	}
	if s.control != nil {
		group.Go(func() error { s.serveControl(windows); return nil })
	}
	select {
	case <-ctx.Done():
		s.ready.Store(false)
		s.log.Info("ending: no new questions are taken after the drain", "drain", s.drain.String())
		s.pause(ended)
	case <-ended.Done():
	}
	drained()
	err := group.Wait()
	if s.kept != nil {
		s.kept.save() // what the last questions took
	}
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return err
}

// flag is a switch that handlers read.
type flag = atomic.Bool
