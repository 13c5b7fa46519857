package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"

	"registerd/disclose"
	"registerd/internal/example"
	"registerd/service"
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
	c := example.Config(dir)
	c.WHOIS.Listen, c.DAS.Listen, c.RDAP.Listen, c.Private.Listen = d.WHOIS, d.DAS, d.RDAP, d.Private
	secrets := example.AddTokens(c)
	if err := example.Build(ctx, c.DB); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	server, err := service.Open(ctx, c, service.Options{Log: slog.New(slog.NewTextHandler(con.err, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	tell(con.out, server, c.DB, dir, secrets)
	return server.Serve(ctx)
}

// tell says what to try.
func tell(out io.Writer, s *service.Service, db, dir string, secrets map[disclose.Audience]string) {
	host, port, _ := net.SplitHostPort(s.Address("whois"))
	dasHost, dasPort, _ := net.SplitHostPort(s.Address("das"))
	base := "http://" + s.Address("rdap") + "/"
	fmt.Fprintf(out, `The example register is served until you press Ctrl-C. Its files are in %s

WHOIS         %s      whois -h %s -p %s bakery.example
Availability  %s      printf 'bakery.example\nfree.example\n' | nc -N %s %s
RDAP          %s  curl %sdomain/bakery.example

As the registrar of record (the token is for today):
  curl -H 'Authorization: Bearer %s' %sdomain/bakery.example
As an authority, with a purpose and a case reference:
  curl -H 'Authorization: Bearer %s' -H 'RDAP-Purpose: legalActions' -H 'RDAP-Case: 2026-17' %sdomain/bakery.example
`,
		dir, s.Address("whois"), host, port, s.Address("das"), dasHost, dasPort, base, base,
		secrets[disclose.Registrar], base, secrets[disclose.Authority], base)
	if s.Controlled() {
		fmt.Fprintf(out, `
What your questions took of the limits, and what is left of them:
  registerd limits show %s --db %s
`, host, db)
	}
	if private := s.Address("private"); private != "" {
		fmt.Fprintf(out, "\nPrivate       http://%s/metrics, /health, /ready, /debug/pprof/\n", private)
	} else {
		fmt.Fprint(out, "\nMetrics, health and profiles: start with --private 127.0.0.1:9043\n")
	}
}
