package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"registerd/ratelimit"
)

// heldLimits are the limits of one configuration. With accounts that come and go,
// they change.
type heldLimits struct {
	atomic.Pointer[publishedLimits]
}

// inWords are the budgets that questions are charged by.
func (h *heldLimits) inWords() []string { return h.Load().inWords(time.Now()) }

// limitsNow are those in force.
func (s *service) limitsNow() *publishedLimits { return s.limits.Load().Load() }

// openLimits makes the budgets, as the last run left them.
func (s *service) openLimits(c *config) error {
	published, err := c.publishedLimits()
	if err != nil {
		return err
	}
	all, _, err := s.named.admitted(s.named.tokens)
	if err != nil {
		return err
	}
	published = published.with(all)
	if s.limiter, err = c.limiter(); err != nil {
		return err
	}
	if err := s.limiter.Set(published.settings); err != nil {
		return fmt.Errorf("limits: %w", err)
	}
	held := new(heldLimits)
	held.Store(published)
	s.limits.Store(held)
	if published.off {
		return nil
	}
	s.metrics.limits(s.limiter)
	if path := c.statePath(); path != "" {
		s.kept = &keptLimits{path: path, limiter: s.limiter, log: s.log, now: time.Now}
		s.kept.load()
		s.metrics.kept(s.kept)
		s.closers = append(s.closers, s.kept.close)
	}
	return nil
}

// prepareLimits looks at a configuration's limits. Budgets stay as used as they are.
func (s *service) prepareLimits(p *prepared, c *config, all people) error {
	next, err := c.publishedLimits()
	if err != nil {
		return err
	}
	next, now := next.with(all), s.limitsNow()
	p.limits = new(heldLimits)
	if now.off != next.off { // which needs a restart, and all other limits with it
		p.limits.Store(now)
		return nil
	}
	take, err := s.limiter.Prepare(next.settings)
	if err != nil {
		return fmt.Errorf("limits: %w", err)
	}
	next.memory = now.memory // as well
	p.limits.Store(next)
	p.takes = append(p.takes, take)
	return nil
}

// limitsOf puts the budgets of these accounts in force.
func (s *service) limitsOf(all people) {
	next := s.limitsNow().with(all)
	if err := s.limiter.Set(next.settings); err != nil {
		s.log.Error("the budgets of accounts could not be set, and stay as they were", "error", err)
		return
	}
	s.limits.Load().Store(next)
}

// warnOfEnded tells of exceptions that could be cleared away.
func (s *service) warnOfEnded(c *config) {
	for _, ended := range c.expired(time.Now()) {
		s.log.Warn("an exception of the limits has ended", "exception", ended)
	}
}

// clientOf is whom budgets are looked up for: an account by its id, or an address. A
// network stands for its first address.
func (p *publishedLimits) clientOf(text string) (ratelimit.Client, error) {
	if _, known := p.named[text]; known {
		return ratelimit.Client{Account: text}, nil
	}
	addr, err := parseAddress(text)
	if err != nil {
		return ratelimit.Client{}, fmt.Errorf("%q is no address, no network, and not the id of an account", text)
	}
	return ratelimit.Client{Addr: addr}, nil
}
