package escrow

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"registerd/register"
	"registerd/store"
)

// full builds the register anew.
func (im *Importer) full(ctx context.Context, d *depositReader) (err error) {
	if d.head.PrevID != "" {
		d.warn(d.object.line, ruleChain, "a FULL deposit has a prevId")
	}
	load, err := im.Writer.Load(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, load.Close()) }()
	c := &carrier{wider: im.Wider, find: im.findPublished(ctx, d.base)}
	defer c.replaced.close()
	gone := removed{im: im}
	defer gone.suspects.close()

	if err := im.collect(d, c, load); err != nil {
		return err
	}
	if d.err != nil {
		return d.ended()
	}
	im.later(d)
	sealed, err := load.Seal(ctx, func(done, total int) { im.Progress("checking", done, total) })
	if err != nil {
		return err
	}
	im.reportSealed(d, &sealed)
	if err := im.checkTables(d, func(string) (bool, error) { return false, nil }); err != nil {
		return err
	}
	im.hold(d, sealed.Counts.Objects(), c.widened)
	if c.replaced.n > 0 {
		d.report.problem(Warning, 0, string(kindDeposit), ruleKept,
			strconv.Itoa(c.replaced.n)+" contacts have another ROID than before, and begin without facts")
	}
	if d.report.Refusals > 0 {
		return errRefused
	}
	if err := gone.replace(ctx, load); err != nil {
		return err
	}
	return im.publish(ctx, d, c, &gone, load)
}

// findPublished looks into the register as it is; the empty one has nothing.
func (im *Importer) findPublished(ctx context.Context, base register.State) func([]store.Ask) ([]store.Found, error) {
	return func(asks []store.Ask) ([]store.Found, error) {
		if len(base.Zones) == 0 {
			return make([]store.Found, len(asks)), nil
		}
		found, _, err := im.Reader.Find(ctx, asks...)
		return found, err
	}
}

// collect reads all objects into the load.
func (im *Importer) collect(d *depositReader, c *carrier, load store.Load) error {
	late := new(Report)
	err := overlap(d.read, func(batches <-chan []item) error {
		for batch := range batches {
			if err := c.carry(batch); err != nil {
				return fmt.Errorf("carrying over what is known: %w", err)
			}
			for i := range batch {
				s := &batch[i].subject
				if batch[i].record == nil {
					continue // a delete, which refuses a FULL deposit
				}
				o, err := objectOf(batch[i].record)
				if err != nil {
					late.problem(Refusal, s.line, s.label(), ruleValue, err.Error())
					continue
				}
				if err := load.Put(o, s.line); err != nil {
					return err
				}
			}
		}
		return nil
	})
	d.report.merge(late)
	return err
}

// reportSealed reports what the store found wrong with the whole.
func (im *Importer) reportSealed(d *depositReader, sealed *store.Report) {
	for _, dup := range sealed.Duplicates {
		what := "it"
		if dup.Alias {
			what = "its ROID or IANA id"
		}
		d.report.problem(Refusal, dup.Line, refName(dup.Ref), ruleUnique, what+" was given already on line "+strconv.FormatInt(dup.First, 10))
	}
	d.report.Refusals += sealed.DuplicatesTotal - len(sealed.Duplicates)
	im.reportDangling(d, sealed.Dangling, sealed.DanglingTotal)
}

func (im *Importer) reportDangling(d *depositReader, list []store.Dangling, total int) {
	for _, g := range list {
		from := refName(g.From)
		if g.From.Kind == store.Names { // a reserved name refers to nothing
			from = string(kindDomain) + " " + shown(g.From.Key)
		}
		d.report.problem(im.dangling(), g.Line, from, ruleReference, refName(g.To)+" is missing")
	}
	if im.KeepDangling {
		d.report.Warnings += total - len(list)
	} else {
		d.report.Refusals += total - len(list)
	}
}

// refName is an object for a report, by its key.
func refName(r store.Ref) string {
	return r.Kind.String() + " " + shown(r.Key)
}

// publish makes the load the register.
func (im *Importer) publish(ctx context.Context, d *depositReader, c *carrier, gone *removed, load store.Load) error {
	err := load.Publish(ctx, func(tx store.Tx) error {
		was := tx.State()
		if was.Deposit != d.base.Deposit {
			return errors.New("another deposit was taken while this one was read: try again")
		}
		if err := keepGone(ctx, tx, load); err != nil {
			return err
		}
		if err := c.keepReplaced(tx); err != nil {
			return err
		}
		last, err := im.replayLater(tx, d)
		if err != nil {
			return err
		}
		list, total, err := tx.Dangling(store.MaxReported)
		if err != nil {
			return err
		}
		if im.reportDangling(d, list, total); d.report.Refusals > 0 {
			return errRefused
		}
		if err := gone.countLoad(ctx, tx, load, &was); err != nil {
			return err
		}
		tx.SetState(register.State{
			Zones: []register.Name{d.head.Zone}, Serial: was.Serial, Watermark: last,
			Deposit: d.head.ID, Full: d.head.ID, Removed: was.Removed,
		})
		d.published(tx.State())
		return nil
	})
	return err
}

// keepGone keeps the facts of the contacts that are not in the load.
func keepGone(ctx context.Context, tx store.Tx, load store.Load) error {
	return load.Gone(ctx, store.Contacts, func(o store.Object) error {
		contact, err := register.DecodeContact(o.Bytes)
		if err != nil {
			return err
		}
		return keepFacts(tx, o.Key, contact)
	})
}

// published notes what the register is now.
func (d *depositReader) published(s register.State) {
	d.report.Counts, d.report.Serial, d.report.Watermark = s.Counts, s.Serial, s.Watermark
}
