package disclose

import (
	"slices"

	"registerd/register"
)

// search reports what is no field of an object.
func (f Field) search() bool { return f >= SearchDomainsByName && f <= SearchByPart }

// searches reports a window over which searches are asked.
func (w Window) searches() bool { return w == RDAP || w == Console }

// ofObject reports a standing that one has to objects, one by one.
func (s Standing) ofObject() bool { return s == ToRegistrarOfRecord || s == ToHolder }

// MaySearch reports whether the viewer may ask a search, one of the fields
// Search…, and the rule that decides, for the reason of a refusal; nil where no
// rule speaks of it. Nothing of the register decides about it, so that every
// registrar is another one.
func (p *Policy) MaySearch(v Viewer, search Field) (*Rule, bool) {
	d := p.decisions(p.circumstance(v, "", register.RoleNone, 0))[search]
	return d.rule, d.shows()
}

// Finds reports whether the viewer is shown all the fields of every object with
// these traits, whoever is its registrar: only then a search may look at it.
// Otherwise what is found, or how long it takes, would tell what is withheld.
func (p *Policy) Finds(v Viewer, t register.Traits, fields ...Field) bool {
	return p.finds(v, register.RoleNone, t, fields)
}

// FindsInDomains is Finds for contacts as answers about their domains show them,
// in whatever role: of one that is shown in some roles alone, a search would tell
// how many domains it has in the others.
func (p *Policy) FindsInDomains(v Viewer, t register.Traits, fields ...Field) bool {
	for role := register.RoleRegistrant; role <= register.RoleBilling; role++ {
		if !p.finds(v, role, t, fields) {
			return false
		}
	}
	return true
}

func (p *Policy) finds(v Viewer, role register.Role, t register.Traits, fields []Field) bool {
	k := p.circumstance(v, "", role, t)
	standings := []Standing{k.standing}
	switch v.Audience {
	case Registrar:
		standings = append(standings, ToRegistrarOfRecord)
	case Holder:
		standings = append(standings, ToHolder)
	}
	for _, k.standing = range standings {
		d := p.decisions(k)
		if slices.ContainsFunc(fields, func(f Field) bool { return !d[f].showsWhole() }) {
			return false
		}
	}
	return true
}

// showsWhole reports that the value itself is shown, and not a part of it or
// something in its place.
func (d decision) showsWhole() bool { return d.rule != nil && d.rule.Outcome == Show }

// FieldSet is how much of each object an answer holds (RFC 8982 section 4).
type FieldSet uint8

// The field sets.
const (
	Full  FieldSet = iota // all that may be seen
	Brief                 // what tells of no person
	ID                    // what names the object
)

func (s FieldSet) String() string { return [...]string{"full", "brief", "id"}[min(s, ID)] }

// ParseFieldSet reads a field set's word.
func ParseFieldSet(word string) (FieldSet, bool) {
	for _, s := range []FieldSet{Full, Brief, ID} {
		if s.String() == word {
			return s, true
		}
	}
	return Full, false
}

// Narrow is the view with no more than the set holds. What is left out is
// withheld without a word, and counts neither as shown nor as a person's.
func (d Domain) Narrow(s FieldSet) Domain {
	switch s {
	case Full:
		return d
	case Brief:
		to := []Field{DomainName, DomainHandle, DomainStatus, DomainGrace,
			DomainCreated, DomainExpires, DomainDeletes, DomainUpdated, DomainTransferred}
		return Domain{
			Name: d.Name, Handle: d.Handle, Statuses: d.Statuses, Grace: d.Grace,
			Created: d.Created, Expires: d.Expires, Deletes: d.Deletes, Updated: d.Updated, Transferred: d.Transferred,
			beyond: narrowed(d.beyond, to...),
		}
	default:
		return Domain{Name: d.Name, beyond: narrowed(d.beyond, DomainName)}
	}
}

// WithoutPersons is the view without its contacts, for whoever asks for none:
// what is left out is withheld without a word.
func (d Domain) WithoutPersons() Domain {
	d.Contacts = Value[[]Contact]{}
	d.beyond = slices.DeleteFunc(slices.Clone(d.beyond), func(t told) bool { return t.field == DomainContacts })
	return d
}

// Narrow is the view with no more than the set holds.
func (c Contact) Narrow(s FieldSet) Contact {
	switch s {
	case Full:
		return c
	case Brief:
		to := []Field{ContactExistence, ContactHandle, ContactStatus, ContactCreated, ContactUpdated, ContactTransferred}
		return Contact{
			Handle: c.Handle, ROID: c.ROID, Statuses: c.Statuses,
			Created: c.Created, Updated: c.Updated, Transferred: c.Transferred,
			beyond: narrowed(c.beyond, to...),
		}
	default:
		to := []Field{ContactExistence, ContactHandle}
		return Contact{Handle: c.Handle, ROID: c.ROID, beyond: narrowed(c.beyond, to...)}
	}
}

// Matched is the view with no more than the fields that it was found by: that it was
// found tells those, however little of it is given.
func (c Contact) Matched(by ...Field) Contact {
	return Contact{personal: c.personal, beyond: narrowed(c.beyond, by...)}
}

// Narrow is the view with no more than the set holds.
func (h Host) Narrow(s FieldSet) Host {
	switch s {
	case Full:
		return h
	case Brief:
		return Host{Name: h.Name, Handle: h.Handle, Statuses: h.Statuses, Addrs: h.Addrs}
	default:
		return Host{Name: h.Name}
	}
}

// Narrow is the view with no more than the set holds.
func (r RegistrarView) Narrow(s FieldSet) RegistrarView {
	switch s {
	case Full:
		return r
	case Brief:
		return RegistrarView{ID: r.ID, IANA: r.IANA, Status: r.Status, Created: r.Created, Updated: r.Updated}
	default:
		return RegistrarView{ID: r.ID}
	}
}

func narrowed(all []told, to ...Field) (out []told) {
	for _, t := range all {
		if slices.Contains(to, t.field) {
			out = append(out, t)
		}
	}
	return out
}
