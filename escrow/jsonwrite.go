package escrow

import (
	"encoding/json"
	"fmt"

	"registerd/register"
	"registerd/store"
)

// jsonOf is an object of the store in the form of a snapshot's line.
func jsonOf(o *store.Object) ([]byte, error) {
	var j objectJSON
	var err error
	switch o.Tag().Type() {
	case register.TagDomain:
		j.Domain, err = converted(register.DecodeDomain, jsonOfDomain, o)
	case register.TagReserved:
		j.Reserved, err = converted(register.DecodeReserved, jsonOfReserved, o)
	case register.TagContact:
		j.Contact, err = converted(register.DecodeContact, jsonOfContact, o)
	case register.TagHost:
		j.Host, err = converted(register.DecodeHost, jsonOfHost, o)
	case register.TagRegistrar:
		j.Registrar, err = converted(register.DecodeRegistrar, jsonOfRegistrar, o)
	case register.TagIDNTable:
		j.IDNTable, err = converted(register.DecodeIDNTable, jsonOfIDNTable, o)
	default:
		err = fmt.Errorf("no form for an object of tag %d", o.Tag())
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: writing as JSON: %w", o.Kind, o.Key, err)
	}
	return json.Marshal(&j)
}

// converted reads an object's bytes and gives its JSON form.
func converted[R, J any](decode func([]byte) (*R, error), convert func(*R) *J, o *store.Object) (*J, error) {
	record, err := decode(o.Bytes)
	if err != nil {
		return nil, err
	}
	return convert(record), nil
}

func jsonOfDomain(d *register.Domain) *domainJSON {
	return &domainJSON{
		Name: d.Name, ROID: d.ROID, IDNTable: d.IDNTable, Original: d.Original,
		Statuses: d.Statuses, RGP: d.RGP,
		Registrant: d.Registrant,
		Contacts: each(d.Contacts, func(r register.DomainRole) roleJSON {
			return roleJSON{Role: r.Role.String(), Handle: r.Handle}
		}),
		Hosts:   each(d.Hosts, func(h register.NameServer) nameServerJSON { return nameServerJSON(h) }),
		Sponsor: d.Sponsor, Creator: d.Creator, Updater: d.Updater,
		Created: d.Created, Expires: d.Expires, Deletes: d.Deletes, Updated: d.Updated, Transferred: d.Transferred,
		Transfer:   (*transferJSON)(d.Transfer),
		MaxSigLife: d.MaxSigLife,
		DS: each(d.DS, func(s register.DS) dsJSON {
			return dsJSON{KeyTag: s.KeyTag, Algorithm: s.Algorithm, DigestType: s.DigestType, Digest: s.Digest, Key: (*keyJSON)(s.Key)}
		}),
		Keys:       each(d.Keys, func(k register.DNSKey) keyJSON { return keyJSON(k) }),
		Suspension: (*proceedingJSON)(d.Suspension),
		Dispute:    (*proceedingJSON)(d.Dispute),
	}
}

func jsonOfReserved(r *register.Reserved) *reservedJSON {
	return &reservedJSON{
		Name: r.Name, IDNTable: r.IDNTable, Original: r.Original,
		State: r.State.String(), MirroringNS: r.MirroringNS, Created: r.Created,
	}
}

func jsonOfContact(c *register.Contact) *contactJSON {
	return &contactJSON{
		Handle: c.Handle, ROID: c.ROID, Statuses: c.Statuses,
		International: jsonOfPostal(&c.International), Local: jsonOfPostal(&c.Local),
		Voice: phoneJSON(c.Voice), Fax: phoneJSON(c.Fax), Email: c.Email,
		Sponsor: c.Sponsor, Creator: c.Creator, Updater: c.Updater,
		Created: c.Created, Updated: c.Updated, Transferred: c.Transferred,
		Transfer: (*transferJSON)(c.Transfer),
		Disclose: preferenceJSON{Restrict: c.Disclose.Restrict.Words(), Permit: c.Disclose.Permit.Words()},
		Facts:    jsonOfFacts(&c.Facts),
	}
}

func jsonOfPostal(p *register.Postal) postalJSON {
	return postalJSON{Name: p.Name, Organization: p.Organization, Address: addressJSON(p.Address)}
}

// jsonOfFacts leaves out what is not known.
func jsonOfFacts(f *register.Facts) factsJSON {
	j := factsJSON{Consent: f.Consent.Words(), Language: f.Language, Locked: f.Locked, Verification: verificationJSON{Time: f.Verification.Time}}
	if f.Holder != register.HolderUnknown {
		j.Holder = f.Holder.String()
	}
	if f.Protection != register.ProtectionUnknown {
		j.Protection = f.Protection.String()
	}
	if f.Verification.State != register.Unverified {
		j.Verification.State = f.Verification.State.String()
	}
	j.Verification.Method = f.Verification.Method.String()
	return j
}

func jsonOfHost(h *register.Host) *hostJSON { return (*hostJSON)(h) }

func jsonOfRegistrar(r *register.Registrar) *registrarJSON {
	return &registrarJSON{
		ID: r.ID, Name: r.Name, IANA: r.IANA, Status: r.Status,
		International: addressJSON(r.International), Local: addressJSON(r.Local),
		Voice: phoneJSON(r.Voice), Fax: phoneJSON(r.Fax), Email: r.Email,
		URL: r.URL, WHOISServer: r.WHOISServer, WHOISURL: r.WHOISURL, RDAPBase: r.RDAPBase,
		AbuseEmail: r.AbuseEmail, AbusePhone: phoneJSON(r.AbusePhone),
		Created: r.Created, Updated: r.Updated,
	}
}

func jsonOfIDNTable(t *register.IDNTable) *idnTableJSON { return (*idnTableJSON)(t) }

// each converts a list; an empty one stays nil.
func each[A, B any](in []A, convert func(A) B) []B {
	if len(in) == 0 {
		return nil
	}
	out := make([]B, len(in))
	for i, a := range in {
		out[i] = convert(a)
	}
	return out
}
