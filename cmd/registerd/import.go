package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"registerd/config"
	"registerd/escrow"
	"registerd/service"
	"registerd/store"
	"registerd/store/sqlite"
)

type importCommand struct {
	DB           string           `name:"db" type:"path" placeholder:"FILE" help:"The register; it is made if it is not there. Overrides the configuration."`
	Changes      string           `type:"path" placeholder:"FILE" help:"Take a change feed (JSON lines) instead of deposits; - is standard input, and each line is applied as it comes."`
	Snapshot     string           `type:"path" placeholder:"FILE" help:"Take a snapshot in the feed's format instead of deposits; - is standard input."`
	Start        uint64           `placeholder:"SERIAL" help:"With --changes, for a register that never took a change: the serial that the first change follows."`
	Dangling     string           `enum:"refuse,keep" default:"refuse" help:"What to do with references to objects that are not there: ${enum} (${default})."`
	AcceptShrink bool             `help:"Take a full load with over 5 % fewer objects than the register."`
	AcceptWiden  bool             `help:"Take data that shows the public more of over 0.1 % of the contacts."`
	Rules        string           `placeholder:"FILE|NAME" xor:"rules" help:"The publication rules that --accept-widen goes by; default gdpr."`
	Config       string           `type:"path" placeholder:"FILE" xor:"rules" help:"The configuration file, which names the register and those rules."`
	Keep         *config.Duration `placeholder:"DURATION" help:"How long the register stays in the file that a full load takes the place of, for registerd rollback; overrides the configuration. Default 168h."`
	Deposits     []string         `arg:"" optional:"" name:"deposit" help:"Escrow deposits (RFC 8909), plain or gzip, in order; - is standard input."`
}

// Run takes the input, or refuses it and changes nothing.
func (i *importCommand) Run(ctx context.Context, con console) error {
	inputs := 0
	for _, given := range []bool{i.Changes != "", i.Snapshot != "", len(i.Deposits) > 0} {
		if given {
			inputs++
		}
	}
	if inputs != 1 {
		return misused("import: give deposits, or --changes, or --snapshot")
	}
	if i.Start != 0 && i.Changes == "" {
		return misused("import: --start goes with --changes")
	}
	by, err := rulesBy(i.Config, i.Rules)
	if err != nil {
		return err
	}
	if err := i.place(); err != nil {
		return err
	}
	keep, err := keepBy(i.Config, i.Keep)
	if err != nil {
		return err
	}
	if err := i.readable(); err != nil {
		return err
	}
	if err := notAsRoot(i.DB); err != nil {
		return err
	}
	if err := service.CheckRestored(i.DB); err != nil {
		return err
	}
	_, err = os.Stat(i.DB)
	isNew := errors.Is(err, fs.ErrNotExist)
	err = i.run(ctx, con, by, keep)
	if err != nil && isNew {
		removeEmpty(ctx, i.DB)
	}
	return err
}

// place is the register of the configuration, if no other is given.
func (i *importCommand) place() error {
	if i.DB != "" {
		return nil
	}
	if i.Config == "" {
		return misused("import: give --db FILE, or --config FILE")
	}
	c, err := config.Read(i.Config)
	switch {
	case err != nil:
		return err
	case c.DB == "":
		return misused("import: the configuration names no register: give --db FILE")
	}
	i.DB = c.DB
	return nil
}

// readable looks at the inputs before a register is made for them.
func (i *importCommand) readable() error {
	for _, path := range append([]string{i.Changes, i.Snapshot}, i.Deposits...) {
		if path == "" || path == "-" {
			continue
		}
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("import: %w", err)
		}
	}
	return nil
}

// removeEmpty removes the register that was made for an input which then was
// refused, if nothing was published in it.
func removeEmpty(ctx context.Context, path string) {
	reader, err := sqlite.OpenReader(path, sqlite.Options{})
	if err != nil {
		return
	}
	_, err = reader.Edition(ctx)
	if reader.Close() == nil && errors.Is(err, store.ErrEmpty) {
		for _, suffix := range []string{"", "-wal", "-shm", ".load"} {
			_ = os.Remove(path + suffix) // what is not there need not be removed
		}
	}
}

func (i *importCommand) run(ctx context.Context, con console, by *config.Rules, keep time.Duration) error {
	writer, err := sqlite.OpenWriter(i.DB, sqlite.Options{Create: true})
	if err != nil {
		return err
	}
	defer writer.Close()
	reader, err := sqlite.OpenReader(i.DB, sqlite.Options{})
	if err != nil {
		return err
	}
	defer reader.Close()
	progress := newProgress(con)
	importer, err := escrow.New(escrow.Config{
		Writer: writer, Reader: reader, Now: time.Now, Wider: by.Policy.Wider,
		KeepDangling: i.Dangling == "keep", AcceptShrink: i.AcceptShrink, AcceptWiden: i.AcceptWiden,
		Progress: progress.report,
	})
	if err != nil {
		return err
	}
	if err := i.take(ctx, con, importer, progress); err != nil {
		return err
	}
	tidy(ctx, con, writer, keep)
	return nil
}

func (i *importCommand) take(ctx context.Context, con console, importer *escrow.Importer, progress *progress) error {
	switch {
	case i.Changes != "":
		return with(ctx, i.Changes, con, progress, func(r io.Reader) (*escrow.Report, error) {
			return importer.Changes(ctx, r, escrow.FeedOptions{Start: i.Start})
		})
	case i.Snapshot != "":
		return with(ctx, i.Snapshot, con, progress, func(r io.Reader) (*escrow.Report, error) {
			return importer.Snapshot(ctx, r)
		})
	}
	for _, path := range i.Deposits {
		err := with(ctx, path, con, progress, func(r io.Reader) (*escrow.Report, error) {
			return importer.Deposit(ctx, r)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// with opens one input, takes it, and prints what was found. A feed that never
// ends is ended by the program's end.
func with(ctx context.Context, path string, con console, progress *progress, take func(io.Reader) (*escrow.Report, error)) error {
	in := con.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		defer f.Close()
		in = f
	}
	if c, ok := in.(io.Closer); ok {
		defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	}
	report, err := take(in)
	progress.end()
	if report != nil {
		printReport(con, report)
	}
	if err != nil {
		return fmt.Errorf("import: %s: %w", path, err)
	}
	what := report.Kind
	if report.ID != "" {
		what += " " + report.ID
	}
	fmt.Fprintf(con.out, "%s: %s\n", what, holdings(report))
	return nil
}

// holdings says what the register holds after an import.
func holdings(r *escrow.Report) string {
	c := r.Counts
	return fmt.Sprintf("the register holds %d domains, %d reserved names, %d contacts, %d hosts, %d registrars%s",
		c.Domains, c.Reserved, c.Contacts, c.Hosts, c.Registrars, asOf(r.Watermark))
}

// asOf says how old the data is. A feed of nothing does not tell.
func asOf(watermark time.Time) string {
	if watermark.IsZero() {
		return ""
	}
	return "; data as of " + watermark.Format(time.RFC3339)
}

// printReport lists the problems on standard error, refusals first.
func printReport(con console, r *escrow.Report) {
	for _, kind := range []struct {
		severity escrow.Severity
		word     string
		total    int
	}{{escrow.Refusal, "refused", r.Refusals}, {escrow.Warning, "warning", r.Warnings}} {
		shown := 0
		for _, p := range r.Problems {
			if p.Severity == kind.severity {
				fmt.Fprintf(con.err, "%s: %s\n", kind.word, p)
				shown++
			}
		}
		if shown < kind.total {
			fmt.Fprintf(con.err, "%s: and %d more\n", kind.word, kind.total-shown)
		}
	}
	for name, n := range r.Skipped {
		fmt.Fprintf(con.err, "skipped: %d × %s\n", n, name)
	}
}
