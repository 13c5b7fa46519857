package disclose

import "slices"

// Beholders are all whom rules tell apart, for objects with this registrar and
// this contact's ROID: who asks for a purpose once for each that rules name, and
// once for any other. A seeker for whom there is no rule is one of the public, and
// not listed.
func Beholders(sponsor, holder string, rules ...Rule) []Viewer {
	out := []Viewer{{Audience: Public}}
	for k := KindAuthority; k <= KindOperator; k++ {
		if k.Audience() != Seeker {
			continue
		}
		purposes, any := asksFor(ToSeeker, k, rules)
		for _, p := range purposes {
			out = append(out, Viewer{Audience: Seeker, Kind: k, Purpose: p})
		}
		if any {
			out = append(out, Viewer{Audience: Seeker, Kind: k, Purpose: anyOther})
		}
	}
	out = append(out,
		Viewer{Audience: Registrar}, Viewer{Audience: Registrar, Registrar: sponsor},
		Viewer{Audience: Holder, Holder: holder})
	purposes, _ := asksFor(ToAuthority, KindAuthority, rules)
	for _, p := range append(purposes, anyOther) {
		out = append(out, Viewer{Audience: Authority, Kind: KindAuthority, Purpose: p})
	}
	return out
}

// anyOther stands for a purpose that no rule names.
const anyOther = "-"

// OtherPurpose reports a beholder who asks for a purpose that no rule names.
func (v Viewer) OtherPurpose() bool { return v.Purpose == anyOther }

// For reports a rule that is for such a viewer, whatever the object: of a registrar
// that is of record, too, and of a holder only what is its own.
func (r *Rule) For(v Viewer) bool {
	when := &r.When
	switch v.Audience {
	case Seeker, Authority:
		return when.isFor(v.standing("")) && fits(when.Kinds, v.Kind) && fits(when.Purposes, v.Purpose)
	case Holder:
		return when.isFor(ToHolder)
	case Registrar:
		return when.isFor(v.standing(v.Registrar))
	}
	return when.isFor(v.standing(""))
}

// asksFor are the purposes, sorted, for which rules are for a kind of seekers or
// authorities; any says that one is so whatever the purpose.
func asksFor(s Standing, k Kind, rules []Rule) (purposes []string, any bool) {
	for i := range rules {
		when := &rules[i].When
		if !slices.Contains(when.Standings, s) || !fits(when.Kinds, k) {
			continue
		}
		purposes = append(purposes, when.Purposes...)
		any = any || len(when.Purposes) == 0
	}
	slices.Sort(purposes)
	return slices.Compact(purposes), any
}
