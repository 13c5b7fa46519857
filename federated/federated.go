// Package federated takes the word of OpenID providers for who somebody is (RFC 9560,
// OpenID Connect Core): it makes an access.Person of a token, or of a session that was
// begun by logging in. It does not say which account a person has (access), nor what
// is seen with it, and it writes no answer (rdap).
package federated

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"registerd/access"
)

// Config says whose word is taken. All but Base is required.
type Config struct {
	Providers []Provider
	Now       func() time.Time
	Log       *slog.Logger

	// Base is the public URL of the service, with its final "/": https, or there are
	// no sessions.
	Base string
}

// Provider is an OpenID provider, as the operator knows it: nothing of this is looked
// up at the provider, so that who can answer for it for a moment does not become it.
type Provider struct {
	Issuer string // as it stands in tokens, to the letter
	Name   string // for people
	Keys   string // the address of its keys, its jwks_uri

	// Algorithms are those that it may sign by. Default: RS256, PS256, ES256 and EdDSA.
	Algorithms []string

	// Audience is what access tokens for us call us, and Clients are the programs
	// whose tokens are taken. Without them none are.
	Audience string
	Clients  []string

	// Login is how people log in with it; nil if they cannot.
	Login *Login
}

// Login is what sessions need of a provider.
type Login struct {
	ClientID, ClientSecret string

	Authorization, Token string // addresses of its endpoints
	Device               string // "" if it has none
	Revocation           string // "" if it has none

	// Identifiers are the domains that whoever logs in by an identifier belongs to,
	// as in user@idp.example or user.idp.example.
	Identifiers []string
	Default     bool // who names no provider is sent to this
}

// Federation takes the word of providers. It is safe for concurrent use.
type Federation struct {
	providers []*provider
	now       func() time.Time
	base      string
	sealer    cipher.AEAD // of what a browser keeps for us while somebody logs in
	sessions  sessions
}

type provider struct {
	Provider
	keys keys
	http *http.Client
}

// usualAlgorithms are asymmetric, all of them: a key that is published signs nothing.
var usualAlgorithms = []string{"RS256", "PS256", "ES256", "EdDSA"}

var algorithms = append([]string{"RS384", "RS512", "PS384", "PS512", "ES384", "ES512"}, usualAlgorithms...)

// New refuses providers that could not be told apart, or that nobody could use.
func New(c Config) (*Federation, error) {
	switch {
	case len(c.Providers) == 0:
		return nil, errors.New("federation: no provider")
	case c.Now == nil:
		return nil, errors.New("federation: no clock")
	case c.Log == nil:
		return nil, errors.New("federation: no log")
	}
	f := &Federation{now: c.Now, base: c.Base, sealer: newSealer(), sessions: newSessions()}
	for _, p := range c.Providers {
		if err := f.add(p, c.Log); err != nil {
			return nil, fmt.Errorf("federation: provider %q: %w", p.Issuer, err)
		}
	}
	if f.Sessions() && !strings.HasPrefix(c.Base, "https://") {
		return nil, errors.New("federation: who logs in keeps a cookie that goes over https only, and the public address is none")
	}
	return f, nil
}

func (f *Federation) add(p Provider, log *slog.Logger) error {
	if len(p.Algorithms) == 0 {
		p.Algorithms = usualAlgorithms
	}
	if err := p.check(); err != nil {
		return err
	}
	if f.find(p.Issuer) != nil {
		return errors.New("the issuer is there twice")
	}
	if p.Login != nil && p.Login.Default && slices.ContainsFunc(f.providers, func(o *provider) bool { return o.Login != nil && o.Login.Default }) {
		return errors.New("another is the default")
	}
	client := newClient()
	f.providers = append(f.providers, &provider{Provider: p, http: client, keys: keys{url: p.Keys, http: client, now: f.now, log: log}})
	return nil
}

func (p *Provider) check() error {
	odd := slices.IndexFunc(p.Algorithms, func(a string) bool { return !slices.Contains(algorithms, a) })
	switch {
	case odd >= 0:
		return fmt.Errorf("algorithm: %q is none that others can check", p.Algorithms[odd])
	case p.Name == "":
		return errors.New("it has no name")
	case (p.Audience == "") != (len(p.Clients) == 0):
		return errors.New("tokens are taken with an audience and clients, or not at all")
	case p.Audience == "" && p.Login == nil:
		return errors.New("neither are its tokens taken nor can anybody log in with it")
	case slices.Contains(p.Clients, ""):
		return errors.New("a client has no name")
	}
	addresses := map[string]string{"issuer": p.Issuer, "keys": p.Keys}
	if l := p.Login; l != nil {
		if l.ClientID == "" {
			return errors.New("login: there is no client id")
		}
		if l.ClientID == p.Audience {
			return errors.New("the audience of access tokens is our client id: they could not be told from ID tokens")
		}
		addresses["authorization"], addresses["token"] = l.Authorization, l.Token
		for what, at := range map[string]string{"device": l.Device, "revocation": l.Revocation} {
			if at != "" {
				addresses[what] = at
			}
		}
	}
	for what, at := range addresses {
		if !secure(at) {
			return fmt.Errorf("%s: %q is not an https address", what, at)
		}
	}
	return nil
}

// secure reports an https address, or one of this machine itself.
func secure(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	addr, notAddr := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && notAddr == nil && addr.IsLoopback()
}

func (f *Federation) find(issuer string) *provider {
	for _, p := range f.providers {
		if p.Issuer == issuer {
			return p
		}
	}
	return nil
}

// Tokens reports that access tokens are taken.
func (f *Federation) Tokens() bool {
	return slices.ContainsFunc(f.providers, func(p *provider) bool { return p.Audience != "" })
}

// Sessions reports that somebody can log in.
func (f *Federation) Sessions() bool {
	return slices.ContainsFunc(f.providers, func(p *provider) bool { return p.Login != nil })
}

// Offer is a provider as it is told to clients.
type Offer struct {
	Issuer, Name string
	Default      bool
}

// Offers are all providers, in their order.
func (f *Federation) Offers() []Offer {
	offers := make([]Offer, len(f.providers))
	for i, p := range f.providers {
		offers[i] = Offer{p.Issuer, p.Name, p.Login != nil && p.Login.Default}
	}
	return offers
}

// Identity is who somebody is by the word of a provider.
type Identity struct {
	access.Person
	// Untracked says that the provider lets the person ask not to be tracked
	// (RFC 9560, rdap_dnt_allowed).
	Untracked bool
}

// Refused is a token or a login that is not taken. Why is for the operator: it holds
// nothing that was secret.
type Refused struct{ Why string }

func (r *Refused) Error() string { return "federation: refused: " + r.Why }

func refuse(why string) error { return &Refused{why} }

// ErrUnreachable says that a provider could not be asked what had to be asked.
var ErrUnreachable = errors.New("federation: the provider cannot be asked now")

// Bearer makes an identity of an access token (RFC 9068). An error is a *Refused, or
// is ErrUnreachable.
func (f *Federation) Bearer(ctx context.Context, token string) (Identity, error) {
	p := f.find(issuerOf(token))
	if p == nil || p.Audience == "" {
		return Identity{}, refuse("the issuer is none whose tokens are taken")
	}
	c, err := p.read(ctx, token, accessToken)
	if err != nil {
		return Identity{}, err
	}
	return c.identity(), nil
}

// newSealer seals by a key that ends with the process.
func newSealer() cipher.AEAD {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key is of a length that AES has
	}
	sealer, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // the block is AES's
	}
	return sealer
}
