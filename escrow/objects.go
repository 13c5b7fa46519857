package escrow

import (
	"fmt"
	"strconv"

	"registerd/register"
	"registerd/store"
)

// How records become objects of the store: under which keys they are found,
// and what they refer to. Names are canonical already; handles are folded here.

// A builder collects the keys and references of one object, and the first error.
type builder struct {
	object store.Object
	err    error
}

// begin starts an object that is kept under a handle.
func begin(kind store.Kind, handle string) builder {
	key, err := register.HandleKey(handle)
	if err != nil {
		err = fmt.Errorf("its id: %w", err)
	}
	return builder{object: store.Object{Ref: store.Ref{Kind: kind, Key: key}}, err: err}
}

// handle adds a reference to what is kept under a handle, unless there is none.
func (b *builder) handle(kind store.Kind, what, handle string) {
	if handle == "" || b.err != nil {
		return
	}
	key, err := register.HandleKey(handle)
	if err != nil {
		b.err = fmt.Errorf("its %s: %w", what, err)
		return
	}
	b.object.Refs = append(b.object.Refs, store.Ref{Kind: kind, Key: key})
}

// done gives the object its bytes, and what it is searched by.
func (b *builder) done(record interface{ Append([]byte) []byte }) (store.Object, error) {
	if b.err != nil {
		return store.Object{}, b.err
	}
	b.object.Bytes = record.Append(nil)
	if searched, ok := record.(interface{ Terms() []register.Term }); ok {
		b.object.Terms = searched.Terms()
	}
	return b.object, nil
}

// named starts an object that is kept under a name.
func named(kind store.Kind, name register.Name) builder {
	return builder{object: store.Object{Ref: store.Ref{Kind: kind, Key: string(name)}}}
}

// objectOfDomain refers to the registrant, the contacts, the host objects and
// the sponsoring registrar, in this order. Those that are not given are left
// out; one that is given twice is there twice.
func objectOfDomain(d *register.Domain) (store.Object, error) {
	b := named(store.Names, d.Name)
	b.object.Refs = make([]store.Ref, 0, 2+len(d.Contacts)+len(d.Hosts))
	b.handle(store.Contacts, "registrant", d.Registrant)
	for _, c := range d.Contacts {
		b.handle(store.Contacts, "contact", c.Handle)
	}
	for _, h := range d.Hosts {
		if !h.Attr {
			b.object.Refs = append(b.object.Refs, store.Ref{Kind: store.Hosts, Key: string(h.Name)})
		}
	}
	b.handle(store.Registrars, "sponsor", d.Sponsor)
	return b.done(d)
}

// objectOfContact refers to the sponsoring registrar; the ROID is its alias.
func objectOfContact(c *register.Contact) (store.Object, error) {
	b := begin(store.Contacts, c.Handle)
	if c.ROID != "" && b.err == nil {
		if b.object.Alias, b.err = register.HandleKey(c.ROID); b.err != nil {
			b.err = fmt.Errorf("its ROID: %w", b.err)
		}
	}
	b.handle(store.Registrars, "sponsor", c.Sponsor)
	return b.done(c)
}

// objectOfHost refers to the sponsoring registrar.
func objectOfHost(h *register.Host) (store.Object, error) {
	b := named(store.Hosts, h.Name)
	b.handle(store.Registrars, "sponsor", h.Sponsor)
	return b.done(h)
}

// objectOfRegistrar has the IANA id as its alias.
func objectOfRegistrar(r *register.Registrar) (store.Object, error) {
	b := begin(store.Registrars, r.ID)
	if r.IANA > 0 {
		b.object.Alias = strconv.Itoa(r.IANA)
	}
	return b.done(r)
}

func objectOfReserved(r *register.Reserved) (store.Object, error) {
	b := named(store.Names, r.Name)
	return b.done(r)
}

func objectOfIDNTable(t *register.IDNTable) (store.Object, error) {
	b := begin(store.IDNTables, t.ID)
	return b.done(t)
}

// objectOfKept holds the facts of a contact that is gone, under the key the
// contact had.
func objectOfKept(key string, k *register.Kept) store.Object {
	return store.Object{Ref: store.Ref{Kind: store.Kept, Key: key}, Bytes: k.Append(nil)}
}
