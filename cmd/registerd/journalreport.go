package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"text/tabwriter"
	"time"

	"registerd/audit"
	"registerd/config"
	"registerd/request"
	"registerd/service"
)

type journalReport struct {
	journalPlace
	Month  string `required:"" placeholder:"YYYY-MM" help:"The month to report of, in UTC."`
	Format string `enum:"text,json" default:"text" help:"How to print it: ${enum} (${default})."`
}

// Run prints the numbers of a month, to be published. They name nobody, and are made
// of what stays in the journal in clear: they can be printed again when all keys are
// erased.
func (r *journalReport) Run(ctx context.Context, con console) error {
	c, err := r.config()
	if err != nil {
		return err
	}
	month, err := time.Parse("2006-01", r.Month)
	if err != nil {
		return misused("journal: --month %q is not a month such as 2026-11", r.Month)
	}
	report, err := reportOf(ctx, c.Audit.Dir, month, time.Now())
	if err != nil {
		return err
	}
	if c.Requests.Dir != "" {
		if report.Desk, err = deskNumbers(ctx, c, month); err != nil {
			return err
		}
	}
	if r.Format == "json" {
		return printJSON(con.out, report)
	}
	return report.print(con.out)
}

// monthReport is what is published of a month.
type monthReport struct {
	Month       string           `json:"month"`
	Disclosures []disclosedCount `json:"disclosures"` // above public
	Requests    []requestCount   `json:"requests"`    // received in the month
	All         requestCount     `json:"all_requests"`

	// Desk are the request desk's own numbers, which know of replies before the
	// decision: of whoever was told in time that it takes longer, and why.
	Desk []request.Numbers `json:"request_desk,omitempty"`
}

// about is what is counted together.
type about struct {
	Requester string `json:"requester"`
	Purpose   string `json:"purpose"`
}

func (a about) compare(b about) int {
	return cmp.Or(cmp.Compare(a.Requester, b.Requester), cmp.Compare(a.Purpose, b.Purpose))
}

// disclosedCount counts answers of which a part was not public.
type disclosedCount struct {
	about
	Disclosures int `json:"disclosures"`
	Accounts    int `json:"accounts"`
}

// requestCount counts requests at the request desk.
type requestCount struct {
	about
	Received int     `json:"received"`
	Granted  int     `json:"granted"` // in whole or in part
	Refused  int     `json:"refused"`
	Other    int     `json:"waiting_or_closed"`
	Median   float64 `json:"median_hours"` // from the receipt to the decision
	Worst    float64 `json:"worst_hours"`
	Breaches int     `json:"over_72_hours"` // decided later, or waiting longer

	took []time.Duration
}

// asked is how a request went, as its records in the journal say.
type asked struct {
	about
	received, decided time.Time
	granted           bool
}

func reportOf(ctx context.Context, dir string, month, now time.Time) (*monthReport, error) {
	in := audit.Span{Since: month, Until: month.AddDate(0, 1, 0)}
	told := map[about]map[string]int{} // by account
	requests := map[string]*asked{}
	err := audit.Walk(dir, func(r audit.Record) error {
		of := about{cmp.Or(r.Requester, r.Audience), r.Purpose}
		switch r.Entry {
		case audit.EntryDisclosure:
			if in.Holds(r.Time) {
				if told[of] == nil {
					told[of] = map[string]int{}
				}
				told[of][r.Caller]++
			}
		case audit.EntryRequest, audit.EntryGrant, audit.EntryRefusal:
			followed(requests, &r, of)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	out := &monthReport{Month: month.Format("2006-01"), Disclosures: []disclosedCount{}, Requests: []requestCount{}}
	for of, accounts := range told {
		n := disclosedCount{about: of, Accounts: len(accounts)}
		for _, times := range accounts {
			n.Disclosures += times
		}
		out.Disclosures = append(out.Disclosures, n)
	}
	slices.SortFunc(out.Disclosures, func(a, b disclosedCount) int { return a.compare(b.about) })
	out.count(in, requests, now)
	return out, nil
}

// followed takes the first record of a request for its receipt, and the first grant
// or refusal for its decision.
func followed(requests map[string]*asked, r *audit.Record, of about) {
	known := requests[r.Reference]
	if known == nil {
		known = &asked{about: of, received: r.Time}
		requests[r.Reference] = known
	}
	if r.Entry != audit.EntryRequest && known.decided.IsZero() {
		known.decided, known.granted = r.Time, r.Entry == audit.EntryGrant
	}
}

// count sums the requests that were received in the month, whenever they ended.
func (m *monthReport) count(in audit.Span, requests map[string]*asked, now time.Time) {
	byAbout := map[about]*requestCount{}
	for _, a := range requests {
		if !in.Holds(a.received) {
			continue
		}
		if byAbout[a.about] == nil {
			byAbout[a.about] = &requestCount{about: a.about}
		}
		byAbout[a.about].add(a, now)
		m.All.add(a, now)
	}
	for _, of := range slices.SortedFunc(maps.Keys(byAbout), about.compare) {
		byAbout[of].end()
		m.Requests = append(m.Requests, *byAbout[of])
	}
	m.All.end()
}

func (n *requestCount) add(a *asked, now time.Time) {
	n.Received++
	took := now.Sub(a.received)
	switch {
	case a.decided.IsZero():
		n.Other++
	case a.granted:
		n.Granted++
	default:
		n.Refused++
	}
	if !a.decided.IsZero() {
		took = a.decided.Sub(a.received)
		n.took = append(n.took, took)
	}
	if took > request.ReplyWithin {
		n.Breaches++
	}
}

// end settles the times, to a hundredth of an hour.
func (n *requestCount) end() {
	if len(n.took) == 0 {
		return
	}
	slices.Sort(n.took)
	hours := func(d time.Duration) float64 { return math.Round(d.Hours()*100) / 100 }
	n.Median = hours((n.took[(len(n.took)-1)/2] + n.took[len(n.took)/2]) / 2)
	n.Worst = hours(n.took[len(n.took)-1])
}

// deskNumbers are what the request desk says of itself.
func deskNumbers(ctx context.Context, c *config.Config, month time.Time) (_ []request.Numbers, err error) {
	settings, err := service.RequestDeskConfig(&c.Requests, audit.None()) // nothing is done that would have to be journaled
	if err != nil {
		return nil, err
	}
	desk, err := request.Open(ctx, settings)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, desk.Close()) }()
	return desk.Statistics(ctx, month, month.AddDate(0, 1, 0))
}

func (m *monthReport) print(out io.Writer) error {
	fmt.Fprintf(out, "%s\n\nDisclosures of what is not public\n", m.Month)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TO\tPURPOSE\tDISCLOSURES\tACCOUNTS")
	for _, d := range m.Disclosures {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\n", d.Requester, cmp.Or(d.Purpose, "-"), d.Disclosures, d.Accounts)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprint(out, "\nRequests that were received, and what became of them since\n")
	fmt.Fprintln(table, "FROM\tPURPOSE\tRECEIVED\tGRANTED\tREFUSED\tOTHER\tMEDIAN HOURS\tWORST HOURS\tOVER 72 HOURS")
	all := m.All
	all.about = about{"all", ""}
	for _, n := range append(slices.Clone(m.Requests), all) {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d\t%.2f\t%.2f\t%d\n",
			n.Requester, cmp.Or(n.Purpose, "-"), n.Received, n.Granted, n.Refused, n.Other, n.Median, n.Worst, n.Breaches)
	}
	if err := table.Flush(); err != nil || m.Desk == nil {
		return err
	}
	fmt.Fprint(out, "\nReplies of the request desk, an extension in time being one\n")
	fmt.Fprintln(table, "FROM\tRECEIVED\tURGENT\tOUTSIDE EEA\tGRANTED\tPARTLY\tREFUSED\tCLOSED\tWAITING\tEXTENDED\tMEDIAN HOURS\tWORST HOURS\tBREACHES")
	for _, n := range m.Desk {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.2f\t%.2f\t%d\n", cmp.Or(string(n.Kind), "all"), n.Received, n.Urgent,
			n.Outside, n.Granted, n.Partly, n.Refused, n.Closed, n.Waiting, n.Extended, n.Reply.Median, n.Reply.Worst, n.Breaches)
	}
	return table.Flush()
}
