package main

import (
	"context"
	"time"

	"registerd/access"
	"registerd/disclose"
	"registerd/lookup"
)

// published is all but who is admitted.
func (c *config) published(p *disclose.Policy) (lookup.Published, error) {
	forms, err := c.whoisProfiles()
	if err != nil {
		return lookup.Published{}, err
	}
	return lookup.Published{
		Policy: p, Operator: c.operator(), Form: forms[""],
		Policies: c.Policies.published(), Zones: c.zones(p.Languages, forms), Sandbox: c.sandbox(),
		Refer: c.refers(),
	}, nil
}

// approve takes a configuration's rules as those in force, last of all: what
// else is wrong with it is found before.
func (s *service) approve(ctx context.Context, c *config, w widening) (lookup.Published, error) {
	next, err := c.rules()
	if err != nil {
		return lookup.Published{}, err
	}
	published, err := c.published(next.policy)
	if err != nil {
		return lookup.Published{}, err
	}
	change, err := s.rules.take(ctx, next, w || c.approval(next), s.journal)
	if err != nil {
		return lookup.Published{}, err
	}
	if !change.same {
		s.log.Info("the rules changed", "from", change.from, "to", change.to, "wider", fieldNames(change.wider))
	}
	return published, nil
}

// publish puts a configuration's published part in force.
func (s *service) publish(ctx context.Context, c *config) error {
	p, err := s.approve(ctx, c, unapproved)
	if err != nil {
		return err
	}
	return s.desk.Publish(p)
}

// reload puts a configuration's published part and its limits in force together
// with the certificate files, or none of them.
func (s *service) reload(ctx context.Context, c *config) error {
	tokens, err := c.tokenAccounts()
	if err != nil {
		return err
	}
	// Until this is done, nothing that is seen in the file of accounts is in force.
	s.named.mu.Lock()
	defer s.named.mu.Unlock()
	all, who, err := s.named.admitted(tokens)
	if err != nil {
		return err
	}
	takes := []func(){}
	for _, f := range s.replaceable() {
		take, err := f.Reload()
		if err != nil {
			return err
		}
		takes = append(takes, take)
	}
	back, err := s.replaceLimits(c, all)
	if err != nil {
		return err
	}
	if err := s.publish(ctx, c); err != nil {
		back()
		return err
	}
	s.named.tokens = tokens
	s.desk.Admit(who)
	for _, take := range takes {
		take()
	}
	if s.referrals != nil {
		s.referrals.Refresh()
	}
	return nil
}

// admitted are the configuration's rules, unless serve would refuse them.
func (c *config) admitted() (*rules, error) {
	next, err := c.rules()
	if err != nil {
		return nil, err
	}
	now, err := readInForce(c.Audit.Dir)
	if err != nil {
		return nil, err
	}
	_, err = now.admit(next, c.approval(next))
	return next, err
}

// publishable is what serve would publish by the configuration.
func (c *config) publishable() (lookup.Published, error) {
	r, err := c.admitted()
	if err != nil {
		return lookup.Published{}, err
	}
	published, err := c.published(r.policy)
	if err != nil {
		return lookup.Published{}, err
	}
	published.Access, err = access.New(access.Config{Now: time.Now}) // nobody shows a credential on a command line
	return published, err
}
