package escrow

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"registerd/register"
	"registerd/store"
)

// Deposit takes an escrow deposit (RFC 8909, RFC 9022, XML model), plain or
// gzip. A FULL one is built beside the published register and replaces it; a
// DIFF or INCR changes it, in one transaction that lasts as long as the
// reading. Either way the result is published in one step, after the changes
// of a feed that are later than the deposit's watermark were applied again.
//
// If the deposit is refused nothing is changed: the error is a *RefusedError
// and its report names up to 100 problems. Any other error is a failure, of
// reading r or of the store. Memory does not grow with the deposit. A Read of
// r that waits is not ended by ctx: close r.
//
// What a deposit cannot say is kept from the register by handle or name and
// ROID: see carrier. It is held if it shows more of over 0.1 % of the contacts
// than the register does. There is no lower bound to this: in a register of
// less than 1,000 contacts it is held for one.
func (im *Importer) Deposit(ctx context.Context, r io.Reader) (*Report, error) {
	report := &Report{Skipped: map[string]int{}}
	src := &source{ctx: ctx, r: r}
	err := im.deposit(ctx, src, report)
	slices.SortStableFunc(report.Problems, func(a, b Problem) int {
		return cmp.Compare(uint64(a.Line)-1, uint64(b.Line)-1) // no line last
	})
	switch {
	case src.err != nil:
		return report, fmt.Errorf("deposit: reading: %w", src.err)
	case errors.Is(err, errRefused):
		return report, &RefusedError{report}
	case err != nil:
		return report, fmt.Errorf("deposit: %w", err)
	}
	return report, nil
}

func (im *Importer) deposit(ctx context.Context, src *source, report *Report) error {
	g, err := open(src)
	if err != nil {
		report.add(Problem{Severity: Refusal, Object: string(kindDeposit), Rule: ruleReadable, Detail: err.Error()})
		return errRefused
	}
	d := newDepositReader(g, report)
	defer d.close()
	d.now, d.progress = im.Now, im.Progress
	d.root()
	if d.err == nil && report.Refusals == 0 {
		d.base, err = im.base(ctx)
	}
	switch {
	case err != nil:
		return err
	case d.err != nil || report.Refusals > 0:
		return d.ended()
	case d.head.full():
		return im.full(ctx, d)
	}
	return im.change(ctx, d)
}

// base is the published state, the zero State if there is none yet.
func (im *Importer) base(ctx context.Context) (register.State, error) {
	edition, err := im.Reader.Edition(ctx)
	switch {
	case errors.Is(err, store.ErrEmpty):
		return register.State{}, nil
	case err != nil:
		return register.State{}, fmt.Errorf("asking for the register's state: %w", err)
	}
	return *edition.State, nil
}

// ended says why the reading ended: a failure of ours, or the deposit, which
// is then refused. It is nil if the deposit was read to its end.
func (d *depositReader) ended() error {
	if d.broken != nil {
		return d.broken
	}
	if d.err != nil {
		line, rule, detail := d.line(), ruleReadable, brieftext(d.err.Error())
		switch syntax := (*xml.SyntaxError)(nil); {
		case errors.As(d.err, &syntax):
			line, detail = int64(syntax.Line), "the XML is not well-formed: "+brieftext(syntax.Msg)
		case errors.Is(d.err, errCSV):
			rule = ruleModel
		case errors.Is(d.err, errNotUTF8):
			detail = errNotUTF8.Error()
		case errors.Is(d.err, io.EOF):
			detail = "there is no deposit in it"
		}
		d.report.problem(Refusal, line, d.object.label(), rule, detail)
	}
	if d.report.Refusals > 0 {
		return errRefused
	}
	return nil
}

// overlap reads on this goroutine while the store works on another.
func overlap(read func(put func([]item) bool), keep func(<-chan []item) error) error {
	batches, stopped := make(chan []item, 4), make(chan struct{})
	var err error
	go func() {
		defer close(stopped)
		err = keep(batches)
	}()
	read(func(b []item) bool {
		select {
		case batches <- b:
			return true
		case <-stopped:
			return false
		}
	})
	close(batches)
	<-stopped
	return err
}

// objectOf makes the store's object of a record.
func objectOf(r record) (store.Object, error) {
	switch r := r.(type) {
	case *register.Domain:
		return objectOfDomain(r)
	case *register.Contact:
		return objectOfContact(r)
	case *register.Host:
		return objectOfHost(r)
	case *register.Registrar:
		return objectOfRegistrar(r)
	case *register.Reserved:
		return objectOfReserved(r)
	case *register.IDNTable:
		return objectOfIDNTable(r)
	}
	return store.Object{}, fmt.Errorf("a record of unknown type %T", r)
}

// dangling is how serious a reference is that leads nowhere.
func (im *Importer) dangling() Severity {
	if im.KeepDangling {
		return Warning
	}
	return Refusal
}

// later holds a deposit that is older than the register. Where a feed fills
// the register between deposits that is usual: its changes are applied again.
func (im *Importer) later(d *depositReader) {
	if d.head.Watermark.IsZero() || !d.head.Watermark.Before(d.base.Watermark) {
		return
	}
	detail := "its watermark is before the register's, " + d.base.Watermark.Format(time.RFC3339)
	if d.base.Serial > 0 && d.head.Watermark.Before(d.base.Watermark.Add(-keepChanges)) {
		d.report.problem(Refusal, 0, string(kindDeposit), ruleAge, detail+", by over 30 days: the feed's changes after it are not kept")
		return
	}
	if d.base.Serial > 0 {
		d.report.problem(Warning, 0, string(kindDeposit), ruleAge, detail+"; the feed's changes after it are applied again")
		return
	}
	if !d.head.Resend {
		d.report.problem(Refusal, 0, string(kindDeposit), ruleAge, detail)
	}
}

// minShrink is how many objects a DIFF or INCR may delete, which names them,
// from a small register too. A FULL deposit just leaves them out.
const minShrink = 10

// hold holds what looks like a mistake of the registry.
func (im *Importer) hold(d *depositReader, objects, widened int) {
	was := d.base.Counts
	fewer := was.Objects() - objects
	named := !d.head.full() && fewer <= minShrink
	if !im.AcceptShrink && !named && float64(objects) < (1-maxShrink)*float64(was.Objects()) {
		d.report.problem(Refusal, 0, string(kindDeposit), ruleShrink,
			fmt.Sprintf("the register holds %d objects, and would hold %d", was.Objects(), objects))
	}
	if !im.AcceptWiden && float64(widened) > maxWiden*float64(was.Contacts) {
		d.report.problem(Refusal, 0, string(kindDeposit), ruleWiden,
			fmt.Sprintf("the public would see more of %d of %d contacts", widened, was.Contacts))
	}
}

// replayLater applies the changes again that the deposit does not hold: those
// from the first that is later than its watermark on, and those that a feed
// brought while it was read, since what it carries over was looked up before.
// It returns the time of the last one.
//
// They must join one another up to the register's serial. If a snapshot brought
// what lies between, the old ones would come up again without what followed.
func (im *Importer) replayLater(tx store.Tx, d *depositReader) (time.Time, error) {
	last, first := d.head.Watermark, d.base.Serial
	err := tx.Logged(0, d.head.Watermark, func(e store.Entry) error {
		first = min(first, e.Serial-1)
		return errFound
	})
	if err != nil && !errors.Is(err, errFound) {
		return last, err
	}
	at, joined := uint64(0), true
	err = tx.Logged(first, time.Time{}, func(e store.Entry) error {
		if e.Time.After(last) {
			last = e.Time
		}
		prev, err := im.replay(tx, e)
		joined = joined && (at == 0 || prev == at)
		at = e.Serial
		return err
	})
	if err == nil && at != 0 && (!joined || at != tx.State().Serial) {
		d.report.problem(Refusal, 0, string(kindDeposit), ruleAge, "not all of the feed's changes after it are kept: a snapshot took the place of some")
	}
	return last, err
}

// errFound ends a look into the log.
var errFound = errors.New("found")

// checkTables reports IDN tables that names refer to and has does not know.
func (im *Importer) checkTables(d *depositReader, has func(key string) (bool, error)) error {
	for _, key := range slices.Sorted(maps.Keys(d.tables)) {
		place := d.tables[key]
		if _, ok := d.held[key]; ok {
			continue
		}
		there, err := has(key)
		if err != nil {
			return err
		}
		if !there {
			d.report.problem(im.dangling(), place.line, place.object, ruleReference, "IDN table "+shown(key)+" is missing")
		}
	}
	return nil
}
