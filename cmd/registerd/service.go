package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/listen"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/referral"
	"registerd/store/sqlite"
	"registerd/whois"
)

// finish is how long questions that were accepted may take when the program ends.
const finish = 10 * time.Second

const defaultKeptAnswers = 4096

// service is the program while it serves: the desk and its windows.
type service struct {
	desk    *lookup.Desk
	journal *audit.Journal
	rules   *inForce
	windows []openWindow
	path    string // of the register
	ready   flag
	drain   time.Duration
	log     *slog.Logger
	metrics *metrics
	closers []func() error

	certificate certificate         // nil without TLS
	certified   *certified          // nil without a listener for client certificates
	referrals   *referral.Directory // nil without one

	limiter *ratelimit.Limiter
	limits  atomic.Pointer[publishedLimits]
	kept    *keptLimits  // nil if budgets do not outlive a restart
	control net.Listener // nil without a socket
	named   *named

	requests *servedRequests // nil without a request desk
}

// warn tells of what works, and is likely not what the operator wants.
func (s *service) warn(ctx context.Context, c *config) {
	if _, err := s.desk.Ready(ctx); err != nil {
		s.log.Warn("the register cannot be read yet: every question is answered as a failure", "error", err)
	}
	s.warnOfEnded(c)
	if c.trustsLoopback() {
		s.log.Warn("rdap listens on loopback and is public under another address: " +
			"credentials are taken from whoever the front end lets through, and all clients share one budget; " +
			"set proxy_from or forwarded_from, and behind_tls if the front end speaks TLS")
	}
	if s.certificate != nil {
		pair, _ := s.certificate.Get(&tls.ClientHelloInfo{}) // there is none when it is fetched
		for _, doubt := range c.doubts(pair, s.certificate.Ends(), time.Now()) {
			s.log.Warn("clients may refuse the certificate", "why", doubt)
		}
	}
}

// openWindow is a listener with what serves it.
type openWindow struct {
	name     string
	listener *listen.Listener
	serve    func(context.Context, *listen.Listener) error
}

// open makes the service of a configuration: all of it, or an error and
// nothing. Rules that show the public more than those in force need w.
func open(ctx context.Context, c *config, w widening, log *slog.Logger) (_ *service, err error) {
	s := &service{path: c.DB, drain: c.Drain.Duration, log: log, metrics: newMetrics()}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.desk, err = s.openDesk(ctx, c, w); err != nil {
		return nil, err
	}
	s.openRequests(ctx, c)
	for _, f := range []func(*config) error{s.openWHOIS, s.openDAS, s.openRDAP, s.openPrivate} {
		if err := f(c); err != nil {
			return nil, err
		}
	}
	s.measureCertificates()
	s.openControl(c)
	return s, nil
}

func (s *service) openDesk(ctx context.Context, c *config, w widening) (*lookup.Desk, error) {
	reader, err := openRegister(c.DB, sqlite.Options{MMapSize: int64(c.MmapMiB) << 20})
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, reader.Close)
	if s.named, err = newNamed(c, time.Now, s.log); err != nil {
		return nil, err
	}
	s.closers = append(s.closers, s.named.end)
	if err := s.openLimits(c); err != nil {
		return nil, err
	}
	var accessLog *audit.AccessLog
	if s.journal, accessLog, err = s.openAudit(c); err != nil {
		return nil, err
	}
	if s.rules, err = readInForce(c.Audit.Dir); err != nil {
		return nil, err
	}
	published, err := s.approve(ctx, c, w)
	if err != nil {
		return nil, err
	}
	if s.referrals, err = c.referrals(c.Referrals.Refresh, s.log); err != nil {
		return nil, err
	}
	if s.referrals != nil {
		s.metrics.referrals(s.referrals)
	}
	kept := c.KeptAnswers
	if kept == 0 {
		kept = defaultKeptAnswers
	}
	key, err := c.searchKey()
	if err != nil {
		return nil, err
	}
	if _, published.Access, err = s.named.admitted(s.named.tokens); err != nil {
		return nil, err
	}
	desk, err := lookup.New(lookup.Config{
		SearchKey: key,
		Store:     reader, Limiter: s.limiter, Journal: s.journal, AccessLog: accessLog,
		Published: published, Now: time.Now, Observe: s.metrics.observe, Kept: max(kept, 0),
		Referrals: s.referrals, Tag: c.Tag,
	})
	if err != nil {
		return nil, err
	}
	s.named.force = func(all people, who *access.Access) { desk.Admit(who); s.limitsOf(all) }
	s.metrics.accounts(s.named)
	return desk, nil
}

// openAudit opens the journal and the access log. A journal that cannot be
// opened costs privileged access, not the public service.
func (s *service) openAudit(c *config) (*audit.Journal, *audit.AccessLog, error) {
	if c.Audit.Dir == "" {
		s.log.Warn("no audit directory: no access log is kept, and answers above public are refused")
		return audit.None(), audit.Discard(), nil
	}
	keep := audit.DefaultKeep
	if c.Audit.KeepDays > 0 {
		keep = time.Duration(c.Audit.KeepDays) * 24 * time.Hour
	}
	accessLog, err := audit.OpenAccessLog(audit.AccessConfig{Dir: c.Audit.Dir, Keep: keep, Now: time.Now, Logger: s.log})
	if err != nil {
		s.log.Error("the access log cannot be written: questions are answered and not noted", "error", err)
		accessLog = audit.Discard()
	} else {
		s.closers = append(s.closers, accessLog.Close)
	}
	s.metrics.accessLog(accessLog)
	journal, err := s.startJournal(c)
	return journal, accessLog, err
}

// listener opens a public window's listener: as w has it, and as cfg for the rest.
func (s *service) listener(w window, cfg listen.Config) (_ *listen.Listener, err error) {
	cfg.Address, cfg.Log = w.Listen, s.log
	cfg.MaxConns, cfg.MaxPerNetwork, cfg.PerSecond = w.MaxConnections, w.perNetwork(cfg.MaxPerNetwork), w.perSecond()
	if cfg.ProxyFrom, err = frontEnds(w.ProxyFrom); err != nil {
		return nil, err
	}
	l, err := listen.Listen(cfg)
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, l.Close)
	return l, nil
}

func (s *service) add(name string, l *listen.Listener, serve func(context.Context, *listen.Listener) error) {
	s.windows = append(s.windows, openWindow{name, l, serve})
	s.metrics.listener(name, l)
}

func (s *service) openWHOIS(c *config) error {
	if c.WHOIS.Listen == "" {
		return nil
	}
	server, err := whois.New(whois.Config{Desk: s.desk, Log: s.log, Limits: s.limitsInForce})
	if err != nil {
		return err
	}
	l, err := s.listener(c.WHOIS.window, listen.Config{MaxPerNetwork: usualAtOnce, Refusal: server.Refusal()})
	if err != nil {
		return fmt.Errorf("whois: %w", err)
	}
	s.add("whois", l, func(ctx context.Context, l *listen.Listener) error { return server.Serve(ctx, l, finish) })
	return nil
}

func (s *service) openPrivate(c *config) error {
	if c.Private.Listen == "" {
		return nil
	}
	l, err := listen.Listen(listen.Config{Address: c.Private.Listen, Log: s.log})
	if err != nil {
		return fmt.Errorf("private: %w", err)
	}
	s.closers = append(s.closers, l.Close)
	s.windows = append(s.windows, openWindow{"private", l, serveHTTP(s.privateServer(), s.log)})
	return nil
}

// pause keeps serving for the drain, unless a window ends by itself.
func (s *service) pause(ended context.Context) {
	timer := time.NewTimer(s.drain)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ended.Done():
	}
}

func (s *service) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		if err := s.closers[i](); err != nil && !errors.Is(err, net.ErrClosed) {
			s.log.Error("closing", "error", err)
		}
	}
	s.closers = nil
}

// announce tells where the windows are.
func (s *service) announce(log *slog.Logger) {
	for _, w := range s.windows {
		log.Info("serving", "window", w.name, "address", w.listener.Addr().String())
	}
}

// address is where a window listens; "" when it is off.
func (s *service) address(name string) string {
	for _, w := range s.windows {
		if w.name == name {
			return w.listener.Addr().String()
		}
	}
	return ""
}
