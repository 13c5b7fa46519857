package service

import (
	"fmt"
	"net/http"

	"registerd/config"
	"registerd/das"
	"registerd/listen"
	"registerd/lookup"
	"registerd/rdap"
)

func (s *Service) openRDAP(c *config.Config) error {
	if c.RDAP.Listen == "" {
		return nil
	}
	secure, err := s.openTLS(c)
	if err != nil {
		return fmt.Errorf("rdap: %w", err)
	}
	forwarders, err := config.FrontEnds(c.RDAP.ForwardedFrom)
	if err != nil {
		return fmt.Errorf("rdap: forwarded_from: %w", err)
	}
	l, err := s.listener(c.RDAP.Window, listen.Config{MaxPerNetwork: config.UsualAtOnceHTTP, ForwardedFrom: forwarders, RefusalAnswers: secure == nil})
	if err != nil {
		return fmt.Errorf("rdap: %w", err)
	}
	if err := s.openFront(c, l); err != nil {
		return err
	}
	if err := s.openCertificates(c); err != nil {
		return fmt.Errorf("rdap: certificates: %w", err)
	}
	s.refusing(l, s.refusal(secure != nil))
	all := s.metrics.timed("rdap", http.HandlerFunc(s.atFront))
	counted := all
	if secure != nil {
		counted = s.streams("rdap", c.RDAP.Window, all)
	}
	if len(forwarders) > 0 {
		if counted, err = s.forwarding(c, forwarders, all, counted, s.turnAway); err != nil {
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

// front is what answers over HTTP by one configuration: RDAP's own handler, and the
// one of all that is answered beside it below the same URL. They hold one desk.
type front struct {
	own *rdap.Handler
	all http.Handler
}

// openFront makes the first one, and what all of them have.
func (s *Service) openFront(c *config.Config, l *listen.Listener) (err error) {
	s.base = c.PublicBase(l.Addr().String())
	if s.federation, err = c.Federation(s.base, s.log); err != nil {
		return err
	}
	if s.federation != nil {
		s.metrics.providers(s.federation)
	}
	s.openHolderLinks(c)
	first, err := s.newFront(c, s.desk.Held())
	s.front.Store(first)
	return err
}

// newFront is for a desk that is held. Of the configuration it has what needs no restart.
func (s *Service) newFront(c *config.Config, desk *lookup.Desk) (*front, error) {
	page, err := c.WebPage()
	if err != nil {
		return nil, fmt.Errorf("rdap: web: %w", err)
	}
	private := s.config.RDAP.BehindTLS
	f := new(front)
	f.own, err = rdap.New(rdap.Config{
		Desk: desk, Base: s.base, WHOIS: c.RDAP.Port43, Profile: c.RDAPProfile(), Page: page, Private: private, Requests: s.requests != nil,
		Federation: s.federation, Log: s.log,
	})
	if err != nil {
		return nil, err
	}
	names, err := das.NewHTTP(das.HTTPConfig{Desk: desk, Base: s.base, Private: private, Log: s.log})
	if err != nil {
		return nil, err
	}
	if f.all, err = s.besideRequests(names.Beside(f.own), desk); err != nil {
		return nil, err
	}
	f.all, err = s.besideHolder(f.all, desk)
	return f, err
}

// atFront has the front in force answer.
func (s *Service) atFront(w http.ResponseWriter, r *http.Request) { s.front.Load().all.ServeHTTP(w, r) }

func (s *Service) turnAway(w http.ResponseWriter, r *http.Request, why error) {
	s.front.Load().own.TurnAway(w, r, why)
}

// refusal is what a listener of the front tells who is one too many.
func (s *Service) refusal(secure bool) func() []byte {
	return func() []byte { return s.front.Load().own.Refusal(secure) }
}
