package service

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"registerd/disclose"
	"registerd/register"
)

// rulesOfTwins are the files that come with the program, each as it is, with all
// searches open to everybody, or with rules before it that are drawn.
func rulesOfTwins(t *testing.T, file string, form int, r *rand.Rand) (name string, p *disclose.Policy) {
	shipped := shippedPolicy(t, file)
	switch form {
	case asShipped:
		return file, shipped
	case opened:
		return file + " with open searches", before(t, shipped, openSearches)
	}
	rules := []disclose.Rule{openSearches}
	if r.IntN(4) == 0 {
		rules[0].Fields = some(r, openSearches.Fields)
	}
	for i := range 3 + r.IntN(5) {
		rules = append(rules, drawRule(r, i))
	}
	return fmt.Sprintf("%s with %d drawn", file, len(rules)), before(t, shipped, rules...)
}

// The forms of a rule file.
const (
	asShipped = iota
	opened
	drawn
	forms
)

func shippedPolicy(t *testing.T, name string) *disclose.Policy {
	text, err := disclose.Shipped(name)
	must(t, err)
	p, err := disclose.ReadPolicy(text)
	must(t, err)
	return p
}

// before puts rules before those of a policy.
func before(t *testing.T, p *disclose.Policy, rules ...disclose.Rule) *disclose.Policy {
	out, err := disclose.NewPolicy("twins-1", slices.Concat(rules, p.Rules))
	must(t, err)
	return out
}

// openSearches lets everybody ask every search.
var openSearches = disclose.Rule{ID: "open", Basis: "test", Reason: "Searches are open.", Outcome: disclose.Show,
	Fields: fieldsFrom(disclose.SearchDomainsByName, disclose.SearchByPart)}

func fieldsFrom(first, last disclose.Field) (out []disclose.Field) {
	for f := first; f <= last; f++ {
		out = append(out, f)
	}
	return out
}

// drawRule draws a rule about fields of one kind of object. The operator sees
// everything: somebody has to know that twins are two.
func drawRule(r *rand.Rand, n int) disclose.Rule {
	kind := [][2]disclose.Field{
		{disclose.ContactExistence, disclose.ContactLocked}, {disclose.ContactExistence, disclose.ContactName},
		{disclose.ContactExistence, disclose.ContactHandle}, {disclose.DomainHandle, disclose.DomainDispute},
		{disclose.HostHandle, disclose.HostTransferred}, {disclose.RegistrarName, disclose.RegistrarUpdated},
	}[r.IntN(6)]
	out := disclose.Rule{ID: fmt.Sprintf("drawn-%d", n), Basis: "test", Reason: fmt.Sprintf("Drawn as rule %d.", n)}
	out.Fields = some(r, fieldsFrom(kind[0], kind[1]))
	out.When.Standings = some(r, []disclose.Standing{disclose.ToPublic, disclose.ToOtherRegistrar, disclose.ToRegistrarOfRecord, disclose.ToAuthority})
	if slices.Equal(out.When.Standings, []disclose.Standing{disclose.ToAuthority}) && r.IntN(2) == 0 {
		out.When.Purposes = []string{[]string{twinPurpose, "another"}[r.IntN(2)]}
	}
	if r.IntN(5) == 0 {
		out.When.Windows = []disclose.Window{[]disclose.Window{disclose.WHOIS, disclose.RDAP, disclose.Console}[r.IntN(3)]}
	}
	if kind[0] == disclose.ContactExistence {
		out.When = aboutHolder(r, out.When)
	}
	switch r.IntN(2) {
	case 0:
		out.Outcome = disclose.Show
		out.DespiteProtection = []string{"", "", "test"}[r.IntN(3)]
	default:
		out.Silent = r.IntN(2) == 0
	}
	return out
}

// some draws a third of a list, and one of it at least.
func some[T any](r *rand.Rand, list []T) (out []T) {
	for len(out) == 0 {
		for _, one := range list {
			if r.IntN(3) == 0 {
				out = append(out, one)
			}
		}
	}
	return out
}

// aboutHolder draws what a rule wants of the holder.
func aboutHolder(r *rand.Rand, c disclose.Condition) disclose.Condition {
	trait := func() disclose.Trait {
		return []disclose.Trait{0, 0, 0, 0, disclose.Required, disclose.Excluded}[r.IntN(6)]
	}
	if r.IntN(2) == 0 {
		c.Holders = some(r, []register.HolderType{register.HolderNatural, register.HolderLegal, register.HolderPublicBody, register.HolderSoleProprietor})
	}
	if r.IntN(6) == 0 {
		c.Verification = []register.VerificationState{register.Verified}
	}
	c.Protected, c.RoleEmail, c.Locked = trait(), trait(), trait()
	return c
}
