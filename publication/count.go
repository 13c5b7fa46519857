package publication

import (
	"slices"

	"registerd/disclose"
	"registerd/register"
)

// Register is what a difference is counted in. An error of a walk ends the
// count.
type Register struct {
	Domains, Hosts, Registrars, Reserved int // how many there are

	EachContact func(visit func(*register.Contact)) error
	EachDomain  func(visit func(*register.Domain)) error // walked only for rules that look at roles
}

// CompareIn counts the objects of a register that the difference concerns.
func CompareIn(old, new *disclose.Policy, in Register) (*Difference, error) {
	d := newDifference(old, new)
	d.counted = true
	d.others(map[string]int{
		"domain": in.Domains, "name server": in.Hosts, "registrar": in.Registrars, "reserved name": in.Reserved,
	})
	d.searches()
	used, err := d.rolesIn(in)
	if err != nil {
		return nil, err
	}
	type sort struct {
		traits register.Traits
		roles  roleSet
	}
	known := map[sort][]transition{}
	err = in.EachContact(func(contact *register.Contact) {
		s := sort{traits: contact.Traits()}
		if key, err := register.HandleKey(contact.Handle); err == nil {
			s.roles = used[key]
		}
		if _, is := known[s]; !is {
			known[s] = d.transitions(contact, s.roles.of(d.places))
		}
		for _, t := range known[s] {
			d.tally(t).count(contact.Handle)
		}
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// count is of one more, who may be an example.
func (n *tally) count(handle string) {
	n.happens++
	if len(n.examples) < maxExamples {
		n.examples = append(n.examples, handle)
	}
}

// roleSet is the roles in which domains name a contact, a bit each.
type roleSet uint8

// of are the places in which such a contact is shown. By its handle, any is.
func (s roleSet) of(all []place) []place {
	roles := map[register.Role]bool{}
	for _, at := range all {
		roles[at.role] = true
	}
	if len(roles) == 1 { // the rules do not tell roles apart
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(at place) bool {
		return at.role != register.RoleNone && s>>at.role&1 == 0
	})
}

// rolesIn reads in which roles each contact is named, by its key, if the rules
// look at roles.
func (d *Difference) rolesIn(in Register) (map[string]roleSet, error) {
	if !slices.ContainsFunc(d.places, func(at place) bool { return at.role == register.RoleNone }) {
		return nil, nil
	}
	used := map[string]roleSet{}
	return used, in.EachDomain(func(domain *register.Domain) {
		for _, r := range domain.Roles() {
			if key, err := register.HandleKey(r.Handle); err == nil {
				used[key] |= 1 << r.Role
			}
		}
	})
}
