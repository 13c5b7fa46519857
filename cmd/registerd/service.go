package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/config"
	"registerd/federated"
	"registerd/holder"
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
	passed  listen.Passed // what of it no window has taken
	path    string        // of the register
	file    os.FileInfo   // that stood there before it was opened
	ready   flag
	drain   time.Duration
	notify  *notifier
	log     *slog.Logger
	level   *slog.LevelVar // of log
	anew    func()         // has log say what it said before
	metrics *metrics
	closers []func() error

	certificate certificate         // nil without TLS
	certified   *certified          // nil without a listener for client certificates
	referrals   *referral.Directory // nil without one

	limiter *ratelimit.Limiter
	limits  atomic.Pointer[heldLimits]
	kept    *keptLimits  // nil if budgets do not outlive a restart
	control net.Listener // nil without a socket
	named   *named

	requests   *optional[servedRequests] // nil without a request desk
	statistics *optional[keptStatistics] // nil if none are kept

	steady     *steady
	since      time.Time
	reader     *sqlite.Reader
	config     *config.Config // that of the start: what needs a restart is as it says
	reloading  reloading
	refusals   []func()              // set anew what listeners tell who is one too many
	base       string                // the public URL of RDAP
	federation *federated.Federation // nil without providers
	links      *holder.Links         // nil without a page for holders
	front      atomic.Pointer[front] // nil without RDAP
}

// warn tells of what works, and is likely not what the operator wants.
func (s *service) warn(ctx context.Context, c *config.Config) {
	if _, err := s.desk.Ready(ctx); err != nil {
		s.log.Error("the register cannot be read yet: every question is answered as a failure", "error", err)
	}
	if indexed, err := s.reader.Indexed(ctx); err == nil && !indexed {
		s.log.Warn("an older program loaded the register: not every search is answered until its next full load")
	}
	s.warnOfEnded(c)
	s.warnOfUnserved(ctx, c)
	if c.TrustsLoopback(s.address("rdap")) {
		s.log.Warn("rdap listens on loopback and is public under another address: " +
			"credentials are taken from whoever the front end lets through, and all clients share one budget; " +
			"set proxy_from or forwarded_from, and behind_tls if the front end speaks TLS")
	}
	if s.certificate != nil {
		pair, _ := s.certificate.Get(&tls.ClientHelloInfo{}) // there is none when it is fetched
		for _, doubt := range c.CertificateDoubts(pair, s.certificate.Ends(), time.Now()) {
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

// options are what a service has beside its configuration.
type options struct {
	Log *slog.Logger
	// Level is that of Log, which a reload sets. Default: it stays as it is.
	Level *slog.LevelVar
	// Anew has Log say again what it said before. A reload calls it. Default: nothing.
	Anew func()
	// Notify tells the service manager; nil tells nobody.
	Notify *notifier
	// Read reads the configuration again, for a reload. Default: there is none to read.
	Read func() (*config.Config, error)
	// AllowWiden takes rules that show the public more than those in force.
	AllowWiden bool
}

// open makes the service of a configuration that was checked: all of it, or an error
// and nothing.
func open(ctx context.Context, c *config.Config, o options) (_ *service, err error) {
	log := o.Log
	s := &service{
		path: c.DB, drain: c.Drain.Duration, log: log, level: o.Level, anew: o.Anew, notify: o.Notify, metrics: newMetrics(), config: c,
		since: time.Now(), steady: newSteady(log),
	}
	if s.level == nil {
		s.level = new(slog.LevelVar)
	}
	if s.anew == nil {
		s.anew = func() {}
	}
	if s.reloading.read = o.Read; o.Read == nil {
		s.reloading.read = noFile
	}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.desk, err = s.openDesk(ctx, c, widening(o.AllowWiden)); err != nil {
		return nil, err
	}
	s.openRequests(ctx, c)
	if s.passed, err = listen.PassedSockets(os.Getenv); err != nil {
		return nil, err
	}
	defer s.passed.Close() // those that no window has
	for _, f := range []func(*config.Config) error{s.openWHOIS, s.openDAS, s.openRDAP, s.openRedirect, s.openPrivate} {
		if err := f(c); err != nil {
			return nil, err
		}
	}
	for _, name := range s.passed.Names() {
		log.Warn("the service manager has passed a socket that no window has: who connects there waits in vain", "socket", name)
	}
	s.measureCertificates()
	s.openControl(c)
	return s, nil
}

func (s *service) openDesk(ctx context.Context, c *config.Config, w widening) (_ *lookup.Desk, err error) {
	// Before it is opened: of another file in its place meanwhile the watch tells.
	if s.file, err = statRegister(c.DB); err != nil {
		return nil, err
	}
	reader, err := openRegister(c.DB, sqlite.Options{MMapSize: int64(c.MmapMiB) << 20})
	if err != nil {
		return nil, err
	}
	s.closers, s.reader = append(s.closers, reader.Close), reader
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
	published, err := s.publish(ctx, c, w)
	if err != nil {
		return nil, err
	}
	if s.referrals, err = c.ReferralDirectory(c.Referrals.Refresh, s.log); err != nil {
		return nil, err
	}
	if s.referrals != nil {
		s.metrics.referrals(s.referrals)
	}
	kept := c.KeptAnswers
	if kept == 0 {
		kept = defaultKeptAnswers
	}
	key, err := c.SearchKey()
	if err != nil {
		return nil, err
	}
	s.openStatistics(ctx, c, reader)
	desk, err := lookup.New(lookup.Config{
		SearchKey: key,
		Store:     reader, Limiter: s.limiter, Journal: s.journal, AccessLog: accessLog,
		Published: published, Now: time.Now, Observe: s.observe, Kept: max(kept, 0),
		Referrals: s.referrals, Tag: c.Tag,
	})
	if err != nil {
		return nil, err
	}
	s.named.force = func(all access.People, who *access.Access) { desk.Admit(who); s.limitsOf(all) }
	s.metrics.accounts(s.named, desk.Admitted)
	return desk, nil
}

// openAudit opens the journal and the access log. A journal that cannot be
// opened costs privileged access, not the public service.
func (s *service) openAudit(c *config.Config) (*audit.Journal, *audit.AccessLog, error) {
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
		s.log.Error("the access log could not be opened: until a restart questions are answered and not noted", "error", err)
		accessLog = audit.Discard()
	} else {
		s.closers = append(s.closers, accessLog.Close)
	}
	s.metrics.accessLog(accessLog)
	journal, err := s.startJournal(c)
	return journal, accessLog, err
}

// listener opens a public window's listener: as w has it, and as cfg for the rest.
func (s *service) listener(w config.Window, cfg listen.Config) (_ *listen.Listener, err error) {
	cfg.MaxConns, cfg.MaxPerNetwork, cfg.PerSecond = w.MaxConnections, w.PerNetwork(cfg.MaxPerNetwork), w.PerSecond()
	if cfg.ProxyFrom, err = config.FrontEnds(w.ProxyFrom); err != nil {
		return nil, err
	}
	return s.listenAt(w.Listen, cfg)
}

// listenAt opens a listener at an address, or takes the service manager's socket.
func (s *service) listenAt(address string, cfg listen.Config) (*listen.Listener, error) {
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

func (s *service) add(name string, l *listen.Listener, serve func(context.Context, *listen.Listener) error) {
	s.windows = append(s.windows, openWindow{name, l, serve})
	s.metrics.listener(name, l)
}

// refusing says what a listener tells who is one too many, now and after each reload.
func (s *service) refusing(l *listen.Listener, words func() []byte) {
	say := func() { l.SetRefusal(words()) }
	say()
	s.refusals = append(s.refusals, say)
}

func (s *service) openWHOIS(c *config.Config) error {
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

func (s *service) openPrivate(c *config.Config) error {
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
			s.log.Error("at the end something could not be closed", "error", err)
		}
	}
	s.closers = nil
}

// announce tells the log where the windows are, and what is likely not what the
// operator wants.
func (s *service) announce(ctx context.Context) {
	for _, w := range s.windows {
		s.log.Info("serving", "window", w.name, "address", w.listener.Addr().String())
	}
	s.warn(ctx, s.config)
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
