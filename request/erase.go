package request

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// erasedAtOnce limits the requests that one run erases, so that a clock that jumps
// far ahead for a minute does not erase them all.
const erasedAtOnce = 8

// Expire erases what is sealed of requests that ended longer ago than Keep: the key,
// the evidence, the row's bytes and the link. Number, times, kind, country and
// outcome stay. It says how many requests it erased, a few at most: the rest is for
// the next run.
func (d *Desk) Expire(ctx context.Context) (erased int, err error) {
	before := d.now().Add(-d.cfg.Keep)
	var due []string
	err = d.inside(ctx, func(t *sql.Tx) error {
		return d.each(ctx, t, "erased = '' AND ends <> '' AND ends <= ?", false, func(r *Request) error {
			due = append(due, r.Number)
			return nil
		}, stamp(before))
	})
	if err != nil {
		return 0, desks(err)
	}
	var errs []error
	for _, number := range due {
		if erased == erasedAtOnce { // what fails does not count, and holds nobody up
			break
		}
		if err := d.expire(ctx, number, before); err != nil {
			errs = append(errs, err)
			continue
		}
		erased++
	}
	return erased, desks(errors.Join(errs...))
}

// byClock is who does what is done because time has passed.
const byClock = "registerd"

// expire erases one. The key goes before the row says so: after a crash between
// the two, it is done again.
func (d *Desk) expire(ctx context.Context, number string, before time.Time) error {
	return d.inside(ctx, func(t *sql.Tx) error {
		r, err := d.scan(t.QueryRowContext(ctx, "SELECT "+columns+" FROM request WHERE number = ?", number), false)
		if err != nil || !r.Erased.IsZero() || r.Ends.IsZero() || r.Ends.After(before) {
			return err
		}
		if _, err := r.State.move(number, Erase); err != nil {
			return err
		}
		if err := d.record(ctx, r, Step{Entry: EntryRequest, Action: Erase, By: byClock}); err != nil {
			return err
		}
		if err := d.keys.erase(number); err != nil {
			return err
		}
		r.Erased = d.now()
		r.secret, r.same, r.network, r.digest = nil, nil, nil, nil
		return d.write(ctx, t, r)
	})
}
