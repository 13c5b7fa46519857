// Command registerd is the public face of a domain register: it answers on
// WHOIS, on an availability port and over RDAP, from one SQLite file.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"registerd/config"
	"registerd/service"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], console{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(status)
}

// The exit statuses.
const (
	ok     = 0
	failed = 1
	misuse = 2

	noServer = 2 // of status
)

// console is what a command reads from and writes to.
type console struct {
	in       io.Reader
	out, err io.Writer
}

// commands are the program's subcommands; their tags are the manual.
type commands struct {
	Serve    serveCommand    `cmd:"" help:"Answer questions on all windows."`
	Demo     demoCommand     `cmd:"" help:"Serve an example register on loopback, without root and without configuration."`
	Import   importCommand   `cmd:"" help:"Take escrow deposits, a change feed or a snapshot into the register."`
	Seed     seedCommand     `cmd:"" help:"Fill a register with made-up data of any size, for trials and measurements."`
	Rollback rollbackCommand `cmd:"" help:"Serve an earlier load of the register again."`
	Verify   verifyCommand   `cmd:"" help:"Read and check every record of the register."`
	Backup   backupCommand   `cmd:"" help:"Copy register, accounts, requests and journal into one file, while a server goes on."`
	Restore  restoreCommand  `cmd:"" help:"Check a backup, or put it into its places: all of it or nothing."`
	Ask      askCommand      `cmd:"" help:"Ask a question at the same desk from the command line, or ask another RDAP server."`
	Explain  explainCommand  `cmd:"" help:"Say of every field of an object who may see it, by which rule, and why. It prints no value."`
	Profile  profileCommand  `cmd:"" help:"Check and print how WHOIS answers are written."`
	Rules    rulesCommand    `cmd:"" help:"Check, compare and print publication rules."`
	Compare  compareCommand  `cmd:"" help:"Ask an old WHOIS server and this one for the same names, and print by label where the answers differ."`
	Spec     specCommand     `cmd:"" help:"Print how the configured service is asked and what it answers (Markdown), to be published."`
	Check    checkCommand    `cmd:"" help:"Check a configuration file and print what would be served."`
	Account  accountCommand  `cmd:"" help:"Keep who has standing access, and what they may do."`
	Token    tokenCommand    `cmd:"" help:"Make, list and revoke credentials."`
	Journal  journalCommand  `cmd:"" help:"Verify the journal of disclosures, prove records, and sign for it."`
	Holder   holderCommand   `cmd:"" help:"Let holders see what is held of them."`
	Request  requestCommand  `cmd:"" help:"Work at the request desk: look at requests, and grant or refuse them."`
	Limits   limitsCommand   `cmd:"" help:"Look at the limits of a running server, and clear what somebody used."`
	Stats    statsCommand    `cmd:"" help:"Report of a month in numbers that may be published: what the register held, and what was asked."`
	Status   statusCommand   `cmd:"" help:"Say how a running server is. Exit status: 0 well, 1 something is amiss, 2 no server answers."`
	Ctl      ctlCommand      `cmd:"" help:"Tell a running server what to do."`

	Version    versionCommand    `cmd:"" help:"Say which version this is, and what it was made from."`
	Man        manCommand        `cmd:"" help:"Print the manual page (roff)."`
	Completion completionCommand `cmd:"" help:"Print a shell's completions of commands and flags."`
}

// usageError is a wrong use that the flags' parser cannot see.
type usageError struct{ error }

// unanswered is an error of a command whose exit status tells it from all others.
type unanswered struct{ error }

// loopbacks are where windows are that nobody has said the place of, for the tags.
var loopbacks = kong.Vars{"loopback_whois": config.LoopbackWHOIS, "loopback_das": config.LoopbackDAS, "loopback_rdap": config.LoopbackRDAP}

func run(ctx context.Context, args []string, con console) int {
	var c commands
	status := -1
	parser, err := kong.New(&c,
		kong.Name("registerd"),
		loopbacks,
		kong.Description("The public face of a domain register: WHOIS, availability and RDAP from one file.\n\n"+
			"Exit status: 0 done, 1 failed, 2 wrong use."),
		kong.Writers(con.out, con.err),
		kong.Exit(func(code int) { status = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return report(con, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if status >= 0 { // --help was asked for and printed
		return status
	}
	if err != nil {
		return report(con, misused("%w; registerd --help lists what there is", err))
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return report(con, parsed.Run(con))
}

// report says in one line what went wrong, in systemd's journal as an error.
func report(con console, err error) int {
	if err == nil {
		return ok
	}
	// Errors that were joined stand on lines of their own.
	fmt.Fprintln(con.err, service.Priority(con.err, slog.LevelError)+"registerd:", strings.ReplaceAll(err.Error(), "\n", "; "))
	if usage := (*usageError)(nil); errors.As(err, &usage) {
		return misuse
	}
	if none := (*unanswered)(nil); errors.As(err, &none) {
		return noServer
	}
	return failed
}

func misused(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }
