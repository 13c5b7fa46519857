package disclose

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"registerd/register"
)

// Outcome is what a rule does with a field. The zero value withholds.
type Outcome uint8

// The outcomes.
const (
	Withhold Outcome = iota
	Show
	ShowPart // only a part that the view defines: of a verification, the word
)

// Rule decides a set of fields under a condition. The first rule that fits a
// field decides it; a field that no rule fits is withheld.
type Rule struct {
	ID     string // "natural-person"
	Basis  string // the legal basis: "GDPR Art. 5(1)(c)"
	Reason string // for the public, short enough for a WHOIS line

	Fields  []Field
	When    Condition
	Outcome Outcome
	Silent  bool // a field that public answers have no place for: withheld without a word
}

// Condition says when a rule fits. An empty part fits everything; it looks at
// traits only, never at values.
type Condition struct {
	Standings    []Standing
	Roles        []register.Role
	Holders      []register.HolderType
	Verification []register.VerificationState
	Protected    Trait
	Restricted   bool // the holder asked not to publish the field's class
	Consented    bool // the holder agreed to publish the field's class
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

func (c *Condition) fits(k circumstance, f Field) bool {
	class, hasClass := classOf(f)
	return fits(c.Standings, k.standing) &&
		fits(c.Roles, k.role) &&
		fits(c.Holders, k.traits.Holder()) &&
		fits(c.Verification, k.traits.Verification()) &&
		c.Protected.fits(k.traits.Protected()) &&
		(!c.Restricted || hasClass && k.traits.Restricts(class)) &&
		(!c.Consented || hasClass && k.traits.Consents(class))
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

// circumstance is all that rules look at.
type circumstance struct {
	standing Standing
	role     register.Role
	traits   register.Traits
}

func (k circumstance) key() uint64 {
	return uint64(k.standing)<<48 | uint64(k.role)<<40 | uint64(k.traits)
}

type decision struct{ rule *Rule }

type decisions [fieldCount]decision

// Policy is a set of rules in force. It is safe for concurrent use.
type Policy struct {
	version string
	rules   []Rule
	decided atomic.Pointer[map[uint64]*decisions]
}

// maxDecided bounds the decisions kept. The traits in a register are few; past
// the bound decisions are made anew each time.
const maxDecided = 4096

// NewPolicy refuses rules that could not be explained: without an id, a
// reason or a field.
func NewPolicy(version string, rules []Rule) (*Policy, error) {
	if version == "" {
		return nil, errors.New("publication rules: no version")
	}
	seen := map[string]bool{}
	for i, r := range rules {
		if r.ID == "" || r.Reason == "" || r.Basis == "" || len(r.Fields) == 0 {
			return nil, fmt.Errorf("publication rules: rule %d (%s): an id, a reason, a basis and fields are needed", i+1, r.ID)
		}
		if seen[r.ID] {
			return nil, fmt.Errorf("publication rules: rule %d: the id %s is taken", i+1, r.ID)
		}
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("publication rules: rule %d (%s): %w", i+1, r.ID, err)
		}
		seen[r.ID] = true
	}
	p := &Policy{version: version, rules: slices.Clone(rules)}
	p.decided.Store(&map[uint64]*decisions{})
	return p, nil
}

// check refuses what would show more than the rule says.
func (r *Rule) check() error {
	if r.Outcome > ShowPart {
		return errors.New("there is no such outcome")
	}
	for _, f := range r.Fields {
		switch {
		case f == None || f >= fieldCount:
			return errors.New("there is no such field")
		case r.Outcome == ShowPart && f != ContactVerification:
			return fmt.Errorf("%s has no part that could be shown alone", f)
		}
	}
	return nil
}

// Version names the rules; it stands in the journal beside each disclosure.
func (p *Policy) Version() string { return p.version }

// decisions returns what the rules decide under the circumstances.
func (p *Policy) decisions(k circumstance) *decisions {
	known := p.decided.Load()
	if d := (*known)[k.key()]; d != nil {
		return d
	}
	d := p.work(k)
	if len(*known) < maxDecided {
		more := make(map[uint64]*decisions, len(*known)+1)
		for key, v := range *known {
			more[key] = v
		}
		more[k.key()] = d
		p.decided.CompareAndSwap(known, &more)
	}
	return d
}

func (p *Policy) work(k circumstance) *decisions {
	d := new(decisions)
	for f := None + 1; f < fieldCount; f++ {
		for i := range p.rules {
			r := &p.rules[i]
			if slices.Contains(r.Fields, f) && r.When.fits(k, f) {
				d[f] = decision{r}
				break
			}
		}
	}
	return d
}

// Wider reports whether the public would see a field of a contact under the
// new traits that it does not see under the old.
func (p *Policy) Wider(old, new register.Traits) bool {
	if old == new {
		return false
	}
	for role := register.RoleNone; role <= register.RoleBilling; role++ {
		before := p.decisions(circumstance{ToPublic, role, old})
		after := p.decisions(circumstance{ToPublic, role, new})
		for f := ContactExistence; f <= ContactConsent; f++ {
			if after[f].outcome() > before[f].outcome() && f != ContactVerification {
				return true
			}
		}
	}
	return false
}

// outcome orders decisions by how much they show.
func (d decision) outcome() int {
	switch {
	case d.rule == nil || d.rule.Outcome == Withhold:
		return 0
	case d.rule.Outcome == ShowPart:
		return 1
	default:
		return 2
	}
}
