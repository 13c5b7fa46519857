package main

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"registerd/config"
	"registerd/request"
	"registerd/statistics"
)

// disclosureTables are what the journal says of a month: how often what is not public
// was disclosed, and how requests went. Without a journal they are not measured.
func disclosureTables(ctx context.Context, c *config.Config, month time.Time) ([]statistics.Table, error) {
	columns := []string{"requester", "purpose", "figure"}
	told := statistics.Table{ID: "disclosures", Title: "Disclosures of what is not public", Columns: columns, Rows: []statistics.Row{}}
	asked := statistics.Table{ID: "requests", Title: "Requests that were received, and what became of them since", Columns: columns, Rows: []statistics.Row{}}
	report, err := journalNumbers(ctx, c, month)
	switch {
	case err != nil:
		return nil, err
	case report == nil:
		told.Missing, asked.Missing = statistics.NotMeasured, statistics.NotMeasured
		return []statistics.Table{told, asked}, nil
	}
	for _, d := range report.Disclosures {
		told.Add(float64(d.Disclosures), d.Requester, d.Purpose, "disclosures")
		told.Add(float64(d.Accounts), d.Requester, d.Purpose, "accounts")
	}
	for _, n := range report.Requests {
		for _, f := range []struct {
			name string
			n    float64
		}{
			{"received", float64(n.Received)}, {"granted", float64(n.Granted)}, {"refused", float64(n.Refused)},
			{"waiting or closed", float64(n.Other)}, {"median hours", n.Median}, {"worst hours", n.Worst}, {"over 72 hours", float64(n.Breaches)},
		} {
			asked.Add(f.n, n.Requester, n.Purpose, f.name)
		}
	}
	return []statistics.Table{told, asked}, nil
}

// journalNumbers are nil if there is no journal.
func journalNumbers(ctx context.Context, c *config.Config, month time.Time) (*monthReport, error) {
	if c.Audit.Dir == "" {
		return nil, nil
	}
	// What waits longer than it may is late. Later than this nothing of the month can
	// become late, so that a report that is made again says the same of it.
	now := month.AddDate(0, 1, 0).Add(request.ReplyWithin + time.Second)
	if clock := time.Now(); clock.Before(now) {
		now = clock
	}
	report, err := reportOf(ctx, c.Audit.Dir, month, now)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return report, err
}
