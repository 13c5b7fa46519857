package lookup

import (
	"context"
	"fmt"
	"sync/atomic"

	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// DomainAnswer is what the register says of a name: that it is registered, or
// that it is reserved. One of the two is set.
type DomainAnswer struct {
	About    About
	Domain   *disclose.Domain
	Reserved *disclose.Reserved

	published *Published
	personal  int
	written   [2]atomic.Pointer[Written]
}

// Written is an answer as a window wrote it.
type Written struct {
	Body []byte
	Tag  string // a mark of the body, for windows that have such a thing
}

// Write returns the answer as the window wrote it before, or has it written. It
// may be kept with the answer, which is the same for all of the public; a
// privileged answer is never kept anywhere.
func (a *DomainAnswer) Write(w Window, write func(*DomainAnswer) Written) Written {
	slot := &a.written[0]
	if w == RDAP {
		slot = &a.written[1]
	}
	if kept := slot.Load(); kept != nil {
		return *kept
	}
	out := write(a)
	slot.Store(&out)
	return out
}

// Domain answers what a name is.
func (d *Desk) Domain(ctx context.Context, q Question) (*DomainAnswer, error) {
	name, syntax := register.ParseName(q.Text)
	v, err := d.admit(q, KindDomain, ratelimit.Lookup, syntax)
	if err != nil {
		return nil, err
	}
	if a := d.keptAnswer(ctx, v, name); a != nil {
		v.ticket.Charge(a.personal)
		return a, v.leave(nil)
	}
	found, edition, err := v.find(ctx, store.Ask{Ref: store.Ref{Kind: store.Names, Key: string(name)}})
	if err != nil {
		return nil, err
	}
	if !found[0].There() {
		return nil, v.leave(absent(name, edition.State))
	}
	a := &DomainAnswer{About: about(v.published, &edition), published: v.published}
	out := disclosure{object: found[0].Ref, edition: edition}
	if err := v.discloseName(a, &out, &found[0]); err != nil {
		return nil, v.fail(err)
	}
	if err := v.release(ctx, out); err != nil {
		return nil, err
	}
	a.personal = out.personal
	if d.kept != nil && v.viewer().Audience == disclose.Public {
		d.kept.Add(name, a)
	}
	return a, nil
}

// keptAnswer is the answer given to the public before, if neither the register
// nor what is published has changed since.
func (d *Desk) keptAnswer(ctx context.Context, v *visit, name register.Name) *DomainAnswer {
	if d.kept == nil || v.viewer().Audience != disclose.Public {
		return nil
	}
	a, ok := d.kept.Get(name)
	if !ok || a.published != v.published {
		return nil
	}
	if e, err := d.store.Edition(ctx); err != nil || e.Version != a.About.Version {
		return nil
	}
	return a
}

// absent says that a name is not there: which is one thing in a zone of ours,
// and nothing at all in another's.
func absent(name register.Name, state *register.State) error {
	if _, ours := state.Zone(name); !ours {
		return ErrElsewhere
	}
	return fmt.Errorf("%s: %w", name, register.ErrNotFound)
}

func (v *visit) discloseName(a *DomainAnswer, out *disclosure, f *store.Found) error {
	switch f.Tag() {
	case register.TagReserved:
		r, err := register.DecodeReserved(f.Bytes)
		if err != nil {
			return err
		}
		view := v.published.Policy.Reserved(v.viewer(), r)
		a.Reserved = &view
		out.fields = func() []disclose.Field { return nil }
	default:
		record, err := decodeRecord(f)
		if err != nil {
			return err
		}
		view := v.published.Policy.Domain(v.viewer(), record)
		a.Domain = &view
		out.personal, out.fields = view.PersonalRecords(), view.Disclosed
	}
	return nil
}

// decodeRecord reads a domain and the objects it refers to.
func decodeRecord(f *store.Found) (*disclose.Record, error) {
	d, err := register.DecodeDomain(f.Bytes)
	if err != nil {
		return nil, err
	}
	r := &disclose.Record{
		Domain:   d,
		Contacts: make(map[string]*register.Contact, len(d.Contacts)+1),
		Hosts:    make(map[register.Name]*register.Host, len(d.Hosts)),
	}
	byKey := make(map[string]*register.Contact, len(d.Contacts)+1)
	for i := range f.With {
		o := &f.With[i]
		switch {
		case len(o.Bytes) == 0:
			continue
		case o.Kind == store.Contacts:
			byKey[o.Key], err = register.DecodeContact(o.Bytes)
		case o.Kind == store.Hosts:
			r.Hosts[register.Name(o.Key)], err = register.DecodeHost(o.Bytes)
		case o.Kind == store.Registrars:
			r.Registrar, err = register.DecodeRegistrar(o.Bytes)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, role := range d.Roles() {
		key, err := register.HandleKey(role.Handle)
		if err != nil {
			return nil, err
		}
		r.Contacts[role.Handle] = byKey[key]
	}
	return r, nil
}
