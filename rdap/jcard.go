package rdap

import (
	"strings"

	"registerd/disclose"
	"registerd/register"
)

// openCard begins a jCard (RFC 7095 section 3): version first, and fn always,
// empty when there is none to show (RFC 9083 section 3).
func (e *encoder) openCard(fn string) {
	e.raw(`"vcardArray":["vcard",[["version",{},"text","4.0"]`)
	e.property("fn", "text", fn)
}

func (e *encoder) closeCard() { e.b = append(e.b, ']', ']') }

// property writes a property without parameters.
func (e *encoder) property(name, kind, value string) {
	e.open('[')
	e.text(name)
	e.raw("{}")
	e.text(kind)
	e.text(value)
	e.close(']')
}

// address writes adr with its seven components. The country is a parameter,
// and its name stays empty (RFC 8605 section 3); a street of several lines is
// an array (RFC 7095 section 3.3.1.3).
func (e *encoder) address(a *register.Address) {
	e.raw(`["adr"`)
	e.open('{')
	e.optional("cc", a.Country)
	e.close('}')
	e.raw(`"text"`)
	e.raw(`["",""`)
	switch len(a.Street) {
	case 0:
		e.text("")
	case 1:
		e.text(a.Street[0])
	default:
		e.open('[')
		for _, line := range a.Street {
			e.text(line)
		}
		e.close(']')
	}
	e.text(a.City)
	e.text(a.Province)
	e.text(a.Code)
	e.text("")
	e.b = append(e.b, ']', ']')
}

// telephone writes tel. The type is a text and not an array of one, so that the
// registered path of its redaction, @[1].type=='voice', finds it. An extension
// is part of the number's value: where it has a name of its own among the
// redactions, that is said too.
func (e *encoder) telephone(kind string, v disclose.Value[register.Phone], at ...place) {
	for _, p := range at {
		hide(e, v, p)
	}
	phone, ok := v.Get()
	if !ok {
		return
	}
	e.raw(`["tel"`)
	e.open('{')
	e.member("type", kind)
	e.close('}')
	if !isNumber(phone.Number) || !isNumber(phone.Extension) {
		e.raw(`"text"`)
		e.text(strings.TrimSpace(phone.Number + " " + phone.Extension))
	} else {
		e.raw(`"uri"`)
		uri := "tel:" + phone.Number
		if phone.Extension != "" {
			uri += ";ext=" + phone.Extension
		}
		e.text(uri)
	}
	e.close(']')
}

// isNumber reports what a tel URI can hold (RFC 3966 section 3).
func isNumber(s string) bool { return strings.Trim(s, "+0123456789.-()") == "" }

// email writes the address or, in its place, the form that reaches the holder:
// one of the two, never both (RFC 8605 section 2.1).
func (e *encoder) email(v disclose.Value[string]) {
	hide(e, v, atEmail)
	address, ok := v.Get()
	switch {
	case v.Status() == disclose.Replaced:
		e.property("contact-uri", "uri", address)
	case ok:
		e.property("email", "text", address)
	}
}
