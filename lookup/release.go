package lookup

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/register"
	"registerd/store"
)

// disclosure is what is to be released.
type disclosure struct {
	object   store.Ref
	personal int                   // records of persons that the answer tells of
	missed   bool                  // whoever walks through a dictionary finds nothing there
	told     func(*disclose.Tally) // what it shows; nil is nothing that is journaled
	contacts func() []string       // whose data the answer tells; nil is nobody's
	edition  store.Edition
	sought   bool // that it was asked for is journaled, whatever becomes of it
}

// release charges and journals, and only then lets the answer go.
func (v *visit) release(ctx context.Context, out disclosure) error {
	v.cost.Personal, v.cost.Missed = out.personal, out.missed
	if over := v.pay(); over != nil {
		return v.leave(v.unpaid(ctx, over, out))
	}
	if viewer := v.viewer(); viewer.Above() {
		if err := v.journal(ctx, viewer, out); err != nil {
			v.refund(ctx)
			return v.leave(err)
		}
	}
	return v.leave(nil)
}

// whose are the contacts of a domain of which the view tells more than the public
// is told, for the journal: a holder may ask who was told, also when the domain
// has long been another's, and whether or not who was told was shown the handle.
func whose(view *disclose.Domain, of *disclose.Record) (out []string) {
	contacts, _ := view.Contacts.Get()
	for i := range contacts {
		if c := of.Contacts[i]; c != nil {
			out = contactTold(out, &contacts[i], c)
		}
	}
	return out
}

// contactTold appends the ROID of a contact of which the view tells more than the
// public is told, or else its handle.
func contactTold(to []string, view *disclose.Contact, of *register.Contact) []string {
	id := cmp.Or(of.ROID, of.Handle)
	if !view.Beyond() || id == "" || slices.Contains(to, id) {
		return to
	}
	return append(to, id)
}

// journal records a privileged answer. One that cannot be recorded is not given.
// Who has nothing but a grant is the public, and no more, where that is not used.
func (v *visit) journal(ctx context.Context, viewer disclose.Viewer, out disclosure) error {
	var told disclose.Tally
	if out.told != nil {
		out.told(&told)
	}
	granted := viewer.Grant != nil && told.By(viewer.Grant.Rule)
	if viewer.Audience == disclose.Public && !granted {
		return nil
	}
	c := v.question.Caller
	if !c.Channel.Private {
		return &access.Denied{Why: access.OpenChannel}
	}
	record := v.recorded(viewer, out, &told)
	if granted {
		grant := viewer.Grant
		record.Reference, record.Requester, record.Purpose = grant.Rule.ID, grant.Requester, grant.Purpose
	}
	var contacts []string
	if out.contacts != nil {
		contacts = out.contacts()
	}
	for {
		record.Contacts = contacts[:journaledTogether(contacts)]
		contacts = contacts[len(record.Contacts):]
		if err := v.desk.journal.Record(ctx, record); err != nil {
			return fmt.Errorf("%w: %w", &access.Denied{Why: access.JournalRequired}, err)
		}
		if len(contacts) == 0 {
			return nil
		}
	}
}

// recorded is what the journal is told of an answer, but for whom it tells of.
func (v *visit) recorded(viewer disclose.Viewer, out disclosure, told *disclose.Tally) audit.Disclosure {
	c := v.question.Caller
	var fields []string
	for _, f := range told.Fields() {
		fields = append(fields, f.String())
	}
	return audit.Disclosure{
		Entry: audit.EntryDisclosure, Caller: c.Account, Organisation: c.Organization,
		Requester: c.Kind.String(), Audience: max(viewer.Audience, disclose.Seeker).String(),
		Purpose: c.Purpose, Case: c.Case, Basis: strings.Join(told.Bases(), "; "), Until: c.ConfidentialUntil,
		Window: v.question.Window.String(), Question: cmp.Or(v.sought, v.question.Text),
		Kind: out.object.Kind.String(), Key: out.object.Key, Fields: fields,
		Rules: v.published.Policy.Version(), Serial: out.edition.State.Serial, Generation: out.edition.Version,
		Client: c.Channel.Addr,
	}
}

// journaledBytes is how long the ids of the contacts in one record of the
// journal are together: those of a page of a search may be more than a record
// can hold, and escaped an id may be six times as long.
const journaledBytes = 8 << 10

// journaledTogether is how many contacts the next record names. Each record
// waits for the disk, so they are as few as can be.
func journaledTogether(contacts []string) int {
	size := 0
	for i, c := range contacts {
		if size += len(c) + len(`"",`); size > journaledBytes && i > 0 {
			return i
		}
	}
	return len(contacts)
}
