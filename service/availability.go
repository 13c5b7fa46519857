package service

import (
	"context"
	"fmt"

	"registerd/config"
	"registerd/das"
	"registerd/listen"
)

func (s *Service) openDAS(c *config.Config) error {
	for name, a := range c.Availabilities() {
		if a.Listen == "" {
			continue
		}
		if err := s.openAvailability(name, a); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (s *Service) openAvailability(name string, a *config.Availability) error {
	settings, err := a.Settings()
	if err != nil {
		return err
	}
	settings.Desk, settings.Log, settings.Answered = s.desk, s.log, s.metrics.took(name)
	server, err := das.New(settings)
	if err != nil {
		return err
	}
	l, err := s.listener(a.Window, listen.Config{MaxPerNetwork: config.UsualAtOnce})
	if err != nil {
		return err
	}
	s.refusing(l, server.Refusal)
	s.add(name, l, func(ctx context.Context, l *listen.Listener) error { return server.Serve(ctx, l, finish) })
	return nil
}
