package disclose

import "slices"

// told is a field that is shown, and the rule that says so.
type told struct {
	field Field
	rule  *Rule
}

// beyond are those of the fields shown of which the public is shown less.
func (p *Policy) beyond(d *decisions, k circumstance, shown []Field) (out []told) {
	public := p.decisions(circumstance{standing: ToPublic, window: k.window, role: k.role, traits: k.traits})
	for _, f := range shown {
		if d[f].extent() > public[f].extent() {
			out = append(out, told{f, d[f].rule})
		}
	}
	return out
}

// Tally collects what views show, for the journal.
type Tally struct {
	fields [fieldCount]bool
	rules  []*Rule
}

// Domain adds what the view shows, contacts included.
func (t *Tally) Domain(d *Domain) {
	t.add(d.shown, d.beyond)
	contacts, _ := d.Contacts.Get()
	for i := range contacts {
		t.Contact(&contacts[i])
	}
}

// Contact adds what the view shows.
func (t *Tally) Contact(c *Contact) { t.add(c.shown, c.beyond) }

func (t *Tally) add(shown []Field, beyond []told) {
	for _, f := range shown {
		t.fields[f] = true
	}
	for _, b := range beyond {
		if !slices.Contains(t.rules, b.rule) {
			t.rules = append(t.rules, b.rule)
		}
	}
}

// Fields lists what was shown, each field once.
func (t *Tally) Fields() (out []Field) {
	for f, shown := range t.fields {
		if shown {
			out = append(out, Field(f))
		}
	}
	return out
}

// Bases are the legal bases on which more was shown than the public sees.
func (t *Tally) Bases() (out []string) {
	for _, r := range t.rules {
		if !slices.Contains(out, r.Basis) {
			out = append(out, r.Basis)
		}
	}
	return out
}

// By reports that a rule is one of those by which more was shown than the public
// sees.
func (t *Tally) By(r *Rule) bool { return slices.Contains(t.rules, r) }

func narrowedTold(all []told, to ...Field) (out []told) {
	for _, t := range all {
		if slices.Contains(to, t.field) {
			out = append(out, t)
		}
	}
	return out
}
