package escrow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"registerd/register"
	"registerd/store"
)

// A batch is as many lines as one transaction takes when they are waiting.
const (
	maxBatchLines = 256
	maxBatchBytes = 4 << 20
)

// StoppedError says at which line a feed was stopped. The lines before it are
// in the register; nothing of it, nor of what comes after it, is.
type StoppedError struct {
	Problem
	Serial uint64 // of the line; 0 if that could not be read
}

func (e *StoppedError) Error() string { return "change feed: stopped at " + e.String() }

// FeedOptions are the parts of Changes that have a good zero value.
type FeedOptions struct {
	// Start is the serial that a register without one, filled from a deposit,
	// is taken to stand at. A register that has a serial ignores it.
	Start uint64
}

// Changes applies a change feed (docs/feed.md) to the published register until
// r ends, a line is refused, or ctx is done; a Read that waits is ended by
// closing r. Each line is applied as soon as it can be read, with those that
// wait behind it in the same transaction. A line with a serial that the
// register has already is passed over.
//
// A refused line is a *StoppedError and a Refusal in the report; the report
// tells what was applied in every case.
func (im *Importer) Changes(ctx context.Context, r io.Reader, o FeedOptions) (*Report, error) {
	f := &feed{im: im, lines: newLines(r), start: o.Start, report: &Report{Kind: "changes"}}
	var err error
	for err == nil {
		var batch []*change
		batch, err = f.batch(ctx)
		// What came before a bad line, or the end, is applied all the same.
		if applied := f.apply(ctx, batch); applied != nil {
			err = applied
		}
	}
	stopped := (*StoppedError)(nil)
	switch {
	case errors.Is(err, io.EOF):
		err = nil
	case errors.As(err, &stopped):
		f.report.add(stopped.Problem)
	default:
		return f.report, err
	}
	edition, found := im.Reader.Edition(ctx)
	if found != nil {
		return f.report, errors.Join(err, fmt.Errorf("change feed: reading the state: %w", found))
	}
	f.report.Counts = edition.State.Counts
	return f.report, err
}

type feed struct {
	im     *Importer
	lines  *lines
	start  uint64
	wider  *window // nil until it was read from the log
	report *Report
}

// batch reads at least one line, if there is one, and those that wait behind
// it. It returns them with the error that ended it.
func (f *feed) batch(ctx context.Context) ([]*change, error) {
	var batch []*change
	for size := 0; len(batch) == 0 || f.lines.waiting() && len(batch) < maxBatchLines && size < maxBatchBytes; {
		if err := ctx.Err(); err != nil {
			return batch, fmt.Errorf("change feed: %w", err)
		}
		line, err := f.lines.next()
		switch {
		case errors.Is(err, errLongLine):
			return batch, stoppedAt(&change{line: f.lines.n}, feedForm, err.Error())
		case errors.Is(err, io.EOF):
			return batch, err
		case err != nil:
			return batch, fmt.Errorf("change feed: reading: %w", err)
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		c, err := parseChange(bytes.Clone(line))
		c.line = f.lines.n
		if err != nil {
			return batch, stoppedAt(c, feedForm, err.Error())
		}
		batch = append(batch, c)
		size += len(line)
	}
	return batch, nil
}

// The rules that a line can break.
const (
	feedForm     = "a line is one object in the form of docs/feed.md"
	feedEmpty    = "a register is filled by a deposit or a snapshot before it takes changes"
	feedGap      = "a change names the serial before it, and a heartbeat the last one"
	feedFuture   = "a change is not from the future"
	feedZone     = "a name lies below a zone of the register"
	feedTaken    = "an id belongs to one object"
	feedDangling = "every object that is referred to is in the register"
	feedWiden    = "a change in data shows no more of over 0.1 % of the contacts, or of 10, in an hour unless it is accepted"
	feedAbsent   = "an object that is deleted is in the register"
)

func stoppedAt(c *change, rule, detail string) *StoppedError {
	object := "change"
	if c.serial != 0 {
		object = fmt.Sprintf("change %d", c.serial)
	}
	return &StoppedError{
		Problem: Problem{Severity: Refusal, Line: c.line, Object: object, Rule: rule, Detail: detail},
		Serial:  c.serial,
	}
}

// apply takes a batch in one transaction. If a line is refused, the batch is
// taken again without it and those behind it: what a transaction did cannot
// be undone in part.
func (f *feed) apply(ctx context.Context, batch []*change) error {
	at, err := f.transact(ctx, batch)
	if stopped := (*StoppedError)(nil); errors.As(err, &stopped) && at > 0 {
		if _, again := f.transact(ctx, batch[:at]); again != nil {
			return again
		}
		return stopped
	}
	return err
}

// errNothing ends a transaction that would publish what is published already.
var errNothing = errors.New("nothing to change")

// transact applies the batch, or nothing of it. It returns the index of the
// line that was refused.
func (f *feed) transact(ctx context.Context, batch []*change) (at int, err error) {
	if len(batch) == 0 {
		return 0, nil
	}
	var t *trial
	err = f.im.Writer.Change(ctx, func(tx store.Tx) error {
		var err error
		if t, err = f.begin(tx); err != nil {
			return err
		}
		for at = range batch {
			if err := t.apply(batch[at]); err != nil {
				return err
			}
		}
		return t.end()
	})
	if err != nil && !errors.Is(err, errNothing) {
		if stopped := (*StoppedError)(nil); errors.As(err, &stopped) {
			return at, stopped
		}
		return at, fmt.Errorf("change feed: line %d: %w", batch[at].line, err)
	}
	f.wider = t.wider
	f.report.Read += t.read
	f.report.Serial, f.report.Watermark = t.state.Serial, t.state.Watermark
	for _, p := range t.warnings {
		f.report.add(p)
	}
	f.im.Progress("changes", f.report.Read, 0)
	return 0, nil
}

// replay applies a logged change to a load that is about to be published. It
// is lenient where Changes is strict: the load may hold what the change did
// already, or come from before objects that the change deletes. It returns the
// serial that the change follows.
func (im *Importer) replay(tx store.Tx, e store.Entry) (prev uint64, err error) {
	c, err := loggedChange(e)
	if err != nil {
		return 0, err
	}
	for _, d := range c.deletes {
		if _, err := remove(tx, d); err != nil {
			return c.prev, fmt.Errorf("replaying change %d: %w", e.Serial, err)
		}
	}
	for i := range c.puts {
		if err := put(tx, &c.puts[i]); err != nil {
			return c.prev, fmt.Errorf("replaying change %d: %w", e.Serial, err)
		}
	}
	return c.prev, nil
}

// remove deletes an object and reports whether it was there. The facts known
// of a contact are kept: it may come back with a deposit, which has none.
func remove(tx store.Tx, d deletion) (bool, error) {
	found, err := tx.Find(store.Ask{Ref: d.Ref})
	if err != nil || found.Tag().Type() != d.tag {
		return false, err
	}
	if d.tag == register.TagContact {
		c, err := register.DecodeContact(found.Bytes)
		if err != nil {
			return false, err
		}
		if err := keepFacts(tx, d.Key, c); err != nil {
			return false, err
		}
	}
	return tx.Delete(d.Ref)
}

// put adds or replaces an object. A contact brings its facts with it, so that
// none kept from earlier may come up again.
func put(tx store.Tx, it *addition) error {
	if it.Kind == store.Contacts {
		if _, err := tx.Delete(store.Ref{Kind: store.Kept, Key: it.Key}); err != nil {
			return err
		}
	}
	return tx.Put(it.Object)
}

// keepFacts keeps what is known of a contact that is going.
func keepFacts(tx store.Tx, key string, c *register.Contact) error {
	if c.Facts == (register.Facts{}) {
		_, err := tx.Delete(store.Ref{Kind: store.Kept, Key: key})
		return err
	}
	return tx.Put(objectOfKept(key, &register.Kept{ROID: c.ROID, Facts: c.Facts}))
}
