package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"registerd/service"
)

type statusCommand struct {
	controlled
	JSON  bool `name:"json" help:"Print JSON, for programs."`
	Alive bool `help:"Ask whether a server answers and nothing else, for containers. Exit status: 0 or 1."`
}

// How long a server may take to answer. Who asks whether it is alive, as a container does
// again and again, is told soon.
const (
	statusPatience = 10 * time.Second
	alivePatience  = 3 * time.Second
)

// Run fails when something is amiss, and otherwise when no server answers.
func (c *statusCommand) Run(ctx context.Context, con console) error {
	var shown service.Status
	patience := statusPatience
	if c.Alive {
		patience = alivePatience
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := c.call(ctx, http.MethodGet, "/status", nil, &shown)
	switch {
	case errors.Is(err, service.ErrNoServer) && !c.Alive:
		return &unanswered{fmt.Errorf("status: %w", err)}
	case err != nil:
		return fmt.Errorf("status: %w", err)
	case c.Alive:
		return nil
	case c.JSON:
		err = printJSON(con.out, shown)
	default:
		err = printStatus(con.out, &shown)
	}
	if err == nil && len(shown.Amiss) > 0 {
		return errors.New("status: something is amiss: it is said first")
	}
	return err
}

// printStatus begins with what is amiss.
func printStatus(out io.Writer, o *service.Status) error {
	for _, a := range o.Amiss {
		fmt.Fprintln(out, "AMISS:", a)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(what, format string, args ...any) {
		fmt.Fprintf(table, "%s\t%s\n", what, fmt.Sprintf(format, args...))
	}
	line("program", "registerd %s, process %d, since %s", o.Version, o.PID, o.Since.Format(time.RFC3339))
	if o.Ending {
		line("ending", "questions are answered until the drain is over")
	}
	for _, w := range o.Windows {
		line(w.Name, "%s, %d connections, %d refused", w.Address, w.Open, w.Refused)
	}
	line("rules", "%s", o.Rules)
	printRegister(&o.Register, line)
	if j := o.Journal; j == nil {
		line("journal", "none: answers above public are refused")
	} else {
		line("journal", "%d records, %d signed for, %s, last signed %s", j.Records, j.Covered, sized(j.Bytes), lastSigned(j))
	}
	line("accounts", "%s", accountsInWords(&o.Accounts))
	if r := o.Requests; r != nil && r.Failure == "" {
		line("requests", "%d open, %d of them urgent, %d late", r.Open, r.Urgent, r.Late)
	}
	if o.Limits.Off {
		line("limits", "off: for trials only")
	} else {
		line("limits", "the memory of budgets is %.0f %% full", 100*o.Limits.Fill)
	}
	for _, c := range o.Certificates {
		line(c.Of, "%s", endInWords(&c))
	}
	if r := o.Reload; r != nil {
		line("configuration", "%s", reloadInWords(r))
	}
	return table.Flush()
}

func endInWords(c *service.CertificateStatus) string {
	switch {
	case c.Ends != nil:
		return "ends " + stamp(c.Ends)
	case len(c.Missing) > 0:
		return "there is none yet for " + strings.Join(c.Missing, ", ")
	}
	return "there is none yet"
}

func lastSigned(j *service.JournalStatus) string {
	if j.Signed == nil && j.Covered > 0 {
		return "before this start"
	}
	return stamp(j.Signed)
}

func accountsInWords(a *service.AccountsStatus) string {
	if a.NoFile {
		return fmt.Sprintf("%d; there is no file of them yet", a.Number)
	}
	return fmt.Sprint(a.Number)
}

func printRegister(r *service.RegisterStatus, line func(what, format string, args ...any)) {
	line("register", "%s, edition %d, generation %d, serial %d, earlier generations kept: %d", r.Path, r.Edition, r.Load, r.Serial, r.Kept)
	if r.Failure != "" {
		return
	}
	if r.AsOf != nil {
		line("data", "as of %s, %s ago", stamp(r.AsOf), time.Duration(r.Age*float64(time.Second)).Round(time.Second))
	}
	c := r.Counts
	line("objects", "%d domains, %d reserved names, %d contacts, %d hosts, %d registrars",
		c.Domains, c.Reserved, c.Contacts, c.Hosts, c.Registrars)
}

func reloadInWords(r *service.ReloadStatus) string {
	if r.Failure != "" {
		return "not taken at " + stamp(&r.At) + "; the one before is in force"
	}
	words := "taken anew at " + stamp(&r.At)
	if len(r.Restart) > 0 {
		words += "; needs a restart: " + strings.Join(r.Restart, ", ")
	}
	if len(r.Notes) > 0 {
		words += "; not taken: " + strings.Join(r.Notes, "; ")
	}
	return words
}

// stamp is a time, or that there is none.
func stamp(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}

// sized is a number of bytes for people.
func sized(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KiB", (bytes+1023)>>10)
	}
	return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
}
