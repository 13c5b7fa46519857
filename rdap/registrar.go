package rdap

import (
	"strconv"

	"registerd/disclose"
	"registerd/lookup"
)

// registrarAnswer writes a registrar asked for by its id.
func (s site) registrarAnswer(a *lookup.EntityAnswer, part disclose.FieldSet) []byte {
	self := s.base
	if handle, linked := s.registrarHandle(a.Registrar); linked {
		self = s.entityURL(handle)
	}
	return s.encodePart(self, language(a.About), part, func(e *encoder) { e.registrarAlone(a.Registrar, &a.About) })
}

// registrarAlone writes the members of a registrar that is in no other answer.
func (e *encoder) registrarAlone(r *disclose.RegistrarView, top *lookup.About) {
	e.party = ofRegistrar
	e.registrar(r)
	hide(e, r.RDAPBase, atRDAPBase)
	e.topmost(top)
	mark := e.begin("events", '[')
	e.when("registration", r.Created, atCreated)
	e.when("last changed", r.Updated, atUpdated)
	e.updated(top)
	e.end(mark, ']')
	e.notices(top)
}

// registrar writes a registrar's members: those of the topmost object, or of an
// entity in it.
func (e *encoder) registrar(r *disclose.RegistrarView) {
	e.member("objectClassName", "entity")
	hide(e, r.ID, atHandle)
	if handle, _ := e.site.registrarHandle(r); handle != "" {
		e.entityHandle(handle)
	}
	if e.part != disclose.ID {
		e.raw(`"roles":["registrar"]`)
	}
	hide(e, r.IANA, atPublicIDs)
	if id, ok := ianaID(r); ok {
		mark := e.begin("publicIds", '[')
		e.open('{')
		e.member("type", "IANA Registrar ID")
		e.member("identifier", id)
		e.close('}')
		e.end(mark, ']')
	}
	hide(e, r.Status, atStatus)
	if status, ok := r.Status.Get(); ok {
		e.statuses("", []string{status})
	}
	if e.part == disclose.Full {
		e.registrarCard(r)
	}
	e.registrarLinks(r)
	e.abuse(r)
}

// ianaID is the id that IANA gave the registrar, as text (RFC 9083 section 4.8).
func ianaID(r *disclose.RegistrarView) (string, bool) {
	id, ok := r.IANA.Get()
	return strconv.Itoa(id), ok
}

func (e *encoder) registrarCard(r *disclose.RegistrarView) {
	hide(e, r.Name, atName)
	name, _ := r.Name.Get()
	e.openCard(name)
	if name != "" {
		e.property("kind", "text", "org")
	}
	hide(e, r.Address, atAddress)
	if a, ok := r.Address.Get(); ok {
		e.address(&a)
	}
	e.telephone("voice", r.Voice, atPhone)
	e.telephone("fax", r.Fax, atFax)
	e.email(r.Email)
	hide(e, r.URL, atURL)
	if url, ok := r.URL.Get(); ok && isURL(url) {
		e.property("url", "uri", url)
	}
	e.closeCard()
}

// registrarLinks: "about" is the registrar's web site, said of its RDAP base
// where that is known (ICANN RDAP Response Profile 2.2).
func (e *encoder) registrarLinks(r *disclose.RegistrarView) {
	mark := e.begin("links", '[')
	if handle, linked := e.site.registrarHandle(r); linked {
		e.link("self", e.site.entityURL(handle), mediaType, "")
	}
	if url, ok := r.URL.Get(); ok && isURL(url) {
		about := e.self
		if base, ok := r.RDAPBase.Get(); ok && isURL(base) {
			about = base
		}
		e.linkOf(about, "about", url, "text/html", "")
	}
	hide(e, r.WHOISURL, atWHOISPage)
	if url, ok := r.WHOISURL.Get(); ok && isURL(url) {
		e.link("related", url, "text/html", "Registrar WHOIS")
	}
	e.end(mark, ']')
}

// abuse writes the registrar's contact for abuse, a role without an identifier.
func (e *encoder) abuse(r *disclose.RegistrarView) {
	hide(e, r.AbuseEmail, atAbuse)
	_, email := r.AbuseEmail.Get()
	_, phone := r.AbusePhone.Get()
	if !email && !phone {
		return
	}
	mark := e.begin("entities", '[')
	e.open('{')
	e.raw(`"objectClassName":"entity","roles":["abuse"]`)
	e.openCard("Abuse desk")
	e.property("kind", "text", "group")
	e.telephone("voice", r.AbusePhone)
	if address, ok := r.AbuseEmail.Get(); ok {
		e.property("email", "text", address)
	}
	e.closeCard()
	e.close('}')
	e.end(mark, ']')
}
