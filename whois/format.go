package whois

import (
	"strconv"
	"strings"
	"time"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

// The labels and their order are those of ICANN's registries, since parsers
// that have never heard of a register expect them. "IDN", "Suspension",
// "Registrant Verification" and the labels of contacts asked for by handle are
// ours: none of them ends in a label that a parser searches lines for.
//
// There is no "Registrar WHOIS Server": clients follow it, and deposits name
// servers that have long been switched off.

// domainPage writes a name that is registered or reserved.
func domainPage(a *lookup.DomainAnswer) lookup.Written {
	if a.Reserved != nil {
		return lookup.Written{Body: reserved(a.About, a.Reserved)}
	}
	d := a.Domain
	p := newPage(a.About)
	value(p, "Domain Name", d.Name, func(n register.Name) { p.name("Domain Name", n) })
	text(p, "Registry Domain ID", d.Handle)
	by, _ := d.Sponsor.Get()
	text(p, "Registrar URL", by.URL)
	date(p, "Updated Date", d.Updated)
	date(p, "Creation Date", d.Created)
	date(p, "Registry Expiry Date", d.Expires)
	p.sponsor(d.Sponsor)
	statuses(p, d.Statuses)
	statuses(p, d.Grace)
	value(p, "Suspension", d.Suspension, func(s *register.Proceeding) { p.date("Suspension", s.Since) })
	value(p, "Registrant", d.Contacts, func(all []disclose.Contact) {
		for i := range all {
			p.contact(&all[i])
		}
	})
	value(p, "Name Server", d.NameServers, func(all []disclose.NameServer) {
		for _, ns := range all {
			p.field("Name Server", string(ns.Name))
		}
	})
	value(p, "DNSSEC", d.DNSSEC, p.dnssec)
	p.finish(a.About)
	return lookup.Written{Body: p.b}
}

// name writes a name as the DNS has it, and as people do.
func (p *page) name(label string, n register.Name) {
	p.field(label, string(n))
	if n.IsIDN() {
		p.field("IDN", n.Unicode())
	}
}

// sponsor writes the registrar's part of a domain or a name server. One that
// the register refers to and does not hold is named by its id.
func (p *page) sponsor(v disclose.Value[disclose.RegistrarView]) {
	value(p, "Registrar", v, func(r disclose.RegistrarView) {
		if _, ok := r.Name.Get(); ok || r.Name.Redacted() {
			text(p, "Registrar", r.Name)
		} else {
			text(p, "Registrar", r.ID)
		}
		p.iana(r)
		p.abuse(r)
	})
}

func (p *page) iana(r disclose.RegistrarView) {
	value(p, "Registrar IANA ID", r.IANA, func(id int) { p.field("Registrar IANA ID", strconv.Itoa(id)) })
}

func (p *page) abuse(r disclose.RegistrarView) {
	text(p, "Registrar Abuse Contact Email", r.AbuseEmail)
	number(p, "Registrar Abuse Contact Phone", r.AbusePhone)
}

// number writes a telephone number where there is no line for its extension.
func number(p *page, label string, v disclose.Value[register.Phone]) {
	value(p, label, v, func(n register.Phone) {
		if n.Extension != "" {
			n.Number += "x" + n.Extension
		}
		p.field(label, n.Number)
	})
}

// statuses writes EPP statuses, each with the page that explains it.
func statuses(p *page, v disclose.Value[[]string]) {
	value(p, "Domain Status", v, func(all []string) {
		for _, s := range all {
			if strings.Trim(s, letters) != "" || s == "" {
				p.field("Domain Status", s)
				continue
			}
			p.label("Domain Status")
			p.b = append(p.b, s...)
			p.b = append(p.b, " https://icann.org/epp#"...)
			p.b = append(p.b, s...)
			p.blank()
		}
	})
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// roles are the words before a contact's labels. A contact asked for by its
// handle has no role.
var roles = [...]string{
	register.RoleNone: "Contact ", register.RoleRegistrant: "Registrant ", register.RoleAdmin: "Admin ",
	register.RoleTech: "Tech ", register.RoleBilling: "Billing ",
}

func (p *page) contact(c *disclose.Contact) {
	role := roles[c.Role]
	text(p, "Registry "+role+"ID", c.Handle)
	p.role = role
	if c.Role == register.RoleNone {
		text(p, "Person", c.Name) // a label of ours may not end in "Name"
	} else {
		text(p, "Name", c.Name)
	}
	text(p, "Organization", c.Organization)
	texts(p, "Street", c.Street)
	text(p, "City", c.City)
	text(p, "State/Province", c.Province)
	text(p, "Postal Code", c.Code)
	text(p, "Country", c.Country)
	phone(p, "Phone", c.Voice)
	phone(p, "Fax", c.Fax)
	text(p, "Email", c.Email)
	value(p, "Verification", c.Verification, func(v register.Verification) { p.field("Verification", identified(v)) })
	p.role = ""
}

// identified says how far a holder is identified, how, and when. Where only the
// state may be seen, the view holds no more.
func identified(v register.Verification) string {
	words := strings.ReplaceAll(v.State.String(), "-", " ")
	if method := v.Method.String(); method != "" {
		words += ", " + strings.ReplaceAll(method, "-", " ")
	}
	if !v.Time.IsZero() {
		words += ", " + v.Time.UTC().Format(time.DateOnly)
	}
	return words
}

// dnssec uses the exact words of ICANN: parsers know few others.
func (p *page) dnssec(s disclose.DNSSEC) {
	if !s.Signed() {
		p.field("DNSSEC", "unsigned")
		return
	}
	p.field("DNSSEC", "signedDelegation")
	for _, ds := range s.DS {
		p.field("DS Data", strconv.Itoa(int(ds.KeyTag))+" "+strconv.Itoa(int(ds.Algorithm))+" "+
			strconv.Itoa(int(ds.DigestType))+" "+strings.ToUpper(ds.Digest))
	}
}

func hostPage(a *lookup.HostAnswer) []byte {
	h := &a.Host
	p := newPage(a.About)
	value(p, "Server Name", h.Name, func(n register.Name) { p.name("Server Name", n) })
	text(p, "Registry Host ID", h.Handle)
	addrs, _ := h.Addrs.Get()
	for _, addr := range addrs {
		p.field("IP Address", addr.String())
	}
	if h.Addrs.Redacted() {
		p.redact("IP Address", h.Addrs.Rule())
	}
	by, _ := h.Sponsor.Get()
	text(p, "Registrar URL", by.URL)
	date(p, "Updated Date", h.Updated)
	date(p, "Creation Date", h.Created)
	p.sponsor(h.Sponsor)
	p.finish(a.About)
	return p.b
}

func entityPage(a *lookup.EntityAnswer) []byte {
	p := newPage(a.About)
	if a.Contact != nil {
		p.contact(a.Contact)
		date(p, "Updated Date", a.Contact.Updated)
		date(p, "Creation Date", a.Contact.Created)
	} else {
		p.registrar(a.Registrar)
	}
	p.finish(a.About)
	return p.b
}

func (p *page) registrar(r *disclose.RegistrarView) {
	text(p, "Registrar", r.Name)
	text(p, "Registrar ID", r.ID)
	p.iana(*r)
	value(p, "Street", r.Address, func(a register.Address) {
		for _, line := range a.Street {
			p.field("Street", line)
		}
		p.field("City", a.City)
		p.field("State/Province", a.Province)
		p.field("Postal Code", a.Code)
		p.field("Country", a.Country)
	})
	number(p, "Phone Number", r.Voice)
	number(p, "Fax Number", r.Fax)
	text(p, "Email", r.Email)
	text(p, "Registrar URL", r.URL)
	p.abuse(*r)
	date(p, "Updated Date", r.Updated)
	date(p, "Creation Date", r.Created)
}
