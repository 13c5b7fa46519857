package rdap

import (
	"slices"
	"strings"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

// contact writes a contact as an entity of a domain (RFC 9083 section 5.1).
func (e *encoder) contact(c *disclose.Contact) {
	e.open('{')
	e.contactMembers(c)
	handle, known := e.site.contactHandle(c)
	if known {
		e.selfOnly(e.site.entityURL(handle))
	}
	mark := e.begin("events", '[')
	e.contactEvents(c)
	e.end(mark, ']')
	e.close('}')
}

// contactAnswer writes a contact that was asked for.
func (s site) contactAnswer(a *lookup.EntityAnswer, part disclose.FieldSet) []byte {
	self := s.base
	if handle, known := s.contactHandle(a.Contact); known {
		self = s.entityURL(handle)
	}
	return s.encodePart(self, language(a.About), part, func(e *encoder) { e.contactAlone(a.Contact, &a.About) })
}

// contactAlone writes the members of a contact that is in no domain's answer.
func (e *encoder) contactAlone(c *disclose.Contact, top *lookup.About) {
	e.party = ofContact
	e.contactMembers(c)
	e.topmost(top)
	e.port43(top)
	if handle, known := e.site.contactHandle(c); known {
		e.selfOnly(e.site.entityURL(handle))
	}
	mark := e.begin("events", '[')
	e.contactEvents(c)
	e.updated(top)
	e.end(mark, ']')
	e.contactSponsor(c)
	e.notices(top)
}

func (e *encoder) contactMembers(c *disclose.Contact) {
	e.member("objectClassName", "entity")
	hide(e, c.Handle, atContactID)
	if handle, known := e.site.contactHandle(c); known {
		e.entityHandle(handle)
	}
	if word := lookup.RoleWord(c.Role); word != "" {
		mark := e.begin("roles", '[')
		e.text(word)
		e.end(mark, ']')
	}
	e.contactStatuses(c)
	if e.part == disclose.Full { // else there is no name for it, and fn would be empty
		e.contactCard(c)
	}
	e.contactRemarks(c)
}

func (e *encoder) contactStatuses(c *disclose.Contact) {
	hide(e, c.Statuses, atStatus)
	hide(e, c.Verification, atVerification)
	validated := ""
	if v, ok := c.Verification.Get(); ok && v.State == register.Verified {
		validated = "validated"
	}
	statuses, _ := c.Statuses.Get()
	e.statuses(validated, statuses)
}

func (e *encoder) contactEvents(c *disclose.Contact) {
	e.whenBy("registration", c.Created, atCreated, c.Creator, atCreator)
	e.whenBy("last changed", c.Updated, atUpdated, c.Updater, atUpdater)
	e.when("transfer", c.Transferred, atTransferred)
}

// contactSponsor names the contact's registrar. In a domain's answer it would
// stand beside the domain's own, and be taken for it.
func (e *encoder) contactSponsor(c *disclose.Contact) {
	hide(e, c.Sponsor, atRegistrar)
	id, ok := c.Sponsor.Get()
	if !ok {
		return
	}
	mark := e.begin("entities", '[')
	e.open('{')
	e.member("objectClassName", "entity")
	e.entityHandle(id)
	e.raw(`"roles":["registrar"]`)
	e.selfOnly(e.site.entityURL(id))
	e.close('}')
	e.end(mark, ']')
}

// contactRemarks say what has no member of its own.
func (e *encoder) contactRemarks(c *disclose.Contact) {
	hide(e, c.Holder, atHolder)
	hide(e, c.Protection, atProtection)
	hide(e, c.Consent, atConsent)
	hide(e, c.Preference, atPreference)
	hide(e, c.Locked, atLocked)
	mark := e.begin("remarks", '[')
	if c.Missing {
		e.remark("Missing", "object truncated due to unexplainable reasons",
			"The register refers to this contact and does not hold it.")
	}
	// Of a part that the status says already, nothing is left to say.
	if v, ok := c.Verification.Get(); ok && (c.Verification.Status() == disclose.Shown || v.State != register.Verified) {
		e.remark("Identification", "", labelled("State", v.State.String()),
			labelled("Method", v.Method.String()), labelled("Time", day(v.Time)))
	}
	e.remark("Holder", "", holderLine(c), protectionLine(c), consentLine(c), restrictLine(c), permitLine(c), lockedLine(c))
	e.end(mark, ']')
}

func holderLine(c *disclose.Contact) string {
	h, ok := c.Holder.Get()
	if !ok {
		return ""
	}
	return labelled("Type", h.String())
}

func protectionLine(c *disclose.Contact) string {
	p, ok := c.Protection.Get()
	if !ok {
		return ""
	}
	return labelled("Protection", p.String())
}

func consentLine(c *disclose.Contact) string {
	v, _ := c.Consent.Get()
	return labelled("Agreed to publish", elements(v))
}

func restrictLine(c *disclose.Contact) string {
	v, _ := c.Preference.Get()
	return labelled("Asked not to publish", elements(v.Restrict))
}

func permitLine(c *disclose.Contact) string {
	v, _ := c.Preference.Get()
	return labelled("Asked to publish", elements(v.Permit))
}

func lockedLine(c *disclose.Contact) string {
	if locked, _ := c.Locked.Get(); locked {
		return "Locked to an entry of a business register"
	}
	return ""
}

func elements(e register.Element) string { return strings.Join(e.Words(), ", ") }

// contactCard writes the jCard (RFC 7095).
func (e *encoder) contactCard(c *disclose.Contact) {
	hide(e, c.Name, atName)
	name, _ := c.Name.Get()
	e.openCard(name)
	e.kind(c)
	hide(e, c.Organization, atOrganization)
	if org, ok := c.Organization.Get(); ok {
		e.property("org", "text", org)
	}
	e.contactAddress(c)
	e.telephone("voice", c.Voice, atPhone, atPhoneExt)
	e.telephone("fax", c.Fax, atFax, atFaxExt)
	e.email(c.Email)
	hide(e, c.Language, atLanguage)
	if tag, ok := c.Language.Get(); ok {
		e.property("lang", "language-tag", tag)
	}
	e.closeCard()
}

// kind is written only where the answer shows what the holder is.
func (e *encoder) kind(c *disclose.Contact) {
	holder, known := c.Holder.Get()
	_, organization := c.Organization.Get()
	switch {
	case known && holder == register.HolderNatural:
		e.property("kind", "text", "individual")
	case known && (holder == register.HolderLegal || holder == register.HolderPublicBody),
		!known && c.Holder.Status() == disclose.Withheld && organization:
		e.property("kind", "text", "org")
	}
}

// contactAddress writes adr if something of it is shown, or announced as
// withheld: a positional array is emptied, not removed (RFC 9537 section 3).
func (e *encoder) contactAddress(c *disclose.Contact) {
	hide(e, c.Street, atStreet)
	hide(e, c.City, atCity)
	hide(e, c.Province, atProvince)
	hide(e, c.Code, atCode)
	hide(e, c.Country, atCountry)
	parts := []disclose.Status{c.Street.Status(), c.City.Status(), c.Province.Status(), c.Code.Status(), c.Country.Status()}
	shown := slices.ContainsFunc(parts, func(s disclose.Status) bool { return s >= disclose.Shown })
	if !shown && !c.Street.Redacted() && !c.City.Redacted() && !c.Province.Redacted() && !c.Code.Redacted() {
		return
	}
	var a register.Address
	a.Street, _ = c.Street.Get()
	a.City, _ = c.City.Get()
	a.Province, _ = c.Province.Get()
	a.Code, _ = c.Code.Get()
	a.Country, _ = c.Country.Get()
	e.address(&a)
}
