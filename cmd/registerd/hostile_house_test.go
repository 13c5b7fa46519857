package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"registerd/internal/example"
	"registerd/internal/pki"
)

// house is the program while it is attacked, and what is seen of it from outside.
type house struct {
	cmd   *exec.Cmd
	said  *lines
	at    map[string]string // by window
	trust *tls.Config       // of its clients; nil where RDAP speaks without TLS
}

// All is as shipped, but that neighbours may ask as much as they like: they are to
// meet no error of the attackers' making, and ask more than a client does.
const houseConfig = `
db = %q
[operator]
name = "Example Registry"
email = "registry@nic.example"
url = "https://nic.example/"
[audit]
dir = %q
[whois]
listen = "127.0.0.1:0"
[das]
listen = "127.0.0.1:0"
[rdap]
listen = "127.0.0.1:0"
base = "https://rdap.nic.example/"
%s
[private]
listen = "127.0.0.1:0"
[limits]
state = "-"
[[limits.network]]
prefix = "127.77.0.0/16"
unlimited = true
until = 2100-01-01
note = "neighbours"
`

const housesHost = "rdap.nic.example"

// openHouse starts the program with all windows, RDAP with TLS or without.
func openHouse(t *testing.T, secure bool) *house {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("it needs /proc, and all of 127.0.0.0/8 for addresses")
	}
	dir := t.TempDir()
	db, config := filepath.Join(dir, "register.db"), filepath.Join(dir, "registerd.toml")
	must(t, example.Build(t.Context(), db))
	h := &house{said: new(lines), at: map[string]string{}}
	settings := ""
	if secure {
		settings = h.certify(t, dir)
	}
	must(t, os.WriteFile(config, fmt.Appendf(nil, houseConfig, db, filepath.Join(dir, "audit"), settings), 0o600))
	h.cmd = exec.Command("registerd", "serve", "--config", config) // TestMain has put it on the path
	h.cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	errs, err := h.cmd.StderrPipe()
	must(t, err)
	must(t, h.cmd.Start())
	go h.said.copy(errs)
	t.Cleanup(func() { h.close(t) })
	_, err = h.said.await(0, func(text string) bool {
		var line struct{ Msg, Window, Address string }
		if json.Unmarshal([]byte(text), &line) == nil && line.Msg == "serving" {
			h.at[line.Window] = line.Address
		}
		return line.Window == "private"
	})
	if err != nil {
		t.Fatalf("it did not come up: %v\n%s", err, h.said)
	}
	return h
}

func (h *house) certify(t *testing.T, dir string) (settings string) {
	t.Helper()
	authority, err := pki.New()
	must(t, err)
	chain, key, err := authority.Issue(pki.Order{Hosts: []string{housesHost}})
	must(t, err)
	chainPath, keyPath := filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	must(t, os.WriteFile(chainPath, chain, 0o600))
	must(t, os.WriteFile(keyPath, key, 0o600))
	h.trust = &tls.Config{RootCAs: authority.Roots(), ServerName: housesHost}
	return fmt.Sprintf("tls = {certificate = %q, key = %q}", chainPath, keyPath)
}

// close ends the program, which must have nothing to complain of: no panic, no
// race, no status.
func (h *house) close(t *testing.T) {
	_ = h.cmd.Process.Signal(syscall.SIGTERM)
	if err := h.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v\n%s", err, h.said)
	}
	if said := h.said.String(); strings.Contains(said, "panicked") {
		t.Errorf("a handler panicked:\n%s", said)
	}
}

// standing is what the program holds.
type standing struct {
	goroutines, descriptors int
	heap, anonymous         int64 // in bytes: used after a collection, and the process's own
}

func (s standing) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %d KiB of heap, %d KiB of RssAnon", s.goroutines, s.descriptors, s.heap>>10, s.anonymous>>10)
}

// Slack is what may come and go without anybody's doing: the runtime's own
// goroutines, connections to the database, buffers kept for the next answer.
const (
	slackCount = 5
	slackHeap  = 8 << 20
)

// back reports whether what was held before is all that is held.
func (s standing) back(before standing) bool {
	return s.goroutines <= before.goroutines+slackCount && s.descriptors <= before.descriptors+slackCount && s.heap <= before.heap+slackHeap
}

// privately asks the private listener on a connection of its own.
func (h *house) privately(path string) (string, error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	res, err := client.Get("http://" + h.at["private"] + path)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", path, res.Status, body)
	}
	return string(body), err
}

// stand looks after a collection of garbage.
func (h *house) stand(t *testing.T) (s standing) {
	t.Helper()
	_, err := h.privately("/debug/pprof/heap?gc=1")
	must(t, err)
	s.goroutines, s.heap = int(h.metric(t, "go_goroutines")), int64(h.metric(t, "go_memstats_heap_inuse_bytes"))
	descriptors, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", h.cmd.Process.Pid))
	must(t, err)
	s.descriptors = len(descriptors)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", h.cmd.Process.Pid))
	must(t, err)
	anonymous := regexp.MustCompile(`RssAnon:\s+(\d+) kB`).FindSubmatch(status)
	if anonymous == nil {
		t.Fatalf("/proc tells no RssAnon:\n%s", status)
	}
	kib, err := strconv.ParseInt(string(anonymous[1]), 10, 64)
	must(t, err)
	s.anonymous = kib << 10
	return s
}

// metric is one number of /metrics, by its name with its labels.
func (h *house) metric(t *testing.T, name string) float64 {
	t.Helper()
	text, err := h.privately("/metrics")
	must(t, err)
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			number, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			must(t, err)
			return number
		}
	}
	t.Fatalf("/metrics has no %s", name)
	return 0
}

// awaitBack waits until the program holds what it held before.
func (h *house) awaitBack(t *testing.T, before standing, within time.Duration) {
	t.Helper()
	began := time.Now()
	for {
		now := h.stand(t)
		if now.back(before) {
			t.Logf("after %v: %v", time.Since(began).Round(time.Millisecond), now)
			return
		}
		if time.Since(began) > within {
			stacks, _ := h.privately("/debug/pprof/goroutine?debug=1")
			t.Fatalf("before: %v\nnow:    %v\n%s", before, now, stacks)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// neighbour is a well-behaved client, at an address that no attack comes from.
type neighbour struct {
	house *house
	dial  *net.Dialer
	http  *http.Client
}

func newNeighbour(h *house, address string) *neighbour {
	n := &neighbour{house: h, dial: &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}, Timeout: patience}}
	var trust *tls.Config
	if h.trust != nil {
		trust = h.trust.Clone() // the transport changes it
	}
	n.http = &http.Client{Timeout: patience, Transport: &http.Transport{
		DialContext: n.dial.DialContext, TLSClientConfig: trust, ForceAttemptHTTP2: true,
	}}
	return n
}

// ask asks all windows once and looks at what they say.
func (n *neighbour) ask(ctx context.Context) error {
	for window, c := range map[string]struct{ asked, want string }{
		"whois": {"bakery.example\r\n", "Domain Name: bakery.example\r\n"},
		"das":   {"bakery.example\r\nfree.example\r\n", "Status: NOT AVAILABLE\r\n\r\n%RC=0\r\nDomain: free.example\r\nStatus: AVAILABLE\r\n"},
	} {
		heard, err := n.talk(ctx, window, c.asked)
		if err != nil || !strings.Contains(heard, c.want) {
			return fmt.Errorf("%s: heard %q, %w", window, heard, err)
		}
	}
	if err := n.lookUp(ctx); err != nil {
		return fmt.Errorf("rdap: on a connection that is kept: %w", err)
	}
	n.http.CloseIdleConnections()
	if err := n.lookUp(ctx); err != nil {
		return fmt.Errorf("rdap: on a new connection: %w", err)
	}
	return nil
}

func (n *neighbour) talk(ctx context.Context, window, asked string) (string, error) {
	c, err := n.dial.DialContext(ctx, "tcp", n.house.at[window])
	if err != nil {
		return "", err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, asked); err != nil {
		return "", err
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		return "", err
	}
	heard, err := io.ReadAll(c)
	return string(heard), err
}

func (n *neighbour) lookUp(ctx context.Context) error {
	scheme := "http"
	if n.house.trust != nil {
		scheme = "https"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+n.house.at["rdap"]+"/domain/bakery.example", nil)
	if err != nil {
		return err
	}
	res, err := n.http.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), `"ldhName":"bakery.example"`) ||
		(n.house.trust != nil) != (res.ProtoMajor == 2) {
		return fmt.Errorf("%s %s, %d bytes, %w", res.Proto, res.Status, len(body), err)
	}
	return nil
}
