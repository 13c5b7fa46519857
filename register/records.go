package register

import "fmt"

// Which fields each object is written with, and in which order. A field that
// is added goes to the end and raises codecVersion.

// Append appends the domain's bytes to b.
func (d *Domain) Append(b []byte) []byte {
	if d.Leaving() {
		return encode(TagLeaving, b, d.fields)
	}
	return encode(TagDomain, b, d.fields)
}

// DecodeDomain reads a domain's bytes.
func DecodeDomain(b []byte) (*Domain, error) {
	d := new(Domain)
	return d, decode(TagDomain, b, d.fields)
}

func (d *Domain) fields(c *coder) {
	text(c, &d.Name)
	c.str(&d.ROID)
	c.str(&d.IDNTable)
	text(c, &d.Original)
	list(c, &d.Statuses, plain)
	list(c, &d.RGP, plain)
	c.str(&d.Registrant)
	list(c, &d.Contacts, func(c *coder, r *DomainRole) { small(c, &r.Role); c.str(&r.Handle) })
	list(c, &d.Hosts, func(c *coder, h *NameServer) {
		text(c, &h.Name)
		c.flag(&h.Attr)
		list(c, &h.Addrs, (*coder).addr)
	})
	c.str(&d.Sponsor)
	c.str(&d.Creator)
	c.str(&d.Updater)
	c.time(&d.Created)
	c.time(&d.Expires)
	c.time(&d.Updated)
	c.time(&d.Transferred)
	optional(c, &d.Transfer, transferFields)
	whole(c, &d.MaxSigLife)
	list(c, &d.DS, func(c *coder, s *DS) {
		small(c, &s.KeyTag)
		small(c, &s.Algorithm)
		small(c, &s.DigestType)
		c.str(&s.Digest)
		optional(c, &s.Key, keyFields)
	})
	list(c, &d.Keys, keyFields)
	optional(c, &d.Suspension, proceedingFields)
	optional(c, &d.Dispute, proceedingFields)
	if c.version >= 3 {
		c.time(&d.Deletes)
	}
}

func keyFields(c *coder, k *DNSKey) {
	small(c, &k.Flags)
	small(c, &k.Protocol)
	small(c, &k.Algorithm)
	c.str(&k.PublicKey)
}

func transferFields(c *coder, t *Transfer) {
	c.str(&t.Status)
	c.str(&t.Requester)
	c.time(&t.Requested)
	c.str(&t.Actor)
	c.time(&t.Acted)
	c.time(&t.Expires)
}

func proceedingFields(c *coder, p *Proceeding) {
	c.time(&p.Since)
	c.str(&p.Ground)
	c.str(&p.Reference)
}

// Append appends the contact's bytes to b.
func (ct *Contact) Append(b []byte) []byte { return encode(TagContact, b, ct.fields) }

// DecodeContact reads a contact's bytes.
func DecodeContact(b []byte) (*Contact, error) {
	ct := new(Contact)
	return ct, decode(TagContact, b, ct.fields)
}

func (ct *Contact) fields(c *coder) {
	c.str(&ct.Handle)
	c.str(&ct.ROID)
	list(c, &ct.Statuses, plain)
	postalFields(c, &ct.International)
	postalFields(c, &ct.Local)
	phoneFields(c, &ct.Voice)
	phoneFields(c, &ct.Fax)
	c.str(&ct.Email)
	c.str(&ct.Sponsor)
	c.str(&ct.Creator)
	c.str(&ct.Updater)
	c.time(&ct.Created)
	c.time(&ct.Updated)
	c.time(&ct.Transferred)
	optional(c, &ct.Transfer, transferFields)
	small(c, &ct.Disclose.Restrict)
	small(c, &ct.Disclose.Permit)
	factFields(c, &ct.Facts)
}

func postalFields(c *coder, p *Postal) {
	c.str(&p.Name)
	c.str(&p.Organization)
	addressFields(c, &p.Address)
}

func addressFields(c *coder, a *Address) {
	list(c, &a.Street, plain)
	c.str(&a.City)
	c.str(&a.Province)
	c.str(&a.Code)
	c.str(&a.Country)
}

func phoneFields(c *coder, p *Phone) {
	c.str(&p.Number)
	c.str(&p.Extension)
}

func factFields(c *coder, f *Facts) {
	small(c, &f.Holder)
	small(c, &f.Protection)
	small(c, &f.Consent)
	c.str(&f.Language)
	small(c, &f.Verification.State)
	small(c, &f.Verification.Method)
	c.time(&f.Verification.Time)
	if c.version >= 2 {
		c.flag(&f.Locked)
	}
}

// Append appends the host's bytes to b.
func (h *Host) Append(b []byte) []byte { return encode(TagHost, b, h.fields) }

// DecodeHost reads a host's bytes.
func DecodeHost(b []byte) (*Host, error) {
	h := new(Host)
	return h, decode(TagHost, b, h.fields)
}

func (h *Host) fields(c *coder) {
	text(c, &h.Name)
	c.str(&h.ROID)
	list(c, &h.Statuses, plain)
	list(c, &h.Addrs, (*coder).addr)
	c.str(&h.Sponsor)
	c.str(&h.Creator)
	c.str(&h.Updater)
	c.time(&h.Created)
	c.time(&h.Updated)
	c.time(&h.Transferred)
}

// Append appends the registrar's bytes to b.
func (r *Registrar) Append(b []byte) []byte { return encode(TagRegistrar, b, r.fields) }

// DecodeRegistrar reads a registrar's bytes.
func DecodeRegistrar(b []byte) (*Registrar, error) {
	r := new(Registrar)
	return r, decode(TagRegistrar, b, r.fields)
}

func (r *Registrar) fields(c *coder) {
	c.str(&r.ID)
	c.str(&r.Name)
	whole(c, &r.IANA)
	c.str(&r.Status)
	addressFields(c, &r.International)
	addressFields(c, &r.Local)
	phoneFields(c, &r.Voice)
	phoneFields(c, &r.Fax)
	c.str(&r.Email)
	c.str(&r.URL)
	c.str(&r.WHOISServer)
	c.str(&r.WHOISURL)
	c.str(&r.RDAPBase)
	c.str(&r.AbuseEmail)
	phoneFields(c, &r.AbusePhone)
	c.time(&r.Created)
	c.time(&r.Updated)
}

// Append appends the reserved name's bytes to b.
func (r *Reserved) Append(b []byte) []byte { return encode(TagReserved, b, r.fields) }

// DecodeReserved reads a reserved name's bytes.
func DecodeReserved(b []byte) (*Reserved, error) {
	r := new(Reserved)
	return r, decode(TagReserved, b, r.fields)
}

func (r *Reserved) fields(c *coder) {
	text(c, &r.Name)
	c.str(&r.IDNTable)
	text(c, &r.Original)
	small(c, &r.State)
	c.flag(&r.MirroringNS)
	c.time(&r.Created)
}

// Append appends the table reference's bytes to b.
func (t *IDNTable) Append(b []byte) []byte { return encode(TagIDNTable, b, t.fields) }

// DecodeIDNTable reads a table reference's bytes.
func DecodeIDNTable(b []byte) (*IDNTable, error) {
	t := new(IDNTable)
	return t, decode(TagIDNTable, b, t.fields)
}

func (t *IDNTable) fields(c *coder) {
	c.str(&t.ID)
	c.str(&t.URL)
	c.str(&t.PolicyURL)
}

// Kept is a contact's facts with the ROID they were learned of: a handle that
// is given to somebody else later has another ROID, and inherits nothing.
type Kept struct {
	ROID  string
	Facts Facts
}

// Append appends the bytes of the kept facts to b.
func (k *Kept) Append(b []byte) []byte { return encode(TagFacts, b, k.fields) }

// DecodeKept reads the bytes of kept facts.
func DecodeKept(b []byte) (*Kept, error) {
	k := new(Kept)
	return k, decode(TagFacts, b, k.fields)
}

func (k *Kept) fields(c *coder) {
	c.str(&k.ROID)
	factFields(c, &k.Facts)
}

// Append appends the state's bytes to b.
func (s *State) Append(b []byte) []byte { return encode(TagState, b, s.fields) }

// DecodeState reads a state's bytes.
func DecodeState(b []byte) (*State, error) {
	s := new(State)
	return s, decode(TagState, b, s.fields)
}

func (s *State) fields(c *coder) {
	list(c, &s.Zones, text[Name])
	c.number(&s.Serial)
	c.time(&s.Watermark)
	whole(c, &s.Counts.Domains)
	whole(c, &s.Counts.Reserved)
	whole(c, &s.Counts.Contacts)
	whole(c, &s.Counts.Hosts)
	whole(c, &s.Counts.Registrars)
	c.str(&s.Deposit)
	c.str(&s.Full)
	if c.version >= 4 {
		whole(c, &s.Removed)
	} else {
		s.Removed = -1
	}
}

// Check reads the bytes of an object of any tag, and reports why it cannot.
func Check(b []byte) (err error) {
	if len(b) == 0 {
		return fmt.Errorf("object: reading: %w", errCorrupt)
	}
	switch tag := Tag(b[0]).Type(); tag {
	case TagDomain:
		_, err = DecodeDomain(b)
	case TagReserved:
		_, err = DecodeReserved(b)
	case TagContact:
		_, err = DecodeContact(b)
	case TagHost:
		_, err = DecodeHost(b)
	case TagRegistrar:
		_, err = DecodeRegistrar(b)
	case TagIDNTable:
		_, err = DecodeIDNTable(b)
	case TagFacts:
		_, err = DecodeKept(b)
	default:
		err = fmt.Errorf("object of tag %d: there is no such object", tag)
	}
	return err
}
