package request

import (
	"context"
	"database/sql"
	"slices"
	"time"
)

// maxExtension is how long after its receipt a request is decided at the latest.
const maxExtension = 30 * 24 * time.Hour

// List are requests, those that are due first: with all also those that are
// decided. What is sealed is read for whom it belongs to.
func (d *Desk) List(ctx context.Context, all bool) (list []*Request, err error) {
	where := "state IN ('received', 'taken', 'proposed')"
	if all {
		where = "1"
	}
	err = d.inside(ctx, func(t *sql.Tx) error {
		return d.each(ctx, t, where, true, func(r *Request) error {
			list = append(list, r)
			return nil
		})
	})
	slices.SortStableFunc(list, func(a, b *Request) int {
		switch {
		case a.State.Open() != b.State.Open():
			return order(a.State.Open())
		case a.State.Open() && a.Urgent != b.Urgent:
			return order(a.Urgent)
		}
		return a.Due.Compare(b.Due)
	})
	return list, desks(err)
}

func order(first bool) int {
	if first {
		return -1
	}
	return 1
}

// Show is one request.
func (d *Desk) Show(ctx context.Context, number string) (r *Request, err error) {
	err = d.inside(ctx, func(t *sql.Tx) error {
		r, err = d.find(ctx, t, number)
		return err
	})
	return r, desks(err)
}

// act does an action of an officer.
func (d *Desk) act(ctx context.Context, number string, a Action, by string, edit func(r *Request, now time.Time) (Step, error)) error {
	if by == "" {
		return invalid("by", "nobody does it")
	}
	return desks(d.inside(ctx, func(t *sql.Tx) error {
		r, err := d.find(ctx, t, number)
		if err != nil {
			return err
		}
		return d.move(ctx, t, r, a, by, func(now time.Time) (Step, error) { return edit(r, now) }, nil)
	}))
}

// Take says that somebody works on a request. Of a proposed grant it is the way
// back: the proposal is gone.
func (d *Desk) Take(ctx context.Context, number, by string) error {
	return d.act(ctx, number, Take, by, func(r *Request, _ time.Time) (Step, error) {
		r.File.Decision = nil
		return Step{Entry: EntryRequest}, nil
	})
}

// Extend replies that the decision needs longer, and why. It is no reply any more
// once the time to reply is over.
func (d *Desk) Extend(ctx context.Context, number, by string, until time.Time, reason string) error {
	return d.act(ctx, number, Extend, by, func(r *Request, now time.Time) (Step, error) {
		if err := (text{"reason", reason, maxLong, true}).check(); err != nil {
			return Step{}, err
		}
		until = until.UTC().Truncate(time.Second)
		if !until.After(r.Due) || !until.After(now) || until.After(r.Received.Add(maxExtension)) {
			return Step{}, invalid("until", "it is after the time that is set now, and within %d days of the receipt", maxExtension/(24*time.Hour))
		}
		r.File.Extensions = append(r.File.Extensions, Extension{by, now, until, reason})
		r.Due, r.reminded = until, firstReminder
		r.Extended++
		r.reply(now)
		return Step{Entry: EntryRequest, Reason: reason}, nil
	})
}

// reply notes the first reply.
func (r *Request) reply(now time.Time) {
	if r.Replied.IsZero() {
		r.Replied = now
	}
}

// end notes how a question ended, and from when the time of keeping counts.
func (r *Request) end(now time.Time, o Outcome, ends time.Time) {
	r.reply(now)
	r.Decided, r.Outcome, r.Ends = now, o, ends
}

// Grant decides that something is granted. Where a second approver is needed, it
// is then only proposed, and the result says so.
func (d *Desk) Grant(ctx context.Context, number string, decision Decision) (State, error) {
	a, state := Grant, Granted
	if d.cfg.SecondApprover {
		a, state = Propose, Proposed
	}
	err := d.act(ctx, number, a, decision.By, func(r *Request, now time.Time) (Step, error) {
		decision.At, decision.ApprovedBy, decision.ApprovedAt = now, "", time.Time{}
		decision.Until = decision.Until.UTC().Truncate(time.Second)
		if err := decision.take(&r.File.Submission, now); err != nil {
			return Step{}, err
		}
		r.File.Decision = &decision
		if a == Propose {
			return Step{Entry: EntryRequest, Basis: decision.Ground.Law(), Until: decision.Confidential}, nil
		}
		return r.grant(now), nil
	})
	return state, err
}

// Approve grants what somebody else has proposed.
func (d *Desk) Approve(ctx context.Context, number, by string) error {
	return d.act(ctx, number, Approve, by, func(r *Request, now time.Time) (Step, error) {
		proposal := r.File.Decision
		if proposal.By == by {
			return Step{}, ErrSameApprover
		}
		if err := proposal.take(&r.File.Submission, now); err != nil {
			return Step{}, err // its time is over
		}
		proposal.ApprovedBy, proposal.ApprovedAt = by, now
		return r.grant(now), nil
	})
}

func (r *Request) grant(now time.Time) Step {
	decision := r.File.Decision
	r.Country = decision.Country
	r.end(now, decision.outcome(&r.File.Submission), decision.Until)
	return Step{
		Entry: EntryGrant, Basis: decision.Ground.Law(), Until: decision.Confidential,
		Objects: objectTexts(decision.Objects), Fields: fieldTexts(decision.granted()), Reason: decision.inWords(),
	}
}

// inWords says on what a grant rests.
func (d *Decision) inWords() string {
	words := "requester: " + d.Identity + " (" + d.Verified + "), " + d.Country
	for _, part := range []struct{ what, says string }{
		{"statute", d.Ground.Statute}, {"interest", d.Ground.Interest}, {"necessity", d.Ground.Necessity}, {"balance", d.Ground.Balance},
		{"transfer by " + d.Transfer.By, d.Transfer.Why}, {"holder heard", d.Heard}, {"holder not heard", d.NotHeard},
		{"proposed by", d.By}, {"approved by", d.ApprovedBy}, {"until", stamp(d.Until)},
	} {
		if part.says != "" {
			words += "; " + part.what + ": " + part.says
		}
	}
	return words
}

// Refuse decides that nothing is granted, and why.
func (d *Desk) Refuse(ctx context.Context, number string, refusal Refusal) error {
	return d.act(ctx, number, Refuse, refusal.By, func(r *Request, now time.Time) (Step, error) {
		for _, t := range []text{
			{"reason", refusal.Reason, maxLong, true}, {"identity", refusal.Identity, maxShort, false}, {"verified", refusal.Verified, maxLong, false},
		} {
			if err := t.check(); err != nil {
				return Step{}, err
			}
		}
		refusal.At = now
		r.File.Decision, r.File.Refusal = nil, &refusal
		r.end(now, None, now)
		return Step{Entry: EntryRefusal, Reason: refusal.Reason}, nil
	})
}

// End closes a request that is not to be decided, or a grant early: its token opens
// nothing any more.
func (d *Desk) End(ctx context.Context, number, by, reason string) error {
	return d.act(ctx, number, Close, by, func(r *Request, now time.Time) (Step, error) {
		if err := (text{"reason", reason, maxLong, true}).check(); err != nil {
			return Step{}, err
		}
		r.File.Closing = &Closing{by, now, reason}
		if r.State == Granted {
			if now.Before(r.Ends) {
				r.Ends = now
			}
			return Step{Entry: EntryRequest, Reason: reason, Until: r.File.Decision.Confidential}, nil
		}
		r.File.Decision = nil
		r.end(now, Without, now)
		return Step{Entry: EntryRequest, Reason: reason}, nil
	})
}

// Renew lets the token of a grant be picked up once more, and ends the one that was.
func (d *Desk) Renew(ctx context.Context, number, by string) error {
	return d.act(ctx, number, Renew, by, func(r *Request, now time.Time) (Step, error) {
		if !r.PickedUp || !now.Before(r.Ends) {
			return Step{}, ErrNoToken
		}
		old := r.token
		r.token, r.digest, r.PickedUp = "", nil, false
		return Step{Entry: EntryToken, Reason: "revoked: token " + old, Until: r.File.Decision.Confidential}, nil
	})
}

// Evidence is the n-th piece of evidence, from 1, as it was sent. It is to be
// looked at with care: anybody may have sent it.
func (d *Desk) Evidence(ctx context.Context, number string, n int, by string) (file []byte, err error) {
	err = d.act(ctx, number, Read, by, func(r *Request, _ time.Time) (Step, error) {
		all := r.File.Submission.Evidence
		if n < 1 || n > len(all) || all[n-1].Kept.IsZero() {
			return Step{}, ErrWrongEvidence
		}
		file, err = d.keys.evidence(number, all[n-1].SHA256)
		return Step{Entry: EntryRequest, Reason: "sha256 " + all[n-1].SHA256.String()}, err
	})
	if err != nil {
		return nil, err
	}
	return file, nil
}
