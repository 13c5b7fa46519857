package whois

import (
	"slices"
	"strconv"
	"strings"
)

// Outline is what an answer about a kind of object is made of.
type Outline struct {
	Kind  string
	Lines []string // labels and headings, in their order; in JSON the members
}

// Outlines are the lines of all kinds of answers, whether or not a record has
// values for them.
func (p *Profile) Outlines() []Outline {
	return []Outline{
		{"domain", p.linesOf(p.domain)}, {"nameserver", p.linesOf(p.nameserver)},
		{"contact", p.linesOf(p.holder)}, {"registrar", p.linesOf(p.registrar)},
	}
}

func (p *Profile) linesOf(sections []section) (out []string) {
	for i := range sections {
		s := &sections[i]
		if s.heading != "" {
			out = append(out, s.heading)
		}
		for _, l := range s.lines() {
			if p.json {
				out = append(out, l.key)
			} else {
				out = append(out, l.name)
			}
		}
	}
	return slices.Compact(out) // what is written of two fields has one label
}

// FormOf is how answers by the profile write a number; "" when they do not. Where
// text follows that may be another, it ends in "…".
func (p *Profile) FormOf(n Number) string {
	number := strconv.Itoa(n.Code)
	if p.json {
		return `"code": "` + number + `"`
	}
	text, sign := p.say.code, p.comment
	if n.Question {
		text, sign = p.say.problem, ""
	}
	for _, l := range text.plainLines() {
		if before, after, found := strings.Cut(l, "{code}"); found {
			after, _, more := strings.Cut(after, "{")
			if more {
				after += "…"
			}
			return sign + before + number + after
		}
	}
	return ""
}
