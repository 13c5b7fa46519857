package escrow

import (
	"fmt"
	"slices"
	"time"

	"registerd/register"
	"registerd/store"
)

// trial is what one transaction over a batch of a feed does. It is thrown away
// if the transaction is.
type trial struct {
	im       *Importer
	tx       store.Tx
	before   register.State
	state    register.State
	wider    *window
	read     int
	warnings []Problem
}

// begin reads the register's state, and, the first time, the log of the hour
// before: a feed that is stopped and started again has the same window.
func (f *feed) begin(tx store.Tx) (*trial, error) {
	t := &trial{im: f.im, before: tx.State(), wider: f.wider.clone()}
	t.state = t.before
	t.tx = counting{tx, func(string) error { t.state.Remove(1); return nil }}
	if f.wider == nil && !t.state.Watermark.IsZero() {
		err := tx.Logged(0, t.state.Watermark.Add(-widenWindow), func(e store.Entry) error {
			t.wider.add(e.Time, loggedWider(e.Body))
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("reading the log: %w", err)
		}
	}
	if t.state.Serial == 0 {
		t.state.Serial = f.start
	}
	return t, nil
}

// apply takes one line. An error that is not a *StoppedError is a failure.
func (t *trial) apply(c *change) error {
	s := &t.state
	switch {
	case len(s.Zones) == 0:
		return stoppedAt(c, feedEmpty, "nothing was loaded yet")
	case c.heartbeat && c.serial > s.Serial:
		return stoppedAt(c, feedGap, fmt.Sprintf("the heartbeat is at %d, the register at %d: changes are missing", c.serial, s.Serial))
	case c.heartbeat && c.serial < s.Serial, !c.heartbeat && c.serial <= s.Serial:
		return nil // a repeat
	case !c.heartbeat && c.prev != s.Serial:
		return stoppedAt(c, feedGap, fmt.Sprintf("prev must be %d, where the register is, and is %d", s.Serial, c.prev))
	case c.time.After(t.im.Now().Add(maxAhead)):
		return stoppedAt(c, feedFuture, "its time is later than the clock here")
	}
	if c.time.After(s.Watermark) {
		s.Watermark = c.time
	}
	if c.heartbeat {
		return nil
	}
	s.Serial = c.serial
	return t.objects(c)
}

// maxAhead is how much the registry's clock may be ahead of ours.
const maxAhead = 10 * time.Minute

func (t *trial) objects(c *change) error {
	for _, d := range c.deletes {
		there, err := remove(t.tx, d)
		if err != nil {
			return err
		}
		if !there {
			t.warnings = append(t.warnings, Problem{Line: c.line, Object: d.label, Rule: feedAbsent})
		}
	}
	wider := 0
	for i := range c.puts {
		w, err := t.put(c, &c.puts[i])
		if err != nil {
			return err
		}
		wider += w
	}
	t.read += len(c.deletes) + len(c.puts)
	if !t.im.KeepDangling {
		if err := t.dangling(c); err != nil {
			return err
		}
	}
	if t.im.AcceptWiden {
		wider = 0
	}
	if err := t.hold(c, wider); err != nil {
		return err
	}
	// It is logged at the register's time, which does not go back where the
	// registry's clocks do: who asks for what is later than a deposit, or
	// forgets what is old, must not take a change without those after it.
	return t.tx.Log(store.Entry{Serial: c.serial, Time: t.state.Watermark, Body: c.body(wider)})
}

// put puts one object and returns 1 if it is a contact of which the public
// would see more than before.
func (t *trial) put(c *change, it *addition) (wider int, err error) {
	if it.Kind == store.Names {
		name := register.Name(it.Key)
		if zone, ok := t.state.Zone(name); !ok || zone == name {
			return 0, stoppedAt(c, feedZone, it.label)
		}
	}
	if it.Kind == store.Contacts || it.Kind == store.Registrars {
		if err := t.free(c, it); err != nil {
			return 0, err
		}
	}
	if it.contact != nil {
		old, err := t.tx.Find(store.Ask{Ref: it.Ref})
		if err != nil {
			return 0, err
		}
		if old.There() {
			was, err := register.DecodeContact(old.Bytes)
			if err != nil {
				return 0, err
			}
			if t.im.Wider(was.Traits(), it.contact.Traits()) {
				wider = 1
			}
		}
	}
	return wider, put(t.tx, it)
}

// free refuses an object whose key or alias leads to another.
func (t *trial) free(c *change, it *addition) error {
	asks := []store.Ask{{Ref: it.Ref, ByAlias: true}}
	if it.Alias != "" {
		alias := store.Ref{Kind: it.Kind, Key: it.Alias}
		asks = append(asks, store.Ask{Ref: alias}, store.Ask{Ref: alias, ByAlias: true})
	}
	for _, ask := range asks {
		found, err := t.tx.Find(ask)
		if err != nil {
			return err
		}
		if found.There() && found.Key != it.Key {
			return stoppedAt(c, feedTaken, fmt.Sprintf("%s: its id, ROID or IANA id leads to %s", it.label, refName(found.Ref)))
		}
	}
	return nil
}

// dangling refuses a line that leaves a reference to nothing. It is asked
// after each line, so that what a line may do does not depend on whether the
// next one was waiting already; and so it looks at the line's own objects,
// and at the whole transaction only if something others may refer to is gone.
func (t *trial) dangling(c *change) error {
	for i := range c.puts {
		found, err := t.tx.Find(store.Ask{Ref: c.puts[i].Ref})
		if err != nil {
			return err
		}
		for _, to := range found.With {
			if len(to.Bytes) == 0 {
				return stoppedAt(c, feedDangling, c.puts[i].label+" refers to "+refName(to.Ref))
			}
		}
	}
	if !slices.ContainsFunc(c.deletes, func(d deletion) bool { return d.Kind != store.Names }) {
		return nil
	}
	found, total, err := t.tx.Dangling(1)
	if err != nil || total == 0 {
		return err
	}
	return stoppedAt(c, feedDangling, fmt.Sprintf("%s refers to %s, and so do %d more", refName(found[0].From), refName(found[0].To), total-1))
}

// hold refuses a line by which more contacts became wider within the window
// than a mistake is allowed to.
func (t *trial) hold(c *change, wider int) error {
	if wider == 0 {
		return nil
	}
	t.wider.add(t.state.Watermark, wider)
	limit := widenLimit(t.before.Counts.Contacts)
	if n := t.wider.sum(t.state.Watermark); n > limit {
		return stoppedAt(c, feedWiden, fmt.Sprintf("the public would see more of %d contacts; %d may pass unseen", n, limit))
	}
	return nil
}

// end publishes what the lines did to the state.
func (t *trial) end() error {
	if t.state.Serial == t.before.Serial && t.state.Watermark.Equal(t.before.Watermark) {
		return errNothing
	}
	if t.im.KeepDangling {
		found, _, err := t.tx.Dangling(maxProblems)
		if err != nil {
			return err
		}
		for _, d := range found {
			t.warnings = append(t.warnings, Problem{
				Object: refName(d.From), Rule: feedDangling, Detail: refName(d.To) + " is missing",
			})
		}
	}
	t.state.Remove(0) // it is counted from now on
	t.tx.SetState(t.state)
	return t.tx.Forget(t.state.Watermark.Add(-keepChanges))
}

// keepChanges is how long changes are kept for being applied again on top of a
// full load. A load that is older than that by the register's time is refused.
const keepChanges = 30 * 24 * time.Hour

// Contacts that become wider are counted over an hour of the feed's own time,
// which is the same however often the feed is stopped and started.
const (
	widenWindow = time.Hour
	minWiden    = 10 // in a small register: what somebody may well do by hand
)

// widenLimit is of how many contacts more may be shown without being accepted.
func widenLimit(contacts int) int {
	return max(minWiden, int(maxWiden*float64(contacts)))
}

// window is when how many contacts became wider, within the last hour.
type window struct{ steps []widening }

type widening struct {
	at time.Time
	n  int
}

func (w *window) clone() *window {
	if w == nil {
		return &window{}
	}
	return &window{slices.Clone(w.steps)}
}

func (w *window) add(at time.Time, n int) {
	if n > 0 {
		w.steps = append(w.steps, widening{at, n})
	}
}

// sum counts what became wider in the hour before now, and forgets the rest.
func (w *window) sum(now time.Time) (n int) {
	from := now.Add(-widenWindow)
	w.steps = slices.DeleteFunc(w.steps, func(s widening) bool { return !s.at.After(from) })
	for _, s := range w.steps {
		n += s.n
	}
	return n
}
