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

	// KeepClosed lets any number of contacts keep the facts of now, of which the
	// public would see more by those of then. Those are overwritten with that:
	// over 0.1 % of the contacts, and over ten, it is refused otherwise.
	KeepClosed bool

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
	Closed   int              // contacts that keep the facts of now: by those of then, the public would see more
}

// Rollback publishes a generation again that a load took the place of, as if a
// deposit or a snapshot brought it: whoever loads what should not have been
// loaded goes back to what was there before. The one that was published is kept,
// so that a rollback can be taken back by another.
//
// The changes that a feed brought since are applied again. If some of them are not
// kept, because a load brought them, it is refused unless they are given up.
// A refusal is a *RefusedError; nothing is changed then.
//
// Facts that close a contact are newer than those of the generation: a contact that
// the public would see more of by these keeps them, unless AcceptWiden is set.
func (im *Importer) Rollback(ctx context.Context, o RollbackOptions) (*RollbackReport, error) {
	b := &rollback{im: im, options: o, report: &RollbackReport{Report: Report{Kind: kindRollback}}}
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

const kindRollback = "rollback" // Report.Kind

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
	was register.Kept // what it is, and what is known of it
	by  register.Traits
}

// maxSuspects bounds their memory. Of so many, further ones count as what they
// are before changes are applied again.
const maxSuspects = 100_000

// The rules of a rollback, beside those of a load.
const (
	rollbackChanges = "changes that came since are applied again, unless --as-it-was is given"
	rollbackFacts   = "at most 0.1 % of the contacts, or ten, keep facts that close them, unless --keep-closed or --accept-widen is given"
)

func (b *rollback) run(ctx context.Context) (err error) {
	if err := b.choose(ctx); err != nil {
		return err
	}
	if b.load, err = b.im.Writer.Revive(ctx, b.report.To.ID); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.load.Close()) }()
	if err := b.unmoved(ctx); err != nil {
		return err
	}
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

var errMeanwhile = errors.New("the register was loaded or changed meanwhile: try again")

// unmoved refuses if a load was published between the choice and the lock that
// keeps others from being.
func (b *rollback) unmoved(ctx context.Context) error {
	all, err := b.im.Reader.Generations(ctx)
	if err == nil && all[0].ID != b.report.From.ID {
		err = errMeanwhile
	}
	return err
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
			b.suspect = append(b.suspect, suspect{published.Ref, register.Kept{ROID: was.ROID, Facts: was.Facts}, was.Traits()})
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
	if was := &b.report.From.State; published.Deposit != was.Deposit || b.options.AsItWas && published.Serial != was.Serial {
		return errMeanwhile
	}
	state := b.report.To.State
	again := counting{tx, func(string) error { state.Remove(1); return nil }}
	if err := b.changes(again, &published, &state); err != nil {
		return err
	}
	if err := b.close(ctx, tx); err != nil {
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
	was, now := b.report.From.State.Counts, tx.State().Counts
	if float64(now.Objects()) < (1-maxShrink)*float64(was.Objects()) && !b.im.AcceptShrink {
		b.refuse(ruleShrink, fmt.Sprintf("the register holds %d objects, and would hold %d", was.Objects(), now.Objects()))
	}
	if b.closesTooMany() {
		b.refuse(rollbackFacts, fmt.Sprintf("by the facts of then, the public would see more of %d of %d contacts", b.report.Closed, was.Contacts))
		return nil
	}
	if err := b.countWider(tx); err != nil {
		return err
	}
	if float64(b.report.Wider) > maxWiden*float64(was.Contacts) && !b.im.AcceptWiden {
		b.refuse(ruleWiden, fmt.Sprintf("the public would see more of %d of %d contacts", b.report.Wider, was.Contacts))
	}
	return nil
}

func (b *rollback) countWider(tx store.Tx) error {
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
		if b.im.Wider(s.by, c.Traits()) {
			b.report.Wider++
		}
	}
	return nil
}
