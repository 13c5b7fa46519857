package request

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// left are how long before a request is due somebody is reminded of it: after the
// first notice, that it has come, at 24, 48 and 60 hours, and when it is late. When
// it was extended, they count back from the new time.
var left = []time.Duration{48 * time.Hour, 24 * time.Hour, 12 * time.Hour, 0}

// firstReminder is how many reminders there have been when a request was only
// announced.
const firstReminder = 1

// Reminder tells an officer of a request that waits. It tells of no person.
type Reminder struct {
	Number string
	State  State
	Urgent bool
	New    bool          // it has come
	Late   bool          // its time is over
	Left   time.Duration // until it is due, to the second; negative when it is late
	Due    time.Time
}

// remindersBy is how many reminders there are to have been by now.
func (r *Request) remindersBy(now time.Time) int {
	n := firstReminder
	for _, l := range left {
		if r.Due.Sub(now) <= l {
			n++
		}
	}
	return n
}

// Remind gives the reminders that are due to remind, one of a request at most: after
// a standstill the last one is enough. What it fails for is tried again the next
// time; after a crash, one may come twice.
func (d *Desk) Remind(ctx context.Context, remind func(Reminder) error) error {
	now := d.now()
	var due []*Request
	err := d.inside(ctx, func(t *sql.Tx) error {
		return d.each(ctx, t, "state IN ('received', 'taken', 'proposed')", false, func(r *Request) error {
			if r.remindersBy(now) > r.reminded {
				due = append(due, r)
			}
			return nil
		})
	})
	if err != nil {
		return desks(err)
	}
	var errs []error
	for _, r := range due {
		err := remind(Reminder{
			Number: r.Number, State: r.State, Urgent: r.Urgent, Due: r.Due, Left: r.Due.Sub(now),
			New: r.reminded == 0, Late: !now.Before(r.Due),
		})
		if err == nil {
			_, err = d.db.ExecContext(ctx, "UPDATE request SET reminded = ? WHERE number = ? AND due = ?",
				r.remindersBy(now), r.Number, stamp(r.Due))
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return desks(errors.Join(errs...))
}

// Waiting is how many requests wait, for metrics.
type Waiting struct {
	Open, Urgent, Late int
	In                 map[State]int // of the open ones
	Oldest             time.Duration // since the oldest was received
}

// Waiting counts the requests that wait.
func (d *Desk) Waiting(ctx context.Context) (w Waiting, err error) {
	now := d.now()
	w.In = map[State]int{Received: 0, Taken: 0, Proposed: 0}
	err = d.inside(ctx, func(t *sql.Tx) error {
		return d.each(ctx, t, "state IN ('received', 'taken', 'proposed')", false, func(r *Request) error {
			w.Open++
			w.In[r.State]++
			if r.Urgent {
				w.Urgent++
			}
			if r.late(now) {
				w.Late++
			}
			w.Oldest = max(w.Oldest, now.Sub(r.Received))
			return nil
		})
	})
	return w, desks(err)
}

// late reports a breach: no reply within 72 hours, or no decision by the time that
// it was extended to.
func (r *Request) late(now time.Time) bool {
	at := func(t time.Time) time.Time {
		if t.IsZero() {
			return now
		}
		return t
	}
	return at(r.Replied).After(r.Received.Add(ReplyWithin)) || at(r.Decided).After(r.Due)
}
