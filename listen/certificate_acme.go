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
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
)

const (
	// acmeLook is how often it is looked whether a certificate has to be renewed.
	acmeLook = time.Minute
	// acmeRetry is the pause after a failure. Authorities bar who fails more than
	// a few times an hour.
	acmeRetry = 20 * time.Minute
	// acmeEarliest is how long before its end a certificate is renewed, at most.
	acmeEarliest = 30 * 24 * time.Hour
)

// ACMEConfig says for which hosts certificates are fetched (RFC 8555), and from whom.
type ACMEConfig struct {
	Hosts       []string // names in ASCII and lower case, as they stand in the certificates
	Cache       string   // a directory for the account's key, the certificates and their keys
	Email       string   // where the authority writes to; may be empty
	Directory   string   // the authority's URL, https; empty is Let's Encrypt
	AcceptTerms bool     // the operator has read and accepts the authority's terms of service
	EABKeyID    string   // of the external account binding (RFC 8555 section 7.3.4) that some authorities ask for; may be empty
	EABKey      []byte   // its MAC key

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
	case (cfg.EABKeyID == "") != (len(cfg.EABKey) == 0):
		return errors.New("the id of an external account binding and its key are given together")
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
// may be used by several goroutines, but Watch by one.
type ACME struct {
	cfg   ACMEConfig
	cache certificateCache

	mu     sync.RWMutex
	held   map[string]*Certificate     // by host
	proofs map[string]*tls.Certificate // by host, while the authority looks for one

	asked chan struct{} // to try again now

	// For Watch alone.
	again  map[string]time.Time // when a host that failed may be tried again
	unkept map[string][]byte    // what could not be written to the cache
}

// OpenACME takes what is in the cache; without a network it serves that. A cache that
// cannot be written is an error only where a certificate is missing: those that are
// there are served.
func OpenACME(cfg ACMEConfig) (*ACME, error) {
	if cfg.Now == nil || cfg.Log == nil {
		return nil, errors.New("acme: configuring: a part is missing")
	}
	if err := cfg.Check(); err != nil {
		return nil, fmt.Errorf("acme: configuring: %w", err)
	}
	if cfg.Client == nil {
		cfg.Client = &http.Client{Timeout: acmeRequest, CheckRedirect: stay}
	}
	a := &ACME{
		cfg: cfg, cache: certificateCache(cfg.Cache), held: map[string]*Certificate{}, proofs: map[string]*tls.Certificate{},
		asked: make(chan struct{}, 1), again: map[string]time.Time{}, unkept: map[string][]byte{},
	}
	for _, host := range cfg.Hosts {
		if c := a.recall(host); c != nil {
			a.held[host] = c
		}
	}
	switch err := a.cache.try(); {
	case err != nil && len(a.held) < len(cfg.Hosts):
		return nil, fmt.Errorf("acme: cache: %w", err)
	case err != nil:
		cfg.Log.Error("what the certificate authority issues cannot be kept; the certificates that are there are served", "error", err)
	}
	return a, nil
}

// recall is the certificate for host in the cache, if there is a good one.
func (a *ACME) recall(host string) *Certificate {
	return a.cache.recall(host, a.cfg.Now())
}

// Get is for [tls.Config.GetCertificate]. For a name that is not ours there is none,
// and no error: TLS then says that the name is not known.
func (a *ACME) Get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	host := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	if !slices.Contains(a.cfg.Hosts, host) {
		return nil, nil
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	if slices.Equal(hello.SupportedProtos, []string{acme.ALPNProto}) { // the authority
		if proof := a.proofs[host]; proof != nil {
			return proof, nil
		}
		return nil, errors.New("acme: choosing a certificate: there is nothing to prove")
	}
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

// Missing are the hosts that have no certificate yet.
func (a *ACME) Missing() (hosts []string) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, host := range a.cfg.Hosts {
		if a.held[host] == nil {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// Reload has Watch try again what has failed, without the pause: whoever asks for it
// may have mended something. It never fails.
func (a *ACME) Reload() (take func(), err error) {
	return func() {
		select {
		case a.asked <- struct{}{}:
		default: // it was asked for already
		}
	}, nil
}

// Watch fetches the certificates that are missing, and renews those that come to
// their end, until ctx ends.
func (a *ACME) Watch(ctx context.Context) {
	ticker := time.NewTicker(acmeLook)
	defer ticker.Stop()
	for {
		for _, host := range a.cfg.Hosts {
			a.look(ctx, host)
		}
		select {
		case <-ctx.Done():
			return
		case <-a.asked:
			clear(a.again)
		case <-ticker.C:
		}
	}
}

// look does what is to be done for a host, unless it has failed just now.
func (a *ACME) look(ctx context.Context, host string) {
	now := a.cfg.Now()
	if now.Before(a.again[host]) || ctx.Err() != nil {
		return
	}
	if err := a.fetch(ctx, host); err != nil && ctx.Err() == nil {
		a.cfg.Log.Error("no certificate could be fetched or renewed; trying again in 20 minutes", "host", host, "error", err)
		a.again[host] = now.Add(acmeRetry)
	}
	if err := a.keep(host); err != nil {
		a.cfg.Log.Error("a certificate that was fetched could not be kept; trying again in 20 minutes", "host", host, "error", err)
		a.again[host] = now.Add(acmeRetry)
	}
}

// fetch has a certificate for host that is far from its end: the one that is held,
// the one in the cache, if somebody else has renewed that, or one that it orders.
func (a *ACME) fetch(ctx context.Context, host string) error {
	a.mu.RLock()
	held := a.held[host]
	a.mu.RUnlock()
	if held != nil && !a.due(held) {
		return nil
	}
	if kept := a.recall(host); kept != nil && !a.due(kept) {
		a.hold(host, kept)
		return nil
	}
	text, err := a.order(ctx, host)
	if err != nil {
		return err
	}
	c, err := understand(host, text, a.cfg.Now())
	if err != nil {
		return fmt.Errorf("what was issued: %w", err)
	}
	a.hold(host, c)
	a.unkept[host] = text
	if a.due(c) {
		return errors.New("what was issued is to be renewed at once")
	}
	return nil
}

// due reports whether it is time to renew: a third of the life before the end.
func (a *ACME) due(c *Certificate) bool {
	before := min(c.Leaf.NotAfter.Sub(c.Leaf.NotBefore)/3, acmeEarliest)
	return !a.cfg.Now().Before(c.Leaf.NotAfter.Add(-before))
}

func (a *ACME) hold(host string, c *Certificate) {
	a.mu.Lock()
	a.held[host] = c
	a.mu.Unlock()
	a.cfg.Log.Info("a certificate was fetched", "host", host, "ends", c.Ends.Format(time.RFC3339))
}

// keep writes to the cache what is not there yet. It is served meanwhile.
func (a *ACME) keep(host string) error {
	text, ok := a.unkept[host]
	if !ok {
		return nil
	}
	if err := a.cache.write(host, text); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	delete(a.unkept, host)
	return nil
}
