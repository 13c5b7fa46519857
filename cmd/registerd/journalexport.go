package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/config"
	"registerd/disclose"
	"registerd/holder"
	"registerd/holder/receipts"
)

type journalExport struct {
	journalPlace
	DB         string `name:"db" type:"path" placeholder:"FILE" help:"The register, which knows whose handle it is; overrides the configuration."`
	Holder     string `placeholder:"ROID|HANDLE" help:"Who was given this holder's data, to be given to the holder (GDPR Art. 15): the organisation and not the officer. What is confidential is not in it until that ends."`
	Gone       bool   `help:"With --holder: also if no contact of the register has that handle or ROID, as one that is gone."`
	Supervisor bool   `help:"All that the journal holds, what is confidential too, for supervision: never for a holder."`
	Since      *day   `placeholder:"DATE" help:"From this day, 2026-11-20, or moment."`
	Until      *day   `placeholder:"DATE" help:"Before this day or moment."`
	Account    string `placeholder:"ID" help:"With --supervisor: of this account alone."`
	Case       string `placeholder:"REFERENCE" help:"With --supervisor: of this case alone."`
	Format     string `enum:"json,csv" default:"json" help:"How to print it: ${enum} (${default})."`
}

// Run journals the export, and prints it.
func (e *journalExport) Run(ctx context.Context, con console) error {
	c, err := e.config()
	switch {
	case err != nil:
		return err
	case e.Holder == "" && !e.Supervisor:
		return misused("journal: give --holder, or --supervisor for a copy that no holder may see")
	case e.Gone && e.Holder == "":
		return misused("journal: --gone goes with --holder")
	case (e.Account != "" || e.Case != "") && !e.Supervisor:
		return misused("journal: --account and --case go with --supervisor")
	}
	if e.DB != "" {
		c.DB = e.DB
	}
	roid := ""
	if e.Holder != "" {
		known := false
		if roid, known, err = whose(ctx, c.DB, e.Holder); err != nil {
			return fmt.Errorf("journal: whose data: %w", err)
		}
		if !known && !e.Gone {
			return fmt.Errorf("journal: whose data: %s names no contact of the register: see that it is not mistyped; --gone takes it for the ROID of one that is gone", roid)
		}
	}
	if err := e.record(ctx, con, c, roid); err != nil {
		return err
	}
	in := audit.Span{Since: timeOf(e.Since), Until: timeOf(e.Until)}
	if e.Supervisor {
		return supervise(ctx, con.out, c.Audit.Dir, e.Format, chosen{Span: in, roid: roid, account: e.Account, reference: e.Case}, time.Now())
	}
	list, err := receipts.Read(ctx, c.Audit.Dir, roid, in, time.Now())
	if err != nil {
		return err
	}
	return printReceived(con.out, e.Format, roid, list)
}

// record journals that this is exported, by whom and about whom.
func (e *journalExport) record(ctx context.Context, con console, c *config.Config, roid string) (err error) {
	journal, err := commandJournal(c, consoleLog(con))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	said := "export"
	for _, part := range []struct{ flag, value string }{
		{"holder", roid}, {"account", e.Account}, {"case", e.Case}, {"since", stampOf(e.Since)}, {"until", stampOf(e.Until)},
	} {
		if part.value != "" {
			said += " --" + part.flag + " " + part.value
		}
	}
	copyFor := "holder"
	if e.Supervisor {
		copyFor = "supervisor"
	}
	return journal.Record(ctx, audit.Disclosure{
		Entry: audit.EntryExport, Caller: access.SystemAccount(), Organisation: "registry", Requester: disclose.KindOperator.String(),
		Audience: disclose.Operator.String(), Window: "journal", Kind: "journal", Reference: copyFor,
		Question: said, Key: roid, Client: loopback,
	})
}

func stampOf(d *day) string {
	if d == nil {
		return ""
	}
	return timeOf(d).Format(time.RFC3339)
}

// printReceived prints what a holder is given. It is the same for two holders who
// were told of the same: neither when it is printed nor anything else of the journal
// is in it.
func printReceived(out io.Writer, format, roid string, list []holder.Receipt) error {
	if format == "csv" {
		rows := [][]string{{"time", "organisation", "kind", "purpose", "basis", "object", "fields"}}
		for _, r := range list {
			rows = append(rows, []string{r.Time.Format(time.RFC3339), r.Organisation, r.Kind, r.Purpose, r.Basis, r.Object, listed(r.Fields)})
		}
		return writeCSV(out, rows...)
	}
	return printJSON(out, struct {
		Holder   string           `json:"holder"`
		Received []holder.Receipt `json:"received"`
	}{roid, list})
}
