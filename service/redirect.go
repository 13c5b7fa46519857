package service

import (
	"fmt"

	"registerd/config"
	"registerd/listen"
	"registerd/rdap"
)

// openRedirect opens the listener in clear that sends everybody to the public address.
func (s *Service) openRedirect(c *config.Config) error {
	if c.RDAP.Redirect == "" {
		return nil
	}
	handler, err := rdap.NewRedirect(c.RDAP.Base)
	if err != nil {
		return err
	}
	w := c.RDAP.Window
	w.Listen = c.RDAP.Redirect
	l, err := s.listener(w, listen.Config{MaxPerNetwork: config.UsualAtOnceHTTP})
	if err != nil {
		return fmt.Errorf("rdap: redirect: %w", err)
	}
	const name = "rdap-redirect"
	s.add(name, l, serveHTTP(rdap.Server(s.metrics.timed(name, handler), s.log), s.log))
	return nil
}
