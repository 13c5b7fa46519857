package whois

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"registerd/disclose"
	"registerd/register"
)

// field is something of a view that a profile can have a line for.
type field[V any] struct {
	name  string
	kind  fieldKind
	write func(*page, *line, V)
}

// fieldKind is which forms a field may have.
type fieldKind uint8

const (
	textField fieldKind = iota
	listField
	statusField
	dateField
	phoneField
	dnssecField
)

// Where several fields are parts of one value of the view, one of them says that
// the value is withheld, and the others leave no line.

var domainFields = []field[*disclose.Domain]{
	{"name", textField, func(p *page, l *line, d *disclose.Domain) { text(p, l, d.Name) }},
	{"unicode name", textField, func(p *page, l *line, d *disclose.Domain) { unicodeName(p, l, d.Name) }},
	{"idn", textField, func(p *page, l *line, d *disclose.Domain) { idn(p, l, d.Name) }},
	{"handle", textField, func(p *page, l *line, d *disclose.Domain) { words(p, l, d.Handle) }},
	{"idn table", textField, func(p *page, l *line, d *disclose.Domain) { words(p, l, d.IDNTable) }},
	{"variant of", textField, func(p *page, l *line, d *disclose.Domain) { text(p, l, d.VariantOf) }},
	{"updated", dateField, func(p *page, l *line, d *disclose.Domain) { date(p, l, d.Updated) }},
	{"created", dateField, func(p *page, l *line, d *disclose.Domain) { date(p, l, d.Created) }},
	{"expires", dateField, func(p *page, l *line, d *disclose.Domain) { date(p, l, d.Expires) }},
	{"transferred", dateField, func(p *page, l *line, d *disclose.Domain) { date(p, l, d.Transferred) }},
	{"deletes", dateField, func(p *page, l *line, d *disclose.Domain) { date(p, l, d.Deletes) }},
	{"registrar", textField, func(p *page, l *line, d *disclose.Domain) { sponsor(p, l, d.Sponsor) }},
	{"registrar id", textField, func(p *page, l *line, d *disclose.Domain) { words(p, l, p.by.ID) }},
	{"registrar iana id", textField, func(p *page, l *line, d *disclose.Domain) { iana(p, l, p.by.IANA) }},
	{"registrar url", textField, func(p *page, l *line, d *disclose.Domain) { words(p, l, p.by.URL) }},
	{"registrar abuse email", textField, func(p *page, l *line, d *disclose.Domain) { words(p, l, p.by.AbuseEmail) }},
	{"registrar abuse phone", phoneField, func(p *page, l *line, d *disclose.Domain) { number(p, l, p.by.AbusePhone) }},
	{"statuses", statusField, func(p *page, l *line, d *disclose.Domain) { statuses(p, l, d.Statuses) }},
	{"grace", statusField, func(p *page, l *line, d *disclose.Domain) { statuses(p, l, d.Grace) }},
	{"suspended", dateField, func(p *page, l *line, d *disclose.Domain) {
		value(p, l, d.Suspension, func(s *register.Proceeding) { p.date(l, s.Since) })
	}},
	{"registrant", textField, func(p *page, l *line, d *disclose.Domain) { handlesOf(p, l, d, register.RoleRegistrant) }},
	{"admin", listField, func(p *page, l *line, d *disclose.Domain) { handlesOf(p, l, d, register.RoleAdmin) }},
	{"tech", listField, func(p *page, l *line, d *disclose.Domain) { handlesOf(p, l, d, register.RoleTech) }},
	{"billing", listField, func(p *page, l *line, d *disclose.Domain) { handlesOf(p, l, d, register.RoleBilling) }},
	{"name servers", listField, func(p *page, l *line, d *disclose.Domain) {
		value(p, l, d.NameServers, func(all []disclose.NameServer) {
			p.list(l, len(all), func(i int) string { return string(all[i].Name) })
		})
	}},
	{"dnssec", dnssecField, func(p *page, l *line, d *disclose.Domain) {
		value(p, l, d.DNSSEC, func(s disclose.DNSSEC) {
			if s.Signed() {
				p.put(l, l.signed)
			} else {
				p.put(l, l.unsigned)
			}
		})
	}},
	{"ds", listField, func(p *page, l *line, d *disclose.Domain) {
		s, _ := d.DNSSEC.Get()
		p.list(l, len(s.DS), func(i int) string { return keyData(&s.DS[i]) })
	}},
}

var hostFields = []field[*disclose.Host]{
	{"name", textField, func(p *page, l *line, h *disclose.Host) { text(p, l, h.Name) }},
	{"unicode name", textField, func(p *page, l *line, h *disclose.Host) { unicodeName(p, l, h.Name) }},
	{"idn", textField, func(p *page, l *line, h *disclose.Host) { idn(p, l, h.Name) }},
	{"handle", textField, func(p *page, l *line, h *disclose.Host) { words(p, l, h.Handle) }},
	{"addresses", listField, func(p *page, l *line, h *disclose.Host) { addresses(p, l, h.Addrs) }},
	{"updated", dateField, func(p *page, l *line, h *disclose.Host) { date(p, l, h.Updated) }},
	{"created", dateField, func(p *page, l *line, h *disclose.Host) { date(p, l, h.Created) }},
	{"registrar", textField, func(p *page, l *line, h *disclose.Host) { sponsor(p, l, h.Sponsor) }},
	{"registrar id", textField, func(p *page, l *line, h *disclose.Host) { words(p, l, p.by.ID) }},
	{"registrar iana id", textField, func(p *page, l *line, h *disclose.Host) { iana(p, l, p.by.IANA) }},
	{"registrar url", textField, func(p *page, l *line, h *disclose.Host) { words(p, l, p.by.URL) }},
	{"registrar abuse email", textField, func(p *page, l *line, h *disclose.Host) { words(p, l, p.by.AbuseEmail) }},
	{"registrar abuse phone", phoneField, func(p *page, l *line, h *disclose.Host) { number(p, l, p.by.AbusePhone) }},
}

// serverFields are of the name servers of a domain.
var serverFields = []field[*disclose.NameServer]{
	{"name", textField, func(p *page, l *line, n *disclose.NameServer) { p.put(l, string(n.Name)) }},
	{"unicode name", textField, func(p *page, l *line, n *disclose.NameServer) { p.put(l, n.Name.Unicode()) }},
	{"handle", textField, func(p *page, l *line, n *disclose.NameServer) { words(p, l, n.Handle) }},
	{"addresses", listField, func(p *page, l *line, n *disclose.NameServer) { addresses(p, l, n.Addrs) }},
}

var contactFields = []field[*disclose.Contact]{
	{"roles", listField, func(p *page, l *line, c *disclose.Contact) {
		p.list(l, len(p.roles), func(i int) string { return p.roles[i].String() })
	}},
	{"handle", textField, func(p *page, l *line, c *disclose.Contact) { handle(p, l, c.Handle) }},
	{"holder", textField, holderName},
	{"attention", textField, func(p *page, l *line, c *disclose.Contact) {
		if _, ok := c.Organization.Get(); ok {
			words(p, l, c.Name)
		}
	}},
	{"person", textField, func(p *page, l *line, c *disclose.Contact) { words(p, l, c.Name) }},
	{"organization", textField, func(p *page, l *line, c *disclose.Contact) { words(p, l, c.Organization) }},
	{"street", listField, func(p *page, l *line, c *disclose.Contact) {
		value(p, l, c.Street, func(all []string) { p.list(l, len(all), func(i int) string { return all[i] }) })
	}},
	{"city", textField, func(p *page, l *line, c *disclose.Contact) { words(p, l, c.City) }},
	{"province", textField, func(p *page, l *line, c *disclose.Contact) { words(p, l, c.Province) }},
	{"postal code", textField, func(p *page, l *line, c *disclose.Contact) { words(p, l, c.Code) }},
	{"postal code and city", textField, codeAndCity},
	{"country", textField, func(p *page, l *line, c *disclose.Contact) { words(p, l, c.Country) }},
	{"phone", phoneField, func(p *page, l *line, c *disclose.Contact) { phone(p, l, c.Voice) }},
	{"phone extension", textField, func(p *page, l *line, c *disclose.Contact) { extension(p, l, c.Voice) }},
	{"fax", phoneField, func(p *page, l *line, c *disclose.Contact) { phone(p, l, c.Fax) }},
	{"fax extension", textField, func(p *page, l *line, c *disclose.Contact) { extension(p, l, c.Fax) }},
	{"email", textField, func(p *page, l *line, c *disclose.Contact) { words(p, l, c.Email) }},
	{"verification", textField, func(p *page, l *line, c *disclose.Contact) {
		value(p, l, c.Verification, func(v register.Verification) { p.put(l, identified(v)) })
	}},
	{"updated", dateField, func(p *page, l *line, c *disclose.Contact) { date(p, l, c.Updated) }},
	{"created", dateField, func(p *page, l *line, c *disclose.Contact) { date(p, l, c.Created) }},
}

var registrarFields = []field[*disclose.RegistrarView]{
	{"name", textField, func(p *page, l *line, r *disclose.RegistrarView) { words(p, l, r.Name) }},
	{"id", textField, func(p *page, l *line, r *disclose.RegistrarView) { words(p, l, r.ID) }},
	{"iana id", textField, func(p *page, l *line, r *disclose.RegistrarView) { iana(p, l, r.IANA) }},
	{"street", listField, func(p *page, l *line, r *disclose.RegistrarView) {
		value(p, l, r.Address, func(a register.Address) {
			p.list(l, len(a.Street), func(i int) string { return a.Street[i] })
		})
	}},
	{"city", textField, func(p *page, l *line, r *disclose.RegistrarView) { p.put(l, at(r).City) }},
	{"province", textField, func(p *page, l *line, r *disclose.RegistrarView) { p.put(l, at(r).Province) }},
	{"postal code", textField, func(p *page, l *line, r *disclose.RegistrarView) { p.put(l, at(r).Code) }},
	{"postal code and city", textField, func(p *page, l *line, r *disclose.RegistrarView) {
		p.put(l, trim(at(r).Code+" "+at(r).City))
	}},
	{"country", textField, func(p *page, l *line, r *disclose.RegistrarView) { p.put(l, at(r).Country) }},
	{"phone", phoneField, func(p *page, l *line, r *disclose.RegistrarView) { number(p, l, r.Voice) }},
	{"fax", phoneField, func(p *page, l *line, r *disclose.RegistrarView) { number(p, l, r.Fax) }},
	{"email", textField, func(p *page, l *line, r *disclose.RegistrarView) { words(p, l, r.Email) }},
	{"url", textField, func(p *page, l *line, r *disclose.RegistrarView) { words(p, l, r.URL) }},
	{"abuse email", textField, func(p *page, l *line, r *disclose.RegistrarView) { words(p, l, r.AbuseEmail) }},
	{"abuse phone", phoneField, func(p *page, l *line, r *disclose.RegistrarView) { number(p, l, r.AbusePhone) }},
	{"updated", dateField, func(p *page, l *line, r *disclose.RegistrarView) { date(p, l, r.Updated) }},
	{"created", dateField, func(p *page, l *line, r *disclose.RegistrarView) { date(p, l, r.Created) }},
}

func at(r *disclose.RegistrarView) register.Address {
	a, _ := r.Address.Get()
	return a
}

func words(p *page, l *line, v disclose.Value[string]) { text(p, l, v) }

func text[T ~string](p *page, l *line, v disclose.Value[T]) {
	value(p, l, v, func(s T) { p.put(l, string(s)) })
}

func date(p *page, l *line, v disclose.Value[time.Time]) {
	value(p, l, v, func(t time.Time) { p.date(l, t) })
}

func unicodeName(p *page, l *line, v disclose.Value[register.Name]) {
	value(p, l, v, func(n register.Name) { p.put(l, n.Unicode()) })
}

// idn is the name as people write it, where that is not as the DNS has it.
func idn(p *page, l *line, v disclose.Value[register.Name]) {
	if n, ok := v.Get(); ok && n.IsIDN() {
		p.put(l, n.Unicode())
	}
}

// sponsor names the registrar. One that the register refers to and does not
// hold is named by its id.
func sponsor(p *page, l *line, v disclose.Value[disclose.RegistrarView]) {
	_, named := p.by.Name.Get()
	switch {
	case v.Redacted():
		p.withheld(l, v.Rule())
	case named || p.by.Name.Redacted():
		words(p, l, p.by.Name)
	default:
		words(p, l, p.by.ID)
	}
}

func iana(p *page, l *line, v disclose.Value[int]) {
	value(p, l, v, func(id int) { p.put(l, strconv.Itoa(id)) })
}

func addresses(p *page, l *line, v disclose.Value[[]netip.Addr]) {
	value(p, l, v, func(all []netip.Addr) { p.list(l, len(all), func(i int) string { return all[i].String() }) })
}

// handle is a contact's. The profile may keep back what the rules show.
func handle(p *page, l *line, v disclose.Value[string]) {
	if p.showsHandles() {
		text(p, l, v)
		return
	}
	if _, ok := v.Get(); ok {
		p.keptBack = true
		p.instead(l)
	} else {
		text(p, l, v)
	}
}

// handlesOf is the handles of those who have the role.
func handlesOf(p *page, l *line, d *disclose.Domain, role register.Role) {
	contacts, _ := d.Contacts.Get()
	for i := range contacts {
		if contacts[i].Role == role {
			handle(p, l, contacts[i].Handle)
		}
	}
}

// holderName is the organisation, or the person where there is none to be seen.
func holderName(p *page, l *line, c *disclose.Contact) {
	if _, person := c.Name.Get(); !person || c.Organization.Status() >= disclose.Shown {
		if c.Organization.Status() != disclose.Absent {
			words(p, l, c.Organization)
			return
		}
	}
	words(p, l, c.Name)
}

// codeAndCity is one line of an address. It is withheld when both are.
func codeAndCity(p *page, l *line, c *disclose.Contact) {
	code, hasCode := c.Code.Get()
	city, hasCity := c.City.Get()
	if hasCode || hasCity {
		p.put(l, trim(code+" "+city))
		return
	}
	if c.Code.Redacted() {
		words(p, l, c.Code)
	} else {
		words(p, l, c.City)
	}
}

// phone is a number without its extension, for which there is a line as well.
func phone(p *page, l *line, v disclose.Value[register.Phone]) {
	value(p, l, v, func(n register.Phone) { p.number(l, n.Number) })
}

func extension(p *page, l *line, v disclose.Value[register.Phone]) {
	n, _ := v.Get()
	p.put(l, n.Extension)
}

// number is a number where there is no line for its extension.
func number(p *page, l *line, v disclose.Value[register.Phone]) {
	value(p, l, v, func(n register.Phone) {
		if n.Extension != "" {
			n.Number += "x" + n.Extension
		}
		p.number(l, n.Number)
	})
}

func keyData(ds *register.DS) string {
	return strconv.Itoa(int(ds.KeyTag)) + " " + strconv.Itoa(int(ds.Algorithm)) + " " +
		strconv.Itoa(int(ds.DigestType)) + " " + strings.ToUpper(ds.Digest)
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
