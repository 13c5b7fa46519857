package escrow

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"registerd/register"
	"registerd/store"
)

// addition is one object of the register as a line names it.
type addition struct {
	store.Object
	label   string            // "domain shop.example", for reports
	contact *register.Contact // if it is one
}

// read checks an object and makes it one of the store.
func (j *objectJSON) read() (addition, error) {
	var found []func() (addition, error)
	if j.Domain != nil {
		found = append(found, j.Domain.read)
	}
	if j.Reserved != nil {
		found = append(found, j.Reserved.read)
	}
	if j.Contact != nil {
		found = append(found, j.Contact.read)
	}
	if j.Host != nil {
		found = append(found, j.Host.read)
	}
	if j.Registrar != nil {
		found = append(found, j.Registrar.read)
	}
	if j.IDNTable != nil {
		found = append(found, j.IDNTable.read)
	}
	if len(found) != 1 {
		return addition{}, errors.New("an object has exactly one of the members domain, reserved, contact, host, registrar and idnTable")
	}
	return found[0]()
}

// checks keeps the first thing wrong with an object, by its member.
type checks struct{ err error }

func (c *checks) fail(member string, err error) {
	if c.err == nil {
		c.err = fmt.Errorf("member %q: %w", member, err)
	}
}

func (c *checks) require(member string, ok bool, reason string) {
	if !ok {
		c.fail(member, errors.New(reason))
	}
}

// finish gives the object, or what is wrong with it.
func finish[R any](c *checks, label string, build func(*R) (store.Object, error), record *R) (addition, error) {
	if c.err != nil {
		return addition{label: label}, fmt.Errorf("%s: %w", label, c.err)
	}
	o, err := build(record)
	if err != nil {
		return addition{label: label}, fmt.Errorf("%s: %w", label, err)
	}
	return addition{Object: o, label: label}, nil
}

func (c *checks) name(member string, n register.Name) register.Name {
	name, err := register.ParseName(string(n))
	if err != nil {
		c.fail(member, err)
	}
	return name
}

func (c *checks) optionalName(member string, n register.Name) register.Name {
	if n == "" {
		return ""
	}
	return c.name(member, n)
}

func (c *checks) host(member string, n register.Name) register.Name {
	name, err := register.ParseHost(string(n))
	if err != nil {
		c.fail(member, err)
	}
	return name
}

// label names an object in a report, by what its key is made of.
func label(kind, id string) string {
	if len(id) > register.MaxHandle {
		id = id[:register.MaxHandle]
	}
	return kind + " " + strings.ToValidUTF8(id, "")
}

// chosen reads an enumeration's word. The zero value is one that is left out.
func chosen[T ~uint8](c *checks, member, word string, parse func(string) (T, bool)) T {
	if word == "" {
		return 0
	}
	v, ok := parse(word)
	c.require(member, ok, "it is not a word of the list")
	return v
}

func (c *checks) elements(member string, words []string) register.Element {
	var all register.Element
	for _, w := range words {
		e, ok := register.ParseElement(w)
		c.require(member, ok, "it is not a word of the list")
		all |= e
	}
	return all
}

func (c *checks) addrs(member string, addrs []netip.Addr) []netip.Addr {
	for _, a := range addrs {
		c.require(member, a.IsValid() && a.Zone() == "", "it is not an IP address without a zone")
	}
	return addrs
}

// address holds the country to its form, because a person's country is shown
// to the public when nothing else of the address is.
func (c *checks) address(member string, a addressJSON) register.Address {
	a.Country = strings.ToUpper(a.Country)
	c.require(member+".country", a.Country == "" || len(a.Country) == 2 && upper(a.Country[0]) && upper(a.Country[1]),
		"it is not an ISO 3166-1 alpha-2 code")
	c.require(member+".street", len(a.Street) <= 3, "it has more than three lines")
	return register.Address(a)
}

func upper(b byte) bool { return 'A' <= b && b <= 'Z' }

func (j *domainJSON) read() (addition, error) {
	var c checks
	d := &register.Domain{
		Name: c.name("name", j.Name), ROID: j.ROID, IDNTable: j.IDNTable, Original: c.optionalName("original", j.Original),
		Statuses: j.Statuses, RGP: j.RGP,
		Registrant: j.Registrant,
		Sponsor:    j.Sponsor, Creator: j.Creator, Updater: j.Updater,
		Created: j.Created, Expires: j.Expires, Deletes: j.Deletes, Updated: j.Updated, Transferred: j.Transferred,
		Transfer:   (*register.Transfer)(j.Transfer),
		MaxSigLife: j.MaxSigLife,
		Keys:       each(j.Keys, func(k keyJSON) register.DNSKey { return c.key("keys", k) }),
		Suspension: (*register.Proceeding)(j.Suspension),
		Dispute:    (*register.Proceeding)(j.Dispute),
	}
	d.Contacts = each(j.Contacts, func(r roleJSON) register.DomainRole {
		role, ok := register.ParseRole(r.Role)
		c.require("contacts.role", ok && role > register.RoleRegistrant, "it is not admin, tech or billing")
		c.require("contacts.handle", r.Handle != "", "it is missing")
		return register.DomainRole{Role: role, Handle: r.Handle}
	})
	d.Hosts = each(j.Hosts, func(h nameServerJSON) register.NameServer {
		c.require("hosts.addrs", h.Attr || len(h.Addrs) == 0, "only a host with \"attr\" has addresses here")
		return register.NameServer{Name: c.host("hosts.name", h.Name), Attr: h.Attr, Addrs: c.addrs("hosts.addrs", h.Addrs)}
	})
	d.DS = each(j.DS, c.ds)
	c.require("maxSigLife", j.MaxSigLife >= 0, "it is negative")
	return finish(&c, label("domain", string(j.Name)), objectOfDomain, d)
}

func (c *checks) ds(j dsJSON) register.DS {
	s := register.DS{KeyTag: j.KeyTag, Algorithm: j.Algorithm, DigestType: j.DigestType, Digest: strings.ToLower(j.Digest)}
	_, err := hex.DecodeString(s.Digest)
	c.require("ds.digest", err == nil && s.Digest != "", "it is not hexadecimal")
	if j.Key != nil {
		k := c.key("ds.key", *j.Key)
		s.Key = &k
	}
	return s
}

func (c *checks) key(member string, j keyJSON) register.DNSKey {
	_, err := base64.StdEncoding.Strict().DecodeString(j.PublicKey)
	c.require(member+".publicKey", err == nil && j.PublicKey != "", "it is not base64")
	return register.DNSKey(j)
}

func (j *reservedJSON) read() (addition, error) {
	var c checks
	r := &register.Reserved{
		Name: c.name("name", j.Name), IDNTable: j.IDNTable, Original: c.optionalName("original", j.Original),
		State:       chosen(&c, "state", j.State, register.ParseReservedState),
		MirroringNS: j.MirroringNS, Created: j.Created,
	}
	return finish(&c, label("reserved name", string(j.Name)), objectOfReserved, r)
}

func (j *contactJSON) read() (addition, error) {
	var c checks
	r := &register.Contact{
		Handle: j.Handle, ROID: j.ROID, Statuses: j.Statuses,
		International: c.postal("international", &j.International), Local: c.postal("local", &j.Local),
		Voice: register.Phone(j.Voice), Fax: register.Phone(j.Fax), Email: j.Email,
		Sponsor: j.Sponsor, Creator: j.Creator, Updater: j.Updater,
		Created: j.Created, Updated: j.Updated, Transferred: j.Transferred,
		Transfer: (*register.Transfer)(j.Transfer),
		Disclose: register.Preference{
			Restrict: c.elements("disclose.restrict", j.Disclose.Restrict),
			Permit:   c.elements("disclose.permit", j.Disclose.Permit),
		},
		Facts: c.facts(&j.Facts),
	}
	it, err := finish(&c, label("contact", j.Handle), objectOfContact, r)
	it.contact = r
	return it, err
}

func (c *checks) postal(member string, j *postalJSON) register.Postal {
	return register.Postal{Name: j.Name, Organization: j.Organization, Address: c.address(member+".address", j.Address)}
}

// facts leaves what is not given at the zero value, the protecting one.
func (c *checks) facts(j *factsJSON) register.Facts {
	c.require("facts.language", len(j.Language) <= 35 && strings.Trim(j.Language, languageLetters) == "", "it is not a BCP 47 tag")
	return register.Facts{
		Holder:     chosen(c, "facts.holder", j.Holder, register.ParseHolderType),
		Protection: chosen(c, "facts.protection", j.Protection, register.ParseProtection),
		Consent:    c.elements("facts.consent", j.Consent),
		Language:   j.Language,
		Locked:     j.Locked,
		Verification: register.Verification{
			State:  chosen(c, "facts.verification.state", j.Verification.State, register.ParseVerificationState),
			Method: chosen(c, "facts.verification.method", j.Verification.Method, register.ParseVerificationMethod),
			Time:   j.Verification.Time,
		},
	}
}

const languageLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

func (j *hostJSON) read() (addition, error) {
	var c checks
	r := register.Host(*j)
	r.Name = c.host("name", j.Name)
	c.addrs("addrs", j.Addrs)
	return finish(&c, label("host", string(j.Name)), objectOfHost, &r)
}

func (j *registrarJSON) read() (addition, error) {
	var c checks
	r := &register.Registrar{
		ID: j.ID, Name: j.Name, IANA: j.IANA, Status: j.Status,
		International: c.address("international", j.International), Local: c.address("local", j.Local),
		Voice: register.Phone(j.Voice), Fax: register.Phone(j.Fax), Email: j.Email,
		URL: j.URL, WHOISServer: j.WHOISServer, WHOISURL: j.WHOISURL, RDAPBase: j.RDAPBase,
		AbuseEmail: j.AbuseEmail, AbusePhone: register.Phone(j.AbusePhone),
		Created: j.Created, Updated: j.Updated,
	}
	c.require("iana", j.IANA >= 0, "it is negative")
	c.require("rdapBase", j.RDAPBase == "" || strings.HasPrefix(j.RDAPBase, "https://") && strings.HasSuffix(j.RDAPBase, "/"),
		"it is not an https URL that ends in a slash")
	return finish(&c, label("registrar", j.ID), objectOfRegistrar, r)
}

func (j *idnTableJSON) read() (addition, error) {
	var c checks
	return finish(&c, label("IDN table", j.ID), objectOfIDNTable, (*register.IDNTable)(j))
}
