package listen

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"time"

	"golang.org/x/crypto/acme"
)

const (
	// acmeRequest bounds one request to the authority, acmeOrder all of an order.
	acmeRequest = 30 * time.Second
	acmeOrder   = 5 * time.Minute
	// acmeAccount is the file of the account's key.
	acmeAccount = "acme_account+key"
)

// stay follows no redirect: the authority's directory says where everything is.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// patience is how long to wait before a request is sent for the nth time again; 0 is
// not at all. A nonce that is refused costs nothing. Who asks too often is told so with
// 429, and waits for the next order.
func patience(n int, _ *http.Request, res *http.Response) time.Duration {
	const most = 10 * time.Second
	after, _ := strconv.Atoi(res.Header.Get("Retry-After"))
	asked := time.Duration(after) * time.Second
	switch {
	case n > 20 || res.StatusCode < 400 || res.StatusCode == http.StatusTooManyRequests || asked > most:
		return 0
	case res.StatusCode < 500:
		return time.Millisecond
	}
	return max(asked, min(time.Second<<(n-1), most))
}

// order has the authority issue a certificate for host and a new key, and returns
// both in PEM, the key first. Its errors are in the authority's words.
func (a *ACME) order(ctx context.Context, host string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, acmeOrder)
	defer cancel()
	client, err := a.account(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: %w", err)
	}
	order, err := client.AuthorizeOrder(ctx, acme.DomainIDs(host))
	if err != nil {
		return nil, fmt.Errorf("ordering: %w", err)
	}
	for _, authorization := range order.AuthzURLs {
		if err := a.prove(ctx, client, host, authorization); err != nil {
			return nil, fmt.Errorf("proving the name: %w", err)
		}
	}
	if order, err = client.WaitOrder(ctx, order.URI); err != nil {
		return nil, fmt.Errorf("ordering: %w", err)
	}
	key, text, err := newKey()
	if err != nil {
		return nil, err
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{host}}, key)
	if err != nil {
		return nil, err
	}
	chain, _, err := client.CreateCertFromOrder(ctx, order, request, true)
	if err != nil {
		return nil, fmt.Errorf("issuing: %w", err)
	}
	for _, der := range chain {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return text, nil
}

// prove answers the authority's challenge, and waits for what it says. While it waits,
// [ACME.Get] shows the proof.
func (a *ACME) prove(ctx context.Context, client *acme.Client, host, authorization string) error {
	z, err := client.GetAuthorization(ctx, authorization)
	if err != nil || z.Status == acme.StatusValid {
		return err // or proven earlier
	}
	i := slices.IndexFunc(z.Challenges, func(c *acme.Challenge) bool { return c.Type == "tls-alpn-01" })
	if i < 0 {
		return errors.New("the authority does not offer to look for it by tls-alpn-01")
	}
	proof, err := client.TLSALPN01ChallengeCert(z.Challenges[i].Token, host)
	if err != nil {
		return err
	}
	a.show(host, &proof)
	defer a.show(host, nil)
	if _, err := client.Accept(ctx, z.Challenges[i]); err != nil {
		return err
	}
	_, err = client.WaitAuthorization(ctx, authorization)
	return err
}

// show has the authority find a proof, or none any more.
func (a *ACME) show(host string, proof *tls.Certificate) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.proofs[host] = proof
}

// account is a client that the authority knows. It is made anew for each order:
// addresses and terms change, and an authority may have lost an account.
func (a *ACME) account(ctx context.Context) (*acme.Client, error) {
	key, err := a.accountKey()
	if err != nil {
		return nil, err
	}
	client := &acme.Client{
		Key: key, DirectoryURL: a.cfg.Directory, HTTPClient: a.cfg.Client, RetryBackoff: patience, UserAgent: "registerd",
	}
	var contact []string
	if a.cfg.Email != "" {
		contact = []string{"mailto:" + a.cfg.Email}
	}
	account := &acme.Account{Contact: contact}
	if a.cfg.EABKeyID != "" {
		account.ExternalAccountBinding = &acme.ExternalAccountBinding{KID: a.cfg.EABKeyID, Key: a.cfg.EABKey}
	}
	_, err = client.Register(ctx, account, acme.AcceptTOS)
	if errors.Is(err, acme.ErrAccountAlreadyExists) {
		err = nil
	}
	return client, err
}

// accountKey is the one in the cache. Where that holds none, or none that can be
// understood, there will be a new account: certificates do not hang on the old one.
func (a *ACME) accountKey() (crypto.Signer, error) {
	text, err := a.cache.read(acmeAccount)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if key := parseKey(text); key != nil {
		return key, nil
	}
	if len(bytes.TrimSpace(text)) > 0 {
		a.cfg.Log.Warn("the key of the account at the certificate authority was damaged; there will be a new account")
	}
	key, text, err := newKey()
	if err != nil {
		return nil, err
	}
	if err := a.cache.write(acmeAccount, text); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	return key, nil
}

// parseKey is nil for what is no key that accounts have.
func parseKey(text []byte) crypto.Signer {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key
	}
	key, _ := x509.ParsePKCS8PrivateKey(block.Bytes)
	signer, _ := key.(crypto.Signer)
	return signer
}

// newKey is a key, and its text in PEM.
func newKey() (*ecdsa.PrivateKey, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	return key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), nil
}
