package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"registerd/access"
	"registerd/config"
	"registerd/request"
	"registerd/service"
)

type requestCommand struct {
	List     requestListCommand     `cmd:"" help:"List the requests that wait, urgent ones first, then by the time they are due."`
	Show     requestShowCommand     `cmd:"" help:"Print all that is known of a request."`
	Submit   requestSubmitCommand   `cmd:"" help:"Take a request that came by another way, such as a letter."`
	Take     requestTakeCommand     `cmd:"" help:"Say that you work on it; a proposed grant is taken back."`
	Extend   requestExtendCommand   `cmd:"" help:"Reply that the decision needs longer, and why."`
	Grant    requestGrantCommand    `cmd:"" help:"Grant it, field by field, or propose that where a second approver is needed."`
	Approve  requestApproveCommand  `cmd:"" help:"Grant what somebody else has proposed."`
	Refuse   requestRefuseCommand   `cmd:"" help:"Refuse it, and say why."`
	Close    requestCloseCommand    `cmd:"" help:"End a request that is not to be decided, or a grant before its time."`
	Renew    requestRenewCommand    `cmd:"" help:"Let the token of a grant be picked up once more; the one that was ends."`
	Evidence requestEvidenceCommand `cmd:"" help:"Write a piece of evidence to a file. Anybody may have sent it: look at it with care."`
	Erase    requestEraseCommand    `cmd:"" help:"Erase what is past its time now; a server does it by itself."`
}

// requestDesk says where the request desk is, and where its steps are journaled.
type requestDesk struct {
	Config string `required:"" type:"path" placeholder:"FILE" help:"The configuration file, which says where the requests, the journal and the register are."`
}

// open opens the desk and the journal, and does something at it. by is whoever runs
// the program.
func (r *requestDesk) open(ctx context.Context, con console, do func(d *request.Desk, c *config.Config, by string) error) (err error) {
	c, err := config.Parse(r.Config)
	switch {
	case err != nil:
		return err
	case c.Requests.Dir == "":
		return misused("requests: the configuration has no requests.dir")
	case c.Audit.Dir == "":
		return misused("requests: what is done is journaled, and the configuration has no audit.dir")
	}
	journal, err := commandJournal(c, consoleLog(con))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	settings, err := service.RequestDeskConfig(&c.Requests, journal)
	if err != nil {
		return err
	}
	desk, err := request.Open(ctx, settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, desk.Close()) }()
	return do(desk, c, access.SystemAccount())
}

// requestNumbered is a command about one request.
type requestNumbered struct {
	requestDesk
	Number string `arg:"" placeholder:"NUMBER" help:"The request, such as R-2026-000123."`
}

// act does something to the request, and says how it then stands.
func (r *requestNumbered) act(ctx context.Context, con console, do func(d *request.Desk, by string) error) error {
	return r.open(ctx, con, func(d *request.Desk, _ *config.Config, by string) error {
		if err := do(d, by); err != nil {
			return err
		}
		return printStanding(ctx, con.out, d, r.Number)
	})
}

func printStanding(ctx context.Context, out io.Writer, d *request.Desk, number string) error {
	now, err := d.Show(ctx, number)
	if err != nil {
		return err
	}
	said := string(now.State)
	if now.State.Open() {
		said += ", due " + shownTime(now.Due)
	}
	if now.State == request.Granted {
		said += " until " + shownTime(now.Ends)
	}
	_, err = fmt.Fprintf(out, "%s: %s\n", number, said)
	return err
}

// shownTime is a time to the minute, in UTC.
func shownTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }

type requestTakeCommand struct{ requestNumbered }

// Run takes the request.
func (r *requestTakeCommand) Run(ctx context.Context, con console) error {
	return r.act(ctx, con, func(d *request.Desk, by string) error { return d.Take(ctx, r.Number, by) })
}

type requestExtendCommand struct {
	requestNumbered
	Until  day    `required:"" placeholder:"DATE" help:"When it will be decided: 2026-11-20, or a time; at most 30 days after it came."`
	Reason string `required:"" placeholder:"TEXT" help:"Why. The requester is told."`
}

// Run replies that it takes longer.
func (r *requestExtendCommand) Run(ctx context.Context, con console) error {
	return r.act(ctx, con, func(d *request.Desk, by string) error {
		return d.Extend(ctx, r.Number, by, time.Time(r.Until), r.Reason)
	})
}

type requestApproveCommand struct{ requestNumbered }

// Run approves the proposal.
func (r *requestApproveCommand) Run(ctx context.Context, con console) error {
	return r.act(ctx, con, func(d *request.Desk, by string) error { return d.Approve(ctx, r.Number, by) })
}

type requestRefuseCommand struct {
	requestNumbered
	Reason   string `required:"" placeholder:"TEXT" help:"Why. The requester is told."`
	Identity string `placeholder:"TEXT" help:"Who the requester was found to be, if that was looked into."`
	Verified string `placeholder:"TEXT" help:"How."`
}

// Run refuses the request.
func (r *requestRefuseCommand) Run(ctx context.Context, con console) error {
	return r.act(ctx, con, func(d *request.Desk, by string) error {
		return d.Refuse(ctx, r.Number, request.Refusal{By: by, Reason: r.Reason, Identity: r.Identity, Verified: r.Verified})
	})
}

type requestCloseCommand struct {
	requestNumbered
	Reason string `required:"" placeholder:"TEXT" help:"Why. The requester is told."`
}

// Run closes the request.
func (r *requestCloseCommand) Run(ctx context.Context, con console) error {
	return r.act(ctx, con, func(d *request.Desk, by string) error { return d.End(ctx, r.Number, by, r.Reason) })
}

type requestRenewCommand struct{ requestNumbered }

// Run lets the token be picked up once more.
func (r *requestRenewCommand) Run(ctx context.Context, con console) error {
	return r.act(ctx, con, func(d *request.Desk, by string) error { return d.Renew(ctx, r.Number, by) })
}

type requestEraseCommand struct{ requestDesk }

// Run erases.
func (r *requestEraseCommand) Run(ctx context.Context, con console) error {
	return r.open(ctx, con, func(d *request.Desk, _ *config.Config, _ string) error {
		n, err := d.Expire(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(con.out, "erased: %d\n", n)
		return err
	})
}
