package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/config"
	"registerd/disclose"
	"registerd/escrow"
	"registerd/service"
	"registerd/store"
	"registerd/store/sqlite"
)

type rollbackCommand struct {
	DB           string `name:"db" type:"path" placeholder:"FILE" help:"The register; overrides the configuration. Alone, nothing is journaled."`
	Config       string `type:"path" placeholder:"FILE" xor:"rules" help:"The configuration file: the register, the rules, the journal, and how long generations are kept."`
	List         bool   `help:"Print the generations that there are, and change nothing."`
	To           uint64 `placeholder:"GENERATION" help:"Which to serve again. Default: the one that was served last."`
	DryRun       bool   `help:"Print what would be, and change nothing."`
	AsItWas      bool   `help:"Give up the changes of the feed that came since, rather than apply them again."`
	Dangling     string `enum:"refuse,keep" default:"refuse" help:"What to do with references to objects that are not there: ${enum} (${default})."`
	AcceptShrink bool   `help:"Take a register with over 5 % fewer objects."`
	AcceptWiden  bool   `xor:"facts" help:"Take one that shows the public more of over 0.1 % of the contacts, and contacts with the facts they had then."`
	KeepClosed   bool   `xor:"facts" help:"Let any number of contacts keep the facts of now, where the public would see more by those of then."`
	Rules        string `placeholder:"FILE|NAME" xor:"rules" help:"The publication rules that --accept-widen goes by; default gdpr."`
	Reason       string `placeholder:"TEXT" help:"Why; it is journaled."`
}

// Run goes back, or refuses and changes nothing.
func (r *rollbackCommand) Run(ctx context.Context, con console) error {
	c := new(config.Config)
	if r.Config != "" {
		var err error
		if c, err = config.Read(r.Config); err != nil {
			return err
		}
	}
	if r.DB != "" {
		c.DB = r.DB
	}
	if c.DB == "" {
		return misused("rollback: give --config FILE or --db FILE")
	}
	reader, err := service.OpenRegister(c.DB, sqlite.Options{})
	if err != nil {
		return err
	}
	defer reader.Close()
	if r.List {
		return r.list(ctx, con, reader)
	}
	by, err := rulesBy(r.Config, r.Rules)
	if err != nil {
		return err
	}
	return r.run(ctx, con, c, reader, by)
}

func (r *rollbackCommand) list(ctx context.Context, con console, reader store.Reader) error {
	all, err := reader.Generations(ctx)
	if err != nil {
		return fmt.Errorf("rollback: %w", err)
	}
	for i, g := range all {
		from, until := inUTC(g.Published), "now"
		if !g.Replaced.IsZero() {
			until = inUTC(g.Replaced)
		}
		// What was served last comes first: the one after it is the one that it took the place of.
		if i+1 < len(all) && !g.Published.IsZero() && all[i+1].Replaced.After(g.Published) {
			from += ", again from " + inUTC(all[i+1].Replaced)
		}
		fmt.Fprintf(con.out, "generation %d: served from %s until %s%s; %d objects, %d domains; data as of %s, serial %d\n",
			g.ID, from, until, ofDeposit(g.State.Deposit), g.State.Counts.Objects(), g.State.Counts.Domains,
			inUTC(g.State.Watermark), g.State.Serial)
	}
	return nil
}

// inUTC is a time in words; an older program did not note when it published.
func inUTC(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format(time.RFC3339)
}

func ofDeposit(id string) string {
	if id == "" {
		return ""
	}
	return ", deposit " + id
}

// errDryRun ends a rollback that is not meant.
var errDryRun = errors.New("nothing was changed")

func (r *rollbackCommand) run(ctx context.Context, con console, c *config.Config, reader store.Reader, by *config.Rules) error {
	if err := notAsRoot(c.DB); err != nil {
		return err
	}
	writer, err := sqlite.OpenWriter(c.DB, sqlite.Options{})
	if err != nil {
		return err
	}
	defer writer.Close()
	im, err := escrow.New(escrow.Config{
		Writer: writer, Reader: reader, Now: time.Now, Wider: by.Policy.Wider,
		KeepDangling: r.Dangling == "keep", AcceptShrink: r.AcceptShrink, AcceptWiden: r.AcceptWiden,
	})
	if err != nil {
		return err
	}
	report, err := im.Rollback(ctx, escrow.RollbackOptions{
		To: r.To, AsItWas: r.AsItWas, KeepClosed: r.KeepClosed,
		Confirm: func(report *escrow.RollbackReport) error {
			printRollback(con, report)
			if r.DryRun {
				return errDryRun
			}
			return r.record(ctx, con, c, report)
		},
	})
	printReport(con, &report.Report)
	switch {
	case errors.Is(err, errDryRun):
		fmt.Fprintf(con.out, "%s\n", errDryRun)
		return nil
	case errors.As(err, new(*escrow.RefusedError)):
		printRollback(con, report)
		return fmt.Errorf("rollback: %w", err)
	case err != nil:
		return err
	}
	fmt.Fprintf(con.out, "generation %d is served: %s\n", report.To.ID, holdings(&report.Report))
	tidy(ctx, con, writer, c.GenerationsKept())
	return nil
}

// printRollback prints what would change.
func printRollback(con console, r *escrow.RollbackReport) {
	fmt.Fprintf(con.out, "from generation %d%s, data as of %s, to generation %d%s, data as of %s, served until %s\n",
		r.From.ID, ofDeposit(r.From.State.Deposit), inUTC(r.From.State.Watermark),
		r.To.ID, ofDeposit(r.To.State.Deposit), inUTC(r.Watermark), inUTC(r.To.Replaced))
	was, now := r.From.State.Counts, r.Counts
	for _, kind := range []struct {
		what     string
		was, now int
	}{
		{"domains", was.Domains, now.Domains}, {"reserved names", was.Reserved, now.Reserved},
		{"contacts", was.Contacts, now.Contacts}, {"hosts", was.Hosts, now.Hosts}, {"registrars", was.Registrars, now.Registrars},
	} {
		if kind.was != kind.now {
			fmt.Fprintf(con.out, "%s: %d instead of %d\n", kind.what, kind.now, kind.was)
		}
	}
	if r.Wider > 0 {
		fmt.Fprintf(con.out, "the public sees more of %d contacts\n", r.Wider)
	}
	if r.Closed > 0 {
		fmt.Fprintf(con.out, "%d contacts keep the facts of now, as by those of then the public would see more: --accept-widen takes those\n", r.Closed)
	}
	if r.Again > 0 {
		fmt.Fprintf(con.out, "applied again: %d changes, up to serial %d\n", r.Again, r.Serial)
	}
	if r.Lost > 0 {
		fmt.Fprintf(con.out, "given up: the changes after serial %d, up to %d; the feed has to go on from %d\n", r.Serial, r.Lost, r.Serial)
	}
	if s := r.From.State; s.Deposit != s.Full && s.Deposit != r.To.State.Deposit {
		fmt.Fprintf(con.out, "not in it: what the deposits after %s brought, up to %s\n", s.Full, s.Deposit)
	}
}

// record journals who goes back, from where to where, and why. Where there is a
// journal, no one goes back without.
func (r *rollbackCommand) record(ctx context.Context, con console, c *config.Config, report *escrow.RollbackReport) (err error) {
	if c.Audit.Dir == "" {
		return nil
	}
	journal, err := commandJournal(c, consoleLog(con))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	step := fmt.Sprintf("%d -> %d", report.From.ID, report.To.ID)
	question := "rollback " + step
	if r.Reason != "" {
		question += ": " + r.Reason
	}
	return journal.Record(ctx, audit.Disclosure{
		Entry: audit.EntryRollback, Caller: access.SystemAccount(), Organisation: "registry", Requester: disclose.KindOperator.String(),
		Audience: disclose.Operator.String(), Window: "rollback", Kind: "register", Reference: step,
		Question: question, Serial: report.Serial, Generation: report.To.ID, Client: loopback,
	})
}

// keepBy is how long a command keeps generations: as its flag says, as the
// configuration does, or the default.
func keepBy(configFile string, flag *config.Duration) (time.Duration, error) {
	switch {
	case flag != nil:
		return flag.Duration, nil
	case configFile == "":
		return config.DefaultKeepGenerations, nil
	}
	c, err := config.Read(configFile)
	if err != nil {
		return 0, err
	}
	return c.GenerationsKept(), nil
}

// tidy removes what is no longer kept, after a command did its work: if it
// cannot, that is still done, and a running server tries again within the hour.
func tidy(ctx context.Context, con console, w store.Writer, keep time.Duration) {
	if err := w.Purge(ctx, time.Now().Add(-keep)); err != nil {
		fmt.Fprintln(con.err, "warning:", err)
	}
}
