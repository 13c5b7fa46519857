package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"registerd/listen"
)

// TLSFiles are two files in PEM. When they are replaced, the new ones are
// taken within two seconds, and with SIGHUP at once; until both fit, the old
// certificate stays.
type TLSFiles struct {
	// Certificate is the server's own certificate, followed by those of its
	// issuers; the root may be left out.
	Certificate string `toml:"certificate"`
	Key         string `toml:"key"`
}

// Issuer gives certificates over ACME, which are renewed by themselves. It has
// to reach this listener on port 443 of every host.
type Issuer struct {
	// Hosts are the names to have certificates for, and the only ones served.
	Hosts []string `toml:"hosts"`
	// Cache is a directory for the certificates and their keys. Keep it: who
	// fetches anew at every start is barred for days.
	Cache string `toml:"cache"`
	// Email is where the authority writes to. Default: none is told.
	Email string `toml:"email"`
	// Directory is the authority's address. Default: Let's Encrypt.
	Directory string `toml:"directory"`
	// AcceptTerms says that the operator accepts the authority's terms of service.
	AcceptTerms bool `toml:"accept_terms"`
	// EABKeyID and EABKeyFile are the external account binding (RFC 8555 section 7.3.4)
	// of an authority that asks for one: the id of the key that it gave for it, and the
	// path of a file with that MAC key, in base64url. It is read at the start. Default:
	// none.
	EABKeyID   string `toml:"eab_key_id"`
	EABKeyFile string `toml:"eab_key_file"`
}

// lookAtRevoked is how often the lists of revoked client certificates are read.
const lookAtRevoked = 30 * time.Second

// Certificates is a listener that speaks TLS with who shows a client's certificate, and
// with nobody else. What is asked there is answered as on the other listener of RDAP;
// registerd account certificate says whose a certificate is.
type Certificates struct {
	Window
	// Issuers is a file in PEM: the certificates of those who issue the clients'
	// certificates, each directly. It is read at the start.
	Issuers string `toml:"ca"`
	// Revoked is a file with a list of revoked certificates of each of them, in PEM,
	// at most 1 MiB. It is read every 30 seconds and with SIGHUP; once a list has
	// ended, nobody of its issuer is taken. Default: none, and only accounts tell who is.
	Revoked string `toml:"crl"`
	// The server's own certificate. Default: that of rdap.tls or rdap.acme.
	TLSFiles
}

// checkCertificates looks for what contradicts itself; it opens no file.
func (c *Config) checkCertificates() error {
	own := c.RDAP.Certificates
	switch {
	case own.Listen == "":
		return nil
	case c.RDAP.Listen == "":
		return errors.New("listen: what is answered there is what rdap.listen answers, which is off")
	case own.Issuers == "":
		return errors.New("ca: it is missing")
	case (own.Certificate == "") != (own.Key == ""):
		return errors.New("certificate and key are given together")
	case own.Certificate == "" && !c.SpeaksTLS():
		return errors.New("certificate: it is missing, and rdap.tls is as well")
	}
	return nil
}

// OpenClients reads who issues the certificates of clients, and the lists of those that
// are revoked.
func (c *Certificates) OpenClients(log *slog.Logger) (*listen.Clients, error) {
	return listen.OpenClients(listen.ClientsConfig{
		Issuers: c.Issuers, Revoked: c.Revoked, Every: lookAtRevoked, Now: time.Now, Log: log,
	})
}

// SpeaksTLS reports whether the RDAP listener does so itself.
func (c *Config) SpeaksTLS() bool { return c.RDAP.TLS != (TLSFiles{}) || c.FetchesCertificates() }

// FetchesCertificates reports whether the RDAP listener has its certificates over ACME
// (RFC 8555).
func (c *Config) FetchesCertificates() bool {
	a := c.RDAP.ACME
	return len(a.Hosts) > 0 || a.Cache != "" || a.Email != "" || a.Directory != "" || a.AcceptTerms ||
		a.EABKeyID != "" || a.EABKeyFile != ""
}

// Scheme is that of the address without a base.
func (c *Config) Scheme() string {
	if c.SpeaksTLS() {
		return "https"
	}
	return "http"
}

// checkTLS looks for what contradicts itself; it opens no file but that of an external
// account binding.
func (c *Config) checkTLS() error {
	if !c.SpeaksTLS() {
		return nil
	}
	files := c.RDAP.TLS
	switch {
	case files != (TLSFiles{}) && c.FetchesCertificates():
		return errors.New("tls, acme: only one of them can be")
	case c.RDAP.BehindTLS:
		return errors.New("behind_tls: the listener speaks TLS itself")
	case strings.HasPrefix(c.RDAP.Base, "http://"):
		return errors.New("base: it is an http address, and the listener speaks TLS")
	case c.FetchesCertificates():
		a, err := c.ACMEConfig()
		if err == nil {
			err = a.Check()
		}
		if err != nil {
			return fmt.Errorf("acme: %w", err)
		}
	case files.Certificate == "" || files.Key == "":
		return errors.New("tls: certificate and key are given together")
	}
	return nil
}

// ACMEConfig is by what they are fetched; it has no log.
func (c *Config) ACMEConfig() (listen.ACMEConfig, error) {
	a := c.RDAP.ACME
	key, err := a.eabKey()
	return listen.ACMEConfig{
		Hosts: a.Hosts, Cache: a.Cache, Email: a.Email, Directory: a.Directory, AcceptTerms: a.AcceptTerms,
		EABKeyID: a.EABKeyID, EABKey: key, Now: time.Now,
	}, err
}

// eabKey reads the key of the external account binding; nil without one.
func (a *Issuer) eabKey() ([]byte, error) {
	if (a.EABKeyID == "") != (a.EABKeyFile == "") {
		return nil, errors.New("eab_key_id and eab_key_file are given together")
	}
	if a.EABKeyFile == "" {
		return nil, nil
	}
	text, err := ReadText(a.EABKeyFile)
	if err != nil {
		return nil, fmt.Errorf("eab_key_file: %w", err)
	}
	// Some authorities give it with padding, which base64url in ACME has not.
	key, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(string(text)), "="))
	if err != nil || len(key) == 0 {
		return nil, fmt.Errorf("eab_key_file: %s: it holds no key in base64url", a.EABKeyFile)
	}
	return key, nil
}

func (f TLSFiles) load(now time.Time) (*listen.Certificate, error) {
	return listen.LoadCertificate(f.Certificate, f.Key, now)
}
