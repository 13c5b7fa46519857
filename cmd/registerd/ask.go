package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os/user"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	openrdap "github.com/openrdap/rdap"

	"registerd/access"
	"registerd/audit"
	"registerd/config"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/rdap"
	"registerd/service"
	"registerd/store/sqlite"
	"registerd/whois"
)

type askCommand struct {
	DB      string `name:"db" type:"path" placeholder:"FILE" xor:"where" help:"Ask this register, at the same desk as the windows."`
	Server  string `placeholder:"URL" xor:"where" help:"Ask an RDAP server at this base address instead."`
	Config  string `type:"path" placeholder:"FILE" xor:"where" help:"Ask the register of this configuration, with its operator and policies."`
	As      string `default:"public" placeholder:"WHO" help:"public, registrar:ID, holder:ROID, certificate-authority, trade-mark-holder, researcher, authority or operator (${default}). Above public it is journaled with your system user name."`
	Purpose string `placeholder:"NAME" help:"Why; needed above public."`
	Case    string `placeholder:"REFERENCE" help:"The case; needed for an authority."`
	Audit   string `type:"path" placeholder:"DIR" help:"The journal's directory; default: audit beside the register."`
	Format  string `enum:"whois,rdap" default:"whois" help:"How to print the answer: ${enum} (${default})."`
	Query   string `arg:"" help:"What to ask, as on WHOIS: a name, or nameserver NAME, registrar ID, contact HANDLE."`
}

var errNoAnswer = errors.New("ask: the question could not be answered; what is wrong stands above")

// Run asks one question and prints the answer. What is not there is an answer too.
func (a *askCommand) Run(ctx context.Context, con console) error {
	if a.Server != "" {
		return a.askServer(ctx, con)
	}
	c, err := a.config()
	if err != nil {
		return err
	}
	caller, err := a.caller()
	if err != nil {
		return err
	}
	failed := false
	ended := func(o lookup.Observation) { failed = o.Outcome == audit.Failed }
	desk, done, err := a.desk(c, con, ended)
	if err != nil {
		return err
	}
	defer done()
	if a.Format == "rdap" {
		return a.printRDAP(ctx, con, desk, c, caller)
	}
	server, err := whois.New(whois.Config{Desk: desk, Log: consoleLog(con)})
	if err != nil {
		return err
	}
	answer := server.Answer(ctx, lookup.Question{Caller: caller, Window: lookup.Console, Text: a.Query})
	answer = bytes.ReplaceAll(answer, []byte("\r\n"), []byte("\n")) // CRLF is for the wire
	if _, err := con.out.Write(answer); err != nil {
		return err
	}
	if failed {
		return errNoAnswer
	}
	return nil
}

func (a *askCommand) config() (*config.Config, error) {
	switch {
	case a.Config != "":
		return config.Read(a.Config)
	case a.DB != "":
		c := new(config.Config)
		c.DB = a.DB
		return c, nil
	}
	return nil, misused("ask: give --db FILE, --config FILE or --server URL")
}

// caller is who asks from the command line: whoever may read the file.
func (a *askCommand) caller() (access.Caller, error) {
	caller, err := asWhom(a.As)
	switch {
	case err != nil:
		return access.Caller{}, misused("ask: %v", err)
	case caller.Audience == disclose.Public:
		return caller, nil
	case a.Purpose == "":
		return access.Caller{}, misused("ask: --as %s needs --purpose", a.As)
	case !access.IsWord(a.Purpose):
		return access.Caller{}, misused("ask: --purpose is one word of letters and hyphens, at most 64, such as legalActions: it stands in the journal in clear")
	case caller.Audience == disclose.Authority && a.Case == "":
		return access.Caller{}, misused("ask: --as authority needs --case")
	}
	who, err := user.Current()
	if err != nil {
		return access.Caller{}, fmt.Errorf("ask: whose name to journal: %w", err)
	}
	caller.Account, caller.Organization = "system:"+who.Username, "registry"
	caller.Purpose, caller.Case = a.Purpose, a.Case
	return caller, nil
}

// observer is told how a question ended.
type observer = func(lookup.Observation)

// desk opens the register for questions. ended may be nil.
func (a *askCommand) desk(c *config.Config, con console, ended observer) (*lookup.Desk, func(), error) {
	reader, err := service.OpenRegister(c.DB, sqlite.Options{})
	if err != nil {
		return nil, nil, err
	}
	journal, err := a.journal(c, con)
	if err != nil {
		reader.Close()
		return nil, nil, err
	}
	done := func() { journal.Close(); reader.Close() }
	published, err := service.Publishable(c)
	if err != nil {
		done()
		return nil, nil, err
	}
	desk, err := lookup.New(lookup.Config{
		Store: reader, Limiter: ratelimit.Unlimited(), Journal: journal, AccessLog: audit.Discard(),
		Published: published, Now: time.Now, Tag: c.Tag,
		Observe: ended,
	})
	if err != nil {
		done()
		return nil, nil, err
	}
	return desk, done, nil
}

// journal is opened only for questions above public, which are not answered
// without it.
func (a *askCommand) journal(c *config.Config, con console) (*audit.Journal, error) {
	if a.As == "public" {
		return audit.None(), nil
	}
	dir := a.Audit
	if dir == "" {
		dir = c.Audit.Dir
	}
	if dir == "" {
		dir = filepath.Join(filepath.Dir(c.DB), "audit")
	}
	if err := notAsRoot(dir); err != nil {
		return nil, err
	}
	return audit.OpenJournal(audit.JournalConfig{Dir: dir, Now: time.Now, Logger: consoleLog(con), SigningKey: c.Audit.SigningKey})
}

func (a *askCommand) printRDAP(ctx context.Context, con console, desk *lookup.Desk, c *config.Config, caller access.Caller) error {
	base := c.RDAP.Base
	if base == "" {
		base = "http://" + config.LoopbackRDAP + "/"
	}
	handler, err := rdap.New(rdap.Config{Desk: desk, Base: base, WHOIS: c.RDAP.Port43, Profile: c.RDAPProfile(), Log: consoleLog(con)})
	if err != nil {
		return err
	}
	kind, object := splitQuery(a.Query)
	status, body := handler.Answer(ctx, kind, lookup.Question{Caller: caller, Window: lookup.Console, Text: object})
	if err := printLine(con.out, body); err != nil {
		return err
	}
	if status >= http.StatusInternalServerError {
		return errNoAnswer
	}
	return nil
}

// splitQuery tells the kind of a question as WHOIS does.
func splitQuery(q string) (lookup.Kind, string) {
	word, rest, two := strings.Cut(strings.TrimSpace(q), " ")
	if two {
		switch word {
		case "domain":
			return lookup.KindDomain, strings.TrimSpace(rest)
		case "nameserver":
			return lookup.KindHost, strings.TrimSpace(rest)
		case "registrar", "contact", "handle", "entity":
			return lookup.KindEntity, strings.TrimSpace(rest)
		}
	}
	return lookup.KindDomain, strings.TrimSpace(q)
}

// askServer asks another server through OpenRDAP's client, as the public.
func (a *askCommand) askServer(ctx context.Context, con console) error {
	if a.As != "public" {
		return misused("ask: --server is asked as the public; --as goes with --db")
	}
	kind, object := splitQuery(a.Query)
	types := map[lookup.Kind]openrdap.RequestType{
		lookup.KindDomain: openrdap.DomainRequest, lookup.KindHost: openrdap.NameserverRequest, lookup.KindEntity: openrdap.EntityRequest,
	}
	server, err := url.Parse(a.Server)
	if err != nil || server.Host == "" {
		return misused("ask: --server is not the address of a server")
	}
	request := openrdap.NewRequest(types[kind], object).WithServer(server).WithContext(ctx)
	response, err := new(openrdap.Client).Do(request)
	if err != nil {
		return fmt.Errorf("ask: %s: %w", a.Server, err)
	}
	if domain, ok := response.Object.(*openrdap.Domain); ok && domain != nil && a.Format == "whois" {
		return printWHOIS(con.out, response)
	}
	return printLine(con.out, response.HTTP[len(response.HTTP)-1].Body)
}

func printWHOIS(out io.Writer, r *openrdap.Response) error {
	style := r.ToWhoisStyleResponse()
	for _, key := range style.KeyDisplayOrder {
		for _, value := range style.Data[key] {
			if _, err := fmt.Fprintf(out, "%s: %s\n", key, printable(value)); err != nil {
				return err
			}
		}
	}
	return nil
}

// printable keeps another server's text from steering the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return '\uFFFD'
	}, s)
}

func printLine(out io.Writer, body []byte) error {
	_, err := fmt.Fprintf(out, "%s\n", body)
	return err
}

func consoleLog(con console) *slog.Logger { return slog.New(slog.NewTextHandler(con.err, nil)) }
