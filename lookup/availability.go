package lookup

import (
	"context"

	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// Names answers for many names at once, in order. When the budget allows for
// some of them only, the answers are fewer than the names: who asks again for
// the rest hears when.
func (d *Desk) Names(ctx context.Context, q Question, names []string) ([]Name, About, error) {
	v := d.begin(q, KindAvailability)
	v.count = len(names)
	granted, ticket, over := d.limiter.AdmitMany(client(q.Caller), ratelimit.Availability, len(names))
	if over != nil {
		return nil, d.About(), v.leave(over)
	}
	v.ticket, v.count = ticket, granted

	out := make([]Name, granted)
	var edition store.Edition
	err := ofOneEdition(func() (err error) {
		edition, err = v.names(ctx, names, out)
		return err
	})
	if err != nil {
		return nil, d.About(), v.failRead(ctx, err)
	}
	d.last.Store(&edition)
	out, over = v.playAll(out)
	if over != nil {
		return nil, d.About(), v.leave(over)
	}
	if over := v.settle(nil); over != nil {
		return nil, d.About(), over
	}
	return out, v.about(&edition), nil
}

// names fills in what the first names are, all of one edition of the register.
func (v *visit) names(ctx context.Context, names []string, out []Name) (store.Edition, error) {
	keys := make([]string, 0, len(out))
	for i := range out {
		name, err := register.ParseName(names[i])
		if err != nil {
			out[i] = invalid(err)
			continue
		}
		out[i] = Name{Name: name}
		keys = append(keys, string(name))
	}
	tags, edition, err := v.desk.store.Tags(ctx, store.Names, keys)
	if err != nil {
		return edition, err
	}
	var read, vacant []*Name
	next := 0
	for i := range out {
		if out[i].State == Invalid {
			continue
		}
		switch tag := tags[next]; tag {
		case register.TagDomain:
			out[i].State = Registered
		case register.TagLeaving, register.TagReserved:
			read = append(read, &out[i])
		case 0:
			v.vacant(&out[i], edition.State)
			if out[i].State == Free && len(v.published.Zones) > 0 {
				vacant = append(vacant, &out[i])
			}
		}
		next++
	}
	if err := v.read(ctx, read, edition.Version); err != nil {
		return edition, err
	}
	return edition, v.variantsOf(ctx, vacant, edition)
}

// read tells of names what their records say to the public: a registrar learns
// more of them, and that is journaled, where it asks for one of them.
func (v *visit) read(ctx context.Context, names []*Name, version uint64) error {
	if len(names) == 0 {
		return nil
	}
	asks := make([]store.Ask, len(names))
	for i, n := range names {
		asks[i].Ref = store.Ref{Kind: store.Names, Key: string(n.Name)}
	}
	found, edition, err := v.desk.store.Find(ctx, asks...)
	switch {
	case err != nil:
		return err
	case edition.Version != version:
		return errMoved
	}
	for i, n := range names {
		if err := v.tell(n, &found[i]); err != nil {
			return err
		}
	}
	return nil
}

// variantsOf blocks the names that are free but for a variant that is taken.
// It looks for them once for all names, and only in zones that have variants.
func (v *visit) variantsOf(ctx context.Context, names []*Name, edition store.Edition) error {
	var keys []string
	var of []*Name // that the key is a variant of
	for _, n := range names {
		if n.State != Free {
			continue
		}
		keys = v.published.Zones[n.Name.Parent()].Names.Variants(keys, n.Name)
		for len(of) < len(keys) {
			of = append(of, n)
		}
	}
	for len(keys) > 0 {
		some := keys[:min(len(keys), variantsTogether)]
		tags, e, err := v.desk.store.Tags(ctx, store.Names, some)
		switch {
		case err != nil:
			return err
		case e.Version != edition.Version:
			return errMoved
		}
		for i, tag := range tags {
			if tag != 0 {
				of[i].block()
			}
		}
		keys, of = keys[len(some):], of[len(some):]
	}
	return nil
}

// variantsTogether bounds the memory of a question for names with many variants.
const variantsTogether = 4096
