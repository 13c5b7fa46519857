package whois

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

const (
	lineEnd  = "\r\n"
	redacted = "REDACTED FOR PRIVACY"
)

// page is an answer being written: labelled lines and remarks, and nothing
// else. A value is one line whatever it holds.
type page struct {
	b       []byte
	role    string    // stands before each label: "Registrant "
	decided []because // once each
}

// because is what became of a value, and the rule that decided it: one rule may
// replace an address and, where the form needs a domain, withhold it.
type because struct {
	status disclose.Status
	rule   *disclose.Rule
}

// pageBytes is what a domain's answer takes, so that a page is one allocation.
const pageBytes = 3 << 10

func newPage(a lookup.About) *page {
	p := &page{b: make([]byte, 0, pageBytes)}
	p.remark("Register of ", zones(a), keeper(a))
	p.blank()
	return p
}

func (p *page) blank() { p.b = append(p.b, lineEnd...) }

// remark writes a line that parsers pass over. Several of them search remarks
// for labels all the same, so no remark has one with a colon behind it.
func (p *page) remark(parts ...string) {
	p.b = append(p.b, "% "...)
	for _, s := range parts {
		p.b = appendVisible(p.b, s)
	}
	p.blank()
}

// say writes a line as it stands. It is for text of ours, never for data.
func (p *page) say(line string) {
	p.b = append(p.b, line...)
	p.blank()
}

func (p *page) label(label string) {
	p.b = append(p.b, p.role...)
	p.b = append(p.b, label...)
	p.b = append(p.b, ": "...)
}

// field writes a labelled line. There is none for an empty value: some parsers
// would take the next line for it.
func (p *page) field(label, value string) {
	value = trim(value)
	if value == "" {
		return
	}
	p.label(label)
	p.b = appendVisible(p.b, value)
	p.blank()
}

func (p *page) redact(label string, why *disclose.Rule) {
	p.label(label)
	p.b = append(p.b, redacted...)
	p.blank()
	p.because(disclose.Withheld, why)
}

// because has the page's end say which rule something is missing by.
func (p *page) because(status disclose.Status, why *disclose.Rule) {
	if b := (because{status, why}); !slices.Contains(p.decided, b) {
		p.decided = append(p.decided, b)
	}
}

// value writes one line or, of a list, several, and says so when the value is
// withheld. What is absent, or withheld without a word, leaves no line.
func value[T any](p *page, label string, v disclose.Value[T], write func(T)) {
	if got, ok := v.Get(); ok {
		write(got)
		if v.Status() == disclose.Replaced {
			p.because(disclose.Replaced, v.Rule())
		}
	} else if v.Redacted() {
		p.redact(label, v.Rule())
	}
}

func text[T ~string](p *page, label string, v disclose.Value[T]) {
	value(p, label, v, func(s T) { p.field(label, string(s)) })
}

func texts(p *page, label string, v disclose.Value[[]string]) {
	value(p, label, v, func(all []string) {
		for _, s := range all {
			p.field(label, s)
		}
	})
}

func date(p *page, label string, v disclose.Value[time.Time]) {
	value(p, label, v, func(t time.Time) { p.date(label, t) })
}

// date writes a time in the one form that every parser reads.
func (p *page) date(label string, t time.Time) {
	p.label(label)
	p.b = t.UTC().AppendFormat(p.b, timeForm)
	p.blank()
}

const timeForm = "2006-01-02T15:04:05Z"

func phone(p *page, label string, v disclose.Value[register.Phone]) {
	value(p, label, v, func(n register.Phone) {
		p.field(label, n.Number)
		p.field(label+" Ext", n.Extension)
	})
}

// trim takes off what is blank at either end.
func trim(s string) string {
	if s != "" && s[0] > ' ' && s[0] <= '~' && s[len(s)-1] > ' ' && s[len(s)-1] <= '~' {
		return s
	}
	return strings.TrimFunc(s, blank)
}

// blank reports the characters that leave a value empty when it has no others.
func blank(r rune) bool { return unicode.Is(unicode.Zs, r) }

// appendVisible appends s with everything that is not plain printable text
// written out as \u{..}: a value can then neither end its line nor steer a
// terminal nor change the order in which the line reads. What looks like such
// a sequence in s is marked too, so that s can be read back.
func appendVisible(b []byte, s string) []byte {
	for {
		n := plain(s)
		b, s = append(b, s[:n]...), s[n:]
		if s == "" {
			return b
		}
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			b = appendCode(b, utf8.RuneError)
		case r == '\\' && !strings.HasPrefix(s, `\u{`):
			b = append(b, '\\')
		case r == '\\', hidden(r):
			b = appendCode(b, r)
		default:
			b = append(b, s[:n]...)
		}
		s = s[n:]
	}
}

// plain is how many bytes at the start of s are printable ASCII and not a backslash.
func plain(s string) int {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '\\' {
			return i
		}
	}
	return len(s)
}

func appendCode(b []byte, r rune) []byte {
	b = append(b, `\u{`...)
	const digits = "0123456789abcdef"
	for shift := 20; shift >= 0; shift -= 4 {
		if d := r >> shift; d != 0 || shift == 0 {
			b = append(b, digits[d&0xf])
		}
	}
	return append(b, '}')
}

// hidden reports characters that are not seen or that change how others are:
// controls, line and paragraph separators, bidi controls, tags, and code
// points that are no characters. The joiners stay, since Persian and Indic
// names need them, and so do the signs that Arabic writes around numbers.
func hidden(r rune) bool {
	switch {
	case r == '\u200c', r == '\u200d':
		return false
	case unicode.Is(unicode.Cf, r):
		return !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
	case r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef: // non-characters
		return true
	case r >= 0xe0000 && r <= 0xe0fff: // tags, and what may join them
		return true
	default:
		return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Co)
	}
}
