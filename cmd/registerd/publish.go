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

// served is what the server publishes: all of it.
func (c *config) served(r *rules, who *access.Access, limits *heldLimits) (lookup.Published, error) {
	p, err := c.published(r.policy)
	p.Access, p.Limits, p.MaxAge = who, limits.inWords, c.maxDataAge()
	return p, err
}

// publish is what a start publishes.
func (s *service) publish(ctx context.Context, c *config, w widening) (p lookup.Published, err error) {
	if s.rules, err = readInForce(c.Audit.Dir); err != nil {
		return p, err
	}
	next, err := c.rules()
	if err != nil {
		return p, err
	}
	_, who, err := s.named.admitted(s.named.tokens)
	if err != nil {
		return p, err
	}
	if p, err = c.served(next, who, s.limits.Load()); err != nil {
		return p, err
	}
	return p, s.approve(ctx, c, next, w)
}

// approve takes a configuration's rules as those in force, last of all: what else
// is wrong with it is found before.
func (s *service) approve(ctx context.Context, c *config, next *rules, w widening) error {
	change, err := s.rules.take(ctx, next, w || c.approval(next), s.journal)
	if err == nil && !change.same {
		s.log.Info("the rules changed", "from", change.from, "to", change.to, "wider", fieldNames(change.wider))
	}
	return err
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
