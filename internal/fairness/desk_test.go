package fairness

import (
	"errors"
	"testing"
	"time"

	"registerd/ratelimit"
)

// desk asks the limiter as lookup does, in virtual time.
type desk struct {
	limiter *ratelimit.Limiter
	now     time.Duration // since monday
}

func newDesk(t testing.TB, settings ratelimit.Settings) *desk {
	t.Helper()
	d := new(desk)
	cfg := ratelimit.Defaults()
	cfg.Memory = 8 << 20
	cfg.Settings = settings
	cfg.Key = [2]uint64{2026, 11} // which networks share a slot decides some questions
	cfg.Now = func() time.Time { return monday.Add(d.now) }
	var err error
	if d.limiter, err = ratelimit.New(cfg); err != nil {
		t.Fatal(err)
	}
	return d
}

// ask is nil, or why the question was not answered. Of a batch it may be only
// the first ones that were.
func (d *desk) ask(q question) (answered int, refused *ratelimit.Exceeded) {
	if q.window == "das" {
		granted, ticket, err := d.limiter.AdmitMany(q.from, ratelimit.Availability, q.names)
		if err == nil {
			err = ticket.Charge(ratelimit.Cost{})
		}
		return granted, exceeded(err)
	}
	ticket, err := d.limiter.Admit(q.from, ratelimit.Lookup)
	if err == nil {
		err = ticket.Charge(ratelimit.Cost{Personal: q.persons, Missed: q.missed, About: q.key})
	}
	if err != nil {
		return 0, exceeded(err)
	}
	return 1, nil
}

func exceeded(err error) *ratelimit.Exceeded {
	if err == nil {
		return nil
	}
	var e *ratelimit.Exceeded
	if !errors.As(err, &e) {
		panic(err)
	}
	return e
}

// told is how long a window says to wait: whole seconds, rounded up.
func told(e *ratelimit.Exceeded) time.Duration {
	return max(time.Second, (e.RetryAfter + time.Second - 1).Truncate(time.Second))
}

// agent is somebody who asks.
type agent interface {
	// due is when it asks next; ok is false when it has nothing more to ask.
	due() (at time.Duration, ok bool)
	act(d *desk)
}

// run lets the agents ask, in the order of time, until the end.
func (d *desk) run(until time.Duration, agents ...agent) {
	for {
		var next agent
		soonest := until
		for _, a := range agents {
			if at, ok := a.due(); ok && at < soonest {
				next, soonest = a, at
			}
		}
		if next == nil {
			d.now = max(d.now, until)
			return
		}
		d.now = max(d.now, soonest)
		next.act(d)
	}
}
