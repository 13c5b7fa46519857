package lookup

import (
	"cmp"
	"slices"
	"strings"

	"registerd/disclose"
	"registerd/register"
)

// Condition is what a search by contact asks of a contact: a predicate of RFC
// 9536 section 2. All conditions of a search hold of one contact together.
type Condition struct {
	Property string // fn, handle, email or role
	Pattern  string // as it arrived; in an answer in its one form
}

// What a search by contact is bounded by.
const (
	// MaxConditions is how many conditions one may have.
	MaxConditions = 8

	// MaxContacts is how many contacts may fit.
	MaxContacts = 1000

	// ContactSearchCost is what one costs in look-ups. It answers what would take a
	// walk through the register; each object that is given is one more.
	ContactSearchCost = 1 + contactSearchCost

	contactSearchCost = 24
)

// contactProperty is one of what contacts are searched by.
type contactProperty struct {
	name  string
	index register.Index // 0 for the role, which is no contact's own
	field disclose.Field // that decides who is shown it
	value func(*register.Contact) string
}

// contactProperties are in the order of how far they narrow a search, so that the
// first that is asked for leads it.
var contactProperties = [...]contactProperty{
	{"handle", register.IndexHandle, disclose.ContactHandle, func(c *register.Contact) string { return c.Handle }},
	{"email", register.IndexEmail, disclose.ContactEmail, func(c *register.Contact) string { return c.Email }},
	{"fn", register.IndexName, disclose.ContactName, func(c *register.Contact) string { form := c.Form(); return form.Name }},
	{"role", 0, disclose.DomainContacts, nil},
}

var roleWords = [...]string{
	register.RoleRegistrant: "registrant", register.RoleAdmin: "administrative",
	register.RoleTech: "technical", register.RoleBilling: "billing",
}

// RoleWord is the role as RDAP knows it (RFC 9083 section 10.2.4), "" for none.
func RoleWord(r register.Role) string {
	if int(r) < len(roleWords) {
		return roleWords[r]
	}
	return ""
}

// condition is one that could be read.
type condition struct {
	place   int // in contactProperties
	pattern register.Pattern
}

func (c condition) property() *contactProperty { return &contactProperties[c.place] }

// ofRole reports a condition on what the contact is to the domain.
func (c condition) ofRole() bool { return c.property().index == 0 }

// isIn reports a role that the condition fits.
func (c condition) isIn(r register.Role) bool { return c.pattern.FitsText(RoleWord(r)) }

// conditionsOf reads what a search by contact asks, each once and in one order.
func conditionsOf(asked []Condition) ([]condition, error) {
	if len(asked) == 0 || len(asked) > MaxConditions {
		return nil, &register.SyntaxError{What: "search", Reason: "it has one condition at least, and eight at most"}
	}
	var out []condition
	for _, a := range asked {
		place := slices.IndexFunc(contactProperties[:], func(p contactProperty) bool { return p.name == a.Property })
		if place < 0 {
			return nil, &register.SyntaxError{What: "search", Reason: "contacts are searched by fn, handle, email and role"}
		}
		pattern, err := register.ParseTextPattern(a.Pattern)
		if err != nil {
			return nil, err
		}
		out = append(out, condition{place, pattern})
	}
	slices.SortFunc(out, func(a, b condition) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.pattern.String(), b.pattern.String()))
	})
	out = slices.Compact(out)
	if out[0].ofRole() {
		return nil, &register.UnsupportedError{What: "search", Reason: "beside the role, give a handle, an e-mail address or a name"}
	}
	for _, c := range out {
		if c.ofRole() && !slices.ContainsFunc(everyRole, c.isIn) {
			return nil, &register.UnsupportedError{What: "role",
				Reason: "domains are searched by those who are registrant, administrative, technical or billing"}
		}
	}
	return out, nil
}

var everyRole = []register.Role{register.RoleRegistrant, register.RoleAdmin, register.RoleTech, register.RoleBilling}

// escaping keeps the conditions of a search apart in its text.
var escaping = strings.NewReplacer("%", "%25", "&", "%26")

// conditionsText is the conditions as a query has them.
func conditionsText(all []condition) string {
	var b strings.Builder
	for i, c := range all {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(c.property().name + "=" + escaping.Replace(c.pattern.String()))
	}
	return b.String()
}

// conditions are those of the search, each in its one form.
func (p *plan) conditions() (out []Condition) {
	for _, c := range p.where {
		out = append(out, Condition{c.property().name, c.pattern.String()})
	}
	return out
}

// fields are those of contacts that the search looks at.
func (p *plan) fields() (out []disclose.Field) {
	for _, c := range p.where {
		if !c.ofRole() {
			out = append(out, c.property().field)
		}
	}
	return slices.Compact(out)
}
