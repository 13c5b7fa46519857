package main

import (
	"cmp"
	"context"
	"fmt"

	"registerd/register"
	"registerd/service"
	"registerd/store"
	"registerd/store/sqlite"
)

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
	reader, err := service.OpenRegister(db, sqlite.Options{})
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
