package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

const (
	// acmeLook is how often the certificates held are compared with those that
	// autocert has, which renews them by itself.
	acmeLook = time.Minute
	// acmeRetry is the pause after a failure. Authorities bar who fails more than
	// a few times an hour.
	acmeRetry = 20 * time.Minute
	// acmeRequest bounds one request to the authority.
	acmeRequest = 30 * time.Second
)

// ACMEConfig says for which hosts certificates are fetched (RFC 8555), and from whom.
type ACMEConfig struct {
	Hosts       []string // names in ASCII and lower case, as they stand in the certificates
	Cache       string   // a directory for the account's key, the certificates and their keys
	Email       string   // where the authority writes to; may be empty
	Directory   string   // the authority's URL, https; empty is Let's Encrypt
	AcceptTerms bool     // the operator has read and accepts the authority's terms of service

	Client *http.Client // to reach the authority with; nil is one that trusts the system's roots
	Now    func() time.Time
	Log    *slog.Logger
}

// Check says what is wrong with what an operator writes, without opening anything.
func (cfg *ACMEConfig) Check() error {
	directory, err := url.Parse(cfg.Directory)
	switch {
	case len(cfg.Hosts) == 0:
		return errors.New("hosts: there is none")
	case cfg.Cache == "":
		return errors.New("cache: the directory is missing")
	case cfg.Email != "" && !strings.Contains(cfg.Email, "@"):
		return errors.New("email: it is no address")
	case cfg.Directory != "" && (err != nil || directory.Scheme != "https" || directory.Host == ""):
		return errors.New("directory: it is not an https address")
	case !cfg.AcceptTerms:
		return errors.New("accept_terms: the authority's terms of service have to be accepted")
	}
	for i, h := range cfg.Hosts {
		_, notAddress := netip.ParseAddr(h)
		if !strings.Contains(h, ".") || strings.Trim(h, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" ||
			strings.HasSuffix(h, ".") || strings.HasPrefix(h, ".") || notAddress == nil {
			return fmt.Errorf("hosts: %q is not a host name in ASCII and lower case", h)
		}
		if slices.Contains(cfg.Hosts[:i], h) {
			return fmt.Errorf("hosts: %s stands twice", h)
		}
	}
	return nil
}

// ACME shows clients certificates that an authority issues to it, proving the
// names on the very listener that uses them (TLS-ALPN-01, RFC 8737). Only Watch
// asks the authority: no client can make it, and none waits for it. Its methods
// may be used by several goroutines.
type ACME struct {
	cfg     ACMEConfig
	manager *autocert.Manager

	mu   sync.RWMutex
	held map[string]*Certificate // by host
}

// OpenACME takes what is in the cache; without a network it serves that.
func OpenACME(cfg ACMEConfig) (*ACME, error) {
	if cfg.Now == nil || cfg.Log == nil {
		return nil, errors.New("acme: configuring: a part is missing")
	}
	if err := cfg.Check(); err != nil {
		return nil, fmt.Errorf("acme: configuring: %w", err)
	}
	if err := tryWriting(cfg.Cache); err != nil {
		return nil, fmt.Errorf("acme: cache: %w", err)
	}
	if cfg.Client == nil {
		cfg.Client = &http.Client{Timeout: acmeRequest, CheckRedirect: stay}
	}
	a := &ACME{cfg: cfg, held: map[string]*Certificate{}, manager: &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Cache:      autocert.DirCache(cfg.Cache),
		HostPolicy: autocert.HostWhitelist(cfg.Hosts...),
		Email:      cfg.Email,
		Client:     &acme.Client{DirectoryURL: cfg.Directory, HTTPClient: cfg.Client},
	}}
	for _, host := range cfg.Hosts {
		a.recall(host)
	}
	return a, nil
}

// stay follows no redirect: the authority's directory says where everything is.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// tryWriting finds out now what autocert would not tell: certificates that cannot
// be kept are fetched again at every start, until the authority bars us.
func tryWriting(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "trial-")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// recall takes the certificate for host from the cache, if there is a good one:
// autocert keeps the key and the chain in one text.
func (a *ACME) recall(host string) {
	text, err := a.manager.Cache.Get(context.Background(), host)
	if err != nil {
		return
	}
	if c, err := parseCertificate(text, text, a.cfg.Now()); err == nil && c.Leaf.VerifyHostname(host) == nil {
		a.held[host] = c
	}
}

// Get is for [tls.Config.GetCertificate].
func (a *ACME) Get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	host := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	if !slices.Contains(a.cfg.Hosts, host) {
		return nil, errors.New("acme: choosing a certificate: the name is not one of ours")
	}
	if slices.Equal(hello.SupportedProtos, []string{acme.ALPNProto}) {
		return a.manager.GetCertificate(hello) // the authority, looking for its token
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	if c := a.held[host]; c != nil {
		return c.Certificate, nil
	}
	return nil, errors.New("acme: choosing a certificate: there is none yet")
}

// Ends is when the first of the certificates does; zero while a host has none.
func (a *ACME) Ends() time.Time {
	a.mu.RLock()
	defer a.mu.RUnlock()
	var first time.Time
	for _, host := range a.cfg.Hosts {
		switch c := a.held[host]; {
		case c == nil:
			return time.Time{}
		case first.IsZero() || c.Ends.Before(first):
			first = c.Ends
		}
	}
	return first
}

// Reload does nothing: Watch takes new certificates when there are some.
func (a *ACME) Reload() (take func(), err error) { return func() {}, nil }

// Watch fetches the certificates that are missing, and takes those that were
// renewed, until ctx ends.
func (a *ACME) Watch(ctx context.Context) {
	for {
		pause := acmeLook
		for _, host := range a.cfg.Hosts {
			if err := a.fetch(ctx, host); err != nil && ctx.Err() == nil {
				a.cfg.Log.Error("no certificate could be fetched or renewed; trying again in 20 minutes", "host", host, "error", err)
				pause = acmeRetry
			}
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// fetch has autocert find, or order, the certificate for host. That may take
// minutes and cannot be called off, so the end of ctx leaves it alone.
func (a *ACME) fetch(ctx context.Context, host string) error {
	got := make(chan error, 1)
	go func() {
		pair, err := a.manager.GetCertificate(&tls.ClientHelloInfo{
			ServerName:   host,
			CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		})
		if err == nil {
			err = a.hold(host, pair)
		}
		got <- err
	}()
	select {
	case err := <-got:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *ACME) hold(host string, pair *tls.Certificate) error {
	ends, err := checkChain(pair.Certificate, a.cfg.Now())
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if old := a.held[host]; old == nil || !slices.EqualFunc(old.Certificate.Certificate, pair.Certificate, slices.Equal[[]byte]) {
		a.held[host] = &Certificate{Certificate: pair, Ends: ends}
		a.cfg.Log.Info("a certificate was fetched", "host", host, "ends", ends.Format(time.RFC3339))
	}
	return nil
}
