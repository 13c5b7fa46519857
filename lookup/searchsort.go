package lookup

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"registerd/disclose"
	"registerd/register"
)

// property is a member that results are sorted by (RFC 8977 section 2.3.1). Its
// value is taken of the view: what a caller is not shown sorts like what is not
// there. Values compare by bytes; the empty one is absent.
type property struct {
	name   string
	least  disclose.FieldSet // the smallest set that has it
	fields []disclose.Field  // that decide it, one for each kind that is searched
	value  func(*result) string
}

var domainSorts = []property{
	ofDomain("name", disclose.ID, disclose.DomainName, func(d *disclose.Domain) string { return nameValue(d.Name) }),
	ofDomain("registrationDate", disclose.Brief, disclose.DomainCreated, func(d *disclose.Domain) string { return dateValue(d.Created) }),
	ofDomain("lastChangedDate", disclose.Brief, disclose.DomainUpdated, func(d *disclose.Domain) string { return dateValue(d.Updated) }),
	ofDomain("expirationDate", disclose.Brief, disclose.DomainExpires, func(d *disclose.Domain) string { return dateValue(d.Expires) }),
	ofDomain("transferDate", disclose.Brief, disclose.DomainTransferred, func(d *disclose.Domain) string { return dateValue(d.Transferred) }),
}

var hostSorts = []property{
	ofHost("name", disclose.ID, disclose.HostName, func(h *disclose.Host) string { return nameValue(h.Name) }),
	ofHost("ipv4", disclose.Brief, disclose.HostAddresses, func(h *disclose.Host) string { return addrValue(h.Addrs, netip.Addr.Is4) }),
	ofHost("ipv6", disclose.Brief, disclose.HostAddresses, func(h *disclose.Host) string { return addrValue(h.Addrs, netip.Addr.Is6) }),
	ofHost("registrationDate", disclose.Full, disclose.HostCreated, func(h *disclose.Host) string { return dateValue(h.Created) }),
	ofHost("lastChangedDate", disclose.Full, disclose.HostUpdated, func(h *disclose.Host) string { return dateValue(h.Updated) }),
	ofHost("transferDate", disclose.Full, disclose.HostTransferred, func(h *disclose.Host) string { return dateValue(h.Transferred) }),
}

// A country's name is in none of our answers, so that "country" is not here:
// they hold its code.
var entitySorts = []property{
	ofEntity("fn", disclose.Full, disclose.ContactName, disclose.RegistrarName,
		func(c *disclose.Contact) string { return textValue(c.Name) },
		func(r *disclose.RegistrarView) string { return textValue(r.Name) }),
	ofEntity("handle", disclose.ID, disclose.ContactHandle, disclose.RegistrarID,
		func(c *disclose.Contact) string { return textValue(c.Handle) },
		func(r *disclose.RegistrarView) string { return textValue(r.ID) }),
	ofEntity("org", disclose.Full, disclose.ContactOrganization, disclose.None,
		func(c *disclose.Contact) string { return textValue(c.Organization) }, nil),
	ofEntity("email", disclose.Full, disclose.ContactEmail, disclose.RegistrarEmail,
		func(c *disclose.Contact) string {
			if c.Email.Status() != disclose.Shown {
				return "" // a form in its place is no e-mail address
			}
			return textValue(c.Email)
		},
		func(r *disclose.RegistrarView) string { return textValue(r.Email) }),
	ofEntity("voice", disclose.Full, disclose.ContactVoice, disclose.RegistrarVoice,
		func(c *disclose.Contact) string { return phoneValue(c.Voice) },
		func(r *disclose.RegistrarView) string { return phoneValue(r.Voice) }),
	ofEntity("cc", disclose.Full, disclose.ContactCountry, disclose.RegistrarAddress,
		func(c *disclose.Contact) string { return textValue(c.Country) },
		func(r *disclose.RegistrarView) string { a, _ := r.Address.Get(); return register.TermOfText(a.Country) }),
	ofEntity("city", disclose.Full, disclose.ContactCity, disclose.RegistrarAddress,
		func(c *disclose.Contact) string { return textValue(c.City) },
		func(r *disclose.RegistrarView) string { a, _ := r.Address.Get(); return register.TermOfText(a.City) }),
	ofEntity("registrationDate", disclose.Brief, disclose.ContactCreated, disclose.RegistrarCreated,
		func(c *disclose.Contact) string { return dateValue(c.Created) },
		func(r *disclose.RegistrarView) string { return dateValue(r.Created) }),
	ofEntity("lastChangedDate", disclose.Brief, disclose.ContactUpdated, disclose.RegistrarUpdated,
		func(c *disclose.Contact) string { return dateValue(c.Updated) },
		func(r *disclose.RegistrarView) string { return dateValue(r.Updated) }),
	ofEntity("transferDate", disclose.Brief, disclose.ContactTransferred, disclose.None,
		func(c *disclose.Contact) string { return dateValue(c.Transferred) }, nil),
}

func ofDomain(name string, least disclose.FieldSet, f disclose.Field, value func(*disclose.Domain) string) property {
	return property{name, least, []disclose.Field{f}, func(r *result) string { return value(r.domain) }}
}

func ofHost(name string, least disclose.FieldSet, f disclose.Field, value func(*disclose.Host) string) property {
	return property{name, least, []disclose.Field{f}, func(r *result) string { return value(r.host) }}
}

// ofEntity is a property of contacts and registrars; without a function it is
// one of contacts alone.
func ofEntity(name string, least disclose.FieldSet, c, r disclose.Field,
	contact func(*disclose.Contact) string, registrar func(*disclose.RegistrarView) string) property {
	return property{name, least, []disclose.Field{c, r}, func(found *result) string {
		switch {
		case found.contact != nil:
			return contact(found.contact)
		case registrar != nil:
			return registrar(found.registrar)
		}
		return ""
	}}
}

func nameValue(v disclose.Value[register.Name]) string {
	name, _ := v.Get()
	return name.Unicode()
}

func textValue(v disclose.Value[string]) string {
	text, _ := v.Get()
	return register.TermOfText(text)
}

func phoneValue(v disclose.Value[register.Phone]) string {
	phone, _ := v.Get()
	return register.TermOfText(phone.Number)
}

func dateValue(v disclose.Value[time.Time]) string {
	t, ok := v.Get()
	if !ok {
		return ""
	}
	return t.UTC().Format("20060102150405.000000000")
}

// addrValue is the first address of a family (RFC 8977 section 2.3.1).
func addrValue(v disclose.Value[[]netip.Addr], family func(netip.Addr) bool) string {
	addrs, _ := v.Get()
	i := slices.IndexFunc(addrs, family)
	if i < 0 {
		return ""
	}
	return string(addrs[i].AsSlice())
}

// maxSortKeys bounds how long a cursor grows: it holds a value of each.
const maxSortKeys = 4

// parseSort reads the value of the parameter "sort" (RFC 8977 section 2.3).
// Whether there are such properties is seen later, since it depends on the
// caller.
func parseSort(s string) ([]SortKey, error) {
	if s == "" {
		return nil, nil
	}
	malformed := func(reason string) ([]SortKey, error) {
		return nil, &register.SyntaxError{What: "sort", Reason: reason}
	}
	var out []SortKey
	for item := range strings.SplitSeq(s, ",") {
		name, direction, directed := strings.Cut(item, ":")
		switch {
		case name == "":
			return malformed("a property is missing")
		case directed && direction != "a" && direction != "d":
			return malformed("a direction is neither a nor d")
		case slices.ContainsFunc(out, func(k SortKey) bool { return k.Property == name }):
			return malformed("a property is given twice")
		case len(out) == maxSortKeys:
			return malformed("there are more than four properties")
		}
		out = append(out, SortKey{Property: name, Descending: direction == "d"})
	}
	return out, nil
}

// sortText is what parseSort reads.
func sortText(keys []SortKey) string {
	var items []string
	for _, k := range keys {
		item := k.Property + ":a"
		if k.Descending {
			item = k.Property + ":d"
		}
		items = append(items, item)
	}
	return strings.Join(items, ",")
}

// rank is where a result stands among all that are sorted: its values, and its
// key and kind, which no other has.
type rank []string

// rankOf is the rank of a result.
func (p *plan) rankOf(r *result) rank {
	out := make(rank, 0, len(p.order)+2)
	for _, k := range p.order {
		i := slices.IndexFunc(p.sorts, func(s property) bool { return s.name == k.Property })
		out = append(out, p.sorts[i].value(r))
	}
	return append(out, r.key, r.kind.String())
}

// compare orders ranks. What is absent comes last in either direction.
func (p *plan) compare(a, b rank) int {
	for i, k := range p.order {
		c := cmp.Compare(a[i], b[i])
		switch {
		case c == 0:
			continue
		case a[i] == "" || b[i] == "":
			return -c
		case k.Descending:
			return -c
		}
		return c
	}
	return slices.Compare(a[len(p.order):], b[len(p.order):])
}
