package service

import (
	"cmp"
	"context"
	"time"

	"registerd/access"
	"registerd/config"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
	"registerd/whois"
)

// publishedBy is all but who is admitted.
func publishedBy(c *config.Config, p *disclose.Policy) (lookup.Published, error) {
	forms, err := c.WHOISProfiles()
	if err != nil {
		return lookup.Published{}, err
	}
	return lookup.Published{
		Policy: p, Operator: register.Operator(c.Operator), Form: forms[""],
		Policies: c.Policies.Published(), Zones: zonesOf(c, p.Languages, forms), Sandbox: sandboxOf(c),
		Refer: c.Refers(),
	}, nil
}

// servedBy is what the server publishes: all of it.
func servedBy(c *config.Config, r *config.Rules, who *access.Access, limits *heldLimits) (lookup.Published, error) {
	p, err := publishedBy(c, r.Policy)
	p.Access, p.Limits, p.MaxAge = who, limits.inWords, c.OldestData()
	return p, err
}

// publish is what a start publishes.
func (s *Service) publish(ctx context.Context, c *config.Config, w widening) (p lookup.Published, err error) {
	if s.rules, err = readInForce(c.Audit.Dir); err != nil {
		return p, err
	}
	next, err := c.PublicationRules()
	if err != nil {
		return p, err
	}
	_, who, err := s.named.admitted(s.named.tokens)
	if err != nil {
		return p, err
	}
	if p, err = servedBy(c, next, who, s.limits.Load()); err != nil {
		return p, err
	}
	return p, s.approve(ctx, c, next, w)
}

// approve takes a configuration's rules as those in force, last of all: what else
// is wrong with it is found before.
func (s *Service) approve(ctx context.Context, c *config.Config, next *config.Rules, w widening) error {
	change, err := s.rules.take(ctx, next, w || approval(c, next), s.journal)
	if err == nil && !change.same {
		s.log.Info("the rules changed", "from", change.from, "to", change.to, "wider", disclose.FieldNames(change.wider))
	}
	return err
}

// AdmittedRules are the configuration's rules, unless serve would refuse them.
func AdmittedRules(c *config.Config) (*config.Rules, error) {
	next, err := c.PublicationRules()
	if err != nil {
		return nil, err
	}
	now, err := readInForce(c.Audit.Dir)
	if err != nil {
		return nil, err
	}
	_, err = now.admit(next, approval(c, next))
	return next, err
}

// Publishable is what serve would publish by the configuration.
func Publishable(c *config.Config) (lookup.Published, error) {
	r, err := AdmittedRules(c)
	if err != nil {
		return lookup.Published{}, err
	}
	published, err := publishedBy(c, r.Policy)
	if err != nil {
		return lookup.Published{}, err
	}
	published.Access, err = access.New(access.Config{Now: time.Now}) // nobody shows a credential on a command line
	return published, err
}

// zonesOf are what is published of the zones that differ.
func zonesOf(c *config.Config, languages []string, forms map[register.Name]*whois.Profile) map[register.Name]lookup.Zone {
	out := make(map[register.Name]lookup.Zone, len(c.Zones))
	all := c.Policies.Published()
	for i := range c.Zones {
		z := &c.Zones[i]
		own := z.Published()
		merged := lookup.Zone{Languages: z.Languages, Policies: register.Policies{
			Publication: cmp.Or(own.Publication, all.Publication), Disputes: cmp.Or(own.Disputes, all.Disputes),
			Eligibility: cmp.Or(own.Eligibility, all.Eligibility), Terms: cmp.Or(own.Terms, all.Terms),
			Notices: own.Notices,
		}}
		merged.Names, _ = z.LabelRules()
		if own.Notices == nil {
			merged.Policies.Notices = all.Notices
		}
		if z.Languages == nil {
			merged.Languages = languages
		}
		name, _ := register.ParseName(z.Name)
		merged.Form = forms[name]
		out[name] = merged
	}
	return out
}

// sandboxOf is that of a configuration that was checked.
func sandboxOf(c *config.Config) register.Name {
	name, _ := register.ParseName(c.Sandbox)
	return name
}
