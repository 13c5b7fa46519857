package lookup

import (
	"context"
	"fmt"
	"sync/atomic"

	"registerd/access"
	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// DomainAnswer is what the register says of a name: that it is registered, or
// that it is reserved. One of the two is set, unless the answer was kept ready:
// then Write has it, and there is no Name either.
type DomainAnswer struct {
	About    About
	Name     Name
	Domain   *disclose.Domain
	Reserved *disclose.Reserved

	kept *Written
	keep func(Written)
}

// asked is what a kept answer is an answer to. Rules may differ by window.
type asked struct {
	window Window
	name   register.Name
}

// keptAnswer is an answer to the public as its window wrote it. The view it was
// made of is gone: what is kept is bytes, and not a hundred pointers.
type keptAnswer struct {
	version   uint64
	published *Published
	stale     bool // it says that the data may be out of date
	cost      ratelimit.Cost
	written   Written
}

// Written is an answer as a window wrote it.
type Written struct {
	Body []byte
	Tag  string // a mark of the body, for windows that have such a thing

	// Packed is where the window of an answer that is kept may put a smaller form
	// of Body, to have it the next time. It is nil when the answer is not kept.
	Packed *atomic.Pointer[Packed]
}

// Packed is an answer in fewer bytes.
type Packed struct {
	Coding string
	Body   []byte
}

// Write returns the answer as its window wrote it before, or has it written. An
// answer to the public is then kept ready, being the same for all of them; a
// privileged one is never kept anywhere.
func (a *DomainAnswer) Write(write func(*DomainAnswer) Written) Written {
	if a.kept != nil {
		return *a.kept
	}
	out := write(a)
	if a.keep != nil {
		out.Packed = new(atomic.Pointer[Packed])
		a.keep(out)
	}
	return out
}

// Domain answers what a name is.
func (d *Desk) Domain(ctx context.Context, q Question) (*DomainAnswer, error) {
	name, syntax := register.ParseName(q.Text)
	v, err := d.admit(q, KindDomain, ratelimit.Lookup, syntax)
	if err != nil {
		return nil, err
	}
	v.zone, v.cost.About = v.published.zone(name), string(name)
	if a := v.ready(ctx, name); a != nil {
		if over := v.settle(nil); over != nil {
			return nil, over
		}
		return a, nil
	}
	a, version, err := released(ctx, v, func() (*DomainAnswer, disclosure, error) { return v.domain(ctx, name) })
	if err == nil && v.keeps() {
		a.keep = func(w Written) {
			d.kept.Add(asked{q.Window, name}, &keptAnswer{version, v.published, a.About.Stale, v.cost, w})
		}
	}
	return a, err
}

// domain finds a name and discloses it.
func (v *visit) domain(ctx context.Context, name register.Name) (*DomainAnswer, disclosure, error) {
	found, edition, err := v.desk.store.Find(ctx, store.Ask{Ref: store.Ref{Kind: store.Names, Key: string(name)}})
	if err != nil {
		return nil, disclosure{}, err
	}
	v.desk.last.Store(&edition)
	v.lies(access.Domain, zoneOf(&edition, name))
	if !found[0].There() {
		return v.absent(ctx, name, edition)
	}
	return v.found(ctx, &found[0], edition)
}

func (v *visit) found(ctx context.Context, f *store.Found, edition store.Edition) (*DomainAnswer, disclosure, error) {
	a := &DomainAnswer{About: v.about(&edition), Name: Name{Name: register.Name(f.Key)}}
	out := disclosure{object: f.Ref, edition: edition}
	return a, out, v.discloseName(ctx, a, &out, f)
}

// ready is the answer given to the public before, if neither the register nor
// what is published has changed since. It is charged as it was then.
func (v *visit) ready(ctx context.Context, name register.Name) *DomainAnswer {
	if !v.keeps() {
		return nil
	}
	k, ok := v.desk.kept.Get(asked{v.question.Window, name})
	if !ok || k.published != v.published {
		return nil
	}
	e, err := v.desk.store.Edition(ctx)
	if err != nil || e.Version != k.version || k.stale != v.published.stale(&e, v.began) {
		return nil
	}
	v.cost, v.kept = k.cost, true
	return &DomainAnswer{About: v.about(&e), kept: &k.written}
}

// keeps reports an answer of the kind that is kept: the public's, in the
// default language and the usual form.
func (v *visit) keeps() bool {
	q := &v.question
	return v.desk.kept != nil && !q.NoPersons && !q.Apart && q.Part == disclose.Full && v.public() && v.language() == v.zone.Languages[0]
}

// public reports a caller who is of the public whatever the question is about.
func (v *visit) public() bool {
	return v.question.Caller.Bounds == nil && v.viewer() == disclose.Viewer{Audience: disclose.Public, Window: v.question.Window}
}

// absent says that a name is not there: which is one thing in a zone of ours,
// and nothing at all in another's.
func (v *visit) absent(ctx context.Context, name register.Name, edition store.Edition) (*DomainAnswer, disclosure, error) {
	n := Name{Name: name}
	v.vacant(&n, edition.State)
	if err := v.variantsOf(ctx, []*Name{&n}, edition); err != nil {
		return nil, disclosure{}, err
	}
	switch {
	case n.Why != WhyZone:
		return nil, disclosure{}, &Absent{n, register.ErrNotFound}
	case v.inSandbox(&n):
		return v.played(ctx, n, edition)
	}
	return nil, disclosure{}, &Absent{n, v.desk.elsewhere(KindDomain, name)}
}

func (v *visit) discloseName(ctx context.Context, a *DomainAnswer, out *disclosure, f *store.Found) error {
	switch f.Tag() {
	case register.TagReserved:
		r, err := register.DecodeReserved(f.Bytes)
		if err != nil {
			return err
		}
		view := v.published.Policy.Reserved(v.viewer(), r)
		a.Reserved = &view
		a.Name.reserved(&view)
		out.missed = true
	default:
		record, err := decodeRecord(f)
		if err == nil {
			record.Related, err = v.related(ctx, record.Domain, out.edition.Version)
		}
		if err != nil {
			return err
		}
		view := v.published.Policy.Domain(v.viewer(), record)
		if v.question.NoPersons {
			view = view.WithoutPersons()
		}
		a.Name.registered(&view)
		view = view.Narrow(v.question.Part)
		a.Domain = &view
		out.personal = view.PersonalRecords()
		out.told = func(t *disclose.Tally) { t.Domain(&view) }
		out.contacts = func() []string { return whose(&view, record) }
	}
	return nil
}

// decodeRecord reads a domain and the objects it refers to. These stand in the
// order in which the domain names them, kind by kind.
func decodeRecord(f *store.Found) (*disclose.Record, error) {
	d, err := register.DecodeDomain(f.Bytes)
	if err != nil {
		return nil, err
	}
	r := &disclose.Record{Domain: d}
	contacts, hosts := referred(f.With, store.Contacts), referred(f.With, store.Hosts)
	if r.Contacts, err = contactsOf(d, contacts); err != nil {
		return nil, err
	}
	if r.Hosts, err = hostsOf(d, hosts); err != nil {
		return nil, err
	}
	r.Registrar, err = registrarIn(f.With)
	return r, err
}

// decodeAlone reads a domain without the objects it refers to, for a view that
// tells of none of them.
func decodeAlone(f *store.Found) (*disclose.Record, error) {
	d, err := register.DecodeDomain(f.Bytes)
	if err != nil {
		return nil, err
	}
	d.Registrant, d.Contacts = "", nil
	return &disclose.Record{Domain: d, Hosts: make([]*register.Host, len(d.Hosts))}, nil
}

// referred is the run of objects of one kind.
func referred(with []store.Object, k store.Kind) []store.Object {
	first := 0
	for first < len(with) && with[first].Kind != k {
		first++
	}
	end := first
	for end < len(with) && with[end].Kind == k {
		end++
	}
	return with[first:end]
}

func contactsOf(d *register.Domain, with []store.Object) (out []*register.Contact, err error) {
	roles := d.Roles()
	if len(roles) != len(with) {
		return nil, fmt.Errorf("%d contacts for %d roles", len(with), len(roles))
	}
	out = make([]*register.Contact, len(with))
	for i := range with {
		switch before := sameBefore(with, i); {
		case len(with[i].Bytes) == 0:
		case before >= 0:
			out[i] = out[before]
		default:
			if out[i], err = register.DecodeContact(with[i].Bytes); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// sameBefore is the place of the same object before i: the holder is often the
// administrative contact too. It is -1 when there is none.
func sameBefore(with []store.Object, i int) int {
	for j := range i {
		if with[j].Key == with[i].Key {
			return j
		}
	}
	return -1
}

func hostsOf(d *register.Domain, with []store.Object) (out []*register.Host, err error) {
	out = make([]*register.Host, len(d.Hosts))
	next := 0
	for i := range d.Hosts {
		if d.Hosts[i].Attr {
			continue
		}
		if next == len(with) || with[next].Key != string(d.Hosts[i].Name) {
			return nil, fmt.Errorf("name server %d is not the host that is referred to", i+1)
		}
		if len(with[next].Bytes) > 0 {
			if out[i], err = register.DecodeHost(with[next].Bytes); err != nil {
				return nil, err
			}
		}
		next++
	}
	return out, nil
}
