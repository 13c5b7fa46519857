package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"registerd/access"
	"registerd/config"
	"registerd/lookup"
)

// prepared is all of a configuration that can be put in force without a restart. It
// was found good as a whole; what is in force does not know of it yet.
type prepared struct {
	rules  *config.Rules
	tokens access.People
	who    *access.Access
	desk   *lookup.Desk
	front  *front // nil without RDAP
	limits *heldLimits
	takes  []func() // what else is put in force
}

// reloading is the reading of the configuration while the program serves.
type reloading struct {
	mu   sync.Mutex // held from the reading of the file until it is in force
	read func() (*config.Config, error)
	last lastReload
}

// lastReload is what became of it the last time.
type lastReload struct {
	sync.Mutex
	at      time.Time // zero, if it was the start
	failure string
	Reloaded
}

// Reloaded is what a configuration that was taken comes to.
type Reloaded struct {
	Rules   string   `json:"rules"`
	Restart []string `json:"needs_restart"` // keys that have changed, and are as they were
	Notes   []string `json:"notes"`         // what was not taken without keeping the rest back
}

// Reload reads the configuration and puts it in force, or changes nothing and says
// why. One runs at a time.
func (s *Service) Reload(ctx context.Context, by string) (Reloaded, error) {
	s.reloading.mu.Lock()
	defer s.reloading.mu.Unlock()
	s.anew() // whoever reloads waits for an answer
	s.notify.reloading()
	c, err := s.reloading.read()
	var done Reloaded
	if err == nil {
		done, err = s.take(ctx, c)
	}
	if err == nil {
		done.Notes = append(done.Notes, s.openAgain(ctx)...)
	}
	s.metrics.reloads(err == nil, time.Now())
	s.reloading.last.note(done, err)
	if err != nil {
		s.log.Error("the configuration was not taken; the old one stays in force", "by", by, "error", err)
	} else {
		if len(done.Restart) > 0 {
			s.log.Warn("what has changed in the configuration needs a restart, and is as it was", "keys", done.Restart)
		}
		s.log.Info("the configuration is in force", "by", by, "rules", done.Rules)
	}
	s.notify.ready(s.inWords(ctx))
	return done, err
}

// openAgain opens what could not be opened before, and says what still cannot. No
// lock but that of the reload is held.
func (s *Service) openAgain(ctx context.Context) (notes []string) {
	if s.requests != nil {
		if err := s.requests.try(ctx); err != nil {
			notes = append(notes, "the request desk cannot be opened: "+err.Error())
		}
	}
	if s.statistics != nil {
		if err := s.statistics.try(ctx); err != nil {
			notes = append(notes, "the statistics cannot be opened: "+err.Error())
		}
	}
	return notes
}

func (l *lastReload) note(done Reloaded, err error) {
	l.Lock()
	defer l.Unlock()
	l.at, l.failure, l.Reloaded = time.Now(), "", done
	if err != nil {
		l.failure = err.Error()
	}
}

// take puts a configuration in force: first all of it is looked at, with nothing
// changed; then a change of rules is journaled; and then nothing can fail any more.
func (s *Service) take(ctx context.Context, c *config.Config) (Reloaded, error) {
	// Until this is done, nothing that is seen in the file of accounts is in force.
	s.named.mu.Lock()
	defer s.named.mu.Unlock()
	p, err := s.prepare(c)
	if err != nil {
		return Reloaded{}, err
	}
	if err := s.approve(ctx, c, p.rules, unapproved); err != nil {
		return Reloaded{}, err
	}
	s.commit(p)
	s.warnOfEnded(c)
	s.warnOfUnserved(ctx, c)
	done := Reloaded{Rules: p.rules.Policy.Version(), Restart: changedKeys(s.config, c), Notes: []string{}}
	if s.referrals != nil { // files of others, each for itself: they keep nothing back
		if err := s.referrals.Refresh(); err != nil {
			done.Notes = append(done.Notes, err.Error())
		}
	}
	return done, nil
}

// prepare looks at all of a configuration, and changes nothing. The accounts are held.
func (s *Service) prepare(c *config.Config) (*prepared, error) {
	p := new(prepared)
	var err error
	if p.tokens, err = c.TokenAccounts(); err != nil {
		return nil, err
	}
	var all access.People
	if all, p.who, err = s.named.admitted(p.tokens); err != nil {
		return nil, err
	}
	for _, f := range s.replaceable() {
		take, err := f.Reload()
		if err != nil {
			return nil, err
		}
		p.takes = append(p.takes, take)
	}
	p.takes = append(p.takes, func() { s.level.Set(slog.Level(c.LogLevel)) })
	if err := certificatesFit(c); err != nil {
		return nil, err
	}
	if err := s.prepareLimits(p, c, all); err != nil {
		return nil, err
	}
	if p.rules, err = c.PublicationRules(); err != nil {
		return nil, err
	}
	published, err := servedBy(c, p.rules, p.who, p.limits)
	if err != nil {
		return nil, err
	}
	if p.desk, err = s.desk.Prepare(published); err != nil {
		return nil, err
	}
	if s.front.Load() != nil {
		p.front, err = s.newFront(c, p.desk)
	}
	return p, err
}

// certificatesFit reads the certificates that are named. Other files than those in use
// need a restart, which is not to fail for them then.
func certificatesFit(c *config.Config) error {
	if c.SpeaksTLS() {
		if _, _, err := c.CertificateInWords(time.Now()); err != nil {
			return fmt.Errorf("rdap: %w", err)
		}
	}
	if _, err := c.RDAP.Certificates.InWords(time.Now(), slog.New(slog.DiscardHandler)); err != nil {
		return fmt.Errorf("rdap: certificates: %w", err)
	}
	return nil
}

// commit puts in force what was prepared. Each window's answer is of the one or the
// other as a whole: by the desk that it holds, or by the front that holds a desk.
func (s *Service) commit(p *prepared) {
	for _, take := range p.takes {
		take()
	}
	s.limits.Store(p.limits)
	s.named.tokens = p.tokens
	s.desk.Take(p.desk)
	if p.front != nil {
		s.front.Store(p.front)
	}
	for _, say := range s.refusals {
		say()
	}
}

// noFile is for a server that was made without one.
func noFile() (*config.Config, error) {
	return nil, errors.New("this server was started without a configuration that could be read again")
}

// warnOfUnserved tells of them, if the register can be read.
func (s *Service) warnOfUnserved(ctx context.Context, c *config.Config) {
	edition, err := s.desk.Edition(ctx)
	if err != nil {
		return
	}
	for _, name := range c.Unserved(edition.State) {
		s.log.Warn("a zone of the configuration is not one of the register's: what is said of it is of no account", "zone", name)
	}
}
