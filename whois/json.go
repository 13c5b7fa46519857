package whois

import (
	"strconv"
	"unicode/utf8"
)

// answer is an answer of the layout json, before it is written: one object,
// whose members are the manual's (docs/profiles.md).
type answer struct {
	result     string // found, if not said
	kind       string // of the object that was found
	object     object
	code       string
	message    []string
	retryAfter string
	refer      string // a WHOIS server
	notes      []string
}

// object is members in their order. A value is a string, strings, an object or
// objects.
type object struct {
	members  []member
	withheld []string
}

type member struct {
	key   string
	value any
}

func (a *answer) note(s string) { a.notes = append(a.notes, s) }

// begin says which kind of object was found.
func (p *page) begin(kind string) {
	if p.answer != nil {
		p.answer.kind = kind
	}
}

// add gives a member one more value.
func (o *object) add(l *line, value string) {
	last := len(o.members) - 1
	switch {
	case !l.many:
		o.set(l.key, value)
	case last >= 0 && o.members[last].key == l.key:
		all, _ := o.members[last].value.([]string)
		o.members[last].value = append(all, value)
	default:
		o.set(l.key, []string{value})
	}
}

func (o *object) set(key string, value any) { o.members = append(o.members, member{key, value}) }

// setText sets a member that has a value.
func (o *object) setText(key, value string) {
	if value != "" {
		o.set(key, value)
	}
}

func (o *object) setTexts(key string, values []string) {
	if len(values) > 0 {
		o.set(key, values)
	}
}

// withhold says that the rules or the profile keep a member back.
func (o *object) withhold(l *line) { o.withheld = append(o.withheld, l.key) }

// within begins one more object of a member that is several.
func (o *object) within(key string) *object {
	inner := new(object)
	if last := len(o.members) - 1; last >= 0 && o.members[last].key == key {
		all, _ := o.members[last].value.([]*object)
		o.members[last].value = append(all, inner)
	} else {
		o.set(key, []*object{inner})
	}
	return inner
}

// finish writes the answer.
func (a *answer) finish(p *page) {
	var out object
	out.set("profile", p.form.Version())
	if a.result == "" {
		a.result = "found"
	}
	out.set("result", a.result)
	out.setText("code", a.code)
	out.setTexts("message", a.message)
	out.setText("retryAfter", a.retryAfter)
	out.setText("refer", a.refer)
	if a.kind != "" {
		out.set(a.kind, &a.object)
	}
	if reasons := p.reasons(); len(reasons) > 0 {
		out.set("reasons", reasons)
	}
	out.setTexts("notes", a.notes)
	out.set("register", p.register())
	p.b = appendObject(p.b, &out, p.form.lineEnd, 0)
	p.end()
}

// reasons are the rules that something is missing by.
func (p *page) reasons() (out []*object) {
	for _, b := range p.decided {
		o := new(object)
		o.set("became", b.status.String())
		o.set("rule", b.rule.ID)
		o.setText("basis", b.rule.Basis)
		o.setText("reason", b.rule.ReasonIn(p.about.Language))
		out = append(out, o)
	}
	return out
}

// register says who answers, from data of what time, under which terms.
func (p *page) register() *object {
	a, o := p.about, new(object)
	o.setText("operator", a.Operator.Name)
	o.setText("email", a.Operator.Email)
	o.setText("url", a.Operator.URL)
	var zones []string
	for _, z := range a.Zones {
		zones = append(zones, string(z))
	}
	o.setTexts("zones", zones)
	if !a.Watermark.IsZero() {
		o.set("dataAsOf", a.Watermark.UTC().Format(timeForm))
		o.set("serial", strconv.FormatUint(a.Serial, 10))
	}
	if a.Stale {
		o.set("outOfDate", "yes")
	}
	o.setText("rules", a.Rules)
	o.setText("language", a.Language)
	o.setText("publication", a.Policies.Publication)
	o.setText("disputes", a.Policies.Disputes)
	o.setText("eligibility", a.Policies.Eligibility)
	o.setText("terms", a.Policies.Terms)
	return o
}

// appendObject writes an object with each member on lines of its own: some
// clients read lines of two thousand bytes at most.
func appendObject(b []byte, o *object, lineEnd string, depth int) []byte {
	members := o.members
	if len(o.withheld) > 0 {
		members = append(members[:len(members):len(members)], member{"withheld", o.withheld})
	}
	b = append(b, '{')
	for i, m := range members {
		b = comma(b, i, lineEnd, depth+1)
		b = append(appendQuoted(b, m.key), ": "...)
		switch v := m.value.(type) {
		case string:
			b = appendQuoted(b, v)
		case *object:
			b = appendObject(b, v, lineEnd, depth+1)
		case []string:
			b = appendArray(b, v, lineEnd, depth+1, func(b []byte, s string) []byte { return appendQuoted(b, s) })
		case []*object:
			b = appendArray(b, v, lineEnd, depth+1, func(b []byte, o *object) []byte {
				return appendObject(b, o, lineEnd, depth+2)
			})
		}
	}
	return append(outdent(b, len(members), lineEnd, depth), '}')
}

func appendArray[T any](b []byte, all []T, lineEnd string, depth int, write func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, v := range all {
		b = write(comma(b, i, lineEnd, depth+1), v)
	}
	return append(outdent(b, len(all), lineEnd, depth), ']')
}

// comma begins the line of element i.
func comma(b []byte, i int, lineEnd string, depth int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return indent(append(b, lineEnd...), depth)
}

// outdent begins the line of the bracket after n elements.
func outdent(b []byte, n int, lineEnd string, depth int) []byte {
	if n == 0 {
		return b
	}
	return indent(append(b, lineEnd...), depth)
}

func indent(b []byte, depth int) []byte {
	for range depth {
		b = append(b, "  "...)
	}
	return b
}

// appendQuoted writes a string of JSON (RFC 8259 section 7). What is hidden is
// escaped too, so that it steers no terminal.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s { // what is not UTF-8 reads as U+FFFD
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case hidden(r):
			b = appendEscaped(b, r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// appendEscaped writes a character by its number, beyond U+FFFF by two.
func appendEscaped(b []byte, r rune) []byte {
	if r > 0xffff {
		r -= 0x10000
		return appendEscaped(appendEscaped(b, 0xd800+r>>10), 0xdc00+r&0x3ff)
	}
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[r>>12], digits[r>>8&0xf], digits[r>>4&0xf], digits[r&0xf])
}
