package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"registerd/config"
	"registerd/request"
)

type requestListCommand struct {
	requestDesk
	All  bool `help:"Those that are decided, too."`
	JSON bool `name:"json" help:"Print JSON, for programs."`
}

// Run lists the requests.
func (r *requestListCommand) Run(ctx context.Context, con console) error {
	return r.open(ctx, con, func(d *request.Desk, _ *config.Config, _ string) error {
		list, err := d.List(ctx, r.All)
		switch {
		case err != nil:
			return err
		case r.JSON:
			return printJSON(con.out, list)
		}
		table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "NUMBER\tSTATE\tLEFT\tURGENT\tKIND\tCOUNTRY\tORGANISATION")
		for _, q := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
				q.Number, q.State, timeLeft(q, time.Now()), mark(q.Urgent, "urgent"), q.Kind, q.Country, organisation(q))
		}
		return table.Flush()
	})
}

// timeLeft is how long there is to decide, in hours.
func timeLeft(r *request.Request, now time.Time) string {
	switch left := r.Due.Sub(now); {
	case !r.State.Open():
		return "-"
	case left <= 0:
		return fmt.Sprintf("late by %d h", int(-left/time.Hour))
	default:
		return fmt.Sprintf("%d h", int(left/time.Hour))
	}
}

func mark(is bool, word string) string {
	if is {
		return word
	}
	return "-"
}

func organisation(r *request.Request) string {
	if r.File == nil {
		return "erased"
	}
	return r.File.Submission.Requester.Organisation
}

type requestShowCommand struct {
	requestNumbered
	JSON bool `name:"json" help:"Print JSON, for programs."`
}

// Run prints the request.
func (r *requestShowCommand) Run(ctx context.Context, con console) error {
	return r.open(ctx, con, func(d *request.Desk, _ *config.Config, _ string) error {
		found, err := d.Show(ctx, r.Number)
		switch {
		case err != nil:
			return err
		case r.JSON:
			return printJSON(con.out, found)
		}
		p := &page{out: con.out}
		p.request(found)
		return p.err
	})
}

// page prints lines of a heading and what stands behind it.
type page struct {
	out io.Writer
	err error
}

// line prints what is not empty. A text of several lines is moved in, so that none
// of them can be taken for another heading.
func (p *page) line(what, says string) {
	if says != "" && p.err == nil {
		_, p.err = fmt.Fprintf(p.out, "%-14s %s\n", what+":", strings.ReplaceAll(says, "\n", "\n"+strings.Repeat(" ", 15)))
	}
}

func (p *page) at(what string, t time.Time) {
	if !t.IsZero() {
		p.line(what, shownTime(t))
	}
}

func (p *page) request(r *request.Request) {
	p.line("request", r.Number)
	p.line("state", string(r.State))
	p.line("outcome", string(r.Outcome))
	p.line("urgent", map[bool]string{true: "yes"}[r.Urgent])
	p.at("received", r.Received)
	p.at("due", r.Due)
	p.at("replied", r.Replied)
	p.at("decided", r.Decided)
	p.at("ends", r.Ends)
	p.at("erased", r.Erased)
	if r.File == nil {
		p.line("kind", string(r.Kind))
		p.line("country", r.Country)
		return
	}
	p.submission(&r.File.Submission)
	for _, e := range r.File.Extensions {
		p.line("extended", fmt.Sprintf("by %s until %s: %s", e.By, shownTime(e.Until), e.Reason))
	}
	if r.File.Decision != nil {
		p.decision(r.File.Decision)
	}
	if f := r.File.Refusal; f != nil {
		p.line("refused", fmt.Sprintf("by %s: %s", f.By, f.Reason))
		p.line("identity", f.Identity)
		p.line("verified", f.Verified)
	}
	if c := r.File.Closing; c != nil {
		p.line("closed", fmt.Sprintf("by %s: %s", c.By, c.Reason))
	}
	for _, e := range r.File.History {
		by := "the requester"
		if e.By != "" {
			by = e.By
		}
		p.line("history", fmt.Sprintf("%s %s, by %s", shownTime(e.At), e.Action, by))
	}
}

func (p *page) submission(s *request.Submission) {
	who := s.Requester
	p.line("organisation", fmt.Sprintf("%s (%s, %s)", who.Organisation, who.Kind, who.Country))
	p.line("person", who.Person)
	p.line("e-mail", who.Email)
	p.line("phone", who.Phone)
	p.line("reference", who.Reference)
	p.line("purpose", s.Purpose)
	p.line("basis", s.Basis)
	p.line("why", s.Why)
	p.line("urgency", s.Urgency)
	p.line("confidential", s.Confidential)
	p.line("earlier", s.Earlier)
	p.line("objects", strings.Join(texts(s.Objects), ", "))
	p.line("fields", strings.Join(texts(s.Fields), ", "))
	for i, e := range s.Evidence {
		kept := "not received"
		if !e.Kept.IsZero() {
			kept = "received " + shownTime(e.Kept)
		}
		p.line("evidence", fmt.Sprintf("%d. %s, %d bytes, sha256 %s, %s", i+1, e.What, e.Size, e.SHA256, kept))
	}
}

func (p *page) decision(d *request.Decision) {
	p.line("decided by", d.By)
	p.line("approved by", d.ApprovedBy)
	p.line("granted for", strings.Join(texts(d.Objects), ", "))
	for _, f := range d.Fields {
		if f.Granted {
			p.line("granted", f.Field.String())
		} else {
			p.line("withheld", f.Field.String()+": "+f.Reason)
		}
	}
	p.line("statute", d.Ground.Statute)
	p.line("interest", d.Ground.Interest)
	p.line("necessity", d.Ground.Necessity)
	p.line("balance", d.Ground.Balance)
	p.line("identity", d.Identity)
	p.line("verified", d.Verified)
	p.line("country", d.Country)
	if d.Transfer.By != "" {
		p.line("transfer", d.Transfer.By+": "+d.Transfer.Why)
	}
	p.line("holder heard", d.Heard)
	p.line("not heard", d.NotHeard)
	p.at("confidential", d.Confidential)
	p.at("until", d.Until)
}
