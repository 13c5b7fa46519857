package disclose

import (
	"time"

	"registerd/register"
)

// Contact is what may be seen of a contact in one role. Name, organisation and
// address are shown in the localised form where the register has it, since
// that is how the holder writes it.
type Contact struct {
	Role    register.Role // none when asked for by handle
	Missing bool          // referred to, and not in the register; only said to who may see the handle

	Handle       Value[string]
	ROID         Value[string]
	Holder       Value[register.HolderType]
	Name         Value[string]
	Organization Value[string]
	Street       Value[[]string]
	City         Value[string]
	Province     Value[string]
	Code         Value[string]
	Country      Value[string]
	Voice        Value[register.Phone]
	Fax          Value[register.Phone]
	Email        Value[string]
	Statuses     Value[[]string]
	Verification Value[register.Verification] // in part: the state alone
	Language     Value[string]
	Sponsor      Value[string]
	Creator      Value[string]
	Updater      Value[string]
	Created      Value[time.Time]
	Updated      Value[time.Time]
	Transferred  Value[time.Time]
	Preference   Value[register.Preference]
	Protection   Value[register.Protection]
	Consent      Value[register.Element]
	Locked       Value[bool]

	personal bool
	beyond   []told // what the public is not
}

// Beyond reports that the view tells more of the contact than the public is
// told: what its holder may ask who has been told.
func (c *Contact) Beyond() bool { return len(c.beyond) > 0 }

// Personal reports that the view tells something of a person: what a budget
// for personal records counts. To a registrar and to a holder, those that are
// their own do not count.
func (c *Contact) Personal() bool { return c.personal }

// Disclosed lists what the view shows of which the public is shown less, for the journal.
func (c *Contact) Disclosed() []Field {
	var t Tally
	t.Contact(c)
	return t.Fields()
}

// Identity is the contact's ROID, which is not given to anybody else later, or
// its handle, as far as either is shown.
func (c *Contact) Identity() string {
	if roid, ok := c.ROID.Get(); ok {
		return roid
	}
	handle, _ := c.Handle.Get()
	return handle
}

// Contact makes the view of a contact asked for by handle. ok is false when
// its existence may not be known: the answer is then that of an absent one.
func (p *Policy) Contact(v Viewer, c *register.Contact) (view Contact, ok bool) {
	k := p.circumstance(v, c.Sponsor, register.RoleNone, c.Traits())
	if v.Holds(c) {
		k.standing = ToHolder
	}
	d := p.decisions(k)
	if v.granted(c) {
		d = v.Grant.open(d, ContactExistence)
	}
	if !d[ContactExistence].shows() {
		return Contact{}, false
	}
	p.contactView(&view, v, d, c, k, "")
	if v.Above() {
		public := p.ofPublic(k)
		view.beyond = beyond(d, public, !public[ContactExistence].shows(), ContactExistence, ContactLocked)
	}
	return view, true
}

// Existence is the rule that decides whether the viewer may know of a contact that
// is asked for by handle, and whether it may. The rule is nil where none speaks
// of it.
func (p *Policy) Existence(v Viewer, c *register.Contact) (*Rule, bool) {
	k := p.circumstance(v, c.Sponsor, register.RoleNone, c.Traits())
	if v.Holds(c) {
		k.standing = ToHolder
	}
	d := p.decisions(k)[ContactExistence]
	return d.rule, d.shows()
}

// missingContact stands for a contact that is referred to and not in the
// register. Its reference is its handle; all else is absent, and what may be
// seen is decided as for a holder of whom nothing is known.
func missingContact(handle string) *register.Contact { return &register.Contact{Handle: handle} }

// contactView views a contact of a domain, or of none.
func (p *Policy) contactView(out *Contact, v Viewer, d *decisions, c *register.Contact, k circumstance, of register.Name) {
	form := c.Form()
	*out = Contact{
		Role:         k.role,
		Handle:       text(d[ContactHandle], c.Handle),
		ROID:         text(d[ContactHandle], c.ROID),
		Holder:       decide(d[ContactHolder], c.Facts.Holder, c.Facts.Holder != register.HolderUnknown),
		Name:         text(d[ContactName], form.Name),
		Organization: text(d[ContactOrganization], form.Organization),
		Street:       items(d[ContactStreet], form.Address.Street),
		City:         text(d[ContactCity], form.Address.City),
		Province:     text(d[ContactProvince], form.Address.Province),
		Code:         text(d[ContactCode], form.Address.Code),
		Country:      text(d[ContactCountry], form.Address.Country),
		Voice:        decide(d[ContactVoice], c.Voice, c.Voice.Number != ""),
		Fax:          decide(d[ContactFax], c.Fax, c.Fax.Number != ""),
		Email:        email(d[ContactEmail], c.Email, of),
		Statuses:     items(d[ContactStatus], c.Statuses),
		Verification: verification(d[ContactVerification], c.Facts.Verification),
		Language:     text(d[ContactLanguage], c.Facts.Language),
		Sponsor:      text(d[ContactSponsor], c.Sponsor),
		Creator:      text(d[ContactCreator], c.Creator),
		Updater:      text(d[ContactUpdater], c.Updater),
		Created:      date(d[ContactCreated], c.Created),
		Updated:      date(d[ContactUpdated], c.Updated),
		Transferred:  date(d[ContactTransferred], c.Transferred),
		Preference:   decide(d[ContactPreference], c.Disclose, c.Disclose != register.Preference{}),
		Protection:   decide(d[ContactProtection], c.Facts.Protection, true),
		Consent:      decide(d[ContactConsent], c.Facts.Consent, c.Facts.Consent != 0),
		Locked:       decide(d[ContactLocked], c.Facts.Locked, true),
	}
	out.personal = !k.standing.ofObject() && d.personal(k.traits)
}

// personal reports that a person's data is shown: any but the country of
// somebody who is not an organisation, or a contact person's.
func (d *decisions) personal(t register.Traits) bool {
	organization := t.Holder() == register.HolderLegal || t.Holder() == register.HolderPublicBody
	for f := ContactName; f <= ContactEmail; f++ {
		if d[f].shows() && (f.ofPerson() || !organization && f.personal()) {
			return true
		}
	}
	return false
}

// email shows the address, or in its place that of a form, whether or not there
// is an address.
func email(d decision, address string, of register.Name) Value[string] {
	if d.rule == nil || d.rule.Outcome != Replace {
		return text(d, address)
	}
	form := d.rule.inPlace(of)
	if form == "" {
		return Value[string]{rule: d.rule}
	}
	return Value[string]{value: form, rule: d.rule, status: Replaced}
}

// verification shows the whole, or of a completed identification the word.
func verification(d decision, v register.Verification) Value[register.Verification] {
	if d.rule != nil && d.rule.Outcome == ShowPart {
		part := register.Verification{State: v.State}
		return Value[register.Verification]{value: part, rule: d.rule, status: Part}
	}
	return decide(d, v, true)
}

func date(d decision, t time.Time) Value[time.Time] { return decide(d, t, !t.IsZero()) }
