package publication

import (
	"slices"
	"strings"

	"registerd/disclose"
	"registerd/register"
)

// cell is what is decided of a field of one kind of holder: of one who is not
// protected, asked for nothing and is not identified, and when otherwise.
type cell struct {
	usual  disclose.Explained
	unless []variant
}

// variant is a decision under conditions, of which none can be left out. Of
// those that hold, the last is so.
type variant struct {
	when []string
	then disclose.Explained
}

// column decides all fields of one kind of holder.
func (b *booklet) column(v disclose.Viewer, at place, h register.HolderType) (names []string, column []cell) {
	for _, p := range everyPerson(b.policy.Rules) {
		if p.holder != h {
			continue
		}
		when := p.conditions()
		for i, d := range decided(b.policy, v, at, p.contact()) {
			if len(when) == 0 {
				names = append(names, d.Field)
				column = append(column, cell{usual: d.Explained})
			} else {
				column[i].add(variant{when, d.Explained})
			}
		}
	}
	return names, column
}

// add keeps a variant that says something else than those before it. Fewer
// conditions come first, so that the last that holds is always right.
func (c *cell) add(v variant) {
	read := c.usual
	for _, other := range c.unless {
		if !slices.ContainsFunc(other.when, func(s string) bool { return !slices.Contains(v.when, s) }) {
			read = other.then
		}
	}
	if !sameOutcome(read, v.then) {
		c.unless = append(c.unless, v)
	}
}

// sameOutcome reports that the same is seen, whichever rule says so.
func sameOutcome(a, b disclose.Explained) bool {
	form := func(d disclose.Explained) string {
		if d.Status != disclose.Replaced {
			return ""
		}
		return d.Rule.With
	}
	return seen(a.Status) == seen(b.Status) && form(a) == form(b)
}

// conditions are what is so of the person beside the kind of holder.
func (p person) conditions() []string {
	var out []string
	for _, is := range []struct {
		so   bool
		word string
	}{
		{p.protected, "protected"},
		{p.restricted, "asked not to"},
		{p.permitted, "permitted through the registrar"},
		{p.consented, "consented"},
		{p.roleEmail, "with the e-mail address of a function"},
		{p.locked, "locked to a business register"},
		{p.verification == register.VerificationInProcess, "identification in process"},
		{p.verification == register.Verified, "identified"},
		{p.verification == register.VerificationFailed, "identification failed"},
	} {
		if is.so {
			out = append(out, is.word)
		}
	}
	return out
}

func (b *booklet) cell(c cell) string {
	out := []string{b.outcome(c.usual)}
	for _, v := range c.unless {
		when := make([]string, len(v.when))
		for i, w := range v.when {
			when[i] = b.word(w)
		}
		out = append(out, strings.Join(when, ", ")+": "+b.outcome(v.then))
	}
	return strings.Join(out, "; ")
}
