package config

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"registerd/federated"
)

// Provider is an OpenID provider whose word is taken for who somebody is (RFC 9560). Its
// people have the accounts that registerd account identity gives them, and no others.
// All of it is written here, and nothing is looked up: what a provider says of itself
// is in its openid-configuration.
type Provider struct {
	// Issuer is what its tokens say that they come from, to the letter.
	Issuer string `toml:"issuer"`
	// Name is what people are told it is. It is published.
	Name string `toml:"name"`
	// Keys is the address of its keys, its jwks_uri. They are read again once a minute
	// while they are used.
	Keys string `toml:"keys"`
	// Algorithms are those that it signs by. Default: RS256, PS256, ES256, EdDSA.
	Algorithms []string `toml:"algorithms"`
	// Audience is what access tokens for this server are issued to, and nothing else
	// beside it. Clients are the ids of the programs whose tokens are taken. Default:
	// none are.
	Audience string   `toml:"audience"`
	Clients  []string `toml:"clients"`
	// Login is how people log in with it, in a browser or by a device. Default: not at all.
	Login *ProviderLogin `toml:"login"`
}

// ProviderLogin is what sessions need. Register farv1_session/callback, behind the public
// address, with the provider as where people are sent back to.
type ProviderLogin struct {
	ClientID string `toml:"client_id"`
	// SecretFile is the path of the client's secret.
	SecretFile string `toml:"secret_file"`
	// Authorization, Token, Device and Revocation are addresses of the provider's
	// endpoints. The last two may be left out.
	Authorization string `toml:"authorization"`
	Token         string `toml:"token"`
	Device        string `toml:"device"`
	Revocation    string `toml:"revocation"`
	// Identifiers are domains: whoever logs in with an identifier that ends in one of
	// them, such as user@idp.example, is sent to this provider.
	Identifiers []string `toml:"identifiers"`
	// Default says that who names no provider is sent to this one.
	Default bool `toml:"default"`
}

// PublicBase is the public address of RDAP where it listens at an address.
func (c *Config) PublicBase(listening string) string {
	if c.RDAP.Base != "" {
		return c.RDAP.Base
	}
	return c.Scheme() + "://" + listening + "/"
}

// Federation takes the word of the providers; nil without one.
func (c *Config) Federation(base string, log *slog.Logger) (*federated.Federation, error) {
	if len(c.Providers) == 0 {
		return nil, nil
	}
	all := make([]federated.Provider, 0, len(c.Providers))
	for i := range c.Providers {
		p, err := c.Providers[i].settings()
		if err != nil {
			return nil, fmt.Errorf("provider %q: login: secret_file: %w", c.Providers[i].Issuer, err)
		}
		all = append(all, p)
	}
	return federated.New(federated.Config{Providers: all, Now: time.Now, Base: base, Log: log})
}

func (o *Provider) settings() (federated.Provider, error) {
	p := federated.Provider{
		Issuer: o.Issuer, Name: o.Name, Keys: o.Keys, Algorithms: o.Algorithms, Audience: o.Audience, Clients: o.Clients,
	}
	if o.Login == nil {
		return p, nil
	}
	secret, err := ReadText(o.Login.SecretFile)
	if err != nil {
		return p, err
	}
	l := o.Login
	p.Login = &federated.Login{
		ClientID: l.ClientID, ClientSecret: strings.TrimSpace(string(secret)), Authorization: l.Authorization, Token: l.Token,
		Device: l.Device, Revocation: l.Revocation, Identifiers: l.Identifiers, Default: l.Default,
	}
	return p, nil
}

// secretFiles are where the providers' clients have their secrets.
func (c *Config) secretFiles() []*string {
	var paths []*string
	for i := range c.Providers {
		if l := c.Providers[i].Login; l != nil {
			paths = append(paths, &l.SecretFile)
		}
	}
	return paths
}
