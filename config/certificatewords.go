package config

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"registerd/listen"
)

// CertificateEndsSoon is how long before its end a certificate is warned of.
const CertificateEndsSoon = 14 * 24 * time.Hour

// CertificateDoubts are the reasons for which clients may come to refuse a certificate.
// There is no pair when it is fetched; ends may be unknown.
func (c *Config) CertificateDoubts(pair *tls.Certificate, ends, now time.Time) []string {
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
	if !ends.IsZero() && ends.Sub(now) < CertificateEndsSoon {
		out = append(out, fmt.Sprintf("it ends in %d days", int(ends.Sub(now)/(24*time.Hour))))
	}
	return out
}

// CertificateInWords tells what check found of the certificate, and what is
// doubtful: of certificates that are fetched, until when those in the cache are good.
func (c *Config) CertificateInWords(now time.Time) (words string, doubts []string, err error) {
	if c.FetchesCertificates() {
		return c.fetchedInWords(now), c.CertificateDoubts(nil, time.Time{}, now), nil
	}
	loaded, err := c.RDAP.TLS.load(now)
	if err != nil {
		return "", nil, err
	}
	return endAndNames(loaded), c.CertificateDoubts(loaded.Certificate, loaded.Ends, now), nil
}

func (c *Config) fetchedInWords(now time.Time) string {
	words := make([]string, len(c.RDAP.ACME.Hosts))
	for i, host := range c.RDAP.ACME.Hosts {
		until := "none yet"
		if ends := listen.KeptUntil(c.RDAP.ACME.Cache, host, now); !ends.IsZero() {
			until = "until " + ends.Format(time.DateOnly)
		}
		words[i] = fmt.Sprintf("%s (%s)", host, until)
	}
	return "fetched for " + strings.Join(words, ", ")
}

// KeyDoubts are what is wrong with where keys and other secrets are kept: a cache that
// whoever runs this cannot write to, and files that everybody may read.
func (c *Config) KeyDoubts() (out []string) {
	if c.FetchesCertificates() {
		if err := listen.CacheWritable(c.RDAP.ACME.Cache); err != nil {
			out = append(out, "rdap.acme.cache: certificates could not be kept by the user that runs this: "+err.Error())
		}
	}
	secrets := append(c.secretFiles(), &c.RDAP.TLS.Key, &c.RDAP.Certificates.Key, &c.RDAP.ACME.EABKeyFile, &c.RDAP.SearchKeyFile)
	for _, path := range secrets {
		if info, err := os.Stat(*path); err == nil && info.Mode().Perm()&everybodys != 0 {
			out = append(out, fmt.Sprintf("%s: a secret, and its mode, %04o, lets everybody read or change it: chmod o= it", *path, info.Mode().Perm()))
		}
	}
	return out
}

// everybodys are the bits of a mode by which who is neither the owner nor of its group reads
// and writes.
const everybodys = 0o006

func endAndNames(c *listen.Certificate) string {
	names := slices.Clone(c.Leaf.DNSNames)
	for _, ip := range c.Leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return fmt.Sprintf("until %s, for %s", c.Ends.Format(time.DateOnly), strings.Join(names, ", "))
}

// InWords tells what check found of the listener: where it is, the server's own
// certificate, and when the lists end.
func (c *Certificates) InWords(now time.Time, log *slog.Logger) ([][2]string, error) {
	if c.Listen == "" {
		return nil, nil
	}
	clients, err := c.OpenClients(log)
	if err != nil {
		return nil, err
	}
	lines := [][2]string{{"rdap, to client certificates", c.Listen}}
	if c.Certificate != "" {
		shown, err := c.load(now)
		if err != nil {
			return nil, err
		}
		lines = append(lines, [2]string{"certificate there", endAndNames(shown)})
	}
	revoked := "off"
	if ends := clients.ListsEnd(); !ends.IsZero() {
		revoked = "until " + ends.Format(time.RFC3339)
	}
	return append(lines, [2]string{"revocations", revoked}), nil
}
