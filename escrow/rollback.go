package escrow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"registerd/register"
	"registerd/store"
)

// RollbackOptions say which generation to go back to, and how.
type RollbackOptions struct {
	To uint64 // a kept generation; 0 is the one that was replaced last

	// AsItWas gives up the changes of the feed that came after the generation was
	// replaced. They are applied again otherwise.
	AsItWas bool

	// Confirm is called with what is about to happen, last of all. If it returns
	// an error nothing is changed, and Rollback returns that. It may be nil.
	Confirm func(*RollbackReport) error
}

// RollbackReport is what going back did, or would do. Its counts, serial and
// watermark are those of the register afterwards.
type RollbackReport struct {
	Report
	From, To store.Generation // as they were before
	Again    int              // changes that were applied again
	Lost     uint64           // the serial up to which changes are given up; 0 if none are
	Wider    int              // contacts of which the public sees more than before
}

// Rollback publishes a generation again that a load took the place of, as if a
// deposit or a snapshot brought it: whoever loads what should not have been
// loaded goes back to what was there before. The one that was published is kept,
// so that a rollback can be taken back by another.
//
// The changes that a feed brought since are applied again. If some of them are not
// kept, because a load brought them, it is refused unless they are given up.
// A refusal is a *RefusedError; nothing is changed then.
func (im *Importer) Rollback(ctx context.Context, o RollbackOptions) (*RollbackReport, error) {
	b := &rollback{im: im, options: o, report: &RollbackReport{Report: Report{Kind: "rollback"}}}
	defer b.aside.close()
	err := b.run(ctx)
	switch {
	case errors.Is(err, errRefused):
		err = &RefusedError{&b.report.Report}
	case err != nil:
		err = fmt.Errorf("rollback: %w", err)
	}
	return b.report, err
}

type rollback struct {
	im      *Importer
	options RollbackOptions
	report  *RollbackReport
	load    store.Load
	suspect []suspect
	wider   int      // beyond the suspects
	aside   replaced // facts of those whose handle is somebody else's in the other generation
}

// suspect is a contact of which the public would see more. A change that is
// applied again may close it again.
type suspect struct {
	ref store.Ref
	was register.Traits
}

// maxSuspects bounds their memory. Of so many, further ones count as what they
// are before changes are applied again.
const maxSuspects = 100_000

// The rules of a rollback, beside those of a load.
const rollbackChanges = "changes that came since are applied again, unless --as-it-was is given"

func (b *rollback) run(ctx context.Context) (err error) {
	if err := b.choose(ctx); err != nil {
		return err
	}
	if b.load, err = b.im.Writer.Revive(ctx, b.report.To.ID); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.load.Close()) }()
	if err := b.load.Differing(ctx, store.Contacts, b.compare); err != nil {
		return err
	}
	return b.load.Publish(ctx, func(tx store.Tx) error { return b.publish(ctx, tx) })
}

func (b *rollback) choose(ctx context.Context) error {
	all, err := b.im.Reader.Generations(ctx)
	if err != nil {
		return err
	}
	b.report.From = all[0]
	for _, g := range all[1:] {
		if b.options.To == 0 || b.options.To == g.ID {
			b.report.To = g
			return nil
		}
	}
	if b.options.To == 0 {
		return store.ErrNotKept
	}
	return fmt.Errorf("to generation %d: %w", b.options.To, store.ErrNotKept)
}

// compare looks at a contact as it is and as it would be.
func (b *rollback) compare(published, loaded store.Object) error {
	was, err := register.DecodeContact(published.Bytes)
	if err != nil {
		return err
	}
	now, err := register.DecodeContact(loaded.Bytes)
	if err != nil {
		return err
	}
	if b.im.Wider(was.Traits(), now.Traits()) {
		if len(b.suspect) < maxSuspects {
			b.suspect = append(b.suspect, suspect{published.Ref, was.Traits()})
		} else {
			b.wider++
		}
	}
	if sameROID(was.ROID, now.ROID) {
		return nil
	}
	return b.aside.add(published.Key, &register.Kept{ROID: was.ROID, Facts: was.Facts})
}

func (b *rollback) publish(ctx context.Context, tx store.Tx) error {
	published := tx.State()
	if published.Deposit != b.report.From.State.Deposit {
		return errors.New("a deposit was taken meanwhile: try again")
	}
	state := b.report.To.State
	if err := b.changes(tx, &published, &state); err != nil {
		return err
	}
	if err := b.facts(ctx, tx); err != nil {
		return err
	}
	if err := b.check(tx); err != nil {
		return err
	}
	tx.SetState(state)
	state = tx.State()
	b.report.Counts, b.report.Serial, b.report.Watermark = state.Counts, state.Serial, state.Watermark
	if b.report.Refusals > 0 {
		return errRefused
	}
	if b.options.Confirm != nil {
		return b.options.Confirm(b.report)
	}
	return nil
}

// changes applies the changes again that came since, or gives them up.
func (b *rollback) changes(tx store.Tx, published, state *register.State) (err error) {
	if b.options.AsItWas {
		if published.Serial > state.Serial {
			b.report.Lost = published.Serial
		}
		return tx.Unlog(state.Serial)
	}
	if b.report.Again, err = b.im.replayFrom(tx, state); err != nil {
		return err
	}
	if state.Serial < published.Serial {
		b.refuse(rollbackChanges, fmt.Sprintf("the register is at serial %d, and the changes after %d are not kept: a load brought them, or they are over 30 days old",
			published.Serial, state.Serial))
	}
	return nil
}

func (b *rollback) refuse(rule, detail string) {
	b.report.problem(Refusal, 0, fmt.Sprintf("generation %d", b.report.To.ID), rule, detail)
}

// replayFrom applies the kept changes again that join the state, which it moves
// on, and returns how many there were.
func (im *Importer) replayFrom(tx store.Tx, state *register.State) (n int, err error) {
	err = tx.Logged(state.Serial, time.Time{}, func(e store.Entry) error {
		c, err := loggedChange(e)
		if err != nil {
			return err
		}
		if c.prev != state.Serial {
			return nil // what follows cannot join either: serials ascend
		}
		n++
		state.Serial = e.Serial
		if e.Time.After(state.Watermark) {
			state.Watermark = e.Time
		}
		_, err = im.replay(tx, e)
		return err
	})
	return n, err
}

// facts keeps what is known of contacts that are not in the generation. Those
// that are in it have brought their own.
func (b *rollback) facts(ctx context.Context, tx store.Tx) error {
	if err := keepGone(ctx, tx, b.load); err != nil {
		return err
	}
	err := b.aside.each(func(key string, k *register.Kept) error {
		if is, err := holds(tx, key, k.ROID); is || err != nil {
			return err
		}
		return keepFacts(tx, key, &register.Contact{ROID: k.ROID, Facts: k.Facts})
	})
	if err != nil {
		return err
	}
	return b.im.Reader.Walk(ctx, store.Kept, func(o store.Object) error {
		found, err := tx.Find(store.Ask{Ref: o.Ref}) // as it is by now
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
	})
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

// check refuses what a load would be refused for.
func (b *rollback) check(tx store.Tx) error {
	list, total, err := tx.Dangling(store.MaxReported)
	if err != nil {
		return err
	}
	for _, d := range list {
		b.report.problem(b.im.dangling(), 0, refName(d.From), feedDangling, refName(d.To)+" is missing")
	}
	if more := total - len(list); b.im.KeepDangling {
		b.report.Warnings += more
	} else {
		b.report.Refusals += more
	}
	b.report.Wider = b.wider
	for _, s := range b.suspect {
		found, err := tx.Find(store.Ask{Ref: s.ref})
		if err != nil {
			return err
		}
		if !found.There() {
			continue
		}
		c, err := register.DecodeContact(found.Bytes)
		if err != nil {
			return err
		}
		if b.im.Wider(s.was, c.Traits()) {
			b.report.Wider++
		}
	}
	was, now := b.report.From.State.Counts, tx.State().Counts
	if float64(now.Objects()) < (1-maxShrink)*float64(was.Objects()) && !b.im.AcceptShrink {
		b.refuse(ruleShrink, fmt.Sprintf("the register holds %d objects, and would hold %d", was.Objects(), now.Objects()))
	}
	if float64(b.report.Wider) > maxWiden*float64(was.Contacts) && !b.im.AcceptWiden {
		b.refuse(ruleWiden, fmt.Sprintf("the public would see more of %d of %d contacts", b.report.Wider, was.Contacts))
	}
	return nil
}
