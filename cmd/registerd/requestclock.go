package main

import (
	"bytes"
	"context"
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
		c.log.Error("reminders of requests were not all given, and are tried again", "error", err)
	}
	erased, err := c.desk.Expire(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		c.log.Error("requests past their time were not all erased, and are tried again", "error", err)
	case erased > 0:
		c.log.Info("requests past their time were erased", "number", erased)
	}
}

// remind says it in the log and to the hook. A hook that fails was told: it is not
// asked again before the next reminder.
func (c *requestClock) remind(ctx context.Context, r request.Reminder) error {
	word, say, level := "waiting", "a request waits", slog.LevelWarn
	switch {
	case r.Late:
		word, say, level = "late", "a request is late", slog.LevelError
	case r.New:
		word, say, level = "received", "a request came in", slog.LevelInfo
	}
	c.log.Log(ctx, level, say, "request", r.Number, "state", string(r.State), "urgent", r.Urgent, "due", r.Due, "left", r.Left.String())
	if c.hook == "" {
		return nil
	}
	if err := runHook(ctx, c.hook, word, r.Number); err != nil {
		c.log.Error("the hook for requests failed", "request", r.Number, "error", err)
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

// requests reports the requests that wait. They are counted when somebody asks.
func (m *metrics) requests(d *request.Desk, log *slog.Logger) {
	count := func(of func(request.Waiting) float64) func() float64 {
		return func() float64 {
			w, err := d.Waiting(context.Background())
			if err != nil {
				log.Error("requests cannot be counted", "error", err)
				return -1
			}
			return of(w)
		}
	}
	m.gauge("registerd_requests_open", "Requests that wait for a decision; -1 if they cannot be counted.",
		count(func(w request.Waiting) float64 { return float64(w.Open) }))
	m.gauge("registerd_requests_open_urgent", "Of those, the urgent ones.",
		count(func(w request.Waiting) float64 { return float64(w.Urgent) }))
	m.gauge("registerd_requests_open_late", "Of those, the ones whose time to reply is over.",
		count(func(w request.Waiting) float64 { return float64(w.Late) }))
	m.gauge("registerd_requests_oldest_seconds", "How long the oldest of them has waited.",
		count(func(w request.Waiting) float64 { return w.Oldest.Seconds() }))
}
