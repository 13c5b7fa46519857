package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"registerd/audit"
	"registerd/disclose"
	"registerd/holder"
	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

// timeSpan is a span of time, from its first moment to before its last; a zero one is open.
type timeSpan struct{ since, until time.Time }

func (s timeSpan) holds(at time.Time) bool {
	return !at.Before(s.since) && (s.until.IsZero() || at.Before(s.until))
}

// received is who was given a holder's data, as the holder may know it at now
// (GDPR Art. 15(1)(c)). Nothing in it tells that there is more: what is confidential
// is passed over as if it were not there, and no number or count of the journal is
// given.
func received(ctx context.Context, dir, roid string, in timeSpan, now time.Time) ([]holder.Receipt, error) {
	whose, err := register.HandleKey(roid)
	if err != nil {
		return nil, err
	}
	own := disclose.Holder.String() // who looks at what is held about itself has been given nothing
	list := []holder.Receipt{}
	err = audit.Walk(dir, func(r audit.Record) error {
		if r.Entry == audit.EntryDisclosure && r.Audience != own && !r.Until.After(now) && in.holds(r.Time) && tellsOf(&r, whose) {
			list = append(list, receipt(&r))
		}
		return ctx.Err()
	})
	return list, err
}

// tellsOf reports a record of a disclosure of a contact's data, by the key of its ROID.
func tellsOf(r *audit.Record, whose string) bool {
	return slices.ContainsFunc(r.Contacts, func(id string) bool {
		key, err := register.HandleKey(id)
		return err == nil && key == whose
	})
}

// receipt is a record as its holder is told of it: the organisation, and not who
// there asked, by which account, from where, or for which case of theirs. What was
// asked for is told where it is the holder's own name or handle; the text of a
// search is about others, too.
func receipt(r *audit.Record) holder.Receipt {
	out := holder.Receipt{
		Time: r.Time.UTC().Truncate(time.Second), Organisation: r.Organisation, Kind: cmp.Or(r.Requester, r.Audience),
		Purpose: r.Purpose, Basis: r.Basis, Fields: append([]string{}, r.Fields...),
	}
	if r.Kind == store.Names.String() || r.Kind == store.Contacts.String() {
		out.Object = r.Key
	}
	return out
}

// whose is the ROID of the contact that a handle or a ROID names now, and whether there
// is one. With neither, text is taken for the ROID of a contact that is gone.
func whose(ctx context.Context, db, text string) (roid string, known bool, err error) {
	key, err := register.HandleKey(text)
	if err != nil || db == "" {
		return key, false, err
	}
	c, err := contactOf(ctx, db, key)
	if err != nil || c == nil {
		return key, false, err
	}
	return cmp.Or(c.ROID, c.Handle), true, nil
}

// contactOf is the contact that a handle or a ROID names now, or nil.
func contactOf(ctx context.Context, db, text string) (contact *register.Contact, err error) {
	key, err := register.HandleKey(text)
	if err != nil {
		return nil, err
	}
	reader, err := openRegister(db, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	ref := store.Ref{Kind: store.Contacts, Key: key}
	found, _, err := reader.Find(ctx, store.Ask{Ref: ref}, store.Ask{Ref: ref, ByAlias: true})
	if err != nil {
		return nil, err
	}
	for i := range found {
		if !found[i].There() {
			continue
		}
		c, err := register.DecodeContact(found[i].Bytes)
		switch {
		case err != nil:
			return nil, err
		case contact != nil && contact.Handle != c.Handle:
			return nil, fmt.Errorf("%s is the handle of %s and the ROID of %s: say whose is meant by a handle or a ROID that is one's alone", text, contact.ROID, c.Handle)
		}
		contact = c
	}
	return contact, nil
}
