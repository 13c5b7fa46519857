package escrow

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"registerd/register"
	"registerd/store"
)

// carrier takes over from the published register what a deposit cannot say:
// the facts of a contact, the suspension and dispute of a domain, the abuse
// contact and RDAP base of a registrar. It does so for the same object only:
// the same handle or name with the same ROID, the same registrar's id.
type carrier struct {
	find  func([]store.Ask) ([]store.Found, error)
	wider func(old, new register.Traits) bool

	widened  int      // contacts of which the public would see more
	replaced replaced // contacts whose handle is somebody else's now
}

// carry completes the records of a batch.
func (c *carrier) carry(batch []item) error {
	var asks []store.Ask
	var at []int
	for i := range batch {
		if ref, ok := published(batch[i].record); ok {
			asks, at = append(asks, store.Ask{Ref: ref}), append(at, i)
		}
	}
	found, err := c.find(asks)
	if err != nil || len(asks) == 0 {
		return err
	}
	var unknown []*register.Contact
	var keys []store.Ask
	for n, i := range at {
		known, err := c.complete(batch[i].record, &found[n])
		if err != nil {
			return err
		}
		if contact, ok := batch[i].record.(*register.Contact); ok && !known {
			unknown = append(unknown, contact)
			keys = append(keys, store.Ask{Ref: store.Ref{Kind: store.Kept, Key: asks[n].Key}})
		}
	}
	return c.recall(unknown, keys)
}

// published is where the record's predecessor is found. One whose handle is
// no handle has none: it is refused later.
func published(r record) (store.Ref, bool) {
	switch r := r.(type) {
	case *register.Domain:
		return store.Ref{Kind: store.Names, Key: string(r.Name)}, true
	case *register.Contact:
		key, err := register.HandleKey(r.Handle)
		return store.Ref{Kind: store.Contacts, Key: key}, err == nil
	case *register.Registrar:
		key, err := register.HandleKey(r.ID)
		return store.Ref{Kind: store.Registrars, Key: key}, err == nil
	}
	return store.Ref{}, false
}

// complete takes over what is known of the object, and reports whether there was one.
func (c *carrier) complete(r record, found *store.Found) (bool, error) {
	if !found.There() {
		return false, nil
	}
	switch r := r.(type) {
	case *register.Domain:
		return true, completeDomain(r, found)
	case *register.Contact:
		return c.contact(r, found)
	case *register.Registrar:
		old, err := register.DecodeRegistrar(found.Bytes)
		if err != nil {
			return false, err
		}
		r.AbuseEmail, r.AbusePhone, r.RDAPBase = old.AbuseEmail, old.AbusePhone, old.RDAPBase
	}
	return true, nil
}

func completeDomain(d *register.Domain, found *store.Found) error {
	if found.Tag().Type() != register.TagDomain {
		return nil
	}
	old, err := register.DecodeDomain(found.Bytes)
	if err == nil && sameROID(old.ROID, d.ROID) {
		d.Suspension, d.Dispute = old.Suspension, old.Dispute
		if d.Leaving() { // of one that was saved, the date is void
			d.Deletes = old.Deletes
		}
	}
	return err
}

// contact takes over the facts of the same person. If the handle was another's,
// that one's facts are put aside.
func (c *carrier) contact(r *register.Contact, found *store.Found) (bool, error) {
	old, err := register.DecodeContact(found.Bytes)
	if err != nil {
		return false, err
	}
	if !sameROID(old.ROID, r.ROID) {
		return false, c.replaced.add(found.Key, &register.Kept{ROID: old.ROID, Facts: old.Facts})
	}
	r.Facts = old.Facts
	if c.wider(old.Traits(), r.Traits()) {
		c.widened++
	}
	return true, nil
}

// recall finds the facts of contacts that were in the register before.
func (c *carrier) recall(contacts []*register.Contact, asks []store.Ask) error {
	if len(asks) == 0 {
		return nil
	}
	found, err := c.find(asks)
	if err != nil {
		return err
	}
	for i := range found {
		if !found[i].There() {
			continue
		}
		kept, err := register.DecodeKept(found[i].Bytes)
		if err != nil {
			return err
		}
		if sameROID(kept.ROID, contacts[i].ROID) {
			contacts[i].Facts = kept.Facts
		}
	}
	return nil
}

// sameROID compares as keys are compared. No ROID is like no other.
func sameROID(a, b string) bool {
	x, err := register.HandleKey(a)
	if err != nil {
		return false
	}
	y, err := register.HandleKey(b)
	return err == nil && x == y
}

// keepReplaced keeps the facts of those whose handle is another's now, so that
// they have them again should they come back.
func (c *carrier) keepReplaced(tx store.Tx) error {
	return c.replaced.each(func(key string, k *register.Kept) error {
		return keepFacts(tx, key, &register.Contact{ROID: k.ROID, Facts: k.Facts})
	})
}

// replaced is a list in a file: a registry that changes all its ROIDs makes it
// as long as the register.
type replaced struct {
	n    int
	file *os.File
	w    *bufio.Writer
}

func (l *replaced) add(key string, k *register.Kept) error {
	if l.file == nil {
		f, err := os.CreateTemp("", "registerd-import-*")
		if err != nil {
			return fmt.Errorf("putting facts aside: %w", err)
		}
		l.file, l.w = f, bufio.NewWriter(f)
	}
	l.n++
	b := binary.AppendUvarint(nil, uint64(len(key)))
	b = append(b, key...)
	facts := k.Append(nil)
	b = append(binary.AppendUvarint(b, uint64(len(facts))), facts...)
	if _, err := l.w.Write(b); err != nil {
		return fmt.Errorf("putting facts aside: %w", err)
	}
	return nil
}

func (l *replaced) each(f func(key string, k *register.Kept) error) error {
	if l.file == nil {
		return nil
	}
	if err := l.w.Flush(); err != nil {
		return fmt.Errorf("putting facts aside: %w", err)
	}
	if _, err := l.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("reading facts put aside: %w", err)
	}
	r := bufio.NewReader(l.file)
	for range l.n {
		var part [2][]byte
		for i := range part {
			n, err := binary.ReadUvarint(r)
			if err != nil {
				return fmt.Errorf("reading facts put aside: %w", err)
			}
			part[i] = make([]byte, n)
			if _, err := io.ReadFull(r, part[i]); err != nil {
				return fmt.Errorf("reading facts put aside: %w", err)
			}
		}
		k, err := register.DecodeKept(part[1])
		if err != nil {
			return err
		}
		if err := f(string(part[0]), k); err != nil {
			return err
		}
	}
	return nil
}

func (l *replaced) close() {
	if l.file != nil {
		_ = l.file.Close()
		_ = os.Remove(l.file.Name())
	}
}
