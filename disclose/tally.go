package disclose

import "slices"

// told is a field that is shown, and the rule that says so.
type told struct {
	field Field
	rule  *Rule
}

// beyond are those of the fields from first to last that are shown, and of which the
// public is shown less: all of them, where the public is not told that there is one.
func beyond(d, public *decisions, hidden bool, first, last Field) (out []told) {
	for f := first; f <= last; f++ {
		if d[f].shows() && (hidden || d[f].extent() > public[f].extent()) {
			out = append(out, told{f, d[f].rule})
		}
	}
	return out
}

// ofPublic is what was decided of the same for the public.
func (p *Policy) ofPublic(k circumstance) *decisions {
	return p.decisions(circumstance{standing: ToPublic, window: k.window, role: k.role, traits: k.traits})
}

// Tally collects what views show above what the public is shown, for the journal.
type Tally struct {
	fields [fieldCount]bool
	rules  []*Rule
}

// Domain adds what the view shows, contacts included.
func (t *Tally) Domain(d *Domain) {
	t.add(d.beyond)
	contacts, _ := d.Contacts.Get()
	for i := range contacts {
		t.Contact(&contacts[i])
	}
}

// Contact adds what the view shows.
func (t *Tally) Contact(c *Contact) { t.add(c.beyond) }

func (t *Tally) add(beyond []told) {
	for _, b := range beyond {
		t.fields[b.field] = true
		if !slices.Contains(t.rules, b.rule) {
			t.rules = append(t.rules, b.rule)
		}
	}
}

// Fields lists each field once of which more was shown than the public sees.
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
