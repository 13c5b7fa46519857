package whois

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"registerd/register"
)

// Trap is something of a profile that a parser would misread.
type Trap struct {
	Where    string // the key of the profile
	What     string
	Accepted bool // the profile says that it is known
}

// maxProfileLine is what clients read at once, in bytes.
const maxProfileLine = 2000

// Traps are what parsers would misread of answers by the profile. A profile
// without any may still be one that they do not know.
func (p *Profile) Traps(parsers []Parser) []Trap {
	c := &trapFinder{form: p, parsers: parsers}
	c.labels("domain", p.domain, nil)
	// Parsers of names do not read these; what they must not find there is a name.
	aName := []string{"domain", "domain name", "status"}
	c.labels("nameserver", p.nameserver, aName)
	c.labels("contact", p.holder, aName)
	c.labels("registrar", p.registrar, aName)
	c.wordings()
	if !p.json {
		c.withheld(p.label.withheld)
	}
	return c.traps
}

type trapFinder struct {
	form    *Profile
	parsers []Parser
	traps   []Trap
}

func (c *trapFinder) found(where, what string, more ...any) {
	c.traps = append(c.traps, Trap{Where: where, What: fmt.Sprintf(what, more...)})
}

// labels looks at those of the sections of an answer, each once. only are the
// labels that matter there; nil for all.
func (c *trapFinder) labels(where string, sections []section, only []string) {
	seen := map[string]bool{}
	for i := range sections {
		s := &sections[i]
		c.heading(where, s.heading)
		all := s.lines()
		if s.whole != nil {
			all = append(all, s.whole)
		}
		for _, l := range all {
			if l.signed != "" && !c.form.json {
				c.dnssec(where, l)
			}
			if l.name == "" || seen[l.name] {
				continue
			}
			seen[l.name] = true
			c.label(where, l.name, only)
			c.written(where, l)
		}
	}
}

// lines are all of a section, those of each role.
func (s *section) lines() []*line {
	out := linesIn(nil, s.domain)
	out = linesIn(linesIn(linesIn(out, s.host), s.server), s.sponsor)
	for role := range register.Role(rolesEnd) {
		out = linesIn(out, s.person[role])
	}
	return out
}

func linesIn[V any](to []*line, steps []step[V]) []*line {
	for i := range steps {
		to = append(to, &steps[i].line)
	}
	return to
}

// label refuses one that ends in a label which a parser finds anywhere, unless
// parsers know the whole of it.
func (c *trapFinder) label(where, label string, only []string) {
	whole := strings.ToLower(label)
	for i := range c.parsers {
		if slices.Contains(c.parsers[i].Labels, whole) || slices.Contains(c.parsers[i].Knows, whole) {
			return
		}
	}
	for i := range c.parsers {
		r := &c.parsers[i]
		for _, known := range r.Labels {
			if r.Anywhere && strings.HasSuffix(whole, known) && (only == nil || slices.Contains(only, known)) {
				c.found(where, "the label %q ends in %q, which %s finds anywhere in a line", label, known, r.Name)
				c.traps[len(c.traps)-1].Accepted = slices.Contains(c.form.accepted, label)
				return
			}
		}
	}
}

// written looks at the words that stand behind a label whatever the record is:
// somebody has the name, and no parser may read that it is not there.
func (c *trapFinder) written(where string, l *line) {
	words := []string{"", l.other, l.signed, l.unsigned, l.join}
	if l.withheld != c.form.label.withheld { // which is looked at once
		words = append(words, l.withheld)
	}
	for _, w := range l.words {
		words = append(words, w.Say)
	}
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		c.read(where, l.name+c.form.label.separator+" "+word, slices.Contains(c.form.accepted, l.name))
	}
}

// read has every parser read a line of a record.
func (c *trapFinder) read(where, written string, accepted bool) {
	for i := range c.parsers {
		r := &c.parsers[i]
		if read := r.Read(written); read == ReadsAbsent || read == ReadsLimit {
			c.found(where, "%s reads %q of a record as %s", r.Name, written, read)
			c.traps[len(c.traps)-1].Accepted = accepted
		}
	}
}

func (c *trapFinder) heading(where, heading string) {
	for i := range c.parsers {
		if read := c.parsers[i].Read(heading); read != ReadsNothing && !c.form.json {
			c.found(where, "%s reads the heading %q as %s", c.parsers[i].Name, heading, read)
		}
	}
}

// dnssec refuses words that parsers take for the contrary, or for nothing.
func (c *trapFinder) dnssec(where string, l *line) {
	for i := range c.parsers {
		r := &c.parsers[i]
		if slices.Contains(r.Signed, strings.ToLower(l.unsigned)) {
			c.found(where, "%s takes %q for signed", r.Name, l.unsigned)
		}
		if len(r.Signed) > 0 && slices.Contains(r.Finds, "dk") && !slices.Contains(r.Signed, strings.ToLower(l.signed)) {
			c.found(where, "%s does not take %q for signed", r.Name, l.signed)
		}
	}
}

func (c *trapFinder) withheld(word string) {
	known := func(r Parser) bool { return slices.Contains(r.Blanks, strings.ToLower(word)) }
	if word != "" && !slices.ContainsFunc(c.parsers, known) {
		c.found("form.withheld", "no parser takes %q for no value", word)
	}
	c.read("form.withheld", word, false)
}

// wordings looks at all that is said, in the order of the manual.
func (c *trapFinder) wordings() {
	say := &c.form.say
	for _, t := range []struct {
		where  string
		lines  wording
		remark bool
		reads  []Reading // that it may be read as
	}{
		{"say.banner", say.banner, true, nil},
		{"say.help", say.help, true, nil},
		{"say.ask", say.ask, true, nil},
		{"remarks.code", say.code, true, nil},
		{"form.last_update", c.form.updated, false, nil},
		{"say.absent_domain", say.absentDomain, false, []Reading{ReadsAbsent}},
		{"say.absent_nameserver", say.absentHost, false, []Reading{ReadsAbsent}},
		{"say.absent_handle", say.absentOther, false, []Reading{ReadsAbsent}},
		{"say.reserved", say.reserved, false, nil},
		{"say.blocked", say.blocked, false, nil},
		{"say.out_of_policy", say.refused, false, nil},
		{"say.elsewhere_name", say.elsewhereName, false, nil},
		{"say.elsewhere_handle", say.elsewhereHandle, false, nil},
		{"say.zone", say.zone, false, nil},
		{"say.limited", say.limited, false, []Reading{ReadsLimit}},
		{"say.crowded", say.crowded, false, []Reading{ReadsLimit}},
		{"say.failed", say.failed, false, nil},
		{"say.error", say.problem, false, nil},
	} {
		lines := t.lines.plainLines()
		c.readings(t.where, strings.Join(lines, "\n"), t.reads)
		for _, l := range lines {
			if t.remark {
				l = c.form.comment + l
			}
			c.wording(t.where, l, t.remark)
		}
	}
}

// readings has every parser read a text. It may read it as nothing, or as is
// meant; of what is meant, one has to.
func (c *trapFinder) readings(where, said string, meant []Reading) {
	understood := len(meant) == 0
	for i := range c.parsers {
		read := c.parsers[i].Read(said)
		switch {
		case slices.Contains(meant, read):
			understood = true
		case read != ReadsNothing:
			c.found(where, "%s reads it as %s", c.parsers[i].Name, read)
		}
	}
	if !understood {
		c.found(where, "no parser reads it as %s", meant[0])
	}
}

// hostFirst is a host's name and a colon at a line's beginning, which parsers
// take for a label.
var hostFirst = regexp.MustCompile(`(?i)^([a-z0-9-]+(\.[a-z0-9-]+)+|\{name\}):`)

// wording looks at one line.
func (c *trapFinder) wording(where, l string, written bool) {
	switch {
	case len(l) > maxProfileLine:
		c.found(where, "a line is longer than %d bytes", maxProfileLine)
	case hostFirst.MatchString(l):
		c.found(where, "%q begins with a name and a colon", l)
	case strings.HasSuffix(l, ":"):
		c.found(where, "%q is a label without a value: some parsers take the next line for it", l)
	case !written && strings.HasPrefix(l, "#") && strings.Contains(strings.ReplaceAll(l, "://", ""), ":"):
		c.found(where, "%q is a remark with a colon: whoiser takes it for a label", l)
	}
}
