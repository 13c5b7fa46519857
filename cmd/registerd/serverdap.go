package main

import (
	"fmt"
	"net/http"

	"registerd/das"
	"registerd/listen"
	"registerd/rdap"
)

func (s *service) openRDAP(c *config) error {
	if c.RDAP.Listen == "" {
		return nil
	}
	secure, err := s.openTLS(c)
	if err != nil {
		return fmt.Errorf("rdap: %w", err)
	}
	forwarders, err := frontEnds(c.RDAP.ForwardedFrom)
	if err != nil {
		return fmt.Errorf("rdap: forwarded_from: %w", err)
	}
	l, err := s.listener(c.RDAP.window, listen.Config{MaxPerNetwork: usualAtOnceHTTP, ForwardedFrom: forwarders, RefusalAnswers: secure == nil})
	if err != nil {
		return fmt.Errorf("rdap: %w", err)
	}
	handler, all, err := s.rdapHandlers(c, c.publicBase(l.Addr().String()))
	if err != nil {
		return err
	}
	if err := s.openCertificates(c, handler, all); err != nil {
		return fmt.Errorf("rdap: certificates: %w", err)
	}
	l.SetRefusal(handler.Refusal(secure != nil))
	counted := all
	if secure != nil {
		counted = s.streams("rdap", c.RDAP.window, all)
	}
	if len(forwarders) > 0 {
		if counted, err = s.forwarding(c, forwarders, all, counted, handler.TurnAway); err != nil {
			return err
		}
	}
	server := rdap.Server(counted, s.log)
	if secure != nil {
		rdap.Secure(server, secure)
	}
	s.add("rdap", l, serveHTTP(server, s.log))
	return nil
}

// rdapHandlers makes RDAP's own handler, and the one of all that is answered beside
// it below the same URL.
func (s *service) rdapHandlers(c *config, base string) (own *rdap.Handler, all http.Handler, err error) {
	federation, err := c.federation(base, s.log)
	if err != nil {
		return nil, nil, err
	}
	page, err := c.page()
	if err != nil {
		return nil, nil, fmt.Errorf("rdap: web: %w", err)
	}
	own, err = rdap.New(rdap.Config{
		Desk: s.desk, Base: base, WHOIS: c.RDAP.Port43, Profile: c.profile(), Page: page, Private: c.RDAP.BehindTLS, Requests: s.requests != nil,
		Federation: federation, Limits: s.limitsInForce, Log: s.log,
	})
	if err != nil {
		return nil, nil, err
	}
	names, err := das.NewHTTP(das.HTTPConfig{Desk: s.desk, Base: base, Private: c.RDAP.BehindTLS, Log: s.log})
	if err != nil {
		return nil, nil, err
	}
	if all, err = s.besideRequests(names.Beside(own), base, c.RDAP.BehindTLS); err != nil {
		return nil, nil, err
	}
	all, err = s.besideHolder(c, all, base)
	return own, all, err
}
