package main

import (
	"errors"
	"fmt"
	"strings"

	"registerd/listen"
	"registerd/rdap"
)

// checkRedirect refuses a redirect to where nobody is safer, and a public address
// that would be the name of a socket.
func (c *config) checkRedirect() error {
	_, passed := socketName(c.RDAP.Listen)
	switch {
	case passed && c.RDAP.Base == "":
		return errors.New("base: it is missing, and the address of a socket that is passed in is not known before")
	case c.RDAP.Redirect == "":
		return nil
	case c.RDAP.Listen == "":
		return errors.New("redirect: rdap.listen is off")
	case !strings.HasPrefix(c.RDAP.Base, "https://"):
		return errors.New("redirect: base is no https address")
	}
	if err := validListen(c.RDAP.Redirect); err != nil {
		return fmt.Errorf("redirect: %w", err)
	}
	return nil
}

// openRedirect opens the listener in clear that sends everybody to the public address.
func (s *service) openRedirect(c *config) error {
	if c.RDAP.Redirect == "" {
		return nil
	}
	handler, err := rdap.NewRedirect(c.RDAP.Base)
	if err != nil {
		return err
	}
	w := c.RDAP.window
	w.Listen = c.RDAP.Redirect
	l, err := s.listener(w, listen.Config{MaxPerNetwork: usualAtOnceHTTP})
	if err != nil {
		return fmt.Errorf("rdap: redirect: %w", err)
	}
	const name = "rdap-redirect"
	s.add(name, l, serveHTTP(rdap.Server(s.metrics.timed(name, handler), s.log), s.log))
	return nil
}
