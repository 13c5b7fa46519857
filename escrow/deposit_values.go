package escrow

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"registerd/register"
)

// How the values of a deposit are read. What cannot be read is refused, since
// to leave it out would be to invent an absence; what can, but is odd, is a
// warning. A report names the element and never repeats its value.

// into makes a reader of plain text.
func into[T any](get func(*T) *string) func(*depositReader, *T, element) {
	return func(d *depositReader, o *T, _ element) { *get(o) = d.text() }
}

// required makes a reader of text that an object cannot do without.
func required[T any](get func(*T) *string) func(*depositReader, *T, element) {
	return func(d *depositReader, o *T, e element) {
		v := d.text()
		if *get(o) = v; v == "" {
			d.refuse(e.line, ruleKey, e.name+" is empty")
		}
	}
}

// identified makes a reader of the id by which an object is known.
func identified[T any](get func(*T) *string) func(*depositReader, *T, element) {
	read := required(get)
	return func(d *depositReader, o *T, e element) {
		read(d, o, e)
		d.object.name = *get(o)
	}
}

// dated makes a reader of dates.
func dated[T any](get func(*T) *time.Time) func(*depositReader, *T, element) {
	return func(d *depositReader, o *T, e element) { *get(o) = d.date(e) }
}

// passed reads nothing: the element is known, and not kept.
func passed[T any](*depositReader, *T, element) {}

// date reads xs:dateTime. One without a zone is taken as UTC.
func (d *depositReader) date(e element) time.Time {
	v := d.text()
	if v == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		if t, err = time.Parse("2006-01-02T15:04:05", v); err != nil {
			d.refuse(e.line, ruleValue, e.name+" is not a date and time")
			return time.Time{}
		}
		d.warn(e.line, ruleDate, e.name+" has no time zone and is taken as UTC")
	}
	return t.UTC()
}

// name reads a name that can be registered.
func (d *depositReader) name(e element, parse func(string) (register.Name, error)) register.Name {
	n, err := parse(d.text())
	if err != nil {
		d.refuse(e.line, ruleName, e.name+": "+err.Error())
	}
	return n
}

// number reads a number of at most the given bits.
func (d *depositReader) number(e element, bits int) uint64 {
	n, err := strconv.ParseUint(strings.TrimPrefix(d.text(), "+"), 10, bits)
	if err != nil {
		d.refuse(e.line, ruleValue, e.name+" is not a number of "+strconv.Itoa(bits)+" bits")
	}
	return n
}

// addr reads an IP address, and whether it is of the family that is said.
func (d *depositReader) addr(e element) (netip.Addr, bool) {
	a, err := netip.ParseAddr(d.text())
	if err != nil || a.Zone() != "" {
		d.refuse(e.line, ruleValue, e.name+" is not an IP address")
		return netip.Addr{}, false
	}
	family, said := e.attr("ip")
	if want := family == "v6"; said && a.Is4() == want {
		d.warn(e.line, ruleValue, e.name+" is an address of the other family than its attribute ip says")
	}
	return a, true
}

// phone reads an e164Type.
func (d *depositReader) phone(e element) register.Phone {
	p := register.Phone{Number: d.text()}
	p.Extension, _ = e.attr("x")
	if p.Number != "" && !wellFormedPhone(p.Number) {
		d.warn(e.line, ruleContact, e.name+" is not of the form +CC.NUMBER")
	}
	return p
}

func wellFormedPhone(s string) bool {
	cc, rest, ok := strings.Cut(s, ".")
	return ok && len(cc) > 1 && len(cc) <= 4 && cc[0] == '+' && digits(cc[1:]) &&
		len(rest) > 0 && len(rest) <= 14 && digits(rest)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// boolean reads xs:boolean.
func boolean(s string) (value, ok bool) {
	switch s {
	case "1", "true":
		return true, true
	case "0", "false":
		return false, true
	}
	return false, false
}

// status reads the attribute s.
func (d *depositReader) status(e element) string {
	s, _ := e.attr("s")
	if s == "" {
		d.warn(e.line, ruleStatus, "a status has no value")
	}
	d.skip()
	return s
}

// country reads cc. It is the one thing that is published of everybody, so
// that what is no country code, a wrongly mapped name say, is left out.
func (d *depositReader) country(e element) string {
	cc := strings.ToUpper(d.text())
	if len(cc) == 2 && 'A' <= cc[0] && cc[0] <= 'Z' && 'A' <= cc[1] && cc[1] <= 'Z' {
		return cc
	}
	if cc != "" {
		d.warn(e.line, ruleContact, "cc is not a country code of two letters and is left out")
	}
	return ""
}

// email reads an e-mail address, in the widest form that has one "@".
func (d *depositReader) email(e element) string {
	s := d.text()
	local, host, ok := strings.Cut(s, "@")
	if s != "" && (!ok || local == "" || host == "" || strings.ContainsAny(s, " <>,;") || strings.Contains(host, "@")) {
		d.warn(e.line, ruleContact, "email is not an address")
	}
	return s
}

// addressFields are the parts of an address, in the namespace of its kind.
func addressForm(s space) form[register.Address] {
	return form[register.Address]{
		{s, "street", anyNumber, func(d *depositReader, a *register.Address, e element) {
			if v := d.text(); v != "" {
				a.Street = append(a.Street, v)
			}
		}},
		{s, "city", expected, into(func(a *register.Address) *string { return &a.City })},
		{s, "sp", optional, into(func(a *register.Address) *string { return &a.Province })},
		{s, "pc", optional, into(func(a *register.Address) *string { return &a.Code })},
		{s, "cc", expected, func(d *depositReader, a *register.Address, e element) { a.Country = d.country(e) }},
	}
}

// transferForm is trnData. Only a domain's has exDate.
func transferForm(s space) form[register.Transfer] {
	return form[register.Transfer]{
		{s, "trStatus", expected, func(d *depositReader, t *register.Transfer, e element) {
			if t.Status = d.text(); !transferStatuses[t.Status] {
				d.warn(e.line, ruleStatus, "trStatus is not a transfer status of EPP")
			}
		}},
		{s, "reRr", expected, into(func(t *register.Transfer) *string { return &t.Requester })},
		{s, "reDate", expected, dated(func(t *register.Transfer) *time.Time { return &t.Requested })},
		{s, "acRr", expected, into(func(t *register.Transfer) *string { return &t.Actor })},
		{s, "acDate", expected, dated(func(t *register.Transfer) *time.Time { return &t.Acted })},
		{s, "exDate", optional, dated(func(t *register.Transfer) *time.Time { return &t.Expires })},
	}
}

// transferred makes a reader of trnData.
func transferred[T any](s space, get func(*T) **register.Transfer) func(*depositReader, *T, element) {
	f := transferForm(s)
	return func(d *depositReader, o *T, _ element) {
		t := new(register.Transfer)
		f.read(d, t)
		*get(o) = t
	}
}
