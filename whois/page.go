package whois

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

// page is an answer being written: labelled lines and remarks, and nothing
// else. A value is one line whatever it holds.
type page struct {
	b        []byte
	form     *Profile
	about    *lookup.About
	by       agent              // whose name or name server is written
	roles    []register.Role    // of the contact that is written
	handles  bool               // were asked for
	keptBack bool               // a handle was, for whoever asks for it
	decided  []because          // once each
	empty    bool               // the last line is
	places   *[placesEnd]string // only of messages

	answer *answer // in JSON; nil in lines
	object *object // that is written
}

// agent is what answers about names say of the registrar: the whole view is
// large, and there is one for each page.
type agent struct {
	ID, Name, URL, AbuseEmail disclose.Value[string]
	IANA                      disclose.Value[int]
	AbusePhone                disclose.Value[register.Phone]
}

func agentOf(v disclose.Value[disclose.RegistrarView]) agent {
	r, _ := v.Get()
	return agent{ID: r.ID, Name: r.Name, URL: r.URL, AbuseEmail: r.AbuseEmail, IANA: r.IANA, AbusePhone: r.AbusePhone}
}

// because is what became of a value, and the rule that decided it: one rule may
// replace an address and, where the form needs a domain, withhold it.
type because struct {
	status disclose.Status
	rule   *disclose.Rule
}

// pageBytes is what a domain's answer takes, so that a page is one allocation.
const pageBytes = 3 << 10

// newPage begins a page with who keeps the register.
func newPage(a *lookup.About) *page {
	p := barePage(a)
	p.b = make([]byte, 0, pageBytes)
	if p.remarkText(p.form.say.banner); len(p.b) > 0 {
		p.blank()
	}
	return p
}

// barePage begins a page whose first line is a program's.
func barePage(a *lookup.About) *page {
	p := &page{form: ProfileOf(*a), about: a}
	if p.form.json {
		p.answer = new(answer)
		p.object = &p.answer.object
	}
	return p
}

// done is the page as it is sent.
func (p *page) done() []byte {
	if p.answer != nil {
		p.answer.finish(p)
	}
	return p.b
}

func (p *page) end() { p.b, p.empty = append(p.b, p.form.lineEnd...), false }

func (p *page) blank() {
	if p.answer == nil {
		p.end()
		p.empty = true
	}
}

// remark writes a line that parsers pass over. Several of them search remarks
// for labels all the same, so no remark has one with a colon behind it.
func (p *page) remark(parts ...string) {
	if p.answer != nil {
		p.answer.note(strings.Join(parts, ""))
		return
	}
	before := len(p.b)
	p.b = append(p.b, p.form.comment...)
	for _, s := range parts {
		p.b = appendVisible(p.b, s)
	}
	p.uncolon(before)
	p.end()
}

// uncolon takes the colons out of a remark that begins with "#", but for those of
// web addresses: there are parsers that take such a remark for a label.
func (p *page) uncolon(from int) {
	if p.form.comment[0] != '#' {
		return
	}
	for i := from; i < len(p.b); i++ {
		if p.b[i] == ':' && !bytes.HasPrefix(p.b[i+1:], []byte("//")) {
			p.b[i] = ';'
		}
	}
}

// remarkText writes the lines of a text of the profile as remarks.
func (p *page) remarkText(t wording) {
	for _, parts := range t {
		before := len(p.b)
		if p.answer == nil {
			p.b = append(p.b, p.form.comment...)
		}
		begun := len(p.b)
		switch ok := p.fill(parts); {
		case !ok:
			p.b = p.b[:before]
		case p.answer != nil:
			p.answer.note(string(p.b[begun:]))
			p.b = p.b[:before]
		default:
			if len(p.b) == begun {
				p.b = bytes.TrimRight(p.b, " ")
			}
			p.uncolon(before)
			p.end()
		}
	}
}

// say writes a line as it stands. It is for text of ours, never for data.
func (p *page) say(line string) {
	p.b = append(p.b, line...)
	p.end()
}

// sayText writes the lines of a text of the profile.
func (p *page) sayText(t wording) {
	for _, parts := range t {
		before := len(p.b)
		switch ok := p.fill(parts); {
		case !ok:
			p.b = p.b[:before]
		case p.answer != nil:
			p.answer.message = append(p.answer.message, string(p.b[before:]))
			p.b = p.b[:before]
		default:
			p.end()
		}
	}
}

// fill writes a line of a text, and reports whether all its places are filled.
func (p *page) fill(parts []part) bool {
	for _, s := range parts {
		if s.place == noPlace {
			p.b = append(p.b, s.literal...)
			continue
		}
		if s.place == placeRegister {
			p.b = appendVisible(append(p.b, "Register of "...), zones(p.about))
			p.b = appendVisible(p.b, keeper(p.about))
			continue
		}
		value := p.at(s.place)
		if value == "" {
			return false
		}
		p.b = appendVisible(p.b, value)
	}
	return true
}

// put writes a labelled line. There is none for an empty value: some parsers
// would take the next line for it.
func (p *page) put(l *line, value string) {
	value = trim(value)
	switch {
	case value == "":
	case p.object != nil:
		p.object.add(l, value)
	default:
		p.b = append(p.b, l.label...)
		p.b = appendVisible(p.b, value)
		p.end()
	}
}

// list writes the values that are not blank: each on a line, or as the line says.
func (p *page) list(l *line, n int, at func(int) string) {
	if l.join == "" {
		for i := range n {
			before := len(p.b)
			p.put(l, at(i))
			if l.first && len(p.b) > before {
				return
			}
		}
		return
	}
	var all []string
	for i := range n {
		if s := trim(at(i)); s != "" {
			all = append(all, s)
		}
	}
	p.put(l, strings.Join(all, l.join))
}

// instead writes the line of a value that is kept back.
func (p *page) instead(l *line) {
	switch {
	case p.object != nil:
		p.object.withhold(l)
	case l.withheld != "":
		p.b = append(p.b, l.label...)
		p.b = append(p.b, l.withheld...)
		p.end()
	}
}

// because has the page's end say which rule something is missing by.
func (p *page) because(status disclose.Status, why *disclose.Rule) {
	if b := (because{status, why}); !slices.Contains(p.decided, b) {
		p.decided = append(p.decided, b)
	}
}

// value writes one line or, of a list, several, and says so when the value is
// withheld. What is absent, or withheld without a word, leaves no line.
func value[T any](p *page, l *line, v disclose.Value[T], write func(T)) {
	if got, ok := v.Get(); ok {
		write(got)
		if v.Status() == disclose.Replaced {
			p.because(disclose.Replaced, v.Rule())
		}
	} else if v.Redacted() {
		p.withheld(l, v.Rule())
	}
}

// withheld writes the line of a value that a rule withholds.
func (p *page) withheld(l *line, why *disclose.Rule) {
	p.instead(l)
	p.because(disclose.Withheld, why)
}

// date writes a time in the form of the line.
func (p *page) date(l *line, t time.Time) {
	if p.object != nil {
		p.object.add(l, t.UTC().Format(l.date))
		return
	}
	p.b = append(p.b, l.label...)
	p.b = t.UTC().AppendFormat(p.b, l.date)
	p.end()
}

// timeForm is the one form of a time that every parser reads.
const timeForm = "2006-01-02T15:04:05Z"

// number writes a telephone number, whose country EPP ends with a full stop.
func (p *page) number(l *line, n string) {
	if l.form == spaced {
		if apart := strings.Replace(n, ".", " ", 1); trim(apart) != "" {
			n = apart
		}
	}
	p.put(l, n)
}

// showsHandles reports whether the profile writes what the rules show of handles.
func (p *page) showsHandles() bool {
	return p.form.handles == handlesAlways || p.form.handles == handlesAsked && p.handles
}
