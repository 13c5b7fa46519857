package listen

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

// ClientsConfig says which clients' certificates are taken. All parts but Revoked
// are required.
type ClientsConfig struct {
	// Issuers is the path of the certificates, in PEM, of those who issue the
	// clients' certificates, each by itself: one that an authority below them
	// issued is not taken.
	Issuers string

	// Revoked is the path of their lists of revoked certificates (RFC 5280 section
	// 5): in PEM one of each issuer, or in DER that of the only one. "" is none.
	Revoked string

	Every time.Duration // how often Watch looks at Revoked
	Now   func() time.Time
	Log   *slog.Logger
}

// Clients are those who show a certificate of an issuer that is listed, which is
// not on its list of revoked ones. Methods may be used by several goroutines.
type Clients struct {
	cfg     ClientsConfig
	issuers []*x509.Certificate
	revoked atomic.Pointer[revocations] // nil if there are no lists
}

// ErrClientCertificate is why a certificate of a client is not taken, or not any more.
var ErrClientCertificate = errors.New("client certificate: it is not taken")

// OpenClients reads the files. Lists that have ended are read: nobody is taken then.
func OpenClients(cfg ClientsConfig) (*Clients, error) {
	if cfg.Issuers == "" || cfg.Every <= 0 || cfg.Now == nil || cfg.Log == nil {
		return nil, errors.New("client certificates: configuring: a part is missing")
	}
	text, err := readSmall(cfg.Issuers)
	if err != nil {
		return nil, fmt.Errorf("client certificates: %w", err)
	}
	c := &Clients{cfg: cfg}
	if c.issuers, err = readIssuers(text, cfg.Now()); err != nil {
		return nil, fmt.Errorf("client certificates: %s: %w", cfg.Issuers, err)
	}
	if cfg.Revoked == "" {
		return c, nil
	}
	first, err := c.read()
	if err != nil {
		return nil, err
	}
	c.revoked.Store(first)
	return c, nil
}

func readIssuers(text []byte, now time.Time) ([]*x509.Certificate, error) {
	var issuers []*x509.Certificate
	for len(bytes.TrimSpace(text)) > 0 {
		block, rest := pem.Decode(text)
		if block == nil || block.Type != "CERTIFICATE" {
			return nil, errors.New("it holds what is no certificate in PEM")
		}
		issuer, err := x509.ParseCertificate(block.Bytes)
		switch {
		case err != nil:
			return nil, err
		case !issuer.BasicConstraintsValid || !issuer.IsCA:
			return nil, fmt.Errorf("%s: it is the certificate of no authority", issuer.Subject)
		case now.After(issuer.NotAfter):
			return nil, fmt.Errorf("%s: it ended %s", issuer.Subject, issuer.NotAfter.Format(time.RFC3339))
		}
		issuers, text = append(issuers, issuer), rest
	}
	if issuers == nil {
		return nil, errors.New("it is empty")
	}
	return issuers, nil
}

// Require has TLS take nobody without a certificate. Sessions are not resumed: each
// connection shows its certificate anew.
func (c *Clients) Require(config *tls.Config) {
	pool := x509.NewCertPool()
	for _, issuer := range c.issuers {
		pool.AddCert(issuer)
	}
	config.ClientAuth, config.ClientCAs, config.Time = tls.RequireAndVerifyClientCert, pool, c.cfg.Now
	config.SessionTicketsDisabled = true
	config.VerifyConnection = c.Verify
}

// Verify looks whether a certificate that TLS has found in order is taken now:
// when the connection is made, and for what comes on it later. Every error is
// ErrClientCertificate with the reason.
func (c *Clients) Verify(state tls.ConnectionState) error {
	now := c.cfg.Now()
	for _, chain := range state.VerifiedChains {
		if len(chain) != 2 { // who is below an issuer is on no list of it
			continue
		}
		leaf, issuer := chain[0], chain[1]
		if now.After(leaf.NotAfter) {
			return fmt.Errorf("%w: it has ended", ErrClientCertificate)
		}
		if lists := c.revoked.Load(); lists != nil {
			if err := lists.of(issuer).allows(leaf, now); err != nil {
				return fmt.Errorf("%w: %w", ErrClientCertificate, err)
			}
		}
		return nil
	}
	return fmt.Errorf("%w: no issuer of such has issued it", ErrClientCertificate)
}

// Handler passes on to next what comes from clients whose certificate is still taken,
// and has refuse answer the rest.
func (c *Clients) Handler(next http.Handler, refuse func(w http.ResponseWriter, r *http.Request, why error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := c.Verify(*r.TLS); err != nil {
			refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Ready says why nobody, or not everybody, is taken now: a list has ended.
func (c *Clients) Ready() error {
	if ends := c.ListsEnd(); !ends.IsZero() && c.cfg.Now().After(ends) {
		return fmt.Errorf("client certificates: the list of revoked ones ended %s", ends.Format(time.RFC3339))
	}
	return nil
}

// ListsEnd is when the first of the lists does; zero if there is none.
func (c *Clients) ListsEnd() time.Time {
	if lists := c.revoked.Load(); lists != nil {
		return lists.ends
	}
	return time.Time{}
}

// Reload reads the lists, and returns what puts them in force.
func (c *Clients) Reload() (take func(), err error) {
	if c.cfg.Revoked == "" {
		return func() {}, nil
	}
	next, err := c.read()
	if err != nil {
		return nil, err
	}
	return func() { c.take(next) }, nil
}

func (c *Clients) read() (*revocations, error) {
	text, err := readSmall(c.cfg.Revoked)
	if err != nil {
		return nil, fmt.Errorf("client certificates: %w", err)
	}
	now := c.revoked.Load()
	if now != nil && bytes.Equal(now.text, text) {
		return now, nil
	}
	next, err := readRevocations(text, c.issuers, c.cfg.Now())
	if err == nil {
		err = next.follow(now)
	}
	if err != nil {
		return nil, fmt.Errorf("client certificates: %s: %w", c.cfg.Revoked, err)
	}
	return next, nil
}

func (c *Clients) take(next *revocations) {
	if c.revoked.Swap(next) != next {
		c.cfg.Log.Info("the lists of revoked client certificates are in force", "ends", next.ends.Format(time.RFC3339))
	}
}

// Watch reads the lists again and again until ctx ends. What cannot be read leaves
// those before in force, until they end: then nobody is taken.
func (c *Clients) Watch(ctx context.Context) {
	if c.cfg.Revoked == "" {
		return
	}
	ticker := time.NewTicker(c.cfg.Every)
	defer ticker.Stop()
	trouble := ""
	fresh := func(err error) bool {
		was := trouble
		trouble = err.Error()
		return trouble != was
	}
	for {
		next, err := c.read()
		if err == nil {
			c.take(next)
		}
		switch ended := c.Ready(); {
		case ended != nil:
			if fresh(ended) {
				c.cfg.Log.Error("no client certificate is taken", "error", ended)
			}
		case err != nil:
			if fresh(err) {
				c.cfg.Log.Error("the lists of revoked client certificates were not taken; those before stay", "error", err)
			}
		default:
			trouble = ""
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
