package listen

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"registerd/internal/pki"
)

func TestAnAccountThatIsLostIsMadeAgain(t *testing.T) {
	for what, lose := range map[string]struct {
		loss func(f *fetched) error
		said []string
	}{
		"by the authority": {func(f *fetched) error {
			f.server.set(func(a *authority) { clear(a.accounts) })
			return nil
		}, nil},
		"by us": {func(f *fetched) error { return os.Remove(filepath.Join(f.cfg.Cache, acmeAccount)) }, nil},
		"as a power cut leaves it": {func(f *fetched) error {
			return os.WriteFile(filepath.Join(f.cfg.Cache, acmeAccount), nil, 0o600)
		}, nil},
		"to a damaged disk": {func(f *fetched) error {
			return os.WriteFile(filepath.Join(f.cfg.Cache, acmeAccount), []byte("nothing"), 0o600)
		}, []string{"the key of the account at the certificate authority was damaged"}},
	} {
		t.Run(what, func(t *testing.T) {
			f := newFetched(t)
			f.wait(61 * day)
			if err := lose.loss(f); err != nil {
				t.Fatal(err)
			}
			f.look(t.Context(), ourHost)
			f.logged(t, append(lose.said, "a certificate was fetched")...)
			f.wait(61 * day)
			f.look(t.Context(), ourHost)
			f.logged(t, "a certificate was fetched")
			if got := len(f.server.accounts); got != 2 {
				t.Errorf("there are %d accounts", got)
			}
		})
	}
}

// A certificate that cannot be kept is served, and is not ordered again for it.
func TestACertificateThatCannotBeKeptIsServedAndKeptLater(t *testing.T) {
	f := newFetched(t)
	first := f.shown(t)
	f.wait(61 * day)
	aside := f.spoilCache(t)
	f.look(t.Context(), ourHost)
	f.logged(t, notFetched) // for want of an account
	f.mendCache(t, aside)
	f.wait(20 * time.Minute)
	f.server.set(func(a *authority) {
		a.before = func(r *http.Request) {
			if r.URL.Path == "/certificate" {
				f.spoilCache(t)
			}
		}
	})
	f.look(t.Context(), ourHost)
	f.logged(t, "a certificate was fetched", "a certificate that was fetched could not be kept; trying again in 20 minutes")
	if f.shown(t) == first {
		t.Error("the old one is shown")
	}
	f.server.set(func(a *authority) { a.before = nil })
	f.mendCache(t, aside)
	f.wait(20 * time.Minute)
	f.look(t.Context(), ourHost)
	f.logged(t)
	if kept := f.recall(ourHost); kept == nil || !bytes.Equal(kept.Leaf.Raw, f.shown(t).Leaf.Raw) || f.server.asked() != 2 {
		t.Errorf("%d orders, and it is not in the cache", f.server.asked())
	}
}

// spoilCache has a file where the directory was, which it renames.
func (f *fetched) spoilCache(t *testing.T) (aside string) {
	aside = f.cfg.Cache + ".aside"
	if err := os.Rename(f.cfg.Cache, aside); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(f.cfg.Cache, nil, 0o600); err != nil {
		t.Error(err)
	}
	return aside
}

func (f *fetched) mendCache(t *testing.T, aside string) {
	t.Helper()
	if err := os.Remove(f.cfg.Cache); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(aside, f.cfg.Cache); err != nil {
		t.Fatal(err)
	}
}

func TestACertificateThatSomebodyElseRenewedIsTakenFromTheCache(t *testing.T) {
	f := newFetched(t)
	f.wait(61 * day)
	now := f.cfg.Now()
	chain, key := issue(t, f.server.Authority, pki.Order{Hosts: []string{ourHost}, From: now.Add(-time.Hour), Till: now.Add(90 * day)})
	put(t, filepath.Join(f.cfg.Cache, ourHost), append(key, chain...))
	f.look(t.Context(), ourHost)
	f.logged(t, "a certificate was fetched")
	if f.server.asked() != 1 || !f.Ends().After(now.Add(89*day)) {
		t.Errorf("%d orders; it ends %v", f.server.asked(), f.Ends())
	}
}

// Who has mended something does not wait for 20 minutes.
func TestAReloadTriesAgainWhatHasFailed(t *testing.T) {
	f := newFetched(t)
	lines := make(chan string, 9)
	f.cfg.Log = slog.New(slog.NewTextHandler(writes(func(b []byte) (int, error) {
		lines <- string(b)
		return len(b), nil
	}), nil))
	f.wait(61 * day)
	f.server.set(func(a *authority) { a.refuse = a.problem(http.StatusForbidden, "caa", "not here") })
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); f.Watch(ctx) }()
	if line := <-lines; !strings.Contains(line, "not here") {
		t.Error(line)
	}
	f.server.set(func(a *authority) { a.refuse = nil })
	take, err := f.Reload()
	if err != nil {
		t.Fatal(err)
	}
	take()
	if line := <-lines; !strings.Contains(line, "a certificate was fetched") {
		t.Error(line)
	}
	stop()
	<-ended
}

// The end does not wait for an authority that takes its time.
func TestAnOrderIsCalledOffAtTheEnd(t *testing.T) {
	f := newFetched(t)
	f.wait(61 * day)
	ctx, stop := context.WithCancel(t.Context())
	f.server.set(func(a *authority) {
		a.before = func(r *http.Request) {
			if r.URL.Path == "/orders" {
				stop()
				<-r.Context().Done()
			}
		}
	})
	f.look(ctx, ourHost)
	f.logged(t)
}

// A disk that has become read-only must not take a service down that needs nothing of it.
func TestCertificatesInACacheThatCannotBeWrittenAreServedByANewStart(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	f := newFetched(t)
	if err := os.Chmod(f.cfg.Cache, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(f.cfg.Cache, 0o700) })
	cfg := f.cfg
	again := openACME(t, cfg)
	f.logged(t, "what the certificate authority issues cannot be kept; the certificates that are there are served")
	if !again.Ends().Equal(f.Ends()) {
		t.Errorf("it ends %v", again.Ends())
	}
	cfg.Hosts = []string{ourHost, "rdap2.nic.example"}
	if _, err := OpenACME(cfg); err == nil {
		t.Error("a certificate is missing, and could not be kept")
	}
}

func TestWhatIsAskedAgainAndWhen(t *testing.T) {
	for _, c := range []struct {
		what   string
		n      int
		status int
		after  string
		want   time.Duration
	}{
		{"a nonce is refused", 1, 400, "", time.Millisecond},
		{"often", 20, 400, "", time.Millisecond},
		{"always", 21, 400, "", 0},
		{"the authority stumbles", 1, 500, "", time.Second},
		{"and again", 3, 502, "", 4 * time.Second},
		{"and for long", 20, 502, "", 10 * time.Second},
		{"it says when", 1, 503, "7", 7 * time.Second},
		{"in an hour", 1, 503, "3600", 0},
		{"too often", 1, 429, "1", 0},
		{"elsewhere", 1, 301, "", 0},
	} {
		res := &http.Response{StatusCode: c.status, Header: http.Header{"Retry-After": {c.after}}}
		if got := patience(c.n, nil, res); got != c.want {
			t.Errorf("%s: after %v, want %v", c.what, got, c.want)
		}
	}
}
