// Package service is the running server: the windows that a configuration opens over a
// register, what is in force, how it is put in force anew, and what goes on beside the
// answers: the control socket, readiness, metrics, the log, and what is kept. What a
// command opens or judges as a server would is here as well, so that both do the same. Its
// errors and lines are for the operator; the public is answered by the windows' own
// folders. It reads no file of configuration, and knows no flags.
package service

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"time"

	"registerd/audit"
	"registerd/config"
	"registerd/federated"
	"registerd/holder"
	"registerd/listen"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/referral"
	"registerd/store/sqlite"
)

// finish is how long questions that were accepted may take when the program ends.
const finish = 10 * time.Second

// Service is the program while it serves: the desk and its windows. Open makes one.
type Service struct {
	desk    *lookup.Desk
	journal *audit.Journal
	rules   *inForce
	windows []openWindow
	passed  listen.Passed // what of it no window has taken
	path    string        // of the register
	file    os.FileInfo   // that stood there before it was opened
	ready   flag
	drain   time.Duration
	notify  *Notifier
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
func (s *Service) warn(ctx context.Context, c *config.Config) {
	if _, err := s.desk.Ready(ctx); err != nil {
		s.log.Error("the register cannot be read yet: every question is answered as a failure", "error", err)
	}
	if indexed, err := s.reader.Indexed(ctx); err == nil && !indexed {
		s.log.Warn("an older program loaded the register: not every search is answered until its next full load")
	}
	s.warnOfEnded(c)
	s.warnOfUnserved(ctx, c)
	if c.TrustsLoopback(s.Address("rdap")) {
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

// Options are what a service has beside its configuration. All but Log may be left out.
type Options struct {
	Log *slog.Logger
	// Level is that of Log, which a reload sets. Default: it stays as it is.
	Level *slog.LevelVar
	// Anew has Log say again what it said before. A reload calls it. Default: nothing.
	Anew func()
	// Notify tells the service manager; nil tells nobody.
	Notify *Notifier
	// Read reads the configuration again, for a reload. Default: there is none to read.
	Read func() (*config.Config, error)
	// AllowWiden takes rules that show the public more than those in force.
	AllowWiden bool
}

// Open makes the service of a configuration that was checked: all of it, or an error
// and nothing.
func Open(ctx context.Context, c *config.Config, o Options) (_ *Service, err error) {
	log := o.Log
	switch {
	case c == nil:
		return nil, errors.New("service: it has no configuration")
	case log == nil:
		return nil, errors.New("service: it has no log")
	}
	s := &Service{
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

// pause keeps serving for the drain, unless a window ends by itself.
func (s *Service) pause(ended context.Context) {
	timer := time.NewTimer(s.drain)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ended.Done():
	}
}

func (s *Service) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		if err := s.closers[i](); err != nil && !errors.Is(err, net.ErrClosed) {
			s.log.Error("at the end something could not be closed", "error", err)
		}
	}
	s.closers = nil
}

// Announce tells the log where the windows are, and what is likely not what the
// operator wants.
func (s *Service) Announce(ctx context.Context) {
	for _, w := range s.windows {
		s.log.Info("serving", "window", w.name, "address", w.listener.Addr().String())
	}
	s.warn(ctx, s.config)
}

// Address is where a window listens; "" when it is off.
func (s *Service) Address(name string) string {
	for _, w := range s.windows {
		if w.name == name {
			return w.listener.Addr().String()
		}
	}
	return ""
}
