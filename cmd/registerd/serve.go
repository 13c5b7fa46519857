package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"registerd/config"
	"registerd/service"
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
	log := service.OpenLog(c, con.err)
	defer log.Flush()
	if c.Limits.Off {
		log.Warn("serving without limits: for trials only")
	}
	notify, err := service.NewNotifier(os.Getenv, log.Logger)
	if err != nil {
		return err
	}
	defer notify.Close()
	server, err := service.Open(ctx, c, service.Options{
		Log: log.Logger, Level: log.Level, Anew: log.Flush, Notify: notify, Read: s.config, AllowWiden: s.AllowWiden,
	})
	if err != nil {
		return err
	}
	server.Announce(ctx)
	go func() {
		for {
			select {
			case <-hangup:
				_, _ = server.Reload(ctx, "SIGHUP") // which has logged it
			case <-ctx.Done():
				return
			}
		}
	}()
	return server.Serve(ctx)
}

// config is the file, as the flags override it.
func (s *serveCommand) config() (*config.Config, error) {
	c := new(config.Config)
	switch {
	case s.Config != "":
		var err error
		if c, err = config.Parse(s.Config); err != nil {
			return nil, err
		}
	case s.DB == "":
		return nil, misused("serve: give --config FILE or --db FILE")
	default:
		c.WHOIS.Listen, c.DAS.Listen, c.RDAP.Listen = config.LoopbackWHOIS, config.LoopbackDAS, config.LoopbackRDAP
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
		c.MaxDataAge = new(config.Duration)
		if err := c.MaxDataAge.UnmarshalText([]byte(s.MaxDataAge)); err != nil {
			return nil, misused("serve: --max-data-age: %v", err)
		}
	}
	if s.NoLimits {
		c.Limits.Off = true
		for _, w := range c.Windows() {
			w.MaxPerNetwork, w.ConnectionsPerSecond = -1, -1
		}
	}
	if err := c.Check(); err != nil {
		return nil, fmt.Errorf("configuration: %s: %w", cmp.Or(s.Config, "flags"), err)
	}
	return c, nil
}
