package lookup

import (
	"context"
	"fmt"

	"registerd/access"
	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// Explanation is what the rules decide of an object, field by field. It holds
// no value of the object.
type Explanation struct {
	About   About
	Object  string // the kind of the object: domain, reserved name, nameserver, contact or registrar
	Asked   string // what was asked by: a key that was found may be withheld
	Decided []disclose.Explained
}

// Explain tells what the rules decide for the caller. It goes the way of an
// answer as far as the views, and no further: as it releases no value, it is
// neither charged for persons nor journaled. Hence nobody but the public, who
// would be told anyway, learns from it whether a value is there.
func (d *Desk) Explain(ctx context.Context, q Question, kind Kind) (*Explanation, error) {
	asks, syntax := explainable(q.Text, kind)
	v, err := d.admit(q, kind, ratelimit.Lookup, syntax)
	if err != nil {
		return nil, err
	}
	v.cost.About = asks[0].Key
	found, edition, err := v.find(ctx, asks...)
	if err != nil {
		return nil, err
	}
	for i := range found {
		if !found[i].There() {
			continue
		}
		object, view, err := v.viewOf(ctx, edition, asks[i], &found[i])
		if err != nil {
			return nil, v.fail(err)
		}
		if view != nil {
			decided := disclose.Explain(view)
			v.hidePresence(decided)
			return &Explanation{v.about(&edition), object, q.Text, decided}, v.leave(nil)
		}
	}
	return nil, v.missing(fmt.Errorf("%s: %w", q.Text, register.ErrNotFound))
}

// hidePresence makes a value that may be seen look the same, there or not.
func (v *visit) hidePresence(decided []disclose.Explained) {
	if !v.viewer().Above() {
		return
	}
	for i := range decided {
		if decided[i].Status == disclose.Absent {
			decided[i].Status = disclose.Shown
		}
	}
}

// explainable is where an object of the kind is looked for.
func explainable(text string, kind Kind) ([]store.Ask, error) {
	in := func(k store.Kind, key string, aliases bool) []store.Ask {
		ref := store.Ref{Kind: k, Key: key}
		if aliases {
			return []store.Ask{{Ref: ref}, {Ref: ref, ByAlias: true}}
		}
		return []store.Ask{{Ref: ref}}
	}
	switch kind {
	case KindHost:
		name, err := register.ParseHost(text)
		return in(store.Hosts, string(name), false), err
	case KindEntity:
		key, err := register.HandleKey(text)
		return append(in(store.Contacts, key, true), in(store.Registrars, key, true)...), err
	default:
		name, err := register.ParseName(text)
		return in(store.Names, string(name), false), err
	}
}

// viewOf is the view that the desk answers with. It is nil for a contact whose
// existence may not be known.
func (v *visit) viewOf(ctx context.Context, e store.Edition, by store.Ask, f *store.Found) (object string, view any, err error) {
	switch f.Kind {
	case store.Names:
		var a DomainAnswer
		v.lies(access.Domain, zoneOf(&e, register.Name(f.Key)))
		err = v.discloseName(ctx, &a, &disclosure{edition: e}, f)
		if a.Reserved != nil {
			return "reserved name", a.Reserved, err
		}
		return "domain", a.Domain, err
	case store.Hosts:
		h, err := register.DecodeHost(f.Bytes)
		if err != nil {
			return "", nil, err
		}
		v.lies(access.Nameserver, zoneOf(&e, h.Name))
		by, err := registrarIn(f.With)
		return "nameserver", v.published.Policy.Host(v.viewer(), h, by), err
	default:
		var a EntityAnswer
		visible, err := v.discloseEntity(&a, new(disclosure), by, f)
		if err != nil || !visible {
			return "", nil, err
		}
		if a.Registrar != nil {
			return "registrar", a.Registrar, nil
		}
		return "contact", a.Contact, nil
	}
}
