package request

import (
	"slices"
	"strings"
	"time"

	"registerd/disclose"
	"registerd/register"
)

// Decision is a grant, as an officer decides it, field by field.
type Decision struct {
	By         string    `json:"by"` // system user
	At         time.Time `json:"at"`
	ApprovedBy string    `json:"approved_by,omitempty"`
	ApprovedAt time.Time `json:"approved_at,omitzero"`

	Objects []Object        `json:"objects"` // of those asked for, with their ROIDs
	Fields  []FieldDecision `json:"fields"`  // each that was asked for, once
	// Roles are the contacts of a domain that the fields are of; with none, it is
	// the registrant.
	Roles []string `json:"roles,omitempty"`

	Ground   Ground   `json:"ground"`
	Identity string   `json:"identity"`           // who the requester was found to be
	Verified string   `json:"verified"`           // how
	Country  string   `json:"country"`            // where the data go
	Transfer Transfer `json:"transfer,omitempty"` // needed outside the EEA

	Heard    string `json:"heard,omitempty"`     // what the holder said, and when; or
	NotHeard string `json:"not_heard,omitempty"` // why the holder was not heard

	Confidential time.Time `json:"confidential_until,omitzero"`
	Until        time.Time `json:"until"` // the end of the grant
}

// FieldDecision is what was decided of a field. What is not granted has a reason,
// which the requester is told.
type FieldDecision struct {
	Field   Field  `json:"field"`
	Granted bool   `json:"granted"`
	Reason  string `json:"reason,omitempty"`
}

// Ground is why data may be disclosed: a statute, or an interest with what it
// has to be weighed by (GDPR Art. 6(1)(f)).
type Ground struct {
	Statute   string `json:"statute,omitempty"`
	Interest  string `json:"interest,omitempty"`
	Necessity string `json:"necessity,omitempty"`
	Balance   string `json:"balance,omitempty"`
}

// balanced is the basis in law of a disclosure for an interest.
const balanced = "GDPR Art. 6(1)(f)"

// Law is the basis in law.
func (g Ground) Law() string {
	if g.Statute != "" {
		return g.Statute
	}
	return balanced
}

// Transfer is on what ground data may leave the EEA (GDPR chapter V).
type Transfer struct {
	By  string `json:"by,omitempty"`  // a word of transfers
	Why string `json:"why,omitempty"` // which decision, which safeguards, which case
}

// transfers are the grounds of a transfer.
var transfers = []string{
	"adequacy",   // GDPR Art. 45: a decision of the Commission
	"safeguards", // GDPR Art. 46
	"agreement",  // GDPR Art. 48: a treaty, for courts and authorities
	"derogation", // GDPR Art. 49
}

// Refusal is why nothing was disclosed.
type Refusal struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"` // the requester is told it
	// Identity and Verified may be empty: often it is refused before.
	Identity string `json:"identity,omitempty"`
	Verified string `json:"verified,omitempty"`
}

// maxGrant is how long a grant lasts at most.
const maxGrant = 90 * 24 * time.Hour

// take checks a decision against what was asked for.
func (d *Decision) take(s *Submission, now time.Time) error {
	if err := d.checkTexts(); err != nil {
		return err
	}
	eea := inEEA(d.Country)
	switch {
	case d.By == "":
		return invalid("by", "nobody decided it")
	case (d.Ground.Statute == "") == (d.Ground.Interest == ""):
		return invalid("ground", "it is a statute, or an interest with its necessity and balance")
	case d.Ground.Interest != "" && (d.Ground.Necessity == "" || d.Ground.Balance == ""):
		return invalid("ground", "an interest has a necessity and a balance")
	case !countryForm.MatchString(d.Country):
		return invalid("country", "it is not a country's two capitals")
	case eea != (d.Transfer == Transfer{}):
		return invalid("transfer", "it is needed for a country outside the EEA, and only there")
	case !eea && (!slices.Contains(transfers, d.Transfer.By) || d.Transfer.Why == ""):
		return invalid("transfer", "it is by %s, and says why", strings.Join(transfers, ", "))
	case (d.Heard == "") == (d.NotHeard == ""):
		return invalid("heard", "the holder was heard, or there is a reason why not")
	case !d.Until.After(now) || d.Until.After(now.Add(maxGrant)):
		return invalid("until", "it is within %d days", maxGrant/(24*time.Hour))
	case !d.Confidential.IsZero() && !d.Confidential.After(now):
		return invalid("confidential", "it is over")
	case !d.Confidential.IsZero() && d.Heard != "":
		return invalid("confidential", "the holder was heard, and knows")
	}
	if err := d.takeObjects(s); err != nil {
		return err
	}
	return d.takeFields(s)
}

func (d *Decision) checkTexts() error {
	for _, t := range []text{
		{"ground.statute", d.Ground.Statute, maxShort, false}, {"ground.interest", d.Ground.Interest, maxLong, false},
		{"ground.necessity", d.Ground.Necessity, maxLong, false}, {"ground.balance", d.Ground.Balance, maxLong, false},
		{"identity", d.Identity, maxShort, true}, {"verified", d.Verified, maxLong, true},
		{"transfer", d.Transfer.Why, maxLong, false}, {"heard", d.Heard, maxLong, false}, {"heard", d.NotHeard, maxLong, false},
	} {
		if err := t.check(); err != nil {
			return err
		}
	}
	return nil
}

func (d *Decision) takeObjects(s *Submission) error {
	if len(d.Objects) == 0 {
		return invalid("objects", "there is none")
	}
	for i, o := range d.Objects {
		switch {
		case !slices.ContainsFunc(s.Objects, o.same):
			return invalid("objects", "one was not asked for")
		case slices.ContainsFunc(d.Objects[:i], o.same):
			return invalid("objects", "one stands there twice")
		case o.ROID == "":
			return invalid("objects", "one has no ROID: nobody has looked whether it is there")
		}
	}
	for _, r := range d.Roles {
		if role, known := register.ParseRole(r); !known || role == register.RoleNone {
			return invalid("roles", "one is not the role of a contact")
		}
	}
	return nil
}

func (d *Decision) takeFields(s *Submission) error {
	granted := false
	for i, f := range d.Fields {
		switch {
		case !slices.Contains(s.Fields, f.Field):
			return invalid("fields", "one was not asked for")
		case slices.ContainsFunc(d.Fields[:i], func(other FieldDecision) bool { return other.Field == f.Field }):
			return invalid("fields", "one is decided twice")
		}
		if err := (text{"fields", f.Reason, maxLong, !f.Granted}).check(); err != nil {
			return err
		}
		granted = granted || f.Granted
	}
	switch {
	case len(d.Fields) != len(s.Fields):
		return invalid("fields", "each that was asked for is granted, or withheld with a reason")
	case !granted:
		return invalid("fields", "none is granted: that is a refusal")
	}
	return nil
}

// outcome is whether all was granted that was asked for.
func (d *Decision) outcome(s *Submission) Outcome {
	if len(d.Objects) < len(s.Objects) || slices.ContainsFunc(d.Fields, func(f FieldDecision) bool { return !f.Granted }) {
		return InPart
	}
	return InFull
}

// granted are the fields that were.
func (d *Decision) granted() (fields []disclose.Field) {
	for _, f := range d.Fields {
		if f.Granted {
			fields = append(fields, disclose.Field(f.Field))
		}
	}
	return fields
}

// grant is the decision as the rules know it.
func (d *Decision) grant(number string) *disclose.Grant {
	g := &disclose.Grant{Fields: d.granted(), Rule: &disclose.Rule{
		ID:      "grant-" + strings.TrimPrefix(number, "R-"),
		Basis:   d.Ground.Law(),
		Reason:  "Granted on request " + number,
		Outcome: disclose.Show,
	}}
	for _, o := range d.Objects {
		g.Objects = append(g.Objects, disclose.Granted{Domain: o.Domain, Contact: o.Contact, ROID: o.ROID, Holder: o.Holder})
	}
	for _, word := range d.Roles {
		role, _ := register.ParseRole(word)
		g.Roles = append(g.Roles, role)
	}
	return g
}
