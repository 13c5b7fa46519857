package disclose

import (
	"cmp"
	"slices"

	"registerd/register"
)

// Variant is a name that is a variant of another (RFC 9083 section 5.3).
type Variant struct {
	Name     register.Name
	IDNTable string     // "" when it may not be seen, or there is none
	Relation []Relation // none when it may not be seen
}

// Relation is how a variant stands to the name (RFC 9083 section 10.2.5).
type Relation string

// The relations that a register knows of.
const (
	VariantRegistered   Relation = "registered"
	VariantUnregistered Relation = "unregistered"
	VariantRestricted   Relation = "registration restricted" // nobody else can register it
	VariantConjoined    Relation = "conjoined"               // delegated together with the name
)

// Related is a name that names this one as its original, or that this one names
// so. One of the two is set.
type Related struct {
	Domain   *register.Domain
	Reserved *register.Reserved
}

// variants are those names of which the viewer may see that they are variants;
// of is the original that the viewer may see this one is a variant of.
func (p *Policy) variants(v Viewer, of Value[register.Name], related []Related) (out []Variant) {
	for _, r := range related {
		var name, original Value[register.Name]
		var table Value[string]
		var relation []Relation
		if r.Domain != nil {
			d := p.decisions(p.circumstance(v, r.Domain.Sponsor, register.RoleNone, 0))
			name, original = text(d[DomainName], r.Domain.Name), text(d[DomainVariantOf], r.Domain.Original)
			if mine, told := of.Get(); told && mine == r.Domain.Name {
				original = of
			}
			table, relation = text(d[DomainIDNTable], r.Domain.IDNTable), []Relation{VariantRegistered}
		} else {
			view := p.Reserved(v, r.Reserved)
			name, original, table = view.Name, view.VariantOf, view.IDNTable
			if state, told := view.State.Get(); told {
				relation = reservedRelation(state)
			}
		}
		shown, named := name.Get()
		if _, told := original.Get(); !named || !told {
			continue
		}
		id, _ := table.Get()
		out = append(out, Variant{shown, id, relation})
	}
	slices.SortFunc(out, func(a, b Variant) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// reservedRelation is that of a name which nobody can register.
func reservedRelation(s register.ReservedState) []Relation {
	if s == register.ReservedMirrored {
		return []Relation{VariantRestricted, VariantConjoined}
	}
	return []Relation{VariantUnregistered, VariantRestricted}
}
