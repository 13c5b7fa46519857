package whois

import "slices"

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
