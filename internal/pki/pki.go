// Package pki is a certificate authority for tests: a root that nobody trusts
// but the test, an issuer below it, and what it issues.
package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// Authority issues certificates.
type Authority struct {
	root, issuer *x509.Certificate
	key          *ecdsa.PrivateKey // of the issuer
}

// Order is what a certificate is to be. The zero value of each part is good.
type Order struct {
	Hosts      []string  // names and addresses
	From, Till time.Time // from an hour ago, for 90 days
	RSA        bool      // the kind of key
	Client     bool      // for a client, and not for a server
}

// New makes an authority that lasts for a year.
func New() (*Authority, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("pki: root: %w", err)
	}
	a := new(Authority)
	template := authority("Made-up Root")
	if a.root, err = sign(template, template, rootKey.Public(), rootKey); err != nil {
		return nil, err
	}
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, fmt.Errorf("pki: issuer: %w", err)
	}
	a.issuer, err = sign(authority("Made-up Issuer"), a.root, a.key.Public(), rootKey)
	return a, err
}

func authority(name string) *x509.Certificate {
	return &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, SerialNumber: serial(),
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
}

func serial() *big.Int { return new(big.Int).SetBytes([]byte(rand.Text())) }

func sign(c, by *x509.Certificate, of crypto.PublicKey, with crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, c, by, of, with)
	if err != nil {
		return nil, fmt.Errorf("pki: signing: %w", err)
	}
	return x509.ParseCertificate(der)
}

// Root is the certificate of the root, in PEM.
func (a *Authority) Root() []byte { return Chain([][]byte{a.root.Raw}) }

// Issuer is the certificate of who issues, in PEM.
func (a *Authority) Issuer() []byte { return Chain([][]byte{a.issuer.Raw}) }

// Revoke makes a list of revoked certificates, in PEM, from chains that were issued.
// It begins and ends when it is said.
func (a *Authority) Revoke(from, till time.Time, chains ...[]byte) ([]byte, error) {
	list := &x509.RevocationList{Number: big.NewInt(from.UnixNano()), ThisUpdate: from, NextUpdate: till}
	for _, chain := range chains {
		block, _ := pem.Decode(chain)
		leaf, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("pki: revoking: %w", err)
		}
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: leaf.SerialNumber, RevocationTime: from})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, a.issuer, a.key)
	if err != nil {
		return nil, fmt.Errorf("pki: revoking: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}), nil
}

// Roots are what a client trusts that trusts this authority.
func (a *Authority) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.root)
	return pool
}

// Sign issues a certificate for a key, and returns it with its chain in DER,
// without the root.
func (a *Authority) Sign(key crypto.PublicKey, o Order) ([][]byte, error) {
	c := &x509.Certificate{
		SerialNumber: serial(), NotBefore: o.From, NotAfter: o.Till,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if o.From.IsZero() {
		c.NotBefore = time.Now().Add(-time.Hour)
	}
	if o.Till.IsZero() {
		c.NotAfter = time.Now().AddDate(0, 0, 90)
	}
	if o.Client {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	for _, host := range o.Hosts {
		if ip := net.ParseIP(host); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, host)
		}
	}
	leaf, err := sign(c, a.issuer, key, a.key)
	if err != nil {
		return nil, err
	}
	return [][]byte{leaf.Raw, a.issuer.Raw}, nil
}

// Issue makes a key and its certificate, and returns the chain and the key in PEM.
func (a *Authority) Issue(o Order) (chain, key []byte, err error) {
	signer, err := newKey(o.RSA)
	if err != nil {
		return nil, nil, fmt.Errorf("pki: key: %w", err)
	}
	ders, err := a.Sign(signer.Public(), o)
	if err != nil {
		return nil, nil, err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(signer)
	if err != nil {
		return nil, nil, fmt.Errorf("pki: key: %w", err)
	}
	return Chain(ders), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), nil
}

func newKey(ofRSA bool) (crypto.Signer, error) {
	if ofRSA {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// Chain is a chain in PEM.
func Chain(ders [][]byte) []byte {
	var out bytes.Buffer
	for _, der := range ders {
		out.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	return out.Bytes()
}
