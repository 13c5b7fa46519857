package disclose

import (
	"slices"

	"registerd/register"
)

// Wider reports whether the public would see a field of a contact under the
// new traits that it does not see under the old.
func (p *Policy) Wider(old, new register.Traits) bool {
	if old == new {
		return false
	}
	for _, w := range windows {
		for _, role := range roles {
			before := p.decisions(circumstance{standing: ToPublic, window: w, role: role, traits: old})
			after := p.decisions(circumstance{standing: ToPublic, window: w, role: role, traits: new})
			for f := ContactExistence; f <= ContactLocked; f++ {
				if after[f].extent() > before[f].extent() && f != ContactVerification {
					return true
				}
			}
		}
	}
	return false
}

// extent orders decisions by how much they show of the value.
func (d decision) extent() int {
	switch {
	case !d.shows():
		return 0
	case d.rule.Outcome == ShowPart:
		return 1
	default:
		return 2
	}
}

// WiderThan lists the fields of which the public would see more than under the
// old rules, for any contact there could be. It goes through all traits: each
// field looks at the holder's word on its own class only, so that giving all
// classes the same word covers every case.
func (p *Policy) WiderThan(old *Policy) []Field {
	var out []Field
	var wider [fieldCount]bool
	everyCircumstance(slices.Concat(p.Rules, old.Rules), func(k circumstance) {
		for f := None + 1; f < fieldCount; f++ {
			if met(k, f) && !wider[f] && p.decide(k, f).extent() > old.decide(k, f).extent() {
				wider[f] = true
			}
		}
	})
	for f, is := range wider {
		if is {
			out = append(out, Field(f))
		}
	}
	return out
}

// met reports a field that is decided under the circumstances: only a contact
// has traits and a role.
func met(k circumstance, f Field) bool {
	return f >= ContactExistence && f <= ContactLocked || k.traits == 0 && k.role == register.RoleNone
}

// everyCircumstance calls f with all that the public can meet and that the
// rules can tell apart.
func everyCircumstance(rules []Rule, f func(circumstance)) {
	var named Condition
	for i := range rules {
		named.Windows = append(named.Windows, rules[i].When.Windows...)
		named.Roles = append(named.Roles, rules[i].When.Roles...)
	}
	for _, t := range register.EveryTraits() {
		for _, w := range toldApart(append([]Window{NoWindow}, windows...), named.Windows) {
			for _, role := range toldApart(roles, named.Roles) {
				f(circumstance{standing: ToPublic, window: w, role: role, traits: t})
			}
		}
	}
}

var roles = []register.Role{register.RoleNone, register.RoleRegistrant, register.RoleAdmin, register.RoleTech, register.RoleBilling}

// toldApart are those of all that are named, and one for the others.
func toldApart[T comparable](all, named []T) []T {
	var out []T
	others := false
	for _, v := range all {
		is := slices.Contains(named, v)
		if is || !others {
			out = append(out, v)
		}
		others = others || !is
	}
	return out
}
