package main

import (
	"slices"
	"strings"
	"time"

	"registerd/config"
	"registerd/das"
	"registerd/lookup"
	"registerd/register"
)

// stateMeanings are what the states say to people.
var stateMeanings = [...]string{
	lookup.Unknown:     "nothing is known of the name now: a failure, or a limit",
	lookup.Free:        "nothing stands against registering it",
	lookup.Registered:  "somebody has it",
	lookup.Reserved:    "the registry withholds it",
	lookup.Blocked:     "the registry blocks it, or a variant of it is taken",
	lookup.Leaving:     "it is about to be deleted, at a time that is said if it is known",
	lookup.OutOfPolicy: "nobody can register it here, for a reason that is said",
	lookup.Invalid:     "it is no name",
}

// reasons are the words by which programs are told why a name is not free.
var reasons = [...]lookup.Why{
	lookup.WhyRegistry, lookup.WhyVariant, lookup.WhyDeletion, lookup.WhyZone, lookup.WhyApex, lookup.WhySubdomain,
	lookup.WhyLength, lookup.WhyCharacters, lookup.WhyHyphens, lookup.WhyVariants, lookup.WhySyntax,
}

// availability is which states a name can be in, and how each dialect that is
// served writes them.
func (s *specified) availability(m *markdown) {
	m.heading(2, "Availability")
	m.say("A name has one state, and every window says the same one.")
	rows := [][]string{{"state", "meaning"}}
	for state, means := range stateMeanings {
		rows = append(rows, []string{code(lookup.State(state).String()), means})
	}
	m.table(rows...)
	var words []string
	for _, why := range reasons {
		words = append(words, code(string(why)))
	}
	m.say("Words for reasons: %s.", strings.Join(words, ", "))
	var seen []*das.Dialect
	for _, a := range s.Availabilities() {
		if d := dialectOf(a); a.Listen != "" && !slices.Contains(seen, d) {
			seen = append(seen, d)
			s.dialect(m, d)
		}
	}
}

// dialect shows what each state looks like.
func (s *specified) dialect(m *markdown, d *das.Dialect) {
	m.heading(3, "Dialect "+d.Name)
	name := register.Name("shop.example")
	if len(s.about.Zones) > 0 {
		name = "shop." + s.about.Zones[0]
	}
	for state := range stateMeanings {
		n := lookup.Name{Name: name, State: lookup.State(state)}
		m.say("%s", lookup.State(state).String())
		m.block(d.Example(&n))
	}
	m.say("over the limit")
	m.block(d.ExampleLimited(string(name), time.Minute))
}

// dialectOf is that of a listener whose settings were checked.
func dialectOf(a *config.Availability) *das.Dialect {
	if d, known := das.ParseDialect(a.Dialect); known {
		return d
	}
	return das.Dialects[0]
}
