package whois

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"registerd/disclose"
	"registerd/register"
)

// dateLayouts are the forms of dates. All are in UTC.
var dateLayouts = map[string]string{
	"rfc3339": timeForm, "basic": "20060102T150405Z", "date": time.DateOnly, "date-time": time.DateTime,
	"dd-mmm-yyyy": "02-Jan-2006", "dd.mm.yyyy": "02.01.2006", "dd.mm.yyyy hh:mm:ss": "02.01.2006 15:04:05",
	"yyyy/mm/dd": "2006/01/02", "yyyymmdd": "20060102",
}

func dateNames() string { return strings.Join(slices.Sorted(maps.Keys(dateLayouts)), ", ") }

// labelForm is what stands around labels, and what lines have that do not say
// otherwise.
type labelForm struct {
	separator string
	width     int
	dots      bool
	date      string
	withheld  string
}

func (w *writtenProfile) labelForm() (labelForm, error) {
	f := labelForm{w.Form.Separator, w.Form.Width, w.Form.Dots, dateLayouts[w.Form.Date], w.Form.Withheld}
	switch {
	case f.separator == "":
		f.separator = ":"
	case f.separator != ":" && f.separator != "=":
		return f, inKey("form.separator", `%q is not ":" or "="`, f.separator)
	}
	switch {
	case f.width < 0 || f.width > 40:
		return f, inKey("form.width", "it is not 0 to 40")
	case w.Form.Date == "":
		f.date = timeForm
	case f.date == "":
		return f, inKey("form.date", "%q is none of %s", w.Form.Date, dateNames())
	}
	return f, nil
}

// label is a label with all that stands before its value.
func (f *labelForm) label(label string) []byte {
	pad := max(0, f.width-len(label)-len(f.separator))
	if f.dots {
		return []byte(label + strings.Repeat(".", pad) + f.separator + " ")
	}
	return []byte(label + f.separator + strings.Repeat(" ", max(1, pad)))
}

// sections reads the lines of all objects.
func (w *writtenProfile) sections(p *Profile) error {
	for _, page := range []struct {
		key  string
		from []writtenSection
		to   *[]section
	}{
		{"domain", w.Domain, &p.domain}, {"nameserver", w.Nameserver, &p.nameserver},
		{"contact", w.Contact, &p.holder}, {"registrar", w.Registrar, &p.registrar},
	} {
		if len(page.from) == 0 {
			return inKey(page.key, "it has no section")
		}
		for i := range page.from {
			s, err := page.from[i].compile(page.key, &p.label)
			if err != nil {
				return inKey(fmt.Sprintf("%s section %d", page.key, i+1), "%v", err)
			}
			*page.to = append(*page.to, s)
		}
	}
	return nil
}

// compile makes a section of an object of the kind.
func (w *writtenSection) compile(kind string, f *labelForm) (s section, err error) {
	s = section{heading: w.Heading, apart: w.Apart, once: w.Once}
	if err := printable(w.Heading); err != nil {
		return s, err
	}
	about := w.About
	if about == "" {
		about = kind
	}
	if about != kind && (kind != "domain" || about != "contacts" && about != "nameservers") {
		return s, fmt.Errorf("about: %q has no place here", w.About)
	}
	if about != "contacts" && (len(w.Roles) > 0 || w.Once) {
		return s, fmt.Errorf("roles and once are for contacts")
	}
	if w.Withheld != "" {
		if about != "contacts" && about != "nameservers" || f.withheld == "" {
			return s, fmt.Errorf("withheld_as is for contacts and nameservers, with a word for what is withheld")
		}
		if s.whole, err = (&writtenLine{Label: w.Withheld}).line(f, w.Withheld); err != nil {
			return s, err
		}
	}
	switch about {
	case "domain":
		s.domain, err = compileLines(w.Lines, f, domainFields, "")
	case "nameserver":
		s.host, err = compileLines(w.Lines, f, hostFields, "")
	case "contact":
		s.person[register.RoleNone], err = compileLines(w.Lines, f, contactFields, "")
	case "registrar":
		s.sponsor, err = compileLines(w.Lines, f, registrarFields, "")
	case "nameservers":
		s.about = theNameServers
		s.server, err = compileLines(w.Lines, f, serverFields, "")
	default:
		s.about = theContacts
		err = w.compileRoles(&s, f)
	}
	return s, err
}

// compileRoles makes the lines of each role that the section has.
func (w *writtenSection) compileRoles(s *section, f *labelForm) error {
	for role := register.RoleRegistrant; role < rolesEnd; role++ {
		s.roles[role] = len(w.Roles) == 0
	}
	for _, word := range w.Roles {
		role, known := register.ParseRole(word)
		if !known {
			return fmt.Errorf("roles: %q is not registrant, admin, tech or billing", word)
		}
		s.roles[role] = true
	}
	for role := register.RoleRegistrant; role < rolesEnd; role++ {
		var err error
		if s.person[role], err = compileLines(w.Lines, f, contactFields, roleLabels[role]); err != nil {
			return err
		}
	}
	return nil
}

// compileLines makes the lines of an object with these fields.
func compileLines[V any](lines []writtenLine, f *labelForm, fields []field[V], role string) ([]step[V], error) {
	if len(lines) == 0 {
		return nil, fmt.Errorf("it has no lines")
	}
	out := make([]step[V], 0, len(lines))
	for i := range lines {
		w := &lines[i]
		at := slices.IndexFunc(fields, func(d field[V]) bool { return d.name == w.Field })
		if at < 0 {
			return nil, fmt.Errorf("label %q: field: %q is none of %s", w.Label, w.Field, fieldNames(fields))
		}
		if err := w.suits(fields[at].kind); err != nil {
			return nil, fmt.Errorf("label %q: %w", w.Label, err)
		}
		label := w.Label
		if role != "" {
			label = strings.ReplaceAll(label, "{role}", role)
		}
		l, err := w.line(f, label)
		if err != nil {
			return nil, fmt.Errorf("label %q: %w", w.Label, err)
		}
		out = append(out, step[V]{*l, fields[at].write})
	}
	return out, nil
}

func fieldNames[V any](fields []field[V]) string {
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].name
	}
	return strings.Join(names, ", ")
}

// suits refuses forms that the field does not have.
func (w *writtenLine) suits(k fieldKind) error {
	switch {
	case w.Date != "" && k != dateField, w.Date != "" && dateLayouts[w.Date] == "":
		return fmt.Errorf("date: it is for dates, and one of %s", dateNames())
	case (w.Join != "" || w.First) && k != listField && k != statusField:
		return fmt.Errorf("join and first: they are for lists")
	case w.Join != "" && w.First:
		return fmt.Errorf("join and first: one of the two")
	case (w.Form == "word") != (len(w.Words) > 0 || w.Other != ""):
		return fmt.Errorf(`words and otherwise go with form = "word"`)
	case (k == dnssecField) != (w.Signed != "" && w.Unsigned != ""):
		return fmt.Errorf("signed and unsigned: both are for dnssec, which needs them")
	}
	takes := map[string]fieldKind{"": k, "epp-address": statusField, "word": statusField, "spaced": phoneField}
	if needs, known := takes[w.Form]; !known || needs != k {
		return fmt.Errorf("form: %q is no form of this field", w.Form)
	}
	return nil
}

// line makes a line of its label.
func (w *writtenLine) line(f *labelForm, label string) (*line, error) {
	for _, s := range []string{label, w.Join, w.Other, w.Signed, w.Unsigned} {
		if err := printable(s); err != nil {
			return nil, err
		}
	}
	if label == "" || strings.TrimSpace(label) != label || strings.ContainsAny(label, "{}"+f.separator) {
		return nil, fmt.Errorf("it is empty, begins or ends in a blank, or holds a brace or %q", f.separator)
	}
	l := &line{
		name: label, label: f.label(label), date: f.date, withheld: f.withheld, always: w.Always, join: w.Join, first: w.First,
		words: w.Words, other: w.Other, signed: w.Signed, unsigned: w.Unsigned,
		form: map[string]valueForm{"epp-address": eppAddress, "word": oneWord, "spaced": spaced}[w.Form],
	}
	if w.Date != "" {
		l.date = dateLayouts[w.Date]
	}
	if w.Withheld != nil {
		l.withheld = *w.Withheld
	}
	for _, word := range append([]word{{"-", l.withheld}}, w.Words...) {
		if err := printable(word.Is + word.Say); err != nil {
			return nil, err
		}
	}
	if l.always && l.withheld == "" {
		return nil, fmt.Errorf("always: there is no word for what is withheld")
	}
	return l, nil
}

// compileJSON gives every field there is a member of its name.
func (w *writtenProfile) compileJSON(p *Profile) error {
	for key, given := range map[string]int{
		"domain": len(w.Domain), "nameserver": len(w.Nameserver), "contact": len(w.Contact), "registrar": len(w.Registrar),
	} {
		if given > 0 {
			return inKey(key, "JSON has all fields there are")
		}
	}
	f := &p.label
	p.domain = []section{
		{domain: members(f, domainFields)},
		{about: theContacts, heading: "contacts", whole: &line{key: "contacts"}},
		{about: theNameServers, heading: "nameServers", whole: &line{key: "nameServers"}, server: members(f, serverFields)},
	}
	contacts := members(f, contactFields)
	for role := register.RoleRegistrant; role < rolesEnd; role++ {
		p.domain[1].roles[role], p.domain[1].person[role] = true, contacts
	}
	p.nameserver = []section{{host: members(f, hostFields)}}
	p.holder = []section{{person: [rolesEnd][]step[*disclose.Contact]{contacts}}}
	p.registrar = []section{{sponsor: members(f, registrarFields)}}
	return nil
}

// made are the fields that are made of others, or are those of other objects.
// JSON has the others.
var made = []string{
	"idn", "registrant", "admin", "tech", "billing", "name servers", "holder", "attention", "postal code and city",
}

func members[V any](f *labelForm, fields []field[V]) []step[V] {
	var out []step[V]
	for _, d := range fields {
		if !slices.Contains(made, d.name) {
			out = append(out, step[V]{write: d.write, line: line{
				key: camel(d.name), many: d.kind == listField || d.kind == statusField,
				date: f.date, signed: "signed", unsigned: "unsigned",
			}})
		}
	}
	return out
}

// camel writes words as one: "postal code" is postalCode.
func camel(words string) string {
	parts := strings.FieldsFunc(words, func(r rune) bool { return r == ' ' || r == '-' })
	for i, p := range parts[1:] {
		parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
	}
	return strings.Join(parts, "")
}
