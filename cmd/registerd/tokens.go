package main

import (
	"errors"
	"fmt"
	"time"

	"registerd/access"
	"registerd/disclose"
	"registerd/register"
)

// people are accounts, with what they are known by.
type people struct {
	accounts    []access.Account
	credentials []access.Credential
}

// find is the account of an id, or nil.
func (p *people) find(id string) *access.Account {
	for i := range p.accounts {
		if p.accounts[i].ID == id {
			return &p.accounts[i]
		}
	}
	return nil
}

// tokenAccounts are those of the configuration's tokens.
func (c *config) tokenAccounts() (people, error) {
	var p people
	for i := range c.Tokens {
		if err := p.take(&c.Tokens[i]); err != nil {
			return people{}, fmt.Errorf("token %d: %w", i+1, err)
		}
	}
	return p, nil
}

// take adds a token. What it may be used for is said of each.
func (p *people) take(t *token) error {
	account, err := t.account()
	if err != nil {
		return err
	}
	hash, err := access.ParseHash(t.Hash)
	if err != nil {
		return err
	}
	switch known := p.find(account.ID); {
	case known == nil:
		p.accounts = append(p.accounts, account)
	case account.Registrar == "":
		return fmt.Errorf("%s: the id is taken", t.ID)
	case known.Organization != account.Organization || known.Times != account.Times:
		return fmt.Errorf("registrar %s: another of its tokens has another organization or another times, and they are one account", t.Registrar)
	}
	p.credentials = append(p.credentials, access.Credential{
		ID: t.ID, Account: account.ID, Sort: access.Token, Hash: hash, Until: t.Expires, Purposes: t.Purposes,
	})
	return nil
}

func (t *token) account() (access.Account, error) {
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
func (c *config) checkTokens() error {
	p, err := c.tokenAccounts()
	if err != nil {
		return err
	}
	_, err = access.New(access.Config{Accounts: p.accounts, Credentials: p.credentials, Now: time.Now})
	return err
}
