package lookup

import (
	"context"
	"slices"

	"registerd/access"
	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// HostAnswer is what the register says of a name server.
type HostAnswer struct {
	About About
	Host  disclose.Host
}

// Host answers about a name server object.
func (d *Desk) Host(ctx context.Context, q Question) (*HostAnswer, error) {
	name, syntax := register.ParseHost(q.Text)
	v, err := d.admit(q, KindHost, ratelimit.Lookup, syntax)
	if err != nil {
		return nil, err
	}
	v.zone, v.cost.About = v.published.zone(name), string(name)
	found, edition, err := v.find(ctx, store.Ask{Ref: store.Ref{Kind: store.Hosts, Key: string(name)}})
	if err != nil {
		return nil, err
	}
	if !found[0].There() {
		return nil, v.missing(d.noHost(name, edition.State))
	}
	h, err := register.DecodeHost(found[0].Bytes)
	if err != nil {
		return nil, v.fail(err)
	}
	by, err := registrarIn(found[0].With)
	if err != nil {
		return nil, v.fail(err)
	}
	v.lies(access.Nameserver, zoneOf(&edition, name))
	a := &HostAnswer{About: v.about(&edition), Host: v.published.Policy.Host(v.viewer(), h, by).Narrow(q.Part)}
	if err := v.release(ctx, disclosure{object: found[0].Ref, edition: edition}); err != nil {
		return nil, err
	}
	return a, nil
}

func registrarIn(with []store.Object) (*register.Registrar, error) {
	for i := range with {
		if with[i].Kind == store.Registrars && len(with[i].Bytes) > 0 {
			return register.DecodeRegistrar(with[i].Bytes)
		}
	}
	return nil, nil
}

// EntityAnswer is what the register says of a contact or of a registrar. One
// of the two is set.
type EntityAnswer struct {
	About     About
	Contact   *disclose.Contact
	Registrar *disclose.RegistrarView
}

// Whom says which entities a question may mean.
type Whom uint8

// Whom a question may mean: whoever answers to the handle, or one sort alone.
const (
	Anyone Whom = iota
	ContactOnly
	RegistrarOnly
)

// Entity answers about whoever has a handle: of a contact its handle, then its
// ROID; of a registrar its id, then the id IANA gave it, then its name (ICANN's
// Technical Implementation Guide 2.4). One that may not be known of is passed
// over, as if it were not there.
func (d *Desk) Entity(ctx context.Context, q Question, whom Whom) (*EntityAnswer, error) {
	key, syntax := register.HandleKey(q.Text)
	v, err := d.admit(q, KindEntity, ratelimit.Lookup, syntax)
	if err != nil {
		return nil, err
	}
	v.cost.About = key
	if q.NoPersons {
		whom = RegistrarOnly
	}
	asks := d.asksFor(key)
	found, edition, err := v.find(ctx, asks...)
	if err != nil {
		return nil, err
	}
	for i := range found {
		if !found[i].There() || !whom.means(found[i].Kind) {
			continue
		}
		a := &EntityAnswer{About: v.about(&edition)}
		out := disclosure{object: found[i].Ref, edition: edition}
		visible, err := v.discloseEntity(a, &out, asks[i], &found[i])
		if err != nil {
			return nil, v.fail(err)
		}
		if !visible {
			continue
		}
		if err := v.release(ctx, out); err != nil {
			return nil, err
		}
		return a, nil
	}
	if whom != ContactOnly {
		a, out, err := v.registrarNamed(ctx, q.Text)
		if err != nil {
			return nil, v.failRead(ctx, err)
		}
		if a != nil {
			if err := v.release(ctx, out); err != nil {
				return nil, err
			}
			return a, nil
		}
	}
	if !slices.ContainsFunc(found, func(f store.Found) bool { return f.There() && f.Kind == store.Contacts }) {
		v.passOver()
	}
	return nil, v.missing(d.noEntity(key))
}

// tellsAlias reports that the caller may see the ROID or IANA id that an entity
// was found by: else finding it would tell that it has this one.
func (a *EntityAnswer) tellsAlias() bool {
	if a.Contact != nil {
		_, shown := a.Contact.ROID.Get()
		return shown
	}
	_, shown := a.Registrar.IANA.Get()
	return shown
}

// passOver does for a contact that is not there what is done for one that may
// not be known of, so that the time of an answer tells them apart less.
func (v *visit) passOver() {
	v.lies(access.Contact, "")
	if c, err := register.DecodeContact(nobody); err == nil {
		v.published.Policy.Contact(v.viewer(), c)
	}
}

// nobody is a contact as contacts are.
var nobody = (&register.Contact{
	Handle: "nobody", ROID: "NOBODY-1", Statuses: []string{"ok"}, Sponsor: "nobody",
	Local: register.Postal{Name: "Nobody", Address: register.Address{
		Street: []string{"Nowhere 1"}, City: "Nowhere", Code: "0000", Country: "XX"}},
	Voice: register.Phone{Number: "+999.0000000"}, Email: "nobody@nowhere.example",
}).Append(nil)

func (w Whom) means(k store.Kind) bool {
	return w == Anyone || (w == ContactOnly) == (k == store.Contacts)
}

// discloseEntity makes the view of whoever was found by an ask. It is not
// visible if the caller may not know of it, or not by what it was asked by.
func (v *visit) discloseEntity(a *EntityAnswer, out *disclosure, by store.Ask, f *store.Found) (visible bool, err error) {
	if f.Kind == store.Registrars {
		r, err := register.DecodeRegistrar(f.Bytes)
		if err != nil {
			return false, err
		}
		v.lies(access.Registrar, "")
		view := v.published.Policy.Registrar(v.viewer(), r)
		a.Registrar = &view
		visible = !by.ByAlias || a.tellsAlias()
		view = view.Narrow(v.question.Part)
		return visible, nil
	}
	c, err := register.DecodeContact(f.Bytes)
	if err != nil {
		return false, err
	}
	v.lies(access.Contact, "")
	view, ok := v.published.Policy.Contact(v.viewer(), c)
	if !ok {
		return false, nil
	}
	a.Contact = &view
	visible = !by.ByAlias || a.tellsAlias()
	view = view.Narrow(v.question.Part)
	out.told = func(t *disclose.Tally) { t.Contact(&view) }
	out.contacts = func() []string { return contactTold(nil, &view, c) }
	if view.Personal() {
		out.personal = 1
	}
	return visible, nil
}
