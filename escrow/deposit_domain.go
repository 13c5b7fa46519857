package escrow

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"registerd/register"
)

// domainForm is rdeDomain:domain (RFC 9022 section 5.1). The uName is the
// name's own spelling, which we derive.
var domainForm = form[register.Domain]{
	{domainSpace, "name", mandatory, func(d *depositReader, o *register.Domain, e element) {
		o.Name = d.name(e, register.ParseName)
		d.object.name = string(o.Name)
	}},
	{domainSpace, "roid", mandatory, required(func(o *register.Domain) *string { return &o.ROID })},
	{domainSpace, "uName", optional, passed[register.Domain]},
	{domainSpace, "idnTableId", optional, into(func(o *register.Domain) *string { return &o.IDNTable })},
	{domainSpace, "originalName", optional, func(d *depositReader, o *register.Domain, e element) {
		o.Original = d.name(e, register.ParseName)
	}},
	{domainSpace, "status", several, func(d *depositReader, o *register.Domain, e element) {
		o.Statuses = append(o.Statuses, d.status(e))
	}},
	{domainSpace, "rgpStatus", anyNumber, func(d *depositReader, o *register.Domain, e element) {
		s := d.status(e)
		if o.RGP = append(o.RGP, s); s != "" && !graceStatuses[s] {
			d.warn(e.line, ruleStatus, "an rgpStatus is not one of RFC 3915")
		}
	}},
	{domainSpace, "registrant", optional, into(func(o *register.Domain) *string { return &o.Registrant })},
	{domainSpace, "contact", anyNumber, readRole},
	{domainSpace, "ns", optional, func(d *depositReader, o *register.Domain, _ element) { nsForm.read(d, o) }},
	{domainSpace, "clID", expected, into(func(o *register.Domain) *string { return &o.Sponsor })},
	{domainSpace, "crRr", optional, into(func(o *register.Domain) *string { return &o.Creator })},
	{domainSpace, "crDate", expected, dated(func(o *register.Domain) *time.Time { return &o.Created })},
	{domainSpace, "exDate", optional, dated(func(o *register.Domain) *time.Time { return &o.Expires })},
	{domainSpace, "upRr", optional, into(func(o *register.Domain) *string { return &o.Updater })},
	{domainSpace, "upDate", optional, dated(func(o *register.Domain) *time.Time { return &o.Updated })},
	{domainSpace, "secDNS", optional, func(d *depositReader, o *register.Domain, _ element) { secDNSForm.read(d, o) }},
	{domainSpace, "trDate", optional, dated(func(o *register.Domain) *time.Time { return &o.Transferred })},
	{domainSpace, "trnData", optional, transferred(domainSpace, func(o *register.Domain) **register.Transfer { return &o.Transfer })},
}

func readDomain(d *depositReader) *register.Domain {
	o := new(register.Domain)
	domainForm.read(d, o)
	d.checkZone(o.Name)
	d.checkROID(o.ROID)
	d.checkStatuses(o.Statuses, domainStatuses)
	d.checkCreated(o.Created)
	d.checkExpiry(o)
	d.refersToTable(o.IDNTable)
	return o
}

func readRole(d *depositReader, o *register.Domain, e element) {
	said, _ := e.attr("type")
	role, ok := register.ParseRole(said)
	if !ok || role == register.RoleNone || role == register.RoleRegistrant {
		d.warn(e.line, ruleComplete, "a contact's type is not admin, billing or tech")
		role = register.RoleNone
	}
	if handle := d.text(); handle != "" {
		o.Contacts = append(o.Contacts, register.DomainRole{Role: role, Handle: handle})
	}
}

// nsForm is domain:ns (RFC 5731 section 1.1): host objects, or hosts of the
// domain's own with their addresses.
var nsForm = form[register.Domain]{
	{eppDomainSpace, "hostObj", anyNumber, func(d *depositReader, o *register.Domain, e element) {
		if n := d.name(e, register.ParseHost); n != "" {
			o.Hosts = append(o.Hosts, register.NameServer{Name: n})
		}
	}},
	{eppDomainSpace, "hostAttr", anyNumber, func(d *depositReader, o *register.Domain, _ element) {
		host := register.NameServer{Attr: true}
		if attrForm.read(d, &host); host.Name != "" {
			o.Hosts = append(o.Hosts, host)
		}
	}},
}

var attrForm = form[register.NameServer]{
	{eppDomainSpace, "hostName", mandatory, func(d *depositReader, o *register.NameServer, e element) {
		o.Name = d.name(e, register.ParseHost)
	}},
	{eppDomainSpace, "hostAddr", anyNumber, func(d *depositReader, o *register.NameServer, e element) {
		if a, ok := d.addr(e); ok {
			o.Addrs = append(o.Addrs, a)
		}
	}},
}

// secDNSForm is secDNS:dsOrKeyType (RFC 5910 section 4).
var secDNSForm = form[register.Domain]{
	{secDNSSpace, "maxSigLife", optional, func(d *depositReader, o *register.Domain, e element) {
		o.MaxSigLife = int(d.number(e, 31))
	}},
	{secDNSSpace, "dsData", anyNumber, func(d *depositReader, o *register.Domain, _ element) {
		var ds register.DS
		dsForm.read(d, &ds)
		o.DS = append(o.DS, ds)
	}},
	{secDNSSpace, "keyData", anyNumber, func(d *depositReader, o *register.Domain, _ element) {
		var k register.DNSKey
		keyForm.read(d, &k)
		o.Keys = append(o.Keys, k)
	}},
}

var dsForm = form[register.DS]{
	{secDNSSpace, "keyTag", mandatory, func(d *depositReader, o *register.DS, e element) { o.KeyTag = uint16(d.number(e, 16)) }},
	{secDNSSpace, "alg", mandatory, func(d *depositReader, o *register.DS, e element) { o.Algorithm = uint8(d.number(e, 8)) }},
	{secDNSSpace, "digestType", mandatory, func(d *depositReader, o *register.DS, e element) { o.DigestType = uint8(d.number(e, 8)) }},
	{secDNSSpace, "digest", mandatory, func(d *depositReader, o *register.DS, e element) {
		o.Digest = strings.ToLower(unspaced(d.text()))
		if b, err := hex.DecodeString(o.Digest); err != nil || len(b) == 0 {
			d.refuse(e.line, ruleValue, "digest is not hexadecimal")
		}
	}},
	{secDNSSpace, "keyData", optional, func(d *depositReader, o *register.DS, _ element) {
		o.Key = new(register.DNSKey)
		keyForm.read(d, o.Key)
	}},
}

var keyForm = form[register.DNSKey]{
	{secDNSSpace, "flags", mandatory, func(d *depositReader, o *register.DNSKey, e element) { o.Flags = uint16(d.number(e, 16)) }},
	{secDNSSpace, "protocol", mandatory, func(d *depositReader, o *register.DNSKey, e element) { o.Protocol = uint8(d.number(e, 8)) }},
	{secDNSSpace, "alg", mandatory, func(d *depositReader, o *register.DNSKey, e element) { o.Algorithm = uint8(d.number(e, 8)) }},
	{secDNSSpace, "pubKey", mandatory, func(d *depositReader, o *register.DNSKey, e element) {
		o.PublicKey = unspaced(d.text())
		if b, err := base64.StdEncoding.DecodeString(o.PublicKey); err != nil || len(b) == 0 {
			d.refuse(e.line, ruleValue, "pubKey is not base64")
		}
	}},
}

// unspaced removes white space, which hexadecimal and base64 may be broken by.
func unspaced(s string) string {
	if !strings.Contains(s, " ") {
		return s
	}
	return strings.ReplaceAll(s, " ", "")
}
