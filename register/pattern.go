package register

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pattern is what a search is for: one name, text or address, or, where it ends
// with a "*", all that begin alike (RFC 9082 section 4.1). It is made by the
// functions Parse…Pattern, whose errors are *SyntaxError for what nothing can
// fit, and *UnsupportedError for what this register does not search.
type Pattern struct {
	text   string // canonical: what has the same text finds the same
	begins string // what terms begin with, behind the zone if that is open
	open   bool   // in every zone
	part   bool
}

// UnsupportedError says why a question that may be asked is not answered. Like
// a SyntaxError, it never repeats the input.
type UnsupportedError struct {
	What   string
	Reason string
}

func (e *UnsupportedError) Error() string { return e.What + ": " + e.Reason }

// minPart is how many characters stand before a "*" at least. One would leave
// tens of thousands of matches to look through, in a register of any size.
const minPart = 2

// maxPattern is the longest text searched, in bytes after folding. A longer one
// could fit the cut term of a text that goes on otherwise.
const maxPattern = maxTerm - utf8.UTFMax

// String is the canonical form.
func (p Pattern) String() string { return p.text }

// Part reports that the pattern is the beginning of what it finds.
func (p Pattern) Part() bool { return p.part }

// Begins lists what the terms of matches begin with. Zones are those of the
// register: names that are given without their end are searched in each.
func (p Pattern) Begins(zones []Name) []string {
	if !p.open {
		return []string{p.begins}
	}
	out := make([]string, len(zones))
	for i, z := range zones {
		out[i] = TermOfZone(z.Unicode()) + p.begins
	}
	return out
}

// Fits reports whether a match goes on behind the pattern with a character of
// its own, and not with a mark that changes the last one: whoever looks for
// what begins with "e" does not see an "e" in "e" with a ring below.
func (p Pattern) Fits(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return !p.part || !unicode.Is(unicode.M, r) && r != zeroWidthNonJoiner && r != zeroWidthJoiner
}

// FitsText reports whether a pattern of ParseTextPattern finds a text: what Begins
// and Fits say of the text's term.
func (p Pattern) FitsText(text string) bool {
	rest, begins := strings.CutPrefix(TermOfText(text)+EndOfTerm, p.begins)
	return begins && p.Fits(rest)
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// ParseNamePattern reads what domain names are searched by: a name, or the
// beginning of its first label and a "*", which the labels above may follow:
// "exam*.example". Everything is mapped as ParseName maps names.
func ParseNamePattern(s string) (Pattern, error) {
	return grammar{what: "domain name"}.pattern(s)
}

// ParseHostPattern reads what host names are searched by. Behind a "*" it wants
// the labels above: hosts lie in all zones of the world, and are ordered by
// them.
func ParseHostPattern(s string) (Pattern, error) {
	g := grammar{what: "host name", lenient: true}
	p, err := g.pattern(s)
	if err == nil && p.open {
		return g.unsupported("behind the * give the rest of the name")
	}
	return p, err
}

func (g grammar) unsupported(reason string) (Pattern, error) {
	return Pattern{}, &UnsupportedError{What: g.what, Reason: reason}
}

func (g grammar) pattern(s string) (Pattern, error) {
	before, after, part := strings.Cut(s, "*")
	if !part {
		name, err := g.parse(s)
		if err != nil {
			return Pattern{}, err
		}
		return Pattern{text: string(name), begins: TermOfName(name) + EndOfTerm}, nil
	}
	before, after = strings.Map(fold, before), strings.Map(fold, after)
	switch {
	case len(s) > maxInput:
		return Pattern{}, g.malformed("it is too long")
	case !utf8.ValidString(s):
		return Pattern{}, g.malformed("it is not valid UTF-8")
	case strings.Contains(after, "*"):
		return g.unsupported("there is more than one *")
	case strings.Contains(before, "."), after != "" && after[0] != '.':
		return g.unsupported("a * can stand at the end of the first label only")
	case isALabel(before):
		return g.unsupported("a part of an A-label says nothing about the name; give the U-label")
	}
	label, err := g.beginning(before)
	if err != nil {
		return Pattern{}, err
	}
	if utf8.RuneCountInString(label) < minPart {
		return g.unsupported("give two characters before the * at least")
	}
	p := Pattern{text: label + "*", begins: label, open: true, part: true}
	if len(after) > 1 {
		zone, err := g.parse(after[1:])
		if err != nil {
			return Pattern{}, err
		}
		p.open = false
		p.text += "." + string(zone)
		p.begins = TermOfZone(zone.Unicode()) + label
	}
	return p, nil
}

func (g grammar) malformed(reason string) error {
	return &SyntaxError{What: g.what, Reason: reason}
}

// beginning maps the beginning of a label. A U-label comes out in NFC, so that
// its last character is whole.
func (g grammar) beginning(label string) (string, error) {
	if !isASCII(label) {
		mapped, err := mappingProfile.ToUnicode(label)
		if err != nil || mapsToALabel(label) || strings.Contains(mapped, ".") || len(mapped) > maxInput {
			return "", g.malformed("it is not a valid internationalised name")
		}
		label = mapped
	}
	if !isASCII(label) {
		return label, nil
	}
	// A letter behind it makes a label of a part that ends with a hyphen.
	whole := label
	if len(whole) < maxLabel {
		whole += "a"
	}
	if reason := g.checkLabel(whole); reason != "" {
		return "", g.malformed(reason)
	}
	return label, nil
}

// ParseTextPattern reads what full names and handles are searched by: a text,
// or its beginning and a "*". It is folded as TermOfText folds.
func ParseTextPattern(s string) (Pattern, error) {
	g := grammar{what: "search"}
	before, after, part := strings.Cut(s, "*")
	switch {
	case !utf8.ValidString(s):
		return Pattern{}, g.malformed("it is not valid UTF-8")
	case strings.ContainsFunc(s, unicode.IsControl):
		return Pattern{}, g.malformed("it holds a control character")
	case len(s) > maxInput:
		return Pattern{}, g.malformed("it is too long")
	case strings.Contains(after, "*"):
		return g.unsupported("there is more than one *")
	case after != "":
		return g.unsupported("a * can stand at the end only")
	}
	text := strings.TrimLeftFunc(foldText(before), unicode.IsSpace)
	if !part {
		text = strings.TrimSpace(text)
	}
	switch {
	case text == "" && !part:
		return Pattern{}, g.malformed("it is empty")
	case len(text) > maxPattern:
		return Pattern{}, g.malformed("it is too long")
	case !part:
		return Pattern{text: text, begins: text + EndOfTerm}, nil
	case utf8.RuneCountInString(text) < minPart:
		return g.unsupported("give two characters before the * at least")
	}
	return Pattern{text: text + "*", begins: text, part: true}, nil
}

// ParseAddressPattern reads the address that name servers are searched by.
func ParseAddressPattern(s string) (Pattern, error) {
	g := grammar{what: "IP address"}
	if strings.Contains(s, "*") {
		return g.unsupported("only whole addresses can be searched")
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return Pattern{}, g.malformed("it is not one")
	}
	term := TermOfAddress(a)
	return Pattern{text: term, begins: term + EndOfTerm}, nil
}
