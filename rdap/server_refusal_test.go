package rdap_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"registerd/internal/conformance"
	"registerd/listen"
	"registerd/rdap"
)

// fullHouse is a listener whose only place is taken, and that says what h does.
func fullHouse(t *testing.T, h *rdap.Handler, secure bool) *listen.Listener {
	t.Helper()
	l, err := listen.Listen(listen.Config{
		Address: "127.0.0.1:0", MaxConns: 1, Refusal: h.Refusal(secure), RefusalAnswers: !secure, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	server, done := rdap.Server(h, slog.New(slog.DiscardHandler)), make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return l // connections are accepted in their order
}

func TestAConnectionTooManyIsAnsweredAsRDAPIs(t *testing.T) {
	l := fullHouse(t, open(t, setup{}).handler, false)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		a := fetchOnce(t, method, "http://"+l.Addr().String()+"/domain/shop.example", nil)
		if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") != "5" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, %v", method, a.Status, a.Header)
		}
		for _, f := range conformance.Check(a, conformance.Plain) {
			t.Errorf("%s: %v", method, f)
		}
	}
	if got := l.Stats().Full; got != 2 {
		t.Errorf("%d connections were refused, want 2", got)
	}
}

func TestAConnectionTooManyHearsInTLSThatItIsOurDoing(t *testing.T) {
	l := fullHouse(t, open(t, setup{}).handler, true)
	_, err := new(tls.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if want := "remote error: tls: internal error"; err == nil || err.Error() != want {
		t.Errorf("a client says %q, want %q", err, want)
	}
}

func TestWhoeverAFrontEndDoesNotNameIsToldSo(t *testing.T) {
	h := open(t, setup{}).handler
	working, finish := make(chan struct{}), make(chan struct{})
	held := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(working); <-finish })
	f, err := listen.NewForwarding(listen.ForwardingConfig{
		From: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, MaxAtOnce: 2, MaxPerNetwork: 1,
		Handler: held, Refuse: h.TurnAway,
	})
	if err != nil {
		t.Fatal(err)
	}
	url := serve(t, f, slog.New(slog.DiscardHandler)) + "domain/shop.example"
	first := make(chan struct{})
	go func() {
		defer close(first)
		fetchOnce(t, http.MethodGet, url, http.Header{"X-Forwarded-For": {"192.0.2.1"}})
	}()
	<-working
	for claim, want := range map[string]struct {
		status int
		retry  string
		says   string
	}{
		"":          {http.StatusBadRequest, "", "neither X-Forwarded-For nor Forwarded is there"},
		"unknown":   {http.StatusBadRequest, "", "something that is no address"},
		"192.0.2.1": {http.StatusTooManyRequests, "5", "Your network has too many questions at once"},
	} {
		header := http.Header{}
		if claim != "" {
			header.Set("X-Forwarded-For", claim)
		}
		a := fetchOnce(t, http.MethodGet, url, header)
		if a.Status != want.status || a.Header.Get("Retry-After") != want.retry || !strings.Contains(string(a.Body), want.says) {
			t.Errorf("%q: %d, %v\n%s", claim, a.Status, a.Header, a.Body)
		}
		for _, f := range conformance.Check(a, conformance.Plain) {
			t.Errorf("%q: %v", claim, f)
		}
	}
	close(finish)
	<-first
}

// fetchOnce asks over a connection of its own.
func fetchOnce(t *testing.T, method, url string, header http.Header) conformance.Answer {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	a := conformance.Answer{Request: conformance.Request{Method: method, URL: url, Header: header}}
	r, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err == nil {
		if header != nil {
			r.Header = header
		}
		var res *http.Response
		if res, err = (&http.Transport{DisableKeepAlives: true, DisableCompression: true}).RoundTrip(r); err == nil {
			defer res.Body.Close()
			a.Status, a.Header = res.StatusCode, res.Header
			a.Body, err = io.ReadAll(res.Body)
		}
	}
	if err != nil {
		t.Errorf("%s %s: %v", method, url, err)
	}
	return a
}
