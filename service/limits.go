package service

import (
	"fmt"
	"sync/atomic"
	"time"

	"registerd/access"
	"registerd/config"
)

// heldLimits are the limits of one configuration. With accounts that come and go,
// they change.
type heldLimits struct {
	atomic.Pointer[config.PublishedLimits]
}

// inWords are the budgets that questions are charged by.
func (h *heldLimits) inWords() []string { return h.Load().InWords(time.Now()) }

// limitsNow are those in force.
func (s *Service) limitsNow() *config.PublishedLimits { return s.limits.Load().Load() }

// openLimits makes the budgets, as the last run left them.
func (s *Service) openLimits(c *config.Config) error {
	published, err := c.PublishedLimits()
	if err != nil {
		return err
	}
	all, _, err := s.named.admitted(s.named.tokens)
	if err != nil {
		return err
	}
	published = published.With(all)
	if s.limiter, err = c.Limiter(); err != nil {
		return err
	}
	if err := s.limiter.Set(published.Settings); err != nil {
		return fmt.Errorf("limits: %w", err)
	}
	held := new(heldLimits)
	held.Store(published)
	s.limits.Store(held)
	if published.Off {
		return nil
	}
	s.metrics.limits(s.limiter)
	if path := c.LimitsPath(); path != "" {
		s.kept = &keptLimits{path: path, limiter: s.limiter, log: s.log, now: time.Now}
		s.kept.load()
		s.metrics.kept(s.kept)
		s.closers = append(s.closers, s.kept.close)
	}
	return nil
}

// prepareLimits looks at a configuration's limits. Budgets stay as used as they are.
func (s *Service) prepareLimits(p *prepared, c *config.Config, all access.People) error {
	next, err := c.PublishedLimits()
	if err != nil {
		return err
	}
	next, now := next.With(all), s.limitsNow()
	p.limits = new(heldLimits)
	if now.Off != next.Off { // which needs a restart, and all other limits with it
		p.limits.Store(now)
		return nil
	}
	take, err := s.limiter.Prepare(next.Settings)
	if err != nil {
		return fmt.Errorf("limits: %w", err)
	}
	next.Memory = now.Memory // as well
	p.limits.Store(next)
	p.takes = append(p.takes, take)
	return nil
}

// limitsOf puts the budgets of these accounts in force.
func (s *Service) limitsOf(all access.People) {
	next := s.limitsNow().With(all)
	if err := s.limiter.Set(next.Settings); err != nil {
		s.log.Error("the budgets of accounts could not be set, and stay as they were", "error", err)
		return
	}
	s.limits.Load().Store(next)
}

// warnOfEnded tells of exceptions that could be cleared away.
func (s *Service) warnOfEnded(c *config.Config) {
	for _, ended := range c.EndedExceptions(time.Now()) {
		s.log.Warn("an exception of the limits has ended", "exception", ended)
	}
}
