package escrow

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"registerd/register"
	"registerd/store"
)

// change applies a DIFF or INCR, or nothing of it.
func (im *Importer) change(ctx context.Context, d *depositReader) error {
	if !d.follows() {
		return errRefused
	}
	a := &applier{im: im, d: d, late: new(Report), gone: removed{im: im}}
	defer func() { a.carrier.replaced.close(); a.gone.suspects.close() }()
	return overlap(d.read, func(batches <-chan []item) error {
		first := <-batches // the register is not held before there is something
		return im.Writer.Change(ctx, func(tx store.Tx) error { return a.run(ctx, tx, first, batches) })
	})
}

// follows checks that the deposit is the one after the last.
func (d *depositReader) follows() bool {
	want, what := d.base.Deposit, "the last deposit"
	if d.head.Type == "INCR" {
		want, what = d.base.Full, "the last FULL deposit"
	}
	switch {
	case want == "":
		d.refuse(d.object.line, ruleChain, "the register was not filled by a deposit")
	case d.head.PrevID == "":
		d.refuse(d.object.line, ruleChain, "there is no prevId")
	case d.head.ID == d.base.Deposit:
		d.refuse(d.object.line, ruleChain, "it was taken already")
	case d.head.PrevID != want:
		d.refuse(d.object.line, ruleChain, fmt.Sprintf("its prevId is %s, %s was %s", printableID(d.head.PrevID), what, printableID(want)))
	default:
		return true
	}
	return false
}

// applier applies a deposit to the published register.
type applier struct {
	im      *Importer
	d       *depositReader
	late    *Report // the reader's is in use while this runs
	tx      store.Tx
	carrier carrier
	gone    removed
}

func (a *applier) run(ctx context.Context, tx store.Tx, first []item, batches <-chan []item) error {
	if tx.State().Deposit != a.d.base.Deposit {
		return errors.New("another deposit was taken meanwhile: try again")
	}
	a.tx = counting{tx, a.gone.suspect}
	a.carrier.wider, a.carrier.find = a.im.Wider, a.findAll
	for batch := first; batch != nil; batch = <-batches {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := a.apply(ctx, batch); err != nil {
			return err
		}
	}
	a.d.report.merge(a.late)
	if a.d.err != nil {
		return a.d.ended()
	}
	return a.finish(ctx, tx)
}

func (a *applier) findAll(asks []store.Ask) ([]store.Found, error) {
	found := make([]store.Found, len(asks))
	for i, ask := range asks {
		var err error
		if found[i], err = a.tx.Find(ask); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// apply applies a batch, which is all deletes or all objects.
func (a *applier) apply(ctx context.Context, batch []item) error {
	if err := a.resolve(ctx, batch); err != nil {
		return err
	}
	if err := a.carrier.carry(batch); err != nil {
		return err
	}
	for i := range batch {
		var err error
		if batch[i].record == nil {
			err = a.delete(&batch[i])
		} else {
			err = a.put(&batch[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// resolve finds the hosts that are to be deleted by their ROID. No index leads
// from it, so that the published hosts are read once for each batch of them.
func (a *applier) resolve(ctx context.Context, batch []item) error {
	wanted := map[string]*item{}
	for i := range batch {
		if key, err := register.HandleKey(batch[i].roid); err == nil {
			wanted[key] = &batch[i]
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	return a.im.Reader.Walk(ctx, store.Hosts, func(o store.Object) error {
		host, err := register.DecodeHost(o.Bytes)
		if err != nil {
			return err
		}
		key, err := register.HandleKey(host.ROID)
		if i := wanted[key]; err == nil && i != nil {
			i.subject.name = o.Key
			i.gone = deletion{Ref: o.Ref, tag: register.TagHost}
		}
		return nil
	})
}

func (a *applier) delete(i *item) error {
	there := false
	if i.gone.Key != "" {
		var err error
		if there, err = remove(a.tx, i.gone); err != nil {
			return err
		}
	}
	if !there {
		a.late.problem(Warning, i.subject.line, i.subject.label(), ruleAbsent, "it is not in the register")
	}
	return nil
}

func (a *applier) put(i *item) error {
	refuse := func(rule, detail string) error {
		a.late.problem(Refusal, i.subject.line, i.subject.label(), rule, detail)
		return nil
	}
	o, err := objectOf(i.record)
	if err != nil {
		return refuse(ruleValue, err.Error())
	}
	old, err := a.tx.Find(store.Ask{Ref: o.Ref})
	if err != nil {
		return err
	}
	if old.There() && old.Tag().Type() != o.Tag().Type() {
		return refuse(ruleUnique, "the register holds it as the other of domain and reserved name")
	}
	if o.Alias == "" {
		return a.tx.Put(o)
	}
	other, err := a.tx.Find(store.Ask{Ref: store.Ref{Kind: o.Kind, Key: o.Alias}, ByAlias: true})
	if err != nil {
		return err
	}
	switch r, isRegistrar := i.record.(*register.Registrar); {
	case !other.There() || other.Key == o.Key:
	case isRegistrar:
		a.late.problem(Warning, i.subject.line, i.subject.label(), ruleIANA, "gurid belongs to another registrar too and is left out")
		r.IANA = 0
		if o, err = objectOfRegistrar(r); err != nil {
			return err
		}
	default:
		return refuse(ruleUnique, "its ROID belongs to "+refName(other.Ref))
	}
	return a.tx.Put(o)
}

// finish checks the whole and publishes it.
func (a *applier) finish(ctx context.Context, tx store.Tx) error {
	im, d := a.im, a.d
	state := tx.State()
	if z := d.head.Zone; z != "" {
		if _, ok := state.Zone(z); !ok {
			d.report.problem(Refusal, d.head.Header, string(kindHeader), ruleHeader, "the register does not serve the zone "+string(z))
		}
	}
	im.later(d)
	im.hold(d, state.Counts.Objects(), a.carrier.widened)
	err := im.checkTables(d, func(key string) (bool, error) {
		f, err := tx.Find(store.Ask{Ref: store.Ref{Kind: store.IDNTables, Key: key}})
		return f.There(), err
	})
	if err != nil {
		return err
	}
	if err := a.carrier.keepReplaced(tx); err != nil {
		return err
	}
	if n := a.carrier.replaced.n; n > 0 {
		d.report.problem(Warning, 0, string(kindDeposit), ruleKept, strconv.Itoa(n)+" contacts have another ROID than before, and begin without facts")
	}
	last, err := im.replayLater(tx, d)
	if err != nil {
		return err
	}
	list, total, err := tx.Dangling(store.MaxReported)
	if err != nil {
		return err
	}
	im.reportDangling(d, list, total)
	if d.report.Refusals > 0 {
		return errRefused
	}
	if err := a.gone.count(ctx, tx, &state); err != nil {
		return err
	}
	state.Deposit = d.head.ID
	if last.After(state.Watermark) || state.Serial == 0 {
		state.Watermark = last
	}
	tx.SetState(state)
	d.published(tx.State())
	return nil
}
