package listen

import (
	"context"
	"crypto/tls"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"registerd/internal/pki"
)

const ourHost = "rdap.nic.example"

// door is a TLS listener that shows a's certificates, and its address.
func door(t *testing.T, l *Listener, get func(*tls.ClientHelloInfo) (*tls.Certificate, error)) {
	t.Helper()
	secure := tls.NewListener(l, &tls.Config{GetCertificate: get, NextProtos: []string{"http/1.1", "acme-tls/1"}})
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := secure.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				c.SetDeadline(time.Now().Add(hang))
				c.(*tls.Conn).Handshake()
				c.Close()
			})
		}
	})
	t.Cleanup(func() { l.Close(); serving.Wait() })
}

// shake is what a client sees that asks l for a host and trusts a.
func shake(t *testing.T, l *Listener, a *pki.Authority, host string) error {
	t.Helper()
	d := tls.Dialer{Config: &tls.Config{ServerName: host, RootCAs: a.Roots(), NextProtos: []string{"http/1.1"}}}
	c, err := d.DialContext(t.Context(), "tcp", l.Addr().String())
	if err == nil {
		c.Close()
	}
	return err
}

func acmeConfig(t *testing.T, directory string, client *http.Client) ACMEConfig {
	return ACMEConfig{
		Hosts: []string{ourHost}, Cache: filepath.Join(t.TempDir(), "cache"), Email: "office@nic.example",
		Directory: directory, AcceptTerms: true, Client: client, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
}

// nowhere is the address of an authority that cannot be reached.
func nowhere(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return "https://" + l.Addr().String() + "/directory"
}

func openACME(t *testing.T, cfg ACMEConfig) *ACME {
	t.Helper()
	a, err := OpenACME(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestACertificateIsFetchedKeptAndServedWithoutTheAuthority(t *testing.T) {
	l := open(t, Config{})
	server := newACMEServer(t, l.Addr().String())
	cfg := acmeConfig(t, server.URL+"/directory", server.Client())
	first := openACME(t, cfg)
	door(t, l, first.Get)
	if err := shake(t, l, server.Authority, ourHost); err == nil || !first.Ends().IsZero() {
		t.Fatal("there is a certificate before it was fetched")
	}
	if server.asked() != 0 {
		t.Fatal("a client made us ask the authority")
	}
	first.look(t.Context(), ourHost)
	if err := shake(t, l, server.Authority, ourHost); err != nil || first.Ends().IsZero() {
		t.Errorf("fetched: it ends %v, %v", first.Ends(), err)
	}
	if first.look(t.Context(), ourHost); server.asked() != 1 {
		t.Errorf("fetched again: %d orders", server.asked())
	}

	cfg.Directory, cfg.Client = nowhere(t), nil
	second := openACME(t, cfg)
	l = open(t, Config{})
	door(t, l, second.Get)
	if err := shake(t, l, server.Authority, ourHost); err != nil || !second.Ends().Equal(first.Ends()) {
		t.Errorf("after a restart without the authority: it ends %v, %v", second.Ends(), err)
	}
	err := filepath.WalkDir(cfg.Cache, func(path string, d fs.DirEntry, err error) error {
		info, _ := d.Info()
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestOnlyTheHostsListedHaveACertificate(t *testing.T) {
	server := newACMEServer(t, "")
	cfg := acmeConfig(t, server.URL+"/directory", server.Client())
	keep := func(host string) { // as autocert keeps it
		chain, key := issue(t, server.Authority, pki.Order{Hosts: []string{host}})
		put(t, filepath.Join(cfg.Cache, host), append(key, chain...))
	}
	if err := os.MkdirAll(cfg.Cache, 0o700); err != nil {
		t.Fatal(err)
	}
	keep(ourHost)
	keep("other.example")
	a := openACME(t, cfg)
	l := open(t, Config{})
	door(t, l, a.Get)
	for host, good := range map[string]bool{
		ourHost: true, strings.ToUpper(ourHost): true,
		"other.example": false, "www." + ourHost: false, "127.0.0.1": false,
	} {
		if err := shake(t, l, server.Authority, host); (err == nil) != good || !good && !strings.Contains(err.Error(), "unrecognized name") {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, name := range []string{"", "../" + ourHost, "other.example"} {
		for _, protos := range [][]string{nil, {"acme-tls/1"}} {
			if c, err := a.Get(&tls.ClientHelloInfo{ServerName: name, SupportedProtos: protos}); err != nil || c != nil {
				t.Errorf("%q over %v has a certificate, or %v", name, protos, err)
			}
		}
	}
	if server.asked() != 0 {
		t.Error("a client made us ask the authority")
	}
}

func TestACacheThatIsSpoiltIsNotServed(t *testing.T) {
	authority := newAuthority(t)
	for what, order := range map[string]pki.Order{
		"ended":        {Hosts: []string{ourHost}, Till: time.Now().Add(-time.Minute)},
		"another name": {Hosts: []string{"other.example"}},
	} {
		cfg := acmeConfig(t, nowhere(t), nil)
		if err := os.MkdirAll(cfg.Cache, 0o700); err != nil {
			t.Fatal(err)
		}
		chain, key := issue(t, authority, order)
		put(t, filepath.Join(cfg.Cache, ourHost), append(key, chain...))
		if a := openACME(t, cfg); !a.Ends().IsZero() {
			t.Errorf("%s: it is served", what)
		}
	}
	cfg := acmeConfig(t, nowhere(t), nil)
	if err := os.WriteFile(cfg.Cache, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenACME(cfg); err == nil || !strings.HasPrefix(err.Error(), "acme: cache: ") {
		t.Errorf("a cache that cannot be written: %v", err)
	}
}

// Watch ends when it is told to, though the authority does not answer.
func TestWatchingSaysWhatFailedAndEnds(t *testing.T) {
	log := new(said)
	cfg := acmeConfig(t, nowhere(t), nil)
	logged, tell := context.WithCancel(t.Context())
	cfg.Log = slog.New(slog.NewJSONHandler(writes(func(b []byte) (int, error) {
		defer tell()
		return log.Write(b)
	}), nil))
	a := openACME(t, cfg)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); a.Watch(ctx) }()
	<-logged.Done()
	stop()
	<-ended
	if got := log.all(); len(got) != 1 || got[0] != "no certificate could be fetched or renewed; trying again in 20 minutes" {
		t.Errorf("the log says %q", got)
	}
}

type writes func([]byte) (int, error)

func (w writes) Write(b []byte) (int, error) { return w(b) }

func TestAnACMEConfigIsRefusedForItsReason(t *testing.T) {
	for want, spoil := range map[string]func(*ACMEConfig){
		"hosts: there is none":             func(c *ACMEConfig) { c.Hosts = nil },
		`hosts: "*.nic.example"`:           func(c *ACMEConfig) { c.Hosts = []string{"*.nic.example"} },
		`hosts: "RDAP.nic.example"`:        func(c *ACMEConfig) { c.Hosts = []string{"RDAP.nic.example"} },
		`hosts: "192.0.2.1"`:               func(c *ACMEConfig) { c.Hosts = []string{"192.0.2.1"} },
		`hosts: "localhost"`:               func(c *ACMEConfig) { c.Hosts = []string{"localhost"} },
		`hosts: "rdap.nic.example."`:       func(c *ACMEConfig) { c.Hosts = []string{"rdap.nic.example."} },
		`hosts: "../../etc/x.example"`:     func(c *ACMEConfig) { c.Hosts = []string{"../../etc/x.example"} },
		"hosts: a.example stands twice":    func(c *ACMEConfig) { c.Hosts = []string{"a.example", "a.example"} },
		"cache: the directory is missing":  func(c *ACMEConfig) { c.Cache = "" },
		"email: it is no address":          func(c *ACMEConfig) { c.Email = "office" },
		"directory: it is not an https":    func(c *ACMEConfig) { c.Directory = "http://acme.example/" },
		"accept_terms: the authority's":    func(c *ACMEConfig) { c.AcceptTerms = false },
		"acme: configuring: a part is mis": func(c *ACMEConfig) { c.Now = nil },
	} {
		c := acmeConfig(t, "", nil)
		spoil(&c)
		if _, err := OpenACME(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
