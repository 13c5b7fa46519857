package main

import (
	"fmt"
	"time"

	"registerd/ratelimit"
)

// limitsInForce are the budgets that questions are charged by.
func (s *service) limitsInForce() []string { return s.limits.Load().inWords(time.Now()) }

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
	s.limits.Store(published)
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

// replaceLimits puts a configuration's limits in force, and returns what puts the
// old ones back. Budgets stay as used as they are.
func (s *service) replaceLimits(c *config, all people) (back func(), err error) {
	next, err := c.publishedLimits()
	if err != nil {
		return nil, err
	}
	next = next.with(all)
	now := s.limits.Load()
	if now.memory != next.memory {
		s.log.Warn("limits.memory_mib needs a restart", "in_force", now.memory>>20, "configured", next.memory>>20)
		next.memory = now.memory
	}
	if now.off != next.off {
		s.log.Warn("limits.off needs a restart, with all other limits", "in_force", now.off, "configured", next.off)
		return func() {}, nil
	}
	if err := s.limiter.Set(next.settings); err != nil {
		return nil, fmt.Errorf("limits: %w", err)
	}
	s.limits.Store(next)
	s.warnOfEnded(c)
	return func() {
		_ = s.limiter.Set(now.settings) // they were in force
		s.limits.Store(now)
	}, nil
}

// limitsOf puts the budgets of these accounts in force.
func (s *service) limitsOf(all people) {
	next := s.limits.Load().with(all)
	if err := s.limiter.Set(next.settings); err != nil {
		s.log.Error("the budgets of accounts stay as they were", "error", err)
		return
	}
	s.limits.Store(next)
}

// warnOfEnded tells of exceptions that could be cleared away.
func (s *service) warnOfEnded(c *config) {
	for _, ended := range c.expired(time.Now()) {
		s.log.Warn("an exception of the limits has ended", "which", ended)
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
