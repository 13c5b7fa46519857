package service

import (
	"context"
	"fmt"

	"registerd/config"
	"registerd/listen"
	"registerd/whois"
)

// openWindow is a listener with what serves it.
type openWindow struct {
	name     string
	listener *listen.Listener
	serve    func(context.Context, *listen.Listener) error
}

// listener opens a public window's listener: as w has it, and as cfg for the rest.
func (s *Service) listener(w config.Window, cfg listen.Config) (_ *listen.Listener, err error) {
	cfg.MaxConns, cfg.MaxPerNetwork, cfg.PerSecond = w.MaxConnections, w.PerNetwork(cfg.MaxPerNetwork), w.PerSecond()
	if cfg.ProxyFrom, err = config.FrontEnds(w.ProxyFrom); err != nil {
		return nil, err
	}
	return s.listenAt(w.Listen, cfg)
}

// listenAt opens a listener at an address, or takes the service manager's socket.
func (s *Service) listenAt(address string, cfg listen.Config) (*listen.Listener, error) {
	cfg.Address, cfg.Log = address, s.log
	if name, ok := config.SocketName(address); ok {
		inner, err := s.passed.Take(name)
		if err != nil {
			return nil, err
		}
		cfg.Address, cfg.Inner = "", inner
	}
	l, err := listen.Listen(cfg)
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, l.Close)
	return l, nil
}

func (s *Service) add(name string, l *listen.Listener, serve func(context.Context, *listen.Listener) error) {
	s.windows = append(s.windows, openWindow{name, l, serve})
	s.metrics.listener(name, l)
}

// refusing says what a listener tells who is one too many, now and after each reload.
func (s *Service) refusing(l *listen.Listener, words func() []byte) {
	say := func() { l.SetRefusal(words()) }
	say()
	s.refusals = append(s.refusals, say)
}

func (s *Service) openWHOIS(c *config.Config) error {
	if c.WHOIS.Listen == "" {
		return nil
	}
	server, err := whois.New(whois.Config{Desk: s.desk, Log: s.log, Answered: s.metrics.took("whois")})
	if err != nil {
		return err
	}
	l, err := s.listener(c.WHOIS.Window, listen.Config{MaxPerNetwork: config.UsualAtOnce})
	if err != nil {
		return fmt.Errorf("whois: %w", err)
	}
	s.refusing(l, server.Refusal)
	s.add("whois", l, func(ctx context.Context, l *listen.Listener) error { return server.Serve(ctx, l, finish) })
	return nil
}

func (s *Service) openPrivate(c *config.Config) error {
	if c.Private.Listen == "" {
		return nil
	}
	l, err := s.listenAt(c.Private.Listen, listen.Config{})
	if err != nil {
		return fmt.Errorf("private: %w", err)
	}
	s.windows = append(s.windows, openWindow{"private", l, serveHTTP(s.privateServer(), s.log)})
	return nil
}
