package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"registerd/internal/pki"
)

// An honest client asks at a steady, low rate while others attack; what counts is
// how much longer it waits than before. Caps and limits are as shipped; only the
// driver's addresses are excepted from budgets, as it asks more than a client.
const hostileConfig = `
db = %q
[operator]
name = "Example Registry"
email = "registry@nic.example"
url = "https://nic.example/"
[whois]
listen = "127.0.0.1:0"
[das]
listen = "127.0.0.1:0"
[rdap]
listen = "127.0.0.1:0"
base = "https://rdap.nic.example/"
tls = {certificate = %q, key = %q}
[private]
listen = "127.0.0.1:0"
[limits]
state = "-"
[[limits.network]]
prefix = "127.0.0.0/16"
unlimited = true
note = "the driver"
`

// honestRate is how many questions a second the honest client asks.
const honestRate = 100

// attacked is what became of the honest client meanwhile.
type attacked struct {
	what string
	result
}

// hostile measures an honest client on WHOIS, alone and during attacks.
func (b *bench) hostile(ctx context.Context) error {
	path, err := b.hostileHouse()
	if err != nil {
		return err
	}
	server, addresses, err := startServer(ctx, b.program, path, 4)
	if err != nil {
		return err
	}
	defer server.stop()
	if err := ready(ctx, addresses["private"]); err != nil {
		return err
	}
	driver, err := startHelper(ctx, "drive")
	if err != nil {
		return err
	}
	defer driver.stop()
	if err := driver.tell.Encode(target{Domains: b.domains}); err != nil {
		return err
	}
	honest := step{Window: "whois", Address: addresses["whois"], PID: server.cmd.Process.Pid, Rate: honestRate, Seconds: 2 * b.seconds}
	for _, s := range storms {
		s.Address = addresses[s.Window]
		var r result
		if err := s.during(ctx, func() error { return driver.ask(honest, &r) }); err != nil {
			return fmt.Errorf("hostile: %s: %w", s.what, err)
		}
		say("hostile: %s: p50 %v, p99 %v, %d failed %s", s.what, r.P50, r.P99, r.Failed, r.Failure)
		b.table.attacked = append(b.table.attacked, attacked{s.what, r})
		b.table.wrong += r.Wrong
	}
	return nil
}

// hostileHouse writes the configuration, and a certificate.
func (b *bench) hostileHouse() (path string, err error) {
	db, err := filepath.Abs(b.db)
	if err != nil {
		return "", err
	}
	authority, err := pki.New()
	if err != nil {
		return "", err
	}
	chain, key, err := authority.Issue(pki.Order{Hosts: []string{stormHost}})
	if err != nil {
		return "", err
	}
	path = filepath.Join(b.dir, "hostile.toml")
	chainPath, keyPath := filepath.Join(b.dir, "chain.pem"), filepath.Join(b.dir, "key.pem")
	for name, text := range map[string][]byte{
		chainPath: chain, keyPath: key, path: fmt.Appendf(nil, hostileConfig, db, chainPath, keyPath),
	} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			return "", err
		}
	}
	return path, nil
}

// during runs measure while the storm rages; without a kind, it is calm.
func (s storm) during(ctx context.Context, measure func() error) error {
	if s.Kind == "" {
		return measure()
	}
	h, err := startHelper(ctx, "storm")
	if err != nil {
		return err
	}
	defer h.stop()
	var landed int
	if err := h.ask(s, &landed); err != nil {
		return err
	}
	return measure()
}

func (t *table) printHostile(to io.Writer) {
	fmt.Fprintln(to)
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "an honest client on WHOIS\tanswered\tfailed\tp50 ms\tratio\tp99 ms\tratio\t")
	for _, a := range t.attacked {
		calm := t.attacked[0]
		fmt.Fprintf(w, "%s\t%d\t%d\t%.2f\t%.2f\t%.2f\t%.2f\t%s\n", a.what, a.Answered, a.Failed,
			ms(a.P50), ms(a.P50)/ms(calm.P50), ms(a.P99), ms(a.P99)/ms(calm.P99), a.Failure)
	}
	w.Flush()
}
