package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"time"

	"registerd/request"
)

const (
	// clockEvery is how often somebody looks for requests that are due.
	clockEvery = time.Minute
	// hookWithin is how long the operator's hook may take.
	hookWithin = 10 * time.Second
)

// requestClock reminds of requests that wait, and erases those past their time.
type requestClock struct {
	desk *request.Desk
	hook string
	log  *slog.Logger
	// believed says whether the clock is right enough to erase by.
	believed func() bool
}

// run keeps the clock until ctx ends.
func (c *requestClock) run(ctx context.Context) {
	tick := time.NewTicker(clockEvery)
	defer tick.Stop()
	for {
		c.strike(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// strike does what is due now.
func (c *requestClock) strike(ctx context.Context) {
	if err := c.desk.Remind(ctx, func(r request.Reminder) error { return c.remind(ctx, r) }); err != nil && ctx.Err() == nil {
		c.log.Error("request desk: not all reminders were given; trying again", "error", err)
	}
	if !c.believed() {
		return
	}
	erased, err := c.desk.Expire(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		c.log.Error("request desk: not all requests past their time were erased; trying again", "error", err)
	case erased > 0:
		c.log.Info("request desk: requests past their time were erased", "number", erased)
	}
}

// remind says it in the log and to the hook. A hook that fails was told: it is not
// asked again before the next reminder.
func (c *requestClock) remind(ctx context.Context, r request.Reminder) error {
	log := c.log.With("request", r.Number, "state", string(r.State), "urgent", r.Urgent, "due", r.Due, "left", r.Left)
	word := "waiting"
	switch {
	case r.Late:
		word = "late"
		log.Error("request desk: a request is late")
	case r.New:
		word = "received"
		log.Info("request desk: a request came in")
	default:
		log.Warn("request desk: a request waits")
	}
	if c.hook == "" {
		return nil
	}
	if err := runHook(ctx, c.hook, word, r.Number); err != nil {
		c.log.Error("request desk: the hook failed", "request", r.Number, "error", err)
	}
	return ctx.Err()
}

// runHook runs a program with a bounded time, and nothing on its standard input.
func runHook(ctx context.Context, path string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, hookWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.WaitDelay = time.Second // what it started and left behind holds nobody up
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %q", err, bytes.TrimSpace(out[:min(len(out), 200)]))
	}
	return nil
}

// requests reports the requests that wait; a desk that is nil is not open.
// They are counted when somebody asks.
func (m *metrics) requests(desk func() *request.Desk) {
	m.together(func(tell tellGauge) {
		var w request.Waiting
		err := errors.New("it is not open")
		if d := desk(); d != nil {
			w, err = d.Waiting(context.Background())
		}
		tell("registerd_requests_readable", oneIf(err == nil))
		if err != nil {
			return
		}
		for state, n := range w.In {
			tell("registerd_requests_open", float64(n), string(state))
		}
		tell("registerd_requests_open_urgent", float64(w.Urgent))
		tell("registerd_requests_open_late", float64(w.Late))
		tell("registerd_requests_oldest_seconds", w.Oldest.Seconds())
	},
		family{name: "registerd_requests_readable", help: "1 if the request desk is open and can be read, else 0."},
		family{name: "registerd_requests_open", help: "Requests that wait for a decision, by state.", label: "state"},
		family{name: "registerd_requests_open_urgent", help: "Of those, the urgent ones."},
		family{name: "registerd_requests_open_late", help: "Of those, the ones whose time to reply is over."},
		family{name: "registerd_requests_oldest_seconds", help: "How long the oldest of them has waited."},
	)
}
