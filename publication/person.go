package publication

import (
	"slices"

	"registerd/disclose"
	"registerd/register"
)

// person is what rules look at of a holder.
type person struct {
	holder       register.HolderType
	verification register.VerificationState
	protected    bool
	restricted   bool
	permitted    bool
	consented    bool
	roleEmail    bool
	locked       bool
}

const everyElement = register.NameInt | register.NameLoc | register.OrgInt | register.OrgLoc |
	register.AddrInt | register.AddrLoc | register.Voice | register.Fax | register.Email

// contact is one of that kind.
func (p person) contact() *register.Contact {
	c := &register.Contact{Local: register.Postal{Organization: "Organisation"}, Email: "forename.surname@name.example"}
	c.Facts.Holder, c.Facts.Locked = p.holder, p.locked
	c.Facts.Verification.State = p.verification
	c.Facts.Protection = register.NotProtected
	if p.protected {
		c.Facts.Protection = register.Protected
	}
	if p.restricted {
		c.Disclose.Restrict = everyElement
	}
	if p.permitted {
		c.Disclose.Permit = everyElement
	}
	if p.consented {
		c.Facts.Consent = everyElement
	}
	if p.roleEmail {
		c.Email = "info@name.example"
	}
	return c
}

// holders are the kinds of holder; one of unknown kind counts as natural.
var holders = []register.HolderType{
	register.HolderNatural, register.HolderSoleProprietor, register.HolderEstate,
	register.HolderLegal, register.HolderPublicBody,
}

// holderName is a kind of holder for people.
func holderName(h register.HolderType) string {
	switch h {
	case register.HolderLegal:
		return "legal person"
	case register.HolderPublicBody:
		return "public body"
	case register.HolderSoleProprietor:
		return "sole proprietor"
	case register.HolderEstate:
		return "estate"
	default: // an unknown one too
		return "natural person"
	}
}

// everyPerson lists the kinds of contact that the rules can tell apart. A
// protection is told apart by all rules.
func everyPerson(rules []disclose.Rule) []person {
	asked := func(of func(*disclose.Condition) disclose.Trait) []bool {
		for i := range rules {
			if of(&rules[i].When) != disclose.Whatever {
				return []bool{false, true}
			}
		}
		return []bool{false}
	}
	states := []register.VerificationState{register.Unverified}
	if slices.ContainsFunc(rules, func(r disclose.Rule) bool { return len(r.When.Verification) > 0 }) {
		states = append(states, register.VerificationInProcess, register.Verified, register.VerificationFailed)
	}
	all := cross([]person{{}}, holders, func(p *person, h register.HolderType) { p.holder = h })
	all = cross(all, states, func(p *person, s register.VerificationState) { p.verification = s })
	all = cross(all, []bool{false, true}, func(p *person, b bool) { p.protected = b })
	for _, f := range flags {
		all = cross(all, asked(f.asked), f.set)
	}
	return all
}

// flags are what rules may ask of a holder beside protection.
var flags = []struct {
	asked func(*disclose.Condition) disclose.Trait
	set   func(*person, bool)
}{
	{func(c *disclose.Condition) disclose.Trait { return c.Restricted }, func(p *person, b bool) { p.restricted = b }},
	{func(c *disclose.Condition) disclose.Trait { return c.Permitted }, func(p *person, b bool) { p.permitted = b }},
	{func(c *disclose.Condition) disclose.Trait { return c.Consented }, func(p *person, b bool) { p.consented = b }},
	{func(c *disclose.Condition) disclose.Trait { return c.RoleEmail }, func(p *person, b bool) { p.roleEmail = b }},
	{func(c *disclose.Condition) disclose.Trait { return c.Locked }, func(p *person, b bool) { p.locked = b }},
}

// cross makes one of each for every value.
func cross[T any](all []person, values []T, set func(*person, T)) []person {
	out := make([]person, 0, len(all)*len(values))
	for _, p := range all {
		for _, v := range values {
			set(&p, v)
			out = append(out, p)
		}
	}
	return out
}
