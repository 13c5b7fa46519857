package escrow

import (
	"context"

	"registerd/register"
	"registerd/store"
)

// What is known of people, when a rollback takes the register back: it is newer than
// the generation, and no deposit brings it again.

// close gives contacts of the generation the facts that are known of them now, where
// by those of then the public would see more. The changes since have brought theirs.
func (b *rollback) close(ctx context.Context, tx store.Tx) error {
	for i := range b.suspect {
		if _, err := b.closeOne(tx, b.suspect[i].ref.Key, &b.suspect[i].was); err != nil {
			return err
		}
	}
	return b.im.Reader.Walk(ctx, store.Kept, func(o store.Object) error {
		k, err := register.DecodeKept(o.Bytes)
		if err != nil {
			return err
		}
		open, err := b.closeOne(tx, o.Key, k)
		if open {
			b.wider++
		}
		return err
	})
}

// closeOne reports whether the public sees more than by what is known: it may, on
// the operator's word.
func (b *rollback) closeOne(tx store.Tx, key string, known *register.Kept) (open bool, err error) {
	found, err := tx.Find(store.Ask{Ref: store.Ref{Kind: store.Contacts, Key: key}})
	if err != nil || !found.There() {
		return false, err
	}
	c, err := register.DecodeContact(found.Bytes)
	if err != nil {
		return false, err
	}
	// Where the registry gives no ROIDs, it is the handle that says who it is.
	if !sameROID(c.ROID, known.ROID) && c.ROID+known.ROID != "" {
		return false, nil
	}
	then := c.Traits()
	c.Facts = known.Facts
	if open = b.im.Wider(c.Traits(), then); !open || b.im.AcceptWiden {
		return open, nil
	}
	o, err := objectOf(c)
	if err != nil {
		return false, err
	}
	if b.report.Closed++; b.closesTooMany() {
		return false, nil
	}
	return false, tx.Put(o)
}

// closesTooMany reports that the facts of then would be lost of more contacts than may
// be without a word: they may be what is gone back for.
func (b *rollback) closesTooMany() bool {
	return b.report.Closed > widenLimit(b.report.From.State.Counts.Contacts) && !b.options.KeepClosed
}

// facts keeps what is known of contacts that are not in the generation: of those that
// were gone before, and then of those that are gone with this. Those that are in it
// have brought their own.
func (b *rollback) facts(ctx context.Context, tx store.Tx) error {
	err := b.im.Reader.Walk(ctx, store.Kept, func(o store.Object) error { return b.kept(tx, o) })
	if err != nil {
		return err
	}
	if err := keepGone(ctx, tx, b.load); err != nil {
		return err
	}
	return b.aside.each(func(key string, k *register.Kept) error {
		if is, err := holds(tx, key, k.ROID); is || err != nil {
			return err
		}
		return keepFacts(tx, key, &register.Contact{ROID: k.ROID, Facts: k.Facts})
	})
}

// kept keeps what is known of a contact that is gone, if it still is: a change that
// deleted it again has kept what was known then.
func (b *rollback) kept(tx store.Tx, o store.Object) error {
	found, err := tx.Find(store.Ask{Ref: store.Ref{Kind: store.Contacts, Key: o.Key}})
	if err != nil {
		return err
	}
	if !found.There() {
		return tx.Put(o)
	}
	found, err = tx.Find(store.Ask{Ref: o.Ref}) // as it is by now
	if err != nil || !found.There() {
		return err
	}
	k, err := register.DecodeKept(found.Bytes)
	if err != nil {
		return err
	}
	is, err := holds(tx, o.Key, k.ROID)
	if err != nil || !is {
		return err
	}
	_, err = tx.Delete(o.Ref)
	return err
}

// holds reports whether the register holds that contact.
func holds(tx store.Tx, key, roid string) (bool, error) {
	found, err := tx.Find(store.Ask{Ref: store.Ref{Kind: store.Contacts, Key: key}})
	if err != nil || !found.There() {
		return false, err
	}
	c, err := register.DecodeContact(found.Bytes)
	return err == nil && sameROID(c.ROID, roid), err
}
