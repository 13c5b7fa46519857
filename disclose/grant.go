package disclose

import (
	"errors"
	"slices"

	"registerd/register"
)

// Grant is a decision of the request desk: fields that somebody is shown of
// some objects for a reason of its own. Nothing that the rules say, and no
// protection, withholds what is granted; it gives nothing of anything else.
type Grant struct {
	Objects []Granted
	Fields  []Field

	// Roles are the contacts of granted domains that the fields are of; with
	// none, it is the registrant alone.
	Roles []register.Role

	// Requester is of what kind whoever asked for it is, and Purpose what it was
	// granted for: what the journal says, whatever is said later with a question.
	Requester, Purpose string

	// Rule says why: its id is the grant's, its basis and reason the decision's.
	Rule *Rule
}

// Granted is an object that a grant is about: of a domain, its contacts' fields
// too. What is granted of a contact is shown to who asks for it by its handle, and
// not in domains: whose these are was not granted.
type Granted struct {
	Domain  register.Name // or
	Contact string        // a handle

	// ROID is what the object has to have besides, if it is not "": names and
	// handles are used again, and a grant is not for who has them then.
	ROID string

	// Holder is the ROID that a domain's registrant has to have, if it is not "":
	// who registers the name later was heard by nobody.
	Holder string
}

// Check refuses a grant that gives nothing, or what could not be explained.
func (g *Grant) Check() error {
	switch {
	case len(g.Objects) == 0:
		return errors.New("grant: it is about no object")
	case slices.ContainsFunc(g.Objects, func(o Granted) bool { return (o.Domain == "") == (o.Contact == "") }):
		return errors.New("grant: an object is a domain or a contact")
	case len(g.Fields) == 0:
		return errors.New("grant: there is no field")
	case slices.ContainsFunc(g.Fields, func(f Field) bool { return !f.Grantable() }):
		return errors.New("grant: a field is of no domain and of no contact")
	case g.Rule == nil || g.Rule.ID == "" || g.Rule.Basis == "" || g.Rule.Reason == "" || g.Rule.Outcome != Show:
		return errors.New("grant: its rule is to show, with an id, a basis and a reason")
	}
	return nil
}

// Grantable reports a field that can be granted: of a domain or a contact.
func (f Field) Grantable() bool { return f >= DomainName && f <= ContactLocked }

// grantedDomain reports that the viewer was granted something of the domain.
func (v Viewer) grantedDomain(r *Record) bool {
	return v.Above() && v.Grant != nil && slices.ContainsFunc(v.Grant.Objects, func(o Granted) bool {
		return o.Domain != "" && o.Domain == r.Domain.Name && o.still(r.Domain.ROID) && o.heldBy(r.registrant())
	})
}

// granted reports that the viewer was granted something of the contact itself.
func (v Viewer) granted(c *register.Contact) bool {
	if v.Grant == nil || !v.Above() {
		return false
	}
	key, err := register.HandleKey(c.Handle)
	return err == nil && slices.ContainsFunc(v.Grant.Objects, func(o Granted) bool {
		own, err := register.HandleKey(o.Contact)
		return err == nil && own == key && o.still(c.ROID)
	})
}

// still reports that the object is the one that the grant is about.
func (o Granted) still(roid string) bool { return o.ROID == "" || o.ROID == roid }

// heldBy reports that the domain has the registrant it had when it was granted.
func (o Granted) heldBy(c *register.Contact) bool {
	return o.Holder == "" || c != nil && c.ROID == o.Holder
}

func (g *Grant) ofRole(r register.Role) bool {
	if len(g.Roles) == 0 {
		return r == register.RoleRegistrant
	}
	return slices.Contains(g.Roles, r)
}

// contacts is what has to be shown of a domain so that its contacts' fields can.
func (g *Grant) contacts() []Field {
	if slices.ContainsFunc(g.Fields, func(f Field) bool { return f >= ContactExistence }) {
		return []Field{DomainContacts}
	}
	return nil
}

// open are the decisions with what is granted, and what that needs, shown. What
// the rules show anyway they show by themselves.
func (g *Grant) open(d *decisions, besides ...Field) *decisions {
	out := *d
	for _, f := range slices.Concat(g.Fields, besides) {
		if !out[f].showsWhole() {
			out[f] = decision{g.Rule}
		}
	}
	return &out
}
