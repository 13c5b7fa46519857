package disclose

import (
	"errors"
	"slices"
	"strings"

	"registerd/register"
)

// Outcome is what a rule does with a field. The zero value withholds.
type Outcome uint8

// The outcomes.
const (
	Withhold Outcome = iota
	Show
	ShowPart // of a verification, the state alone; no other field can be taken apart
	Replace  // an address of a form in place of an e-mail address
)

// Rule decides a set of fields under a condition. The first rule that fits a
// field decides it.
type Rule struct {
	ID     string // "natural-person"
	Basis  string // the legal basis: "GDPR Art. 5(1)(c)"
	Reason string // for the public, in the policy's first language; it fits a WHOIS line

	// Translations are the reason in the policy's other languages, by their tags.
	Translations map[string]string

	Fields  []Field
	When    Condition
	Outcome Outcome
	With    string // what replaces the value; {domain} stands for the domain's name
	Silent  bool   // a field that answers have no place for: withheld without a word

	// DespiteProtection is the basis on which the rule shows a contact that is
	// protected. Without it, a protection beats the rule.
	DespiteProtection string
}

// ReasonIn is the reason in a language, or in the policy's first one if it does
// not have that.
func (r *Rule) ReasonIn(language string) string {
	if s, ok := r.Translations[language]; ok {
		return s
	}
	return r.Reason
}

// Condition says when a rule fits. An empty part fits everything. It looks at
// traits only, never at values.
type Condition struct {
	Standings    []Standing
	Kinds        []Kind // of seekers and authorities
	Purposes     []string
	Windows      []Window
	Roles        []register.Role
	Holders      []register.HolderType // an unknown holder is a natural person
	Verification []register.VerificationState
	Protected    Trait
	Restricted   Trait // the holder asked not to publish the field's class
	Permitted    Trait // the holder agreed to it through EPP
	Consented    Trait // the registry holds the holder's consent to it
	RoleEmail    Trait // the e-mail address names a function, not a person
	Locked       Trait // the data is locked to an entry of a business register
}

// Trait is a condition on a trait: of no account, required, or excluded.
type Trait uint8

// The conditions on a trait.
const (
	Whatever Trait = iota
	Required
	Excluded
)

func (t Trait) fits(has bool) bool { return t == Whatever || (t == Required) == has }

func fits[T comparable](set []T, v T) bool { return len(set) == 0 || slices.Contains(set, v) }

// circumstance is all that rules look at.
type circumstance struct {
	standing Standing
	kind     Kind  // of a seeker or an authority, where rules tell it from others
	purpose  uint8 // the place in the policy's purposes, from 1; 0 is none of them
	window   Window
	role     register.Role
	traits   register.Traits
}

func (k circumstance) key() uint64 {
	return uint64(k.kind)<<56 | uint64(k.purpose)<<48 | uint64(k.window)<<44 | uint64(k.standing)<<40 | uint64(k.role)<<36 | uint64(k.traits)
}

// holder is who rules take the holder for.
func (k circumstance) holder() register.HolderType {
	if h := k.traits.Holder(); h != register.HolderUnknown {
		return h
	}
	return register.HolderNatural
}

func (c *Condition) fits(k circumstance, f Field, purposes []string) bool {
	class, classed := classOf(f)
	said := func(want Trait, has func(register.Class) bool) bool {
		return want == Whatever || classed && want.fits(has(class))
	}
	return c.isFor(k.standing) &&
		fits(c.Kinds, k.kind) &&
		(len(c.Purposes) == 0 || k.purpose > 0 && slices.Contains(c.Purposes, purposes[k.purpose-1])) &&
		fits(c.Windows, k.window) &&
		fits(c.Roles, k.role) &&
		fits(c.Holders, k.holder()) &&
		fits(c.Verification, k.traits.Verification()) &&
		c.Protected.fits(k.traits.Protected()) &&
		c.RoleEmail.fits(!k.traits.PersonalEmail()) &&
		c.Locked.fits(k.traits.Locked()) &&
		said(c.Restricted, k.traits.Restricts) &&
		said(c.Permitted, k.traits.Permits) &&
		said(c.Consented, k.traits.Consents)
}

// isFor reports whom the condition names. A seeker is one of the public, too.
func (c *Condition) isFor(s Standing) bool {
	return fits(c.Standings, s) || s == ToSeeker && slices.Contains(c.Standings, ToPublic)
}

// asked reports a standing of those who say why they ask.
func (s Standing) asked() bool { return s == ToSeeker || s == ToAuthority }

// check refuses a condition that could not mean what it seems to.
func (c *Condition) check(fields []Field) error {
	ofContact := func(f Field) bool { return f >= ContactExistence && f <= ContactLocked }
	classed := func(f Field) bool { _, is := classOf(f); return is }
	switch {
	case len(c.Purposes) > 0 && (len(c.Standings) == 0 || !all(c.Standings, Standing.asked)):
		return errors.New("purpose: only a seeker or an authority gives one; the audience is to be of these alone")
	case len(c.Kinds) > 0 && !c.kindsFit():
		return errors.New("kind: the audience is to be of seekers and authorities alone, with a kind of each, and no kind of others")
	case slices.Contains(c.Purposes, ""):
		return errors.New("purpose: it is empty")
	case strings.ContainsFunc(strings.Join(c.Purposes, ""), isControl):
		return errors.New("purpose: it is not one line")
	case c.ofContact() && !all(fields, ofContact):
		return errors.New("fields: role, holder and what is known of the holder are conditions on fields of a contact only")
	case c.said() && !slices.ContainsFunc(fields, classed):
		return errors.New("fields: restricted, permitted and consented speak of name, organisation, address, phone, fax and e-mail only")
	case all(fields, Field.search) && slices.ContainsFunc(c.Standings, Standing.ofObject):
		return errors.New("audience: a search is of no object, and nobody asks it as holder or registrar-of-record; a registrar is other-registrar")
	case all(fields, Field.search) && slices.ContainsFunc(c.Windows, func(w Window) bool { return !w.searches() }):
		return errors.New("window: searches are asked over rdap and ask only")
	}
	return nil
}

// ofContact reports a condition that looks at a contact.
func (c *Condition) ofContact() bool {
	return len(c.Roles)+len(c.Holders)+len(c.Verification) > 0 || c.said() ||
		c.Protected != Whatever || c.RoleEmail != Whatever || c.Locked != Whatever
}

// said reports a condition that looks at what the holder said of a class.
func (c *Condition) said() bool {
	return c.Restricted != Whatever || c.Permitted != Whatever || c.Consented != Whatever
}

// kindsFit reports kinds of each of the audiences, and of no other.
func (c *Condition) kindsFit() bool {
	standings := map[Standing]bool{}
	for _, k := range c.Kinds {
		s := Viewer{Audience: k.Audience()}.standing("")
		if !s.asked() || !slices.Contains(c.Standings, s) {
			return false
		}
		standings[s] = true
	}
	return all(c.Standings, func(s Standing) bool { return standings[s] })
}

func all[T any](list []T, is func(T) bool) bool {
	return !slices.ContainsFunc(list, func(v T) bool { return !is(v) })
}

// classOf is the class of values that a contact's field belongs to.
func classOf(f Field) (register.Class, bool) {
	switch f {
	case ContactName:
		return register.ClassName, true
	case ContactOrganization:
		return register.ClassOrganization, true
	case ContactStreet, ContactCity, ContactProvince, ContactCode, ContactCountry:
		return register.ClassAddress, true
	case ContactVoice:
		return register.ClassVoice, true
	case ContactFax:
		return register.ClassFax, true
	case ContactEmail:
		return register.ClassEmail, true
	}
	return 0, false
}

// inPlace is what stands in place of a replaced value. It is "" where the
// domain that the address is made of is not known.
func (r *Rule) inPlace(domain register.Name) string {
	if domain == "" && strings.Contains(r.With, "{domain}") {
		return ""
	}
	return strings.ReplaceAll(r.With, "{domain}", string(domain))
}
