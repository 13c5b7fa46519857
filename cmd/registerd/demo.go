package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"registerd/access"
	"registerd/disclose"
	"registerd/escrow"
	"registerd/register"
	"registerd/store/sqlite"
	"registerd/testdata"
)

type demoCommand struct {
	Dir     string `type:"path" placeholder:"DIR" help:"Where to put the example register and its journal. Default: a temporary directory that is removed at the end."`
	WHOIS   string `name:"whois" default:"${loopback_whois}" help:"Where WHOIS listens (${default})."`
	DAS     string `name:"das" default:"${loopback_das}" help:"Where the availability port listens (${default})."`
	RDAP    string `name:"rdap" default:"${loopback_rdap}" help:"Where RDAP listens (${default})."`
	Private string `placeholder:"ADDRESS" help:"Where metrics, health and profiles are. Default: off; try 127.0.0.1:9043."`
}

// Run builds the example register and serves it until it is told to end.
func (d *demoCommand) Run(ctx context.Context, con console) error {
	dir := d.Dir
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "registerd-demo-"); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		defer os.RemoveAll(dir)
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	c := d.config(dir)
	secrets := addTokens(c)
	if err := buildExample(ctx, c.DB); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	service, err := open(ctx, c, unapproved, slog.New(slog.NewTextHandler(con.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	tell(con.out, service, dir, secrets)
	return service.serve(ctx)
}

func (d *demoCommand) config(dir string) *config {
	c := new(config)
	c.DB = filepath.Join(dir, "register.db")
	c.Audit.Dir = filepath.Join(dir, "audit")
	c.MaxDataAge = new(duration) // the example is of one day for ever
	c.WHOIS.Listen, c.DAS.Listen, c.RDAP.Listen, c.Private.Listen = d.WHOIS, d.DAS, d.RDAP, d.Private
	c.Operator.Name, c.Operator.Email, c.Operator.URL = "Example Registry", "registry@nic.example", "https://nic.example/"
	c.Policies.Publication = "https://nic.example/publication"
	c.Policies.Disputes = "https://nic.example/disputes"
	c.Policies.Eligibility = "https://nic.example/eligibility"
	c.Policies.Terms = "https://nic.example/terms"
	return c
}

// addTokens makes a day's credentials for the example's callers.
func addTokens(c *config) (secrets map[disclose.Audience]string) {
	secrets = map[disclose.Audience]string{}
	for _, who := range []struct {
		audience                disclose.Audience
		organization, registrar string
	}{
		{disclose.Registrar, "Nordlys Domains", testdata.Registrar},
		{disclose.Authority, "Example Police", ""},
	} {
		text, id, hash := access.NewToken()
		secrets[who.audience] = text
		c.Tokens = append(c.Tokens, token{
			ID: id, Hash: access.FormatHash(hash), Expires: time.Now().Add(24 * time.Hour),
			Organization: who.organization, Audience: who.audience.String(), Registrar: who.registrar,
		})
	}
	return secrets
}

// buildExample fills a register with the example's deposit and changes. A
// register that is there already is left as it is.
func buildExample(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	writer, err := sqlite.OpenWriter(path, sqlite.Options{Create: true})
	if err != nil {
		return err
	}
	defer writer.Close()
	reader, err := sqlite.OpenReader(path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer reader.Close()
	importer, err := escrow.New(escrow.Config{
		Writer: writer, Reader: reader, Now: time.Now, AcceptWiden: true,
		Wider: func(old, new register.Traits) bool { return disclose.GDPR().Wider(old, new) },
	})
	if err != nil {
		return err
	}
	if _, err := importer.Deposit(ctx, bytes.NewReader(testdata.Deposit)); err != nil {
		return err
	}
	_, err = importer.Changes(ctx, bytes.NewReader(testdata.Changes), escrow.FeedOptions{})
	return err
}

// tell says what to try.
func tell(out io.Writer, s *service, dir string, secrets map[disclose.Audience]string) {
	host, port, _ := net.SplitHostPort(s.address("whois"))
	dasHost, dasPort, _ := net.SplitHostPort(s.address("das"))
	base := "http://" + s.address("rdap") + "/"
	fmt.Fprintf(out, `The example register is served until you press Ctrl-C. Its files are in %s

WHOIS         %s      whois -h %s -p %s bakery.example
Availability  %s      printf 'bakery.example\nfree.example\n' | nc -N %s %s
RDAP          %s  curl %sdomain/bakery.example

As the registrar of record (the token is for today):
  curl -H 'Authorization: Bearer %s' %sdomain/bakery.example
As an authority, with a purpose and a case reference:
  curl -H 'Authorization: Bearer %s' -H 'RDAP-Purpose: legalActions' -H 'RDAP-Case: 2026-17' %sdomain/bakery.example
`,
		dir, s.address("whois"), host, port, s.address("das"), dasHost, dasPort, base, base,
		secrets[disclose.Registrar], base, secrets[disclose.Authority], base)
	if s.control != nil {
		fmt.Fprintf(out, `
What your questions took of the limits, and what is left of them:
  registerd limits show %s --db %s
`, host, s.path)
	}
	if private := s.address("private"); private != "" {
		fmt.Fprintf(out, "\nPrivate       http://%s/metrics, /health, /ready, /debug/pprof/\n", private)
	} else {
		fmt.Fprint(out, "\nMetrics, health and profiles: start with --private 127.0.0.1:9043\n")
	}
}
