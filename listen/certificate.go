package listen

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// Certificate is a key and its chain, as clients accept it.
type Certificate struct {
	*tls.Certificate
	Ends time.Time // when the first of the chain does

	source [sha256.Size]byte // of the bytes it was read from
}

// maxCertificateFile is far above any chain, in bytes.
const maxCertificateFile = 1 << 20

// LoadCertificate reads a certificate from two files in PEM: the server's own
// certificate followed by its issuers, and the key. It refuses what clients would
// refuse at the time now: a key of another certificate, a chain whose order is
// broken, a certificate without names, of a short RSA key, or one that is not valid now.
func LoadCertificate(chainFile, keyFile string, now time.Time) (*Certificate, error) {
	return loadCertificate(chainFile, keyFile, now, nil)
}

// loadCertificate returns served, if that was made from what is in the files.
func loadCertificate(chainFile, keyFile string, now time.Time, served *Certificate) (*Certificate, error) {
	chain, err := readSmall(chainFile)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	key, err := readSmall(keyFile)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if served != nil && served.source == digest(chain, key) {
		return served, nil
	}
	c, err := parseCertificate(chain, key, now)
	if err != nil {
		return nil, fmt.Errorf("certificate: %s with %s: %w", chainFile, keyFile, err)
	}
	return c, nil
}

// readSmall refuses what is no file, such as a pipe, which would wait for ever.
func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: it is not a file", path)
	case info.Size() > maxCertificateFile:
		return nil, fmt.Errorf("%s: it is larger than 1 MiB", path)
	}
	return os.ReadFile(path)
}

func parseCertificate(chain, key []byte, now time.Time) (*Certificate, error) {
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return nil, err
	}
	ends, err := checkChain(pair.Certificate, now)
	if err != nil {
		return nil, err
	}
	if err := checkServer(pair.Leaf); err != nil {
		return nil, err
	}
	return &Certificate{Certificate: &pair, Ends: ends, source: digest(chain, key)}, nil
}

func digest(chain, key []byte) [sha256.Size]byte {
	c, k := sha256.Sum256(chain), sha256.Sum256(key)
	return sha256.Sum256(append(c[:], k[:]...))
}

// checkChain says when the first certificate of a chain ends, if all are valid
// now and each was issued by the next.
func checkChain(chain [][]byte, now time.Time) (ends time.Time, err error) {
	var before *x509.Certificate
	for i, der := range chain {
		c, err := x509.ParseCertificate(der)
		switch {
		case err != nil:
			return ends, fmt.Errorf("number %d of the chain: %w", i+1, err)
		case now.Before(c.NotBefore):
			return ends, fmt.Errorf("number %d of the chain begins %s", i+1, c.NotBefore.Format(time.RFC3339))
		case now.After(c.NotAfter):
			return ends, fmt.Errorf("number %d of the chain ended %s", i+1, c.NotAfter.Format(time.RFC3339))
		case before != nil && (!bytes.Equal(before.RawIssuer, c.RawSubject) || before.CheckSignatureFrom(c) != nil):
			return ends, fmt.Errorf("number %d of the chain was not issued by number %d", i, i+1)
		}
		if ends.IsZero() || c.NotAfter.Before(ends) {
			ends = c.NotAfter
		}
		before = c
	}
	return ends, nil
}

// checkServer refuses a certificate that no client takes for a server's.
func checkServer(leaf *x509.Certificate) error {
	if len(leaf.DNSNames)+len(leaf.IPAddresses) == 0 {
		return errors.New("it names no host")
	}
	uses := leaf.ExtKeyUsage
	if len(uses)+len(leaf.UnknownExtKeyUsage) > 0 &&
		!slices.Contains(uses, x509.ExtKeyUsageServerAuth) && !slices.Contains(uses, x509.ExtKeyUsageAny) {
		return errors.New("it is not for servers")
	}
	if key, ok := leaf.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < 2048 {
		return errors.New("its RSA key has less than 2048 bits")
	}
	return nil
}
