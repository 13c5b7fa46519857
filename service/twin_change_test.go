package service

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"registerd/disclose"
	"registerd/register"
)

// sights are what a viewer sees of a register: every object in every window, by
// itself and wherever another's answer tells of it.
type sights struct {
	of     *whole
	policy *disclose.Policy
	views  []disclose.Viewer // the viewer, at each window
	roles  map[string][]role // by the key of the contact that has them

	decisions map[decision]string

	domains  map[*register.Domain][]disclose.Domain
	contacts map[string][]disclose.Contact
	servers  map[string][]disclose.NameServer // as domains tell of them
}

// role is one that a contact has in domains of a registrar; of all those to whose
// objects the viewer stands alike, one will do.
type role struct {
	role    register.Role
	sponsor string
}

func (w *whole) seen(p *disclose.Policy, v disclose.Viewer) *sights {
	s := &sights{of: w, policy: p, roles: map[string][]role{}, decisions: map[decision]string{}, domains: map[*register.Domain][]disclose.Domain{},
		contacts: map[string][]disclose.Contact{}, servers: map[string][]disclose.NameServer{}}
	for _, v.Window = range []disclose.Window{disclose.WHOIS, disclose.RDAP, disclose.Availability, disclose.Console} {
		s.views = append(s.views, v)
	}
	for _, d := range w.domains {
		for _, r := range d.Roles() {
			one, k := role{role: r.Role}, key(r.Handle)
			if d.Sponsor == v.Registrar {
				one.sponsor = d.Sponsor
			}
			if !slices.Contains(s.roles[k], one) {
				s.roles[k] = append(s.roles[k], one)
			}
		}
	}
	for _, v := range s.views {
		for _, d := range w.domains {
			s.seeDomain(v, d)
		}
		for k, c := range w.contacts {
			if view, known := p.Contact(v, c); known {
				s.contacts[k] = append(s.contacts[k], view)
			}
		}
	}
	return s
}

func (s *sights) seeDomain(v disclose.Viewer, d *register.Domain) {
	r := &disclose.Record{Domain: d, Registrar: s.of.registrars[key(d.Sponsor)]}
	for _, role := range d.Roles() {
		r.Contacts = append(r.Contacts, s.of.contacts[key(role.Handle)])
	}
	for _, ns := range d.Hosts {
		r.Hosts = append(r.Hosts, s.of.host(ns.Name))
	}
	view := s.policy.Domain(v, r)
	s.domains[d] = append(s.domains[d], view)
	contacts, _ := view.Contacts.Get()
	for i := range contacts {
		k := key(d.Roles()[i].Handle)
		s.contacts[k] = append(s.contacts[k], contacts[i])
	}
	servers, _ := view.NameServers.Get()
	for _, server := range servers {
		s.servers[string(server.Name)] = append(s.servers[string(server.Name)], server)
	}
}

// decided names all that the rules decide of a contact which has these roles,
// and that an answer could tell by: the rule of every field, whether searches
// look at the contact, and whether it costs what a person's does.
func (s *sights) decided(c *register.Contact, roles []role) string {
	asked := decision{c.Traits(), s.owns(c), fmt.Sprint(roles)}
	if known := s.decisions[asked]; known != "" {
		return known
	}
	var out strings.Builder
	note := func(view disclose.Contact) {
		for _, e := range disclose.Explain(view) {
			if e.Rule != nil {
				out.WriteString(e.Rule.ID)
			}
			out.WriteByte(' ')
		}
		fmt.Fprintln(&out, view.Personal())
	}
	for _, v := range s.views {
		view, known := s.policy.Contact(v, c)
		note(view)
		fmt.Fprintln(&out, known, s.policy.Finds(v, c.Traits(), disclose.ContactExistence, disclose.ContactHandle),
			s.policy.Finds(v, c.Traits(), disclose.ContactExistence, disclose.ContactHandle, disclose.ContactName))
		for _, r := range roles {
			domain := &register.Domain{Sponsor: r.sponsor, Contacts: []register.DomainRole{{Role: r.role, Handle: c.Handle}}}
			view := s.policy.Domain(v, &disclose.Record{Domain: domain, Contacts: []*register.Contact{c}})
			if contacts, shown := view.Contacts.Get(); shown {
				note(contacts[0])
			}
		}
	}
	s.decisions[asked] = out.String()
	return out.String()
}

// decision is what is asked of the rules for one contact.
type decision struct {
	traits register.Traits
	own    bool // it is the viewer's
	roles  string
}

// owns reports a contact of which the viewer is the registrar or the holder.
func (s *sights) owns(c *register.Contact) bool {
	v := s.views[0]
	return s.isRegistrar() && c.Sponsor == v.Registrar || v.Audience == disclose.Holder && c.ROID == v.Holder
}

// twin is the register with other values wherever no window shows the viewer
// any, and with contacts that are not there, or more of them, where nothing may
// be known of them. What the rules go by differs too, if all that they decide
// stays as it is.
func (w *whole) twin(p *disclose.Policy, v disclose.Viewer, r *rand.Rand) *whole {
	s := w.seen(p, v)
	out := &whole{state: w.state, contacts: map[string]*register.Contact{}, registrars: map[string]*register.Registrar{}, others: w.others}
	renamed := map[string]string{}
	for i, k := range slices.Sorted(maps.Keys(w.contacts)) {
		c := s.changedContact(w.contacts[k], s.contacts[k], s.roles[k], r)
		renamed[k] = c.Handle
		if s.nowhere(k) && r.IntN(3) == 0 {
			continue
		}
		out.contacts[key(c.Handle)] = c
		if s.unknown(w.contacts[k]) && r.IntN(3) == 0 {
			stray := s.changedContact(w.contacts[k], nil, nil, r)
			stray.Handle, stray.ROID = stray.Handle+"-S"+strconv.Itoa(i), stray.ROID+"-S"
			out.contacts[key(stray.Handle)] = stray
		}
	}
	for _, d := range w.domains {
		out.domains = append(out.domains, s.changedDomain(d, renamed, r))
	}
	for _, h := range w.hosts {
		out.hosts = append(out.hosts, s.changedHost(h, r))
	}
	for i, k := range slices.Sorted(maps.Keys(w.registrars)) {
		out.registrars[k] = s.changedRegistrar(w.registrars[k], i, r)
	}
	return out
}

// nowhere reports a contact of which so little is seen that it need not be
// there: a domain that refers to what is not in the register answers alike.
func (s *sights) nowhere(k string) bool {
	c, roles := s.of.contacts[k], s.roles[k]
	return s.unknown(c) && !slices.ContainsFunc(s.contacts[k], anything) &&
		s.decided(c, roles) == s.decided(&register.Contact{Handle: c.Handle}, roles)
}

// unknown reports a contact that nobody may know of who does not come upon it
// in a domain.
func (s *sights) unknown(c *register.Contact) bool {
	return !slices.ContainsFunc(s.views, func(v disclose.Viewer) bool {
		_, known := s.policy.Contact(v, c)
		return known || s.policy.Finds(v, c.Traits(), disclose.ContactExistence)
	})
}

// isRegistrar reports a viewer to whom it decides whose an object is.
func (s *sights) isRegistrar() bool { return s.views[0].Audience == disclose.Registrar }

// changedContact is the contact with other values where all views withhold
// them. A change by which something else would be decided is taken back.
func (s *sights) changedContact(c *register.Contact, views []disclose.Contact, roles []role, r *rand.Rand) *register.Contact {
	out := *c
	decided := s.decided(c, roles)
	for _, field := range contactChanges {
		if r.IntN(4) == 0 || !all(views, field.hidden) {
			continue
		}
		before := out
		field.change(&out, r)
		if out.Traits() != before.Traits() && s.decided(&out, roles) != decided {
			out = before
		}
	}
	if s.unknown(c) && all(views, func(v disclose.Contact) bool { return hidden(v.Handle) }) {
		out.Handle += "-T" + strconv.Itoa(r.IntN(1e6))
	}
	if !s.isRegistrar() && all(views, func(v disclose.Contact) bool { return hidden(v.Sponsor) }) {
		out.Sponsor = s.anyRegistrar(r)
	}
	return &out
}

func (s *sights) anyRegistrar(r *rand.Rand) string {
	ids := slices.Sorted(maps.Keys(s.of.registrars))
	return ids[r.IntN(len(ids))]
}

func (s *sights) changedDomain(d *register.Domain, renamed map[string]string, r *rand.Rand) *register.Domain {
	out := *d
	rename := func(handle string) string {
		if handle == "" { // nobody
			return ""
		}
		if other, known := renamed[key(handle)]; known {
			return other
		}
		return handle
	}
	out.Registrant = rename(d.Registrant)
	out.Contacts = slices.Clone(d.Contacts)
	for i := range out.Contacts {
		out.Contacts[i].Handle = rename(out.Contacts[i].Handle)
	}
	for _, field := range domainChanges {
		if all(s.domains[d], field.hidden) {
			field.change(&out, r)
		}
	}
	if !s.isRegistrar() && all(s.domains[d], func(v disclose.Domain) bool { return hidden(v.Sponsor) }) {
		out.Sponsor = s.anyRegistrar(r)
	}
	return &out
}

func (s *sights) changedHost(h *register.Host, r *rand.Rand) *register.Host {
	var views []disclose.Host
	for _, v := range s.views {
		views = append(views, s.policy.Host(v, h, s.of.registrars[key(h.Sponsor)]))
	}
	out := *h
	for _, field := range hostChanges {
		if all(views, field.hidden) {
			field.change(&out, r)
		}
	}
	servers := s.servers[string(h.Name)]
	if all(views, func(v disclose.Host) bool { return hidden(v.Handle) }) &&
		all(servers, func(v disclose.NameServer) bool { return hidden(v.Handle) }) {
		out.ROID += "-T"
	}
	if all(views, func(v disclose.Host) bool { return hidden(v.Addrs) }) &&
		all(servers, func(v disclose.NameServer) bool { return hidden(v.Addrs) }) {
		out.Addrs = [][]netip.Addr{nil, {netip.AddrFrom4([4]byte{192, 0, 2, byte(r.IntN(4))})}}[r.IntN(2)]
	}
	if all(views, func(v disclose.Host) bool { return hidden(v.Statuses) }) &&
		all(servers, func(v disclose.NameServer) bool { return hidden(v.Statuses) }) {
		out.Statuses = anyStatuses(r)
	}
	if !s.isRegistrar() && all(views, func(v disclose.Host) bool { return hidden(v.Sponsor) }) {
		out.Sponsor = s.anyRegistrar(r)
	}
	return &out
}

// changedRegistrar changes the n-th registrar.
func (s *sights) changedRegistrar(from *register.Registrar, n int, r *rand.Rand) *register.Registrar {
	var views []disclose.RegistrarView
	for _, v := range s.views {
		views = append(views, s.policy.Registrar(v, from))
	}
	out := *from
	for _, field := range registrarChanges {
		if all(views, field.hidden) {
			field.change(&out, r)
		}
	}
	if all(views, func(v disclose.RegistrarView) bool { return hidden(v.IANA) }) {
		out.IANA = []int{0, 910000 + n}[r.IntN(2)]
	}
	return &out
}

func (w *whole) host(name register.Name) *register.Host {
	i := slices.IndexFunc(w.hosts, func(h *register.Host) bool { return h.Name == name })
	if i < 0 {
		return nil
	}
	return w.hosts[i]
}

func all[T any](list []T, is func(T) bool) bool {
	return !slices.ContainsFunc(list, func(v T) bool { return !is(v) })
}
