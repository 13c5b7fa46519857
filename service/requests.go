package service

import (
	"context"
	"net/http"
	"sync"
	"time"

	"registerd/access"
	"registerd/config"
	"registerd/lookup"
	"registerd/request"
	"registerd/request/intake"
)

// servedRequests is the request desk while the program serves: its clock, and who
// is admitted by its grants.
type servedRequests struct {
	desk  *request.Desk
	clock requestClock
	named *named

	mu       sync.Mutex // held by who looks
	version  uint64
	read     bool // version is that of what is in force
	silenced bool // the log has been told
}

// openRequests opens the request desk. One that cannot be opened costs its window,
// and whoever has a token of it; the public is served.
func (s *Service) openRequests(ctx context.Context, c *config.Config) {
	if c.Requests.Dir == "" {
		return
	}
	open := func(ctx context.Context) (*servedRequests, error) {
		settings, err := RequestDeskConfig(&c.Requests, s.journal)
		if err != nil {
			return nil, err
		}
		desk, err := request.Open(ctx, settings)
		if err != nil {
			return nil, err
		}
		r := &servedRequests{
			desk: desk, clock: requestClock{desk: desk, hook: c.Requests.Hook, log: s.log, believed: s.steady.believed}, named: s.named,
		}
		r.look(ctx)
		return r, nil
	}
	s.requests = openOptional(ctx, open, func(err error) {
		if err == nil {
			s.log.Info("the request desk is open now")
			return
		}
		s.log.Error("the request desk cannot be opened: no requests are taken, and tokens of grants are refused; trying again", "error", err)
	})
	s.closers = append(s.closers, func() error {
		if r := s.requests.get(); r != nil {
			return r.desk.Close()
		}
		return nil
	})
	s.metrics.requests(s.requestDesk)
}

// requestDesk is nil while it is not open.
func (s *Service) requestDesk() *request.Desk {
	if r := s.requests.get(); r != nil {
		return r.desk
	}
	return nil
}

// run keeps the clock, and looks at every tick who is admitted.
func (r *servedRequests) run(ctx context.Context, tick <-chan time.Time) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.clock.run(ctx)
	}()
	for {
		select {
		case <-ctx.Done():
			<-ended
			return
		case <-tick:
			r.look(ctx)
		}
	}
}

// look admits who has a token of a grant, and nobody when that cannot be read: a
// grant may have been ended.
func (r *servedRequests) look(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	version, err := r.desk.Version(ctx)
	if err == nil && r.read && version == r.version {
		return
	}
	var open []request.Opening
	if err == nil {
		open, version, err = r.desk.Openings(ctx)
	}
	if ctx.Err() != nil {
		return
	}
	switch {
	case err != nil && !r.silenced:
		r.named.log.Error("the grants of the request desk cannot be read: tokens of them are refused", "error", err)
	case err == nil && r.silenced:
		r.named.log.Info("the grants of the request desk can be read again")
	}
	r.version, r.read, r.silenced = version, err == nil, err != nil
	var granted access.People
	granted.Accounts, granted.Credentials = openings(open)
	r.named.let(granted)
}

// besideRequests answers requests on the listener of RDAP, and hands on all else.
func (s *Service) besideRequests(other http.Handler, desk *lookup.Desk) (http.Handler, error) {
	if s.requests == nil {
		return other, nil
	}
	h, err := intake.New(intake.Config{
		Requests: s.requestDesk, Desk: desk, Admit: s.aside(lookup.KindRequest), PickedUp: func(ctx context.Context) { s.requests.get().look(ctx) },
		Base: s.base, Private: s.config.RDAP.BehindTLS, MaxEvidence: maxEvidence(&s.config.Requests), Log: s.log,
	})
	if err != nil {
		return nil, err
	}
	return h.Beside(other), nil
}

// aside takes tickets for the windows beside RDAP.
func (s *Service) aside(kind lookup.Kind) func(access.Channel) (charge func(work int), err error) {
	return func(ch access.Channel) (func(int), error) {
		return s.desk.Aside(lookup.Question{Caller: access.Public(ch), Window: lookup.RDAP}, kind)
	}
}
