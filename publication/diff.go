package publication

import (
	"slices"
	"strings"

	"registerd/disclose"
	"registerd/register"
)

// Difference is what two sets of rules decide differently: what would be shown
// that is not, and what not that is. It looks at decisions: whether a value is
// there is of no account.
type Difference struct {
	old, new  *disclose.Policy
	beholders []beholder
	places    []place
	found     map[transition]*tally
	counted   bool // in a register
}

// Compare finds the difference for every kind of holder that the rules tell
// apart.
func Compare(old, new *disclose.Policy) *Difference {
	d := newDifference(old, new)
	d.everyContact()
	d.others(nil) // after contacts: what happens there always happens
	d.searches()
	return d
}

// transition is what happens to a field of some contacts, or of other objects.
type transition struct {
	beholder string
	of       string // the kind of holder, or of object where it is no contact
	from, to disclose.Status
	field    string
}

// tally is how often it happens, and does not where it could.
type tally struct {
	happens, not int
	examples     []string
}

const maxExamples = 3

func newDifference(old, new *disclose.Policy) *Difference {
	both := slices.Concat(old.Rules, new.Rules)
	return &Difference{
		old: old, new: new, beholders: beholders(both...), places: places(both...),
		found: map[transition]*tally{},
	}
}

// transitions are what changes of a contact for anybody, in any of the places.
func (d *Difference) transitions(contact *register.Contact, places []place) []transition {
	var out []transition
	for _, b := range d.beholders {
		for _, at := range places {
			before, after := decided(d.old, b.viewer, at, contact), decided(d.new, b.viewer, at, contact)
			for i := range before {
				t := transition{b.name, holderName(contact.Traits().Holder()), seen(before[i].Status), seen(after[i].Status), before[i].Field}
				if t.from != t.to && !slices.Contains(out, t) && !b.asThePublic(t, func(t transition) bool { return slices.Contains(out, t) }) {
					out = append(out, t)
				}
			}
		}
	}
	return out
}

// asThePublic reports what happens for the public, which goes before, and for a
// seeker as one of it.
func (b beholder) asThePublic(t transition, has func(transition) bool) bool {
	t.beholder = thePublic.name
	return b.viewer.Audience == disclose.Seeker && has(t)
}

func (d *Difference) has(t transition) bool { return d.found[t] != nil }

// everyContact goes through all that rules can tell apart.
func (d *Difference) everyContact() {
	kinds := map[string]int{}
	both := slices.Concat(d.old.Rules, d.new.Rules)
	apart := toldApart(d.places, both)
	for _, p := range everyPerson(both) {
		for i := range apart {
			kinds[holderName(p.holder)]++
			for _, t := range d.transitions(p.contact(), apart[i:i+1]) {
				d.tally(t).happens++
			}
		}
	}
	for t, n := range d.found {
		n.not = kinds[t.of] - n.happens
	}
}

func (d *Difference) tally(t transition) *tally {
	if d.found[t] == nil {
		d.found[t] = new(tally)
	}
	return d.found[t]
}

// others compares what is decided of objects that are no contacts; counts are
// how many of each there are, if they are counted.
func (d *Difference) others(counts map[string]int) {
	for _, b := range d.beholders {
		for _, at := range d.places {
			before, after := decidedOfOthers(d.old, b.viewer.At(at.window)), decidedOfOthers(d.new, b.viewer.At(at.window))
			for i := range before {
				kind, field, _ := strings.Cut(before[i].Field, ": ")
				t := transition{b.name, kind, seen(before[i].Status), seen(after[i].Status), field}
				if t.from != t.to && !b.asThePublic(t, d.has) {
					d.tally(t).happens = counts[kind]
				}
			}
		}
	}
}
