// Package idp is an OpenID provider on loopback, for tests. It signs whatever it is
// asked to, by a code of its own, so that what is right is said twice.
package idp

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// What the provider's clients are called.
const (
	ClientID     = "registerd-sessions"
	ClientSecret = "made up: a secret / of a client"
	Audience     = "https://rdap.example/"
	Program      = "rdap-program" // whose access tokens are taken
)

// Provider is a running provider.
type Provider struct {
	Issuer string

	now    func() time.Time
	server *httptest.Server

	mu        sync.Mutex
	keys      []key // those that are published; the last signs
	kids      int
	down      bool
	padding   int           // bytes
	stalled   chan struct{} // closed when answers go on; nil if they are not held
	lookups   int
	user      map[string]any  // claims of whoever is asked to log in
	codes     map[string]code // that were given out, once each
	refreshes map[string]bool // refresh tokens that are good
	devices   map[string]bool // device codes, and whether they were approved
}

type key struct {
	id     string
	secret *rsa.PrivateKey
}

// New starts a provider, with one key, that speaks plain HTTP.
func New(now func() time.Time) (*Provider, error) { return start(now, httptest.NewServer) }

// NewTLS starts one that speaks TLS, with a Certificate of its own.
func NewTLS(now func() time.Time) (*Provider, error) { return start(now, httptest.NewTLSServer) }

// Certificate is what a provider that speaks TLS has to be trusted by.
func (p *Provider) Certificate() *x509.Certificate { return p.server.Certificate() }

func start(now func() time.Time, serve func(http.Handler) *httptest.Server) (*Provider, error) {
	p := &Provider{now: now, codes: map[string]code{}, refreshes: map[string]bool{}, devices: map[string]bool{}}
	if err := p.Rotate(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /keys", p.serveKeys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("POST /device", p.device)
	mux.HandleFunc("POST /revoke", p.revoke)
	p.server = serve(mux)
	p.Issuer = p.server.URL
	p.user = map[string]any{"sub": "officer-7"}
	return p, nil
}

// Close ends it.
func (p *Provider) Close() {
	p.Resume()
	p.server.Close()
}

// URL is the address of one of its endpoints.
func (p *Provider) URL(path string) string { return p.Issuer + path }

// Rotate has it sign by a new key, and publish the old ones still.
func (p *Provider) Rotate() error {
	secret, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return fmt.Errorf("idp: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kids++
	p.keys = append(p.keys, key{fmt.Sprintf("key-%d", p.kids), secret})
	return nil
}

// Withdraw has it publish the newest key only.
func (p *Provider) Withdraw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = p.keys[len(p.keys)-1:]
}

// Fail has it answer nothing but failures, or no more.
func (p *Provider) Fail(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

// Swell has it add so many bytes to its keys.
func (p *Provider) Swell(bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.padding = bytes
}

// Stall has it hold the answers about its keys until Resume.
func (p *Provider) Stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stalled = make(chan struct{})
}

// Resume has it give the answers that it holds.
func (p *Provider) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled != nil {
		close(p.stalled)
		p.stalled = nil
	}
}

// Lookups is how often its keys were asked for.
func (p *Provider) Lookups() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lookups
}

// User says who logs in from now on, by claims.
func (p *Provider) User(claims map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.user = claims
}

func (p *Provider) serveKeys(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.lookups++
	down, stalled, padding := p.down, p.stalled, p.padding
	set := make([]map[string]string, 0, len(p.keys))
	for _, k := range p.keys {
		set = append(set, map[string]string{
			"kty": "RSA", "use": "sig", "alg": "RS256", "kid": k.id,
			"n": base64.RawURLEncoding.EncodeToString(k.secret.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.secret.E)).Bytes()),
		})
	}
	p.mu.Unlock()
	if stalled != nil {
		select {
		case <-stalled:
		case <-r.Context().Done():
			return
		}
	}
	if down {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	answer(w, http.StatusOK, map[string]any{"keys": set, "padding": strings.Repeat("x", padding)})
}

func answer(w http.ResponseWriter, status int, what any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(what) // the client is gone
}

// Access are the claims of an access token that is good for five minutes, and its
// header.
func (p *Provider) Access(subject string) (header, claims map[string]any) {
	now := p.now().Unix()
	return map[string]any{"typ": "at+jwt"}, map[string]any{
		"iss": p.Issuer, "sub": subject, "aud": Audience, "client_id": Program,
		"iat": now, "exp": now + 300, "jti": rand.Text(),
	}
}

// Sign makes a token, by the newest key. What the header does not say is as it should be.
func (p *Provider) Sign(header, claims map[string]any) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sign(header, claims)
}

// sign is Sign with p.mu held.
func (p *Provider) sign(header, claims map[string]any) string {
	k := p.keys[len(p.keys)-1]
	all := map[string]any{"alg": "RS256", "kid": k.id}
	for name, value := range header {
		all[name] = value
	}
	signed := part(all) + "." + part(claims)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, k.secret, crypto.SHA256, sum[:])
	if err != nil {
		panic(err) // a key of 2048 bits signs
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// Modulus is the public key that tokens are signed by, in bytes that an attacker has too.
func (p *Provider) Modulus() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keys[len(p.keys)-1].secret.N.Bytes()
}

func part(members map[string]any) string {
	text, err := json.Marshal(members)
	if err != nil {
		panic(err) // a map of what a test wrote
	}
	return base64.RawURLEncoding.EncodeToString(text)
}
