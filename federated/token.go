package federated

import (
	"context"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

const (
	maxToken = 8 << 10 // bytes
	// skew is how far a provider's clock may be ahead of ours.
	skew = time.Minute
	// maxLifetime is the longest that a token may be good for: there is no way to take
	// one back.
	maxLifetime = time.Hour
)

// sort is what a token is for. One is never taken for the other: an ID token says who
// logged in with its client, and is no key to anything.
type sort uint8

const (
	accessToken sort = iota
	idToken
)

// types are the values of the header typ.
var types = [...][]string{
	accessToken: {"at+jwt", "application/at+jwt"}, // RFC 9068 section 4
	idToken:     {"", "jwt"},
}

// issuerOf is what a token claims of its issuer, with nothing checked.
func issuerOf(token string) string {
	parts := strings.Split(token, ".")
	if len(token) > maxToken || len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var c claims
	if json.Unmarshal(payload, &c) != nil {
		return ""
	}
	issuer, _ := c.text("iss")
	return issuer
}

// read checks a token, and what it says.
func (p *provider) read(ctx context.Context, token string, s sort) (claims, error) {
	key, err := p.signer(ctx, token, s)
	if err != nil {
		return nil, err
	}
	audience := p.Audience
	if s == idToken {
		audience = p.Login.ClientID
	}
	verifier := oidc.NewVerifier(p.Issuer, &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{key}}, &oidc.Config{
		ClientID: audience, SupportedSigningAlgs: p.Algorithms, Now: p.keys.now,
	})
	checked, err := verifier.Verify(ctx, token)
	if err != nil {
		return nil, refuse(err.Error())
	}
	var c claims
	if checked.Claims(&c) != nil {
		return nil, refuse("its claims are no object")
	}
	for _, check := range []func(*provider, claims, sort) error{checkNames, checkTimes, checkParties} {
		if err := check(p, c, s); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// signer is the key that a token is signed by, once its header says what it is.
func (p *provider) signer(ctx context.Context, token string, s sort) (crypto.PublicKey, error) {
	if len(token) > maxToken {
		return nil, refuse("it is longer than 8 KiB")
	}
	allowed := make([]jose.SignatureAlgorithm, len(p.Algorithms))
	for i, a := range p.Algorithms {
		allowed[i] = jose.SignatureAlgorithm(a)
	}
	// Compact: what go-oidc reads could be JSON as well, with several signatures.
	signed, err := jose.ParseSignedCompact(token, allowed)
	if err != nil {
		return nil, refuse("it is no signed token, or by an algorithm that is not taken")
	}
	header := signed.Signatures[0].Protected
	typ, _ := header.ExtraHeaders[jose.HeaderType].(string)
	if !slices.Contains(types[s], strings.ToLower(typ)) {
		return nil, refuse("its type is that of another sort of token")
	}
	key, err := p.keys.find(ctx, header.KeyID)
	if err != nil {
		return nil, err
	}
	if key.Algorithm != "" && key.Algorithm != header.Algorithm {
		return nil, refuse("its key is for another algorithm")
	}
	return key.Key, nil
}

// checkNames looks at what go-oidc reads more kindly: an issuer that is written
// otherwise, and members that differ from others by capitals.
func checkNames(p *provider, c claims, _ sort) error {
	if issuer, _ := c.text("iss"); issuer != p.Issuer {
		return refuse("its issuer is another")
	}
	if subject, _ := c.text("sub"); subject == "" || len(subject) > 255 {
		return refuse("it does not say whom it speaks of")
	}
	return nil
}

func checkTimes(p *provider, c claims, _ sort) error {
	now := p.keys.now()
	issued, ok := c.time("iat")
	expires, ends := c.time("exp")
	_, delayed := c["nbf"]
	from, starts := c.time("nbf")
	switch {
	case !ok || !ends || delayed && !starts:
		return refuse("it does not say when it was issued and when it expires")
	case !now.Before(expires):
		return refuse("it has expired")
	case issued.After(now.Add(skew)):
		return refuse("it was issued in the future")
	case delayed && from.After(now.Add(skew)):
		return refuse("it is not valid yet")
	case !expires.After(issued) || expires.Sub(issued) > maxLifetime:
		return refuse("it is good for longer than an hour")
	}
	return nil
}

// checkParties looks at whom a token was issued for and to. One that names others as
// its audience could be used here by each of them.
func checkParties(p *provider, c claims, s sort) error {
	want, clients := p.Audience, p.Clients
	if s == idToken {
		want, clients = p.Login.ClientID, []string{p.Login.ClientID}
	}
	audience, ok := c.texts("aud")
	if !ok || !slices.Equal(audience, []string{want}) {
		return refuse("it is for another audience, or for several")
	}
	parties := 0
	for _, name := range []string{"azp", "client_id"} {
		if _, given := c[name]; !given {
			continue
		}
		parties++
		if party, _ := c.text(name); !slices.Contains(clients, party) {
			return refuse("it was issued to a client whose tokens are not taken")
		}
	}
	if s == accessToken && parties == 0 {
		return refuse("it does not say which client it was issued to")
	}
	return nil
}
