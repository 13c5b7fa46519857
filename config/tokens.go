package config

import (
	"errors"
	"fmt"
	"time"

	"registerd/access"
	"registerd/disclose"
	"registerd/register"
)

// Token is a bearer token's entry. The secret is not in it.
type Token struct {
	ID           string    `toml:"id"`
	Hash         string    `toml:"hash"` // "sha256:" and 64 hexadecimal digits
	Expires      time.Time `toml:"expires"`
	Organization string    `toml:"organization"`
	Audience     string    `toml:"audience"`  // registrar, authority or operator
	Registrar    string    `toml:"registrar"` // the registrar's id, for audience registrar
	Purposes     []string  `toml:"purposes"`  // that may be given; empty allows any. With a list, who gives none is the public
	// Times is how many times the budgets of other accounts this one has. Default 1,
	// as for all; /help publishes others with the organization.
	Times float64 `toml:"times"`
}

// TokenAccounts are the accounts and credentials of the configuration's tokens. An error
// says which token is wrong, by its place in the file.
func (c *Config) TokenAccounts() (access.People, error) {
	var p access.People
	for i := range c.Tokens {
		if err := takeToken(&p, &c.Tokens[i]); err != nil {
			return access.People{}, fmt.Errorf("token %d: %w", i+1, err)
		}
	}
	return p, nil
}

// takeToken adds a token. What it may be used for is said of each.
func takeToken(p *access.People, t *Token) error {
	account, err := t.account()
	if err != nil {
		return err
	}
	hash, err := access.ParseHash(t.Hash)
	if err != nil {
		return err
	}
	switch known := p.Find(account.ID); {
	case known == nil:
		p.Accounts = append(p.Accounts, account)
	case account.Registrar == "":
		return fmt.Errorf("%s: the id is taken", t.ID)
	case known.Organization != account.Organization || known.Times != account.Times:
		return fmt.Errorf("registrar %s: another of its tokens has another organization or another times, and they are one account", t.Registrar)
	}
	p.Credentials = append(p.Credentials, access.Credential{
		ID: t.ID, Account: account.ID, Sort: access.Token, Hash: hash, Until: t.Expires, Purposes: t.Purposes,
	})
	return nil
}

func (t *Token) account() (access.Account, error) {
	kind, known := disclose.ParseKind(t.Audience)
	audience, is := disclose.ParseAudience(t.Audience)
	if audience == disclose.Public {
		return access.Account{}, errors.New("the audience public needs no token")
	}
	if !known || !is || audience == disclose.Seeker || audience == disclose.Holder {
		return access.Account{}, fmt.Errorf("audience: %q is not registrar, authority or operator", t.Audience)
	}
	if (kind == disclose.KindRegistrar) != (t.Registrar != "") {
		return access.Account{}, errors.New("a registrar's token, and only that, names its registrar")
	}
	a := access.Account{ID: t.ID, Organization: t.Organization, Kind: kind, Times: t.Times}
	if t.Registrar != "" {
		key, err := register.HandleKey(t.Registrar)
		if err != nil {
			return access.Account{}, fmt.Errorf("registrar: %w", err)
		}
		a.ID, a.Registrar = "registrar-"+key, key
	}
	return a, nil
}

// checkTokens refuses tokens that could not be told apart or that grant nothing.
func (c *Config) checkTokens() error {
	p, err := c.TokenAccounts()
	if err != nil {
		return err
	}
	_, err = access.New(access.Config{Accounts: p.Accounts, Credentials: p.Credentials, Now: time.Now})
	return err
}
