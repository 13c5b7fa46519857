package rdap_test

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"registerd/rdap"
)

func TestNewRefusesAMissingOrWrongPart(t *testing.T) {
	desk := open(t, setup{}).desk
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	good := rdap.Config{Desk: desk, Base: base, Log: log}
	if _, err := rdap.New(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*rdap.Config){
		"no desk":      func(c *rdap.Config) { c.Desk = nil },
		"no log":       func(c *rdap.Config) { c.Log = nil },
		"no base":      func(c *rdap.Config) { c.Base = "" },
		"no slash":     func(c *rdap.Config) { c.Base = "https://rdap.nic.example" },
		"no scheme":    func(c *rdap.Config) { c.Base = "rdap.nic.example/" },
		"no host":      func(c *rdap.Config) { c.Base = "https:///x/" },
		"other scheme": func(c *rdap.Config) { c.Base = "ftp://rdap.nic.example/" },
		"a query":      func(c *rdap.Config) { c.Base = "https://rdap.nic.example/?/" },
		"a user":       func(c *rdap.Config) { c.Base = "https://me@rdap.nic.example/" },
		"no name":      func(c *rdap.Config) { c.Base = "https://:443/" },
		"a fragment":   func(c *rdap.Config) { c.Base = "https://rdap.nic.example/#" },
		"a question":   func(c *rdap.Config) { c.Base = "https://rdap.nic.example/domain/" },
		"a pattern":    func(c *rdap.Config) { c.Base = "https://rdap.nic.example/*/" },
		"an escape":    func(c *rdap.Config) { c.Base = "https://rdap.nic.example/a%2Fb/" },
		"dots":         func(c *rdap.Config) { c.Base = "https://rdap.nic.example/a/../" },
		"two slashes":  func(c *rdap.Config) { c.Base = "https://rdap.nic.example//" },
		"an IRI":       func(c *rdap.Config) { c.Base = "https://b\u00fccher.example/" },
	} {
		c := good
		spoil(&c)
		if _, err := rdap.New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestTheServerLetsNobodyLinger(t *testing.T) {
	var log strings.Builder
	s := rdap.Server(nil, slog.New(slog.NewTextHandler(&log, nil)))
	if s.ReadHeaderTimeout != 3*time.Second || s.ReadTimeout != 5*time.Second || s.WriteTimeout != 15*time.Second ||
		s.IdleTimeout != 30*time.Second || s.MaxHeaderBytes != 8<<10 || s.HTTP2.MaxConcurrentStreams != 64 {
		t.Errorf("%+v", s)
	}
	s.ErrorLog.Print("http: TLS handshake error from 192.0.2.1:5000: EOF")
	s.ErrorLog.Print("http: Accept error: too many open files")
	if got := log.String(); strings.Contains(got, "192.0.2.1") || !strings.Contains(got, "too many open files") {
		t.Errorf("the log has %s", got)
	}
}

func TestHTTPSIsAskedForAgainOverTLSOnly(t *testing.T) {
	w := open(t, setup{})
	for _, state := range []*tls.ConnectionState{nil, {}} {
		r := httptest.NewRequest("GET", "/help", nil)
		r.TLS = state
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		if got := rec.Header().Get("Strict-Transport-Security"); (got != "") != (state != nil) {
			t.Errorf("TLS %t: %q", state != nil, got)
		}
	}
}
