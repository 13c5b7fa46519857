package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/acme"

	"registerd/listen"
	"registerd/rdap"
)

// certificate is where the RDAP listener's certificate comes from: files, or an
// authority. Watch returns when its context ends.
type certificate interface {
	Get(*tls.ClientHelloInfo) (*tls.Certificate, error)
	Ends() time.Time
	Reload() (take func(), err error)
	Watch(context.Context)
}

// speaksTLS reports whether the RDAP listener does so itself.
func (c *config) speaksTLS() bool { return c.RDAP.TLS != (tlsFiles{}) || c.fetchesCertificates() }

func (c *config) fetchesCertificates() bool {
	a := c.RDAP.ACME
	return len(a.Hosts) > 0 || a.Cache != "" || a.Email != "" || a.Directory != "" || a.AcceptTerms
}

// scheme is that of the address without a base.
func (c *config) scheme() string {
	if c.speaksTLS() {
		return "https"
	}
	return "http"
}

// checkTLS looks for what contradicts itself; it opens no file.
func (c *config) checkTLS() error {
	if !c.speaksTLS() {
		return nil
	}
	files := c.RDAP.TLS
	switch {
	case files != (tlsFiles{}) && c.fetchesCertificates():
		return errors.New("tls, acme: only one of them can be")
	case c.RDAP.BehindTLS:
		return errors.New("behind_tls: the listener speaks TLS itself")
	case strings.HasPrefix(c.RDAP.Base, "http://"):
		return errors.New("base: it is an http address, and the listener speaks TLS")
	case c.fetchesCertificates():
		a := c.acme()
		if err := a.Check(); err != nil {
			return fmt.Errorf("acme: %w", err)
		}
	case files.Certificate == "" || files.Key == "":
		return errors.New("tls: certificate and key are given together")
	}
	return nil
}

func (c *config) acme() listen.ACMEConfig {
	a := c.RDAP.ACME
	return listen.ACMEConfig{
		Hosts: a.Hosts, Cache: a.Cache, Email: a.Email, Directory: a.Directory, AcceptTerms: a.AcceptTerms, Now: time.Now,
	}
}

// openTLS says how the RDAP listener speaks TLS: nil, if it does not.
func (s *service) openTLS(c *config) (*tls.Config, error) {
	if !c.speaksTLS() {
		return nil, nil
	}
	var err error
	if c.fetchesCertificates() {
		a := c.acme()
		a.Log = s.log
		s.certificate, err = listen.OpenACME(a)
	} else {
		s.certificate, err = c.RDAP.TLS.open(s.log)
	}
	if err != nil {
		return nil, err
	}
	config := rdap.TLS(s.certificate.Get)
	if c.fetchesCertificates() {
		config.NextProtos = append(config.NextProtos, acme.ALPNProto)
	}
	return config, nil
}

// soon is how long before its end a certificate is warned of.
const soon = 14 * 24 * time.Hour

// doubts are the reasons for which clients may come to refuse a certificate.
// There is no pair when it is fetched; ends may be unknown.
func (c *config) doubts(pair *tls.Certificate, ends, now time.Time) []string {
	var out []string
	base, _ := url.Parse(c.RDAP.Base)
	if host := base.Hostname(); host != "" {
		named := slices.Contains(c.RDAP.ACME.Hosts, host)
		if pair != nil {
			named = pair.Leaf.VerifyHostname(host) == nil
		}
		if !named {
			out = append(out, "it does not name "+host+", the host of base")
		}
	}
	if pair != nil && len(pair.Certificate) == 1 && !bytes.Equal(pair.Leaf.RawIssuer, pair.Leaf.RawSubject) {
		out = append(out, "its file holds no certificate of its issuer")
	}
	if !ends.IsZero() && ends.Sub(now) < soon {
		out = append(out, fmt.Sprintf("it ends in %d days", int(ends.Sub(now)/(24*time.Hour))))
	}
	return out
}

// certificateInWords tells what check found of the certificate, and what is
// doubtful. It opens no cache.
func (c *config) certificateInWords(now time.Time) (words string, doubts []string, err error) {
	if c.fetchesCertificates() {
		return "fetched for " + strings.Join(c.RDAP.ACME.Hosts, ", "), c.doubts(nil, time.Time{}, now), nil
	}
	loaded, err := c.RDAP.TLS.load(now)
	if err != nil {
		return "", nil, err
	}
	return endAndNames(loaded), c.doubts(loaded.Certificate, loaded.Ends, now), nil
}

func (f tlsFiles) open(log *slog.Logger) (*listen.CertificateFiles, error) {
	return listen.OpenCertificateFiles(listen.CertificateFilesConfig{
		Chain: f.Certificate, Key: f.Key, Every: lookAgain, Now: time.Now, Log: log,
	})
}

func (f tlsFiles) load(now time.Time) (*listen.Certificate, error) {
	return listen.LoadCertificate(f.Certificate, f.Key, now)
}

func endAndNames(c *listen.Certificate) string {
	names := slices.Clone(c.Leaf.DNSNames)
	for _, ip := range c.Leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return fmt.Sprintf("until %s, for %s", c.Ends.Format(time.DateOnly), strings.Join(names, ", "))
}
