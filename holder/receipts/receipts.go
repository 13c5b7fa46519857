// Package receipts is the reading of the journal for a holder: who was given data of it,
// as it may know. It is no window, and tells the holder's window and the operator's
// command the same.
package receipts

import (
	"cmp"
	"context"
	"slices"
	"time"

	"registerd/audit"
	"registerd/disclose"
	"registerd/holder"
	"registerd/register"
	"registerd/store"
)

// Read is who was given the data of the contact with a ROID, as its holder may know it
// at now (GDPR Art. 15(1)(c)), oldest first. Nothing in it tells that there is more: what
// is confidential is passed over as if it were not there, and no number or count of the
// journal is given. It reads all of the journal in dir. An error is of what is no ROID,
// or of [audit.Walk]: with [audit.ErrTorn], all that is whole was read.
func Read(ctx context.Context, dir, roid string, in audit.Span, now time.Time) ([]holder.Receipt, error) {
	whose, err := register.HandleKey(roid)
	if err != nil {
		return nil, err
	}
	own := disclose.Holder.String() // who looks at what is held about itself has been given nothing
	list := []holder.Receipt{}
	err = audit.Walk(dir, func(r audit.Record) error {
		if r.Entry == audit.EntryDisclosure && r.Audience != own && !r.Until.After(now) && in.Holds(r.Time) && TellsOf(&r, whose) {
			list = append(list, receipt(&r))
		}
		return ctx.Err()
	})
	return list, err
}

// TellsOf reports a record of a contact's data, by the [register.HandleKey] of its ROID.
// A record whose key is erased tells of nobody any more.
func TellsOf(r *audit.Record, whose string) bool {
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
