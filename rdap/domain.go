package rdap

import (
	"cmp"
	"strconv"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

// domainAnswer writes a registered name that was asked for.
func (s site) domainAnswer(a *lookup.DomainAnswer, part disclose.FieldSet) []byte {
	self := s.base
	if name, named := a.Domain.Name.Get(); named {
		self = s.domainURL(name)
	}
	return s.encodePart(self, language(a.About), part, func(e *encoder) { e.domain(a.Domain, &a.About) })
}

// domain writes the members of a registered name (RFC 9083 section 5.3). What
// only the topmost object says of the register comes from top, nil in another.
func (e *encoder) domain(d *disclose.Domain, top *lookup.About) {
	e.party = ofDomain
	e.member("objectClassName", "domain")
	e.handle(d.Handle, atDomainID)
	hide(e, d.Name, atLDHName)
	name, named := d.Name.Get()
	if named {
		e.names(name)
	}
	e.topmost(top)
	e.variants(d)
	e.domainStatuses(d)
	e.port43(top)
	e.domainEvents(d, top)
	e.nameServers(d.NameServers)
	e.secureDNS(d.DNSSEC)
	e.domainLinks(d, named)
	e.domainRemarks(d)
	e.domainEntities(d)
	e.notices(top, e.site.profile.domainNotices()...)
}

func (e *encoder) handle(v disclose.Value[string], at place) {
	hide(e, v, at)
	if handle, ok := v.Get(); ok {
		e.member("handle", handle)
	}
}

// variants writes the variants of the name (RFC 9083 section 5.3): which they
// are, how they stand to it, and the table that makes them so. Of an original
// that is not registered any more, no relation is known.
func (e *encoder) variants(d *disclose.Domain) {
	of, list := atVariantOf, atVariants
	if !d.VariantOf.Redacted() || !d.Variants.Redacted() {
		of.path, list.path = "", "" // the member is there, for the other
	}
	hide(e, d.VariantOf, of)
	hide(e, d.Variants, list)
	hide(e, d.IDNTable, atIDNTable)
	table, _ := d.IDNTable.Get()
	original, isVariant := d.VariantOf.Get()
	variants, _ := d.Variants.Get()
	mark := e.begin("variants", '[')
	for _, v := range variants {
		isVariant = isVariant && v.Name != original
		e.variant(cmp.Or(v.IDNTable, table), v.Name, v.Relation)
	}
	if isVariant {
		e.variant(table, original, nil)
	}
	e.end(mark, ']')
}

func (e *encoder) variant(table string, name register.Name, relations []disclose.Relation) {
	e.open('{')
	mark := e.begin("relation", '[')
	for _, r := range relations {
		e.text(string(r))
	}
	e.end(mark, ']')
	e.optional("idnTable", table)
	mark = e.begin("variantNames", '[')
	e.open('{')
	e.names(name)
	e.close('}')
	e.end(mark, ']')
	e.close('}')
}

func (e *encoder) domainStatuses(d *disclose.Domain) {
	hide(e, d.Statuses, atStatus)
	hide(e, d.Grace, atGrace)
	statuses, _ := d.Statuses.Get()
	grace, _ := d.Grace.Get()
	e.statuses("", statuses, grace)
}

func (e *encoder) domainEvents(d *disclose.Domain, top *lookup.About) {
	mark := e.begin("events", '[')
	e.whenBy("registration", d.Created, atCreated, d.Creator, atCreator)
	e.when("expiration", d.Expires, atExpires)
	e.when("deletion", d.Deletes, atDeletes)
	e.whenBy("last changed", d.Updated, atUpdated, d.Updater, atUpdater)
	e.when("transfer", d.Transferred, atTransferred)
	e.updated(top)
	e.end(mark, ']')
}

// nameServers writes the name servers. What is withheld of them is so by the
// domain's rules, hence of all alike, and is said once.
func (e *encoder) nameServers(v disclose.Value[[]disclose.NameServer]) {
	hide(e, v, atServers)
	servers, _ := v.Get()
	e.party = ofHost
	mark := e.begin("nameservers", '[')
	for i := range servers {
		ns := &servers[i]
		if i == 0 {
			hide(e, ns.Handle, atHostHandles)
			hide(e, ns.Statuses, atHostStatus)
			hide(e, ns.Addrs, atHostAddrs)
		}
		e.open('{')
		e.member("objectClassName", "nameserver")
		handle, isObject := ns.Handle.Get()
		e.optional("handle", handle)
		e.names(ns.Name)
		statuses, _ := ns.Statuses.Get()
		e.statuses("", statuses)
		e.addresses(ns.Addrs)
		if isObject {
			e.selfOnly(e.site.hostURL(ns.Name))
		}
		e.close('}')
	}
	e.end(mark, ']')
	e.party = ofDomain
}

// secureDNS tells of the delegation only: what the register holds. That the
// zone is signed follows from a DS record, that it is not follows from nothing.
func (e *encoder) secureDNS(v disclose.Value[disclose.DNSSEC]) {
	hide(e, v, atDNSSEC)
	s, ok := v.Get()
	if !ok {
		return
	}
	mark := e.begin("secureDNS", '{')
	if s.Signed() {
		e.boolean("zoneSigned", true)
	}
	e.boolean("delegationSigned", s.Signed())
	if s.MaxSigLife > 0 {
		e.number("maxSigLife", s.MaxSigLife)
	}
	inner := e.begin("dsData", '[')
	for i := range s.DS {
		ds := &s.DS[i]
		e.open('{')
		e.number("keyTag", int(ds.KeyTag))
		e.number("algorithm", int(ds.Algorithm))
		e.member("digest", ds.Digest)
		e.number("digestType", int(ds.DigestType))
		e.close('}')
	}
	e.end(inner, ']')
	inner = e.begin("keyData", '[')
	for i := range s.Keys {
		e.dnsKey(&s.Keys[i])
	}
	for i := range s.DS {
		if key := s.DS[i].Key; key != nil {
			e.dnsKey(key)
		}
	}
	e.end(inner, ']')
	e.end(mark, '}')
}

func (e *encoder) dnsKey(k *register.DNSKey) {
	e.open('{')
	e.number("flags", int(k.Flags))
	e.number("protocol", int(k.Protocol))
	e.member("publicKey", k.PublicKey)
	e.number("algorithm", int(k.Algorithm))
	e.close('}')
}

// domainLinks are the answer itself, and the registrar's answer about the name.
func (e *encoder) domainLinks(d *disclose.Domain, named bool) {
	mark := e.begin("links", '[')
	name, _ := d.Name.Get()
	self := e.site.domainURL(name)
	if named {
		e.link("self", self, mediaType, "")
	}
	sponsor, _ := d.Sponsor.Get()
	hide(e, sponsor.RDAPBase, atRDAP)
	if base, ok := sponsor.RDAPBase.Get(); ok && named && isURL(base) {
		if href := (site{base: base}).domainURL(name); href != self {
			e.link("related", href, mediaType, "")
		}
	}
	e.end(mark, ']')
}

func (e *encoder) domainRemarks(d *disclose.Domain) {
	hide(e, d.Suspension, atSuspension)
	hide(e, d.Dispute, atDispute)
	hide(e, d.Transfer, atTransfer)
	mark := e.begin("remarks", '[')
	e.proceeding("Suspension", "The name is suspended.", d.Suspension)
	e.proceeding("Dispute", "The name is in dispute.", d.Dispute)
	if t, ok := d.Transfer.Get(); ok {
		e.remark("Transfer", "",
			labelled("Status", t.Status),
			labelled("Requested by", t.Requester), labelled("Requested", day(t.Requested)),
			labelled("Acted on by", t.Actor), labelled("Acted on", day(t.Acted)),
			labelled("Expires", day(t.Expires)))
	}
	e.end(mark, ']')
}

func (e *encoder) proceeding(title, says string, v disclose.Value[*register.Proceeding]) {
	if p, ok := v.Get(); ok {
		e.remark(title, "", says,
			labelled("Since", day(p.Since)), labelled("Ground", p.Ground), labelled("Reference", p.Reference))
	}
}

// domainEntities writes one entity for each role, since the registered paths of
// redactions test roles[0], and the decisions differ from role to role.
func (e *encoder) domainEntities(d *disclose.Domain) {
	hide(e, d.Contacts, atContacts)
	hide(e, d.Sponsor, atRegistrar)
	contacts, _ := d.Contacts.Get()
	var inRole [register.RoleBilling + 1]int
	for i := range contacts {
		inRole[contacts[i].Role]++
	}
	mark := e.begin("entities", '[')
	for i := range contacts {
		c := &contacts[i]
		e.party = partyOf(c.Role)
		// A path by role would find the other holders of the same role too.
		if e.root = rootOf(c.Role); inRole[c.Role] > 1 || e.root == "" {
			e.root = ".entities[" + strconv.Itoa(i) + "]"
		}
		e.contact(c)
	}
	if r, ok := d.Sponsor.Get(); ok {
		e.party, e.root = ofRegistrar, rootOfRegistrar
		e.open('{')
		e.registrar(&r)
		e.close('}')
	}
	e.end(mark, ']')
	e.root = ""
}

const rootOfRegistrar = ".entities[?(@.roles[0]=='registrar')]"

func rootOf(r register.Role) string {
	switch r {
	case register.RoleRegistrant:
		return ".entities[?(@.roles[0]=='registrant')]"
	case register.RoleAdmin:
		return ".entities[?(@.roles[0]=='administrative')]"
	case register.RoleTech:
		return ".entities[?(@.roles[0]=='technical')]"
	case register.RoleBilling:
		return ".entities[?(@.roles[0]=='billing')]"
	default:
		return ""
	}
}
