package disclose

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"registerd/register"
)

// Policy is a set of rules in force. It is safe for concurrent use.
type Policy struct {
	Name       string
	Effective  time.Time
	Operator   string // whose rules they are
	Controller string // who answers for the data (GDPR Art. 4(7))
	ApprovedBy string
	ApprovedOn time.Time
	Unreviewed bool // an example that no lawyer has read
	Languages  []string
	Rules      []Rule

	version   string
	asShipped bool              // the file is one that comes with the program, unchanged
	purposes  []string          // that rules speak of
	kinds     []Kind            // likewise
	about     [fieldCount][]int // the rules that speak of a field, by their place
	floor     *Rule             // what beats a rule that would show a protected contact
	decided   atomic.Pointer[map[uint64]*decisions]
}

// Version names the rules; it stands in the journal beside each disclosure.
func (p *Policy) Version() string { return p.version }

// Language is the language that answers are in when nobody asked for another.
func (p *Policy) Language() string { return p.Languages[0] }

// decision is the rule that decides a field; nil withholds.
type decision struct{ rule *Rule }

func (d decision) shows() bool {
	return d.rule != nil && (d.rule.Outcome == Show || d.rule.Outcome == ShowPart)
}

type decisions [fieldCount]decision

// toOperator shows the operator what no rule speaks of.
var toOperator = &Rule{
	ID: "operator", Basis: "GDPR Art. 6(1)(e)", Outcome: Show, Reason: "The registry sees its own register.",
}

// NewPolicy makes a policy of rules, in one language. It refuses rules that
// could not be explained or carried out. Rule files are read by ReadPolicy.
func NewPolicy(version string, rules []Rule) (*Policy, error) {
	p := &Policy{Languages: []string{"en"}, version: version, floor: &Rule{
		ID: "protection", Basis: "GDPR Art. 21", Reason: "The holder's data is protected.",
	}}
	if version == "" {
		return nil, &RuleError{Reason: "there is no version"}
	}
	for i := range rules {
		if err := p.add(rules[i]); err != nil {
			return nil, &RuleError{Rule: rules[i].ID, Reason: err.Error()}
		}
	}
	p.decided.Store(&map[uint64]*decisions{})
	return p, nil
}

// add appends a rule that can be explained and carried out.
func (p *Policy) add(r Rule) error {
	taken := func(other Rule) bool { return other.ID == r.ID }
	switch {
	case !ruleWord.MatchString(r.ID):
		return errors.New("id: it is missing, or not of lower-case letters, digits, dots and hyphens")
	case r.ID == p.floor.ID, r.ID == toOperator.ID, slices.ContainsFunc(p.Rules, taken):
		return errors.New("id: it is taken")
	case r.Basis == "" || strings.ContainsFunc(r.Basis, isControl):
		return errors.New("basis: the legal basis is missing, or not one line")
	case r.Reason == "":
		return errors.New("reason: it is missing")
	case len(r.Fields) == 0:
		return errors.New("fields: there is none")
	case slices.ContainsFunc(r.Fields, func(f Field) bool { return f == None || f >= fieldCount }):
		return errors.New("fields: there is no such field")
	}
	if err := r.check(); err != nil {
		return err
	}
	for _, purpose := range r.When.Purposes {
		if !slices.Contains(p.purposes, purpose) {
			p.purposes = append(p.purposes, purpose)
		}
	}
	p.kinds = append(p.kinds, r.When.Kinds...)
	if len(p.purposes) > maxPurposes {
		return fmt.Errorf("purpose: there are over %d purposes", maxPurposes)
	}
	for _, f := range r.Fields {
		p.about[f] = append(p.about[f], len(p.Rules))
	}
	p.Rules = append(p.Rules, r)
	return nil
}

// maxPurposes lets a purpose be told by a byte.
const maxPurposes = 200

// check refuses an outcome that cannot be carried out.
func (r *Rule) check() error {
	only := func(f Field) bool { return len(r.Fields) == 1 && r.Fields[0] == f }
	switch {
	case r.Outcome > Replace:
		return errors.New("do: there is no such outcome")
	case r.Outcome == ShowPart && !only(ContactVerification):
		return errors.New("do: only the contact verification has a part that can be shown")
	case r.Outcome == Replace && !only(ContactEmail):
		return errors.New("do: only the contact e-mail can be replaced")
	case r.Outcome == Replace && !formAddress(r.With):
		return errors.New("with: what replaces an e-mail address is an https address in ASCII; {domain} stands for the domain's name")
	case r.Outcome != Replace && r.With != "":
		return errors.New("with: it goes with do = \"replace\"")
	case r.Silent && r.Outcome != Withhold:
		return errors.New("silent: it goes with do = \"withhold\"")
	case r.Silent && all(r.Fields, Field.search):
		return errors.New("silent: who may not search is told why")
	case r.DespiteProtection != "" && r.Outcome == Withhold:
		return errors.New("despite_protection: the rule shows nothing")
	case strings.ContainsFunc(r.DespiteProtection, isControl):
		return errors.New("despite_protection: the basis is not one line")
	}
	return nil
}

// formAddress reports an https address that stands in answers as it is.
func formAddress(s string) bool {
	s = strings.ReplaceAll(s, "{domain}", "name.example")
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`{}<>"\`, r) })
}

// circumstance is how a viewer stands to an object.
func (p *Policy) circumstance(v Viewer, sponsor string, role register.Role, t register.Traits) circumstance {
	k := circumstance{standing: v.standing(sponsor), window: v.Window, role: role, traits: t}
	if k.standing.asked() {
		k.purpose = p.purpose(v.Purpose)
		if slices.Contains(p.kinds, v.Kind) {
			k.kind = v.Kind
		}
	}
	return k
}

func (p *Policy) purpose(s string) uint8 {
	if s == "" {
		return 0
	}
	return uint8(slices.Index(p.purposes, s) + 1)
}

// maxDecided bounds the decisions kept. The traits in a register are few; past
// the bound decisions are made anew each time.
const maxDecided = 4096

// decisions returns what the rules decide under the circumstances.
func (p *Policy) decisions(k circumstance) *decisions {
	known := p.decided.Load()
	if d := (*known)[k.key()]; d != nil {
		return d
	}
	d := p.work(k)
	if len(*known) < maxDecided {
		more := maps.Clone(*known)
		more[k.key()] = d
		p.decided.CompareAndSwap(known, &more)
	}
	return d
}

func (p *Policy) work(k circumstance) *decisions {
	d := new(decisions)
	for f := None + 1; f < fieldCount; f++ {
		d[f] = p.decide(k, f)
	}
	return d
}

// decide finds the first rule that fits, and holds it to the floor: a
// protection beats a rule that does not say on which basis it beats that.
func (p *Policy) decide(k circumstance, f Field) decision {
	if k.standing == ToNobody {
		return decision{}
	}
	for _, i := range p.about[f] {
		r := &p.Rules[i]
		if !r.When.fits(k, f, p.purposes) {
			continue
		}
		if p.protects(k, f) && r.Outcome != Withhold && r.DespiteProtection == "" {
			return decision{p.floor}
		}
		if f == SearchDomainsByContact && k.standing == ToPublic && r.Outcome != Withhold {
			return decision{} // it leads from a person to all that they have: whoever asks it has a name
		}
		return decision{r}
	}
	if k.standing == ToOperator {
		return decision{toOperator}
	}
	return decision{}
}

// protects reports a contact's field that a protection covers: before the
// public, before seekers, and before registrars who have no part in it.
func (p *Policy) protects(k circumstance, f Field) bool {
	return k.traits.Protected() && f >= ContactExistence && f <= ContactLocked &&
		(k.standing == ToPublic || k.standing == ToSeeker || k.standing == ToOtherRegistrar)
}
