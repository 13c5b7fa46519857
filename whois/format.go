package whois

import (
	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

// domainPage writes a name that is registered or reserved. handles says that
// those of contacts were asked for.
func domainPage(a *lookup.DomainAnswer, handles bool) lookup.Written {
	if a.Reserved != nil {
		return lookup.Written{Body: reserved(a.About, a.Reserved)}
	}
	p := newPage(&a.About)
	p.handles = handles
	p.by = agentOf(a.Domain.Sponsor)
	p.begin("domain")
	for i := range p.form.domain {
		s := &p.form.domain[i]
		switch s.about {
		case theContacts:
			p.contacts(s, a.Domain)
		case theNameServers:
			p.nameServers(s, a.Domain)
		default:
			write(p, s, s.domain, a.Domain)
		}
	}
	p.finish()
	return lookup.Written{Body: p.done()}
}

func hostPage(a *lookup.HostAnswer) []byte {
	p := newPage(&a.About)
	p.by = agentOf(a.Host.Sponsor)
	p.begin("nameserver")
	for i := range p.form.nameserver {
		write(p, &p.form.nameserver[i], p.form.nameserver[i].host, &a.Host)
	}
	p.finish()
	return p.done()
}

func entityPage(a *lookup.EntityAnswer, handles bool) []byte {
	p := newPage(&a.About)
	p.handles = handles
	if a.Contact != nil {
		p.begin("contact")
		for i := range p.form.holder {
			write(p, &p.form.holder[i], p.form.holder[i].person[register.RoleNone], a.Contact)
		}
	} else {
		p.begin("registrar")
		for i := range p.form.registrar {
			write(p, &p.form.registrar[i], p.form.registrar[i].sponsor, a.Registrar)
		}
	}
	p.finish()
	return p.done()
}

// write writes a section about an object. One without a line is not there at
// all, heading included.
func write[V any](p *page, s *section, steps []step[V], v V) {
	if p.answer != nil {
		run(p, steps, v)
		return
	}
	before, empty := len(p.b), p.empty
	if s.apart && !empty {
		p.blank()
	}
	if s.heading != "" {
		p.say(s.heading)
	}
	begun := len(p.b)
	if run(p, steps, v); len(p.b) == begun {
		p.b, p.empty = p.b[:before], empty
	}
}

// contacts writes those of a domain that have the section's roles.
func (p *page) contacts(s *section, d *disclose.Domain) {
	all, shown := d.Contacts.Get()
	if !shown && d.Contacts.Redacted() {
		p.whole(s, d.Contacts.Rule())
	}
	for i := range all {
		c := &all[i]
		if !s.roles[c.Role] || s.once && sameBefore(all, i) {
			continue
		}
		p.roles = append(p.roles[:0], c.Role)
		if s.once {
			p.addRoles(all[i+1:], c.Identity())
		}
		outer := p.enter(s.heading)
		write(p, s, s.person[c.Role], c)
		p.object = outer
	}
}

// whole says of all objects of a section that they are withheld.
func (p *page) whole(s *section, why *disclose.Rule) {
	if s.whole != nil {
		p.instead(s.whole)
	}
	p.because(disclose.Withheld, why)
}

// enter begins an object within the one that is written, in JSON, and returns
// the latter.
func (p *page) enter(key string) *object {
	outer := p.object
	if outer != nil {
		p.object = outer.within(key)
	}
	return outer
}

// sameBefore reports that contact i stands before it already. Those whose
// identity is withheld are each somebody else.
func sameBefore(all []disclose.Contact, i int) bool {
	id := all[i].Identity()
	for j := range i {
		if id != "" && all[j].Identity() == id {
			return true
		}
	}
	return false
}

func (p *page) addRoles(rest []disclose.Contact, id string) {
	for i := range rest {
		if id != "" && rest[i].Identity() == id {
			p.roles = append(p.roles, rest[i].Role)
		}
	}
}

// nameServers writes each name server of a domain, all below one heading.
func (p *page) nameServers(s *section, d *disclose.Domain) {
	all, shown := d.NameServers.Get()
	if !shown && d.NameServers.Redacted() {
		p.whole(s, d.NameServers.Rule())
	}
	write(p, s, []step[[]disclose.NameServer]{{write: func(p *page, _ *line, all []disclose.NameServer) {
		for i := range all {
			outer := p.enter(s.heading)
			run(p, s.server, &all[i])
			p.object = outer
		}
	}}}, all)
}
