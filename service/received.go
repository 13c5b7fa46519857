package service

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

// TimeSpan is a span of time, from its first moment to before its last; a zero one is open.
type TimeSpan struct{ Since, Until time.Time }

// Holds reports whether a moment is in it.
func (s TimeSpan) Holds(at time.Time) bool {
	return !at.Before(s.Since) && (s.Until.IsZero() || at.Before(s.Until))
}

// Received is who was given a holder's data, as the holder may know it at now
// (GDPR Art. 15(1)(c)). Nothing in it tells that there is more: what is confidential
// is passed over as if it were not there, and no number or count of the journal is
// given.
func Received(ctx context.Context, dir, roid string, in TimeSpan, now time.Time) ([]holder.Receipt, error) {
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

// TellsOf reports a record of a disclosure of a contact's data, by the key of its ROID.
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
