package main

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"registerd/das"
	"registerd/listen"
	"registerd/register"
)

// availabilities are the availability ports by their names in logs and metrics:
// das, and das-2 and so on for the others.
func (c *config) availabilities() iter.Seq2[string, *availability] {
	return func(yield func(string, *availability) bool) {
		if !yield("das", &c.DAS) {
			return
		}
		for i := range c.Availability {
			if !yield("das-"+strconv.Itoa(i+2), &c.Availability[i]) {
				return
			}
		}
	}
}

// settings are the dialect and the zone of a server; it still needs a desk.
func (a *availability) settings() (c das.Config, err error) {
	if a.Dialect != "" {
		known := false
		if c.Dialect, known = das.ParseDialect(a.Dialect); !known {
			return c, fmt.Errorf("dialect: there is none called %q", a.Dialect)
		}
	}
	if a.Zone != "" {
		if c.Zone, err = register.ParseName(a.Zone); err != nil {
			return c, fmt.Errorf("zone: %w", err)
		}
	}
	return c, nil
}

func (a *availability) inWords() string {
	words := a.Listen
	if words != "" && a.Dialect != "" {
		words += " in " + a.Dialect
	}
	return words
}

func (s *service) openDAS(c *config) error {
	for name, a := range c.availabilities() {
		if a.Listen == "" {
			continue
		}
		if err := s.openAvailability(name, a); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (s *service) openAvailability(name string, a *availability) error {
	config, err := a.settings()
	if err != nil {
		return err
	}
	config.Desk, config.Log, config.Answered = s.desk, s.log, s.metrics.took(name)
	server, err := das.New(config)
	if err != nil {
		return err
	}
	l, err := s.listener(a.window, listen.Config{MaxPerNetwork: usualAtOnce})
	if err != nil {
		return err
	}
	s.refusing(l, server.Refusal)
	s.add(name, l, func(ctx context.Context, l *listen.Listener) error { return server.Serve(ctx, l, finish) })
	return nil
}
