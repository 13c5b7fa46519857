package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"registerd/internal/build"
)

type manCommand struct{}

// Run prints the manual page, for man-pages' section 8.
func (*manCommand) Run(app *kong.Kong, con console) error {
	p := page8{}
	p.write(manualOf(app.Model.Node), build.This())
	_, err := io.WriteString(con.out, p.String())
	return err
}

// page8 is a manual page in roff, by the macros of man(7).
type page8 struct{ strings.Builder }

// roff is text as roff prints it: a backslash and a hyphen as themselves, and no
// request at the beginning of a line.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	for _, request := range []string{".", "'"} {
		if strings.HasPrefix(text, request) {
			return `\&` + text
		}
	}
	return text
}

func (p *page8) macro(name string, args ...string) {
	p.WriteString("." + name)
	for _, a := range args {
		p.WriteString(` "` + strings.ReplaceAll(roff(a), `"`, `\(dq`) + `"`)
	}
	p.WriteByte('\n')
}

func (p *page8) say(text string) { p.WriteString(roff(text) + "\n") }

// item is a paragraph with a tag before it.
func (p *page8) item(tag, text string) {
	p.WriteString(".TP\n")
	p.macro("B", tag)
	p.say(text)
}

func (p *page8) write(m manual, b build.Info) {
	var date string
	if at, err := time.Parse(time.RFC3339, b.Date); err == nil {
		date = at.Format(time.DateOnly)
	}
	// Not by macro: a date is read as one, and has hyphens as they are.
	fmt.Fprintf(p, ".TH \"REGISTERD\" \"8\" \"%s\" \"registerd %s\" \"System Manager's Manual\"\n", date, b.Version)
	p.macro("SH", "NAME")
	p.WriteString(`registerd \- the public face of a domain register: WHOIS, availability and RDAP` + "\n")
	p.macro("SH", "SYNOPSIS")
	p.macro("B", "registerd serve --config FILE")
	p.macro("br")
	p.macro("B", "registerd <command> [flags]")
	p.macro("SH", "DESCRIPTION")
	for paragraph := range strings.SplitSeq(m.help, "\n\n") {
		p.say(paragraph)
		p.macro("PP")
	}
	p.say("Every command prints its own help with --help.")
	p.macro("SH", "COMMANDS")
	for _, c := range m.all()[1:] {
		if len(c.commands) == 0 {
			p.command(c)
		}
	}
	for _, section := range manualSections {
		p.macro("SH", section.name)
		for _, i := range section.items {
			p.item(i[0], i[1])
		}
	}
}

func (p *page8) command(m manual) {
	p.macro("SS", m.usage)
	p.say(m.help)
	for _, a := range m.args {
		p.item(a.Summary(), a.Help)
	}
	for _, f := range m.flags {
		if f.Name == "help" {
			continue
		}
		tag := flagWords(f)
		if takesValue(f) {
			tag += "=" + f.FormatPlaceHolder()
		}
		help := f.Help
		if words := choices(f.Value); words != nil {
			help += fmt.Sprintf(" One of: %s.", strings.Join(words, ", "))
		}
		p.item(tag, help)
	}
}

// manualSections are what no flag tells.
var manualSections = []struct {
	name  string
	items [][2]string
}{
	{"SIGNALS", [][2]string{
		{"SIGTERM, SIGINT", "The server says on /ready that it ends, answers for the time drain of the configuration, stops accepting, " +
			"finishes what was accepted within 10 seconds, and ends with status 0."},
		{"SIGHUP", "The server reads its configuration again and takes all of it or nothing, as registerd ctl reload has it do."},
	}},
	{"EXIT STATUS", exitStatuses},
	{"ENVIRONMENT", [][2]string{
		{"LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES", "Sockets that a service manager has opened (sd_listen_fds(3)). A window takes the one " +
			"whose name its listen has behind systemd:."},
		{"NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID", "Where a service manager is told that the server is ready, reloads, ends and lives (sd_notify(3))."},
		{"SSL_CERT_FILE, SSL_CERT_DIR", "Whom connections to others over HTTPS are trusted by, in place of the system's."},
		{"HTTPS_PROXY, NO_PROXY", "How bootstrap files are fetched."},
		{"GOMEMLIMIT", "How much memory to stay below, such as 1638MiB."},
	}},
	{"FILES", [][2]string{
		{"/etc/registerd/registerd.toml", "The configuration. Where it lies is said by --config alone; these places are those of the package."},
		{"/var/lib/registerd/register.db", "The register, with -wal and -shm beside it."},
		{"/var/lib/registerd/accounts.db, requests/, holder-links.db", "Who has standing access; the request desk; links of holders."},
		{"/var/lib/registerd/journal/", "The journal of disclosures, its keys, and the access log."},
		{"/run/registerd/control", "The socket at which status, ctl and limits ask a running server."},
		{"/var/backups/registerd/", "Where the package's timer leaves backups."},
	}},
	{"SEE ALSO", [][2]string{
		{"/usr/share/doc/registerd/", "operating.md is the handbook; config.go and the files beside it explain every key of the configuration."},
		{"systemd.socket(5), systemd.service(5)", "How the units of the package are changed."},
	}},
}

// exitStatuses are those of all commands.
var exitStatuses = [][2]string{
	{"0", "Done."},
	{"1", "Failed. One line on standard error says why, and bad input has changed nothing. Of registerd status: something is amiss."},
	{"2", "Wrong use: an unknown command or flag, or what cannot go together. Of registerd status: no server answers."},
}
