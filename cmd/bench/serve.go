package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// config has everything on that a registry has on. The budgets are counted as
// always, and are only too large to be used up.
const config = `
db = %q
mmap_mib = %d
[operator]
name = "Example Registry"
email = "registry@nic.example"
url = "https://nic.example/"
[policies]
publication = "https://nic.example/publication"
terms = "https://nic.example/terms"
[audit]
dir = %q
[whois]
listen = "127.0.0.1:0"
max_per_network = -1
connections_per_second = -1
[das]
listen = "127.0.0.1:0"
max_per_network = -1
connections_per_second = -1
[rdap]
listen = "127.0.0.1:0"
max_per_network = -1
connections_per_second = -1
[private]
listen = "127.0.0.1:0"
[limits]
state = "-"
lookup = {per_second = 15000, at_once = 100000000}
availability = {per_second = 15000, at_once = 100000000}
misses = {per_second = 15000, at_once = 100000000}
personal = {per_second = 15000, at_once = 100000000}
everybody = {per_second = 15000, at_once = 100000000}
server = {per_second = 1000000, at_once = 100000000}
`

// bout is the server and the driver while they are measured.
type bout struct {
	*bench
	server    *child
	addresses map[string]string
	driver    *helper
}

// serve measures the windows of a running server.
func (b *bench) serve(ctx context.Context) error {
	token, header := authority()
	path, audit := filepath.Join(b.dir, "registerd.toml"), filepath.Join(b.dir, "audit")
	db, err := filepath.Abs(b.db)
	if err == nil {
		err = os.Mkdir(audit, 0o700)
	}
	if err == nil {
		err = os.WriteFile(path, fmt.Appendf(nil, config+token, db, b.mmap, audit), 0o600)
	}
	if err != nil {
		return err
	}
	t := &bout{bench: b}
	if t.server, t.addresses, err = startServer(ctx, b.program, path, 4); err != nil {
		return err
	}
	defer t.server.stop()
	if err := ready(ctx, t.addresses["private"]); err != nil {
		return err
	}
	if b.table.idle, err = anonymous(t.server.cmd.Process.Pid); err != nil {
		return err
	}
	if t.driver, err = startHelper(ctx, "drive"); err != nil {
		return err
	}
	defer t.driver.stop()
	if err := t.driver.tell.Encode(target{Domains: b.domains}); err != nil {
		return err
	}
	t.addresses["post"] = t.addresses["rdap"]
	for _, w := range []string{"rdap", "whois", "das", "post"} {
		if err := t.window(ctx, w); err != nil {
			return fmt.Errorf("%s: %w", w, err)
		}
	}
	if err := t.searching(header); err != nil {
		return fmt.Errorf("searches: %w", err)
	}
	return nil
}

// ready waits until the server says that it can answer.
func ready(ctx context.Context, private string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+private+"/ready", nil)
	if err != nil {
		return err
	}
	for {
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("registerd is not ready: %w", errors.Join(err, ctx.Err()))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// window measures one window and, right after it, the yardstick that writes
// what the window wrote.
func (t *bout) window(ctx context.Context, window string) error {
	y, err := sample(window, t.addresses[window], synthetic(t.domains))
	if err != nil {
		return fmt.Errorf("sampling answers: %w", err)
	}
	real := step{Window: window, Address: t.addresses[window], PID: t.server.cmd.Process.Pid}
	asked, err := t.measure(real)
	if err != nil {
		return err
	}
	bare, err := t.yardstick(ctx, y)
	if err != nil {
		return fmt.Errorf("yardstick: %w", err)
	}
	bytes := len(y.Body)
	if window == "post" {
		bytes /= posted
	}
	t.table.add(titles[window], bytes, asked, bare)
	if window != "rdap" {
		return nil
	}
	real.Zipf = true
	if asked, err = t.measure(real); err != nil {
		return err
	}
	t.table.add("RDAP, Zipf s=1.1", len(y.Body), asked, bare)
	return nil
}

var titles = map[string]string{
	"rdap": "RDAP, uniform", "whois": "WHOIS, one query a connection", "das": "availability, names in batches",
	"post": "availability, 1000 names a POST",
}

// yardstick measures a bare server.
func (t *bout) yardstick(ctx context.Context, y yardstick) (figures, error) {
	h, err := startHelper(ctx, "yardstick")
	if err != nil {
		return figures{}, err
	}
	defer h.stop()
	var address string
	if err := h.ask(y, &address); err != nil {
		return figures{}, err
	}
	return t.measure(step{Window: y.Window, Address: address, PID: h.cmd.Process.Pid, Bare: true})
}
