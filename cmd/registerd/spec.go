package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"registerd/access"
	"registerd/config"
	"registerd/lookup"
	"registerd/rdap"
	"registerd/register"
)

type specCommand struct {
	Config string `type:"path" required:"" placeholder:"FILE" help:"The configuration file."`
	DB     string `name:"db" type:"path" placeholder:"FILE" help:"The register; overrides the file."`
	Date   string `placeholder:"YYYY-MM-DD" help:"The date of this edition; default: none is printed."`
}

// Run prints how the configured service is asked and what it answers (Markdown),
// for the registry to publish. The same configuration, register and date give the
// same text.
func (k *specCommand) Run(ctx context.Context, con console) error {
	if k.Date != "" {
		if _, err := time.Parse(time.DateOnly, k.Date); err != nil {
			return misused("spec: --date is a day as 2026-01-02")
		}
	}
	c, err := config.Read(k.Config)
	if err != nil {
		return err
	}
	if k.DB != "" {
		c.DB = k.DB
	}
	text, err := specification(ctx, c, k.Date, con)
	if err != nil {
		return err
	}
	_, err = io.WriteString(con.out, text)
	return err
}

// specified is what a specification is made from: the values that the windows
// answer with.
type specified struct {
	*config.Config
	about lookup.About
	// aboutName is of the zone of a name.
	aboutName func(register.Name) lookup.About

	rules *config.Rules
	help  []helpNotice // of RDAP
}

type helpNotice struct {
	Title       string
	Description []string
}

func specification(ctx context.Context, c *config.Config, date string, con console) (string, error) {
	s := specified{Config: c}
	var err error
	if s.rules, err = c.PublicationRules(); err != nil {
		return "", err
	}
	desk, done, err := (&askCommand{As: "public"}).desk(c, con, nil)
	if err != nil {
		return "", err
	}
	defer done()
	s.aboutName = desk.AboutName
	question := lookup.Question{Caller: access.Public(access.Channel{}), Window: lookup.RDAP}
	if s.about, err = desk.Help(ctx, question); err != nil {
		return "", err
	}
	if s.help, err = s.rdapHelp(ctx, desk, question, con); err != nil {
		return "", err
	}
	m := new(markdown)
	m.heading(1, "Interface specification")
	s.register(m, date)
	s.windows(m)
	s.whois(m)
	s.availability(m)
	if err := s.rdap(m); err != nil {
		return "", err
	}
	if err := s.limited(m); err != nil {
		return "", err
	}
	return m.String(), nil
}

// rdapHelp is what RDAP's own help says.
func (s *specified) rdapHelp(ctx context.Context, desk *lookup.Desk, q lookup.Question, con console) ([]helpNotice, error) {
	handler, err := rdap.New(rdap.Config{Desk: desk, Base: s.rdapBase(), WHOIS: s.RDAP.Port43, Profile: s.RDAPProfile(), Requests: s.Requests.Dir != "", Log: consoleLog(con)})
	if err != nil {
		return nil, err
	}
	status, body := handler.Answer(ctx, lookup.KindHelp, q)
	var help struct{ Notices []helpNotice }
	if err := json.Unmarshal(body, &help); err != nil || status != http.StatusOK {
		return nil, fmt.Errorf("spec: RDAP's help has the status %d: %w", status, err)
	}
	return help.Notices, nil
}

// rdapBase is where RDAP is, as the configuration has it.
func (s *specified) rdapBase() string {
	if s.RDAP.Base != "" {
		return s.RDAP.Base
	}
	address := s.RDAP.Listen
	if address == "" {
		address = config.LoopbackRDAP
	}
	return s.Scheme() + "://" + address + "/"
}

// markdown is a text being written.
type markdown struct{ strings.Builder }

func (m *markdown) heading(level int, text string) {
	if m.Len() > 0 {
		m.WriteByte('\n')
	}
	fmt.Fprintf(m, "%s %s\n", strings.Repeat("#", level), cell(text))
}

func (m *markdown) say(format string, args ...any) { fmt.Fprintf(m, "\n"+format+"\n", args...) }

func (m *markdown) list(items []string) {
	if len(items) > 0 {
		m.WriteByte('\n')
	}
	for _, item := range items {
		fmt.Fprintf(m, "- %s\n", cell(item))
	}
}

// table writes rows, the first of which is the head.
func (m *markdown) table(rows ...[]string) {
	m.WriteByte('\n')
	for i, row := range rows {
		for _, text := range row {
			m.WriteString("| " + cell(text) + " ")
		}
		m.WriteString("|\n")
		if i == 0 {
			m.WriteString(strings.Repeat("| --- ", len(row)) + "|\n")
		}
	}
}

// block writes lines as they are.
func (m *markdown) block(text string) {
	m.WriteByte('\n')
	for line := range strings.Lines(strings.TrimRight(text, "\r\n")) {
		m.WriteString(strings.TrimRight("    "+line, "\r\n") + "\n")
	}
}

// cell keeps text of the operator's within its line and its column.
func cell(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", `\|`)
}

func code(s string) string { return "`" + s + "`" }
