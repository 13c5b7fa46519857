package disclose

import (
	"net/netip"
	"time"

	"registerd/register"
)

// Domain is what may be seen of a registered name.
type Domain struct {
	Name        Value[register.Name]
	Handle      Value[string]
	IDNTable    Value[string]
	VariantOf   Value[register.Name]
	Variants    Value[[]Variant]
	Statuses    Value[[]string]
	Grace       Value[[]string]
	Contacts    Value[[]Contact] // one for each role, the registrant first
	NameServers Value[[]NameServer]
	Sponsor     Value[RegistrarView]
	Creator     Value[string]
	Updater     Value[string]
	Created     Value[time.Time]
	Expires     Value[time.Time]
	Deletes     Value[time.Time]
	Updated     Value[time.Time]
	Transferred Value[time.Time]
	Transfer    Value[*register.Transfer]
	DNSSEC      Value[DNSSEC]
	Suspension  Value[*register.Proceeding]
	Dispute     Value[*register.Proceeding]

	beyond []told // what the public is not
}

// Disclosed lists what the view shows, contacts included, of which the public is shown
// less, for the journal.
func (d *Domain) Disclosed() []Field {
	var t Tally
	t.Domain(d)
	return t.Fields()
}

// PersonalRecords is how many contacts of persons the view tells of.
func (d *Domain) PersonalRecords() int {
	contacts, _ := d.Contacts.Get()
	n := 0
	for i := range contacts {
		if contacts[i].personal {
			n++
		}
	}
	return n
}

// DNSSEC is a delegation's keys. Signed is false when there are none.
type DNSSEC struct {
	MaxSigLife int
	DS         []register.DS
	Keys       []register.DNSKey
}

// Signed reports a signed delegation.
func (s DNSSEC) Signed() bool { return len(s.DS)+len(s.Keys) > 0 }

// NameServer is a domain's name server. Handle, statuses and addresses come
// from the host object, or, for registers without those, from the domain.
type NameServer struct {
	Name     register.Name
	Handle   Value[string]
	Statuses Value[[]string]
	Addrs    Value[[]netip.Addr]
}

// Leaving reports a name of which the view tells that it is to be deleted, and
// when, if it tells that too.
func (d *Domain) Leaving() (deletes time.Time, leaving bool) {
	statuses, _ := d.Statuses.Get()
	grace, _ := d.Grace.Get()
	deletes, _ = d.Deletes.Get()
	return deletes, register.Leaving(statuses, grace)
}

// Record is a domain with the objects it refers to; one that the register does
// not hold is nil.
type Record struct {
	Domain    *register.Domain
	Contacts  []*register.Contact // one for each of Domain.Roles
	Hosts     []*register.Host    // one for each of Domain.Hosts
	Registrar *register.Registrar
	Related   []Related // its variants, and the name it is one of
}

// registrant is the contact of the domain's holder. It is nil when the register
// does not hold it.
func (r *Record) registrant() *register.Contact {
	for i, role := range r.Domain.Roles() {
		if role.Role == register.RoleRegistrant {
			return r.Contacts[i]
		}
	}
	return nil
}

// Domain makes the view of a registered name.
func (p *Policy) Domain(v Viewer, r *Record) Domain {
	src := r.Domain
	k := p.circumstance(v, src.Sponsor, register.RoleNone, 0)
	if v.Audience == Holder && v.Holds(r.registrant()) {
		k.standing = ToHolder
	}
	d := p.decisions(k)
	granted := v.grantedDomain(r)
	if granted {
		d = v.Grant.open(d, v.Grant.contacts()...)
	}
	out := Domain{
		Name:        text(d[DomainName], src.Name),
		Handle:      text(d[DomainHandle], src.ROID),
		IDNTable:    text(d[DomainIDNTable], src.IDNTable),
		VariantOf:   text(d[DomainVariantOf], src.Original),
		Statuses:    items(d[DomainStatus], src.Statuses),
		Grace:       items(d[DomainGrace], src.RGP),
		Sponsor:     p.sponsor(d[DomainSponsor], v, r),
		Creator:     text(d[DomainCreator], src.Creator),
		Updater:     text(d[DomainUpdater], src.Updater),
		Created:     date(d[DomainCreated], src.Created),
		Expires:     date(d[DomainExpires], src.Expires),
		Deletes:     date(d[DomainDeletes], src.Deletes),
		Updated:     date(d[DomainUpdated], src.Updated),
		Transferred: date(d[DomainTransferred], src.Transferred),
		Transfer:    decide(d[DomainTransfer], src.Transfer, src.Transfer != nil),
		DNSSEC:      decide(d[DomainDNSSEC], DNSSEC{src.MaxSigLife, src.DS, src.Keys}, true),
		Suspension:  decide(d[DomainSuspension], proceeding(k, src.Suspension), src.Suspension != nil),
		Dispute:     decide(d[DomainDispute], src.Dispute, src.Dispute != nil),
	}
	var variants []Variant
	if d[DomainVariants].shows() {
		variants = p.variants(v, out.VariantOf, r.Related)
	}
	out.Variants = items(d[DomainVariants], variants)
	var contacts []Contact
	if d[DomainContacts].shows() {
		contacts = p.domainContacts(v, k, r, granted)
	}
	out.Contacts = items(d[DomainContacts], contacts)
	var servers []NameServer
	if d[DomainNameServers].shows() {
		servers = nameServers(d, r)
	}
	out.NameServers = items(d[DomainNameServers], servers)
	if v.Above() {
		out.beyond = beyond(d, p.ofPublic(k), false, DomainName, DomainDispute)
	}
	return out
}

// Departure is the part of a domain's view that [Domain.Leaving] looks at. It is
// for those who ask about nothing else.
func (p *Policy) Departure(v Viewer, src *register.Domain) Domain {
	d := p.decisions(p.circumstance(v, src.Sponsor, register.RoleNone, 0))
	return Domain{
		Statuses: items(d[DomainStatus], src.Statuses),
		Grace:    items(d[DomainGrace], src.RGP),
		Deletes:  date(d[DomainDeletes], src.Deletes),
	}
}

// proceeding leaves ground and reference to those who take part in it: they are
// free text, of which no rule can know what it tells.
func proceeding(k circumstance, p *register.Proceeding) *register.Proceeding {
	if p == nil || k.standing > ToOtherRegistrar {
		return p
	}
	return &register.Proceeding{Since: p.Since}
}

// domainContacts views the contacts of a domain. Whoever is its registrar of
// record is so for its contacts too, whoever sponsors those; its holder is so
// for itself alone.
func (p *Policy) domainContacts(v Viewer, domain circumstance, r *Record, granted bool) []Contact {
	roles := r.Domain.Roles()
	out := make([]Contact, len(roles))
	hidden := v.Above() && !p.ofPublic(domain)[DomainContacts].shows()
	for i, role := range roles {
		c := r.Contacts[i]
		missing := c == nil
		if missing {
			c = missingContact(role.Handle)
		}
		k := domain
		k.role, k.traits = role.Role, c.Traits()
		switch {
		case v.Holds(c):
			k.standing = ToHolder
		case v.Audience == Holder:
			k.standing = ToPublic
		}
		d := p.decisions(k)
		if granted && v.Grant.ofRole(k.role) {
			d = v.Grant.open(d)
		}
		p.contactView(&out[i], v, d, c, k, r.Domain.Name)
		if v.Above() {
			out[i].beyond = beyond(d, p.ofPublic(k), hidden, ContactExistence+1, ContactLocked)
		}
		out[i].Missing = missing && d[ContactHandle].shows()
	}
	return out
}

func (p *Policy) sponsor(d decision, v Viewer, r *Record) Value[RegistrarView] {
	switch {
	case !d.shows(), r.Domain.Sponsor == "":
		return decide(d, RegistrarView{}, false)
	case r.Registrar == nil:
		return decide(d, p.Registrar(v, &register.Registrar{ID: r.Domain.Sponsor}), true)
	}
	return decide(d, p.Registrar(v, r.Registrar), true)
}

func nameServers(d *decisions, r *Record) []NameServer {
	out := make([]NameServer, len(r.Domain.Hosts))
	for i, ns := range r.Domain.Hosts {
		view := NameServer{Name: ns.Name}
		if h := r.Hosts[i]; h != nil {
			view.Handle = text(d[HostHandle], h.ROID)
			view.Statuses = items(d[HostStatus], h.Statuses)
			view.Addrs = items(d[HostAddresses], h.Addrs)
		} else {
			view.Handle = text(d[HostHandle], "")
			view.Statuses = items[string](d[HostStatus], nil)
			view.Addrs = items(d[HostAddresses], ns.Addrs)
		}
		out[i] = view
	}
	return out
}
