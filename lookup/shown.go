package lookup

import (
	"cmp"
	"context"
	"slices"

	"registerd/access"
	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// ShownAnswer is what the register holds of a contact, and who is shown it.
type ShownAnswer struct {
	About   About
	To      []disclose.Viewer // whom rules tell apart, window by window; the order of Field.To
	Objects []ShownObject     // the contact by its handle, in each of its roles, then its domains
	More    bool              // there are more domains than are told of
}

// ShownObject is one object, as it is asked for.
type ShownObject struct {
	Kind   Kind            // KindEntity or KindDomain
	Name   string          // handle, or name of the domain
	Roles  []register.Role // of a domain, those of the contact; of the contact, the one it is shown in, none by its handle
	Fields []ShownField
}

// ShownField is a field of an object: what the caller is shown of it, and what
// is decided for everybody else.
type ShownField struct {
	disclose.Told
	To []Visible // one for each of ShownAnswer.To
}

// Visible is what was decided, and why. Without a rule it is withheld.
type Visible struct {
	Status disclose.Status
	Rule   *disclose.Rule
}

// MaxHeld is how many domains ShownOf tells of.
const MaxHeld = 1000

// ShownOf tells a holder what the register holds of it, and to whom it is shown:
// the contact with the handle or ROID that is asked for, in whatever role, and its
// domains. It is for the holder itself and the operator; to others there is no such
// contact.
func (d *Desk) ShownOf(ctx context.Context, q Question) (*ShownAnswer, error) {
	key, syntax := register.HandleKey(q.Text)
	v, err := d.admit(q, KindEntity, ratelimit.Lookup, syntax)
	if err != nil {
		return nil, err
	}
	v.cost.About = key
	v.lies(access.Contact, "")
	a, _, err := released(ctx, v, func() (*ShownAnswer, disclosure, error) { return v.shownOf(ctx, key) })
	return a, err
}

func (v *visit) shownOf(ctx context.Context, key string) (*ShownAnswer, disclosure, error) {
	ref := store.Ref{Kind: store.Contacts, Key: key}
	found, edition, err := v.desk.store.Find(ctx, store.Ask{Ref: ref}, store.Ask{Ref: ref, ByAlias: true})
	if err != nil {
		return nil, disclosure{}, err
	}
	v.desk.last.Store(&edition)
	for i := range found {
		if !found[i].There() {
			continue
		}
		c, err := register.DecodeContact(found[i].Bytes)
		if err != nil {
			return nil, disclosure{}, err
		}
		if viewer := v.viewer(); viewer.Holds(c) || viewer.Audience == disclose.Operator {
			return v.shownOfContact(ctx, found[i].Ref, c, edition)
		}
	}
	return nil, disclosure{}, v.desk.noEntity(key)
}

func (v *visit) shownOfContact(ctx context.Context, ref store.Ref, c *register.Contact, edition store.Edition) (*ShownAnswer, disclosure, error) {
	users, e, err := v.desk.store.Users(ctx, ref, MaxHeld+1)
	switch {
	case err != nil:
		return nil, disclosure{}, err
	case e.Version != edition.Version:
		return nil, disclosure{}, errMoved
	}
	s := &shower{visit: v, contact: c, tally: new(disclose.Tally)}
	a := &ShownAnswer{About: v.about(&edition), To: s.columns(""), More: len(users) > MaxHeld}
	a.Objects = append(a.Objects, s.byHandle())
	var domains []ShownObject
	for _, u := range users[:min(len(users), MaxHeld)] {
		if u.Tag().Type() != register.TagDomain {
			continue
		}
		record, err := decodeRecord(&u)
		if err != nil {
			return nil, disclosure{}, err
		}
		a.Objects = append(a.Objects, s.inNewRoles(record)...)
		domains = append(domains, s.domain(record))
	}
	a.Objects = append(a.Objects, domains...)
	return a, disclosure{
		object: ref, edition: edition,
		told:     func(t *disclose.Tally) { *t = *s.tally },
		contacts: func() []string { return []string{cmp.Or(c.ROID, c.Handle)} },
	}, nil
}

// shower makes the objects of one contact.
type shower struct {
	*visit
	contact *register.Contact
	seen    []register.Role // that were told of
	tally   *disclose.Tally
}

// columns are whom rules tell apart, for an object of a registrar: in each of the
// windows, if rules tell these apart.
func (s *shower) columns(sponsor string) (out []disclose.Viewer) {
	rules := s.published.Policy.Rules
	windows := []Window{RDAP}
	if slices.ContainsFunc(rules, func(r disclose.Rule) bool { return len(r.When.Windows) > 0 }) {
		windows = []Window{WHOIS, RDAP, disclose.Web}
	}
	registrar, err := register.HandleKey(sponsor)
	if err != nil {
		registrar = noRegistrar
	}
	for _, w := range windows {
		for _, b := range disclose.Beholders(registrar, "", rules...) {
			if b.Audience != disclose.Holder {
				out = append(out, b.At(w))
			}
		}
	}
	return out
}

// noRegistrar stands for the registrar of record of what has none: no id of a
// registrar has a blank.
const noRegistrar = " "

// object is what the caller is shown of one, and then what everybody else is.
func (s *shower) object(o ShownObject, sponsor string, view func(disclose.Viewer) ([]disclose.Told, *disclose.Rule)) ShownObject {
	own, _ := view(s.viewer())
	o.Fields = make([]ShownField, len(own))
	for i := range own {
		o.Fields[i].Told = own[i]
	}
	for _, b := range s.columns(sponsor) {
		told, hidden := view(b)
		for i := range told {
			seen := Visible{told[i].Status, told[i].Rule}
			if hidden != nil {
				seen = Visible{disclose.Withheld, hidden}
			}
			o.Fields[i].To = append(o.Fields[i].To, seen)
		}
	}
	return o
}

// byHandle is the contact as who asks for its handle gets it.
func (s *shower) byHandle() ShownObject {
	policy, c := s.published.Policy, s.contact
	if own, found := policy.Contact(s.viewer(), c); found {
		s.tally.Contact(&own)
	}
	o := ShownObject{Kind: KindEntity, Name: c.Handle}
	return s.object(o, c.Sponsor, func(b disclose.Viewer) ([]disclose.Told, *disclose.Rule) {
		view, found := policy.Contact(b, c)
		if !found {
			why, _ := policy.Existence(b, c)
			return disclose.Tell(view), why
		}
		return disclose.Tell(view), nil
	})
}

// inNewRoles is the contact in roles that it has in a domain, and was not told of
// in yet: the rules decide alike of all domains.
func (s *shower) inNewRoles(r *disclose.Record) (out []ShownObject) {
	for i, role := range r.Domain.Roles() {
		if !s.is(r.Contacts[i]) || slices.Contains(s.seen, role.Role) {
			continue
		}
		s.seen = append(s.seen, role.Role)
		o := ShownObject{Kind: KindEntity, Name: s.contact.Handle, Roles: []register.Role{role.Role}}
		out = append(out, s.object(o, r.Domain.Sponsor, func(b disclose.Viewer) ([]disclose.Told, *disclose.Rule) {
			domain := s.published.Policy.Domain(b, r)
			contacts, shown := domain.Contacts.Get()
			if !shown {
				return disclose.Tell(disclose.Contact{}), domain.Contacts.Rule()
			}
			return disclose.Tell(contacts[i]), nil
		}))
	}
	return out
}

func (s *shower) domain(r *disclose.Record) ShownObject {
	policy := s.published.Policy
	own := policy.Domain(s.viewer(), r)
	s.tally.Domain(&own)
	o := ShownObject{Kind: KindDomain, Name: r.Domain.Name.Unicode(), Roles: s.roles(r)}
	return s.object(o, r.Domain.Sponsor, func(b disclose.Viewer) ([]disclose.Told, *disclose.Rule) {
		return disclose.Tell(policy.Domain(b, r)), nil
	})
}

// roles are those that a domain names the contact in.
func (s *shower) roles(r *disclose.Record) (out []register.Role) {
	for i, role := range r.Domain.Roles() {
		if s.is(r.Contacts[i]) {
			out = append(out, role.Role)
		}
	}
	return out
}

// is reports the contact, which may be nil where there is none.
func (s *shower) is(c *register.Contact) bool { return c != nil && c.Handle == s.contact.Handle }
