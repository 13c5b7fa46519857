package main

import (
	"net/netip"
	"testing"
	"time"

	"registerd/access"
	"registerd/account"
	"registerd/disclose"
)

func TestTheTokensOfARegistrarAreOneAccount(t *testing.T) {
	entry := func(registrar string) token {
		_, id, hash := access.NewToken()
		return token{ID: id, Hash: access.FormatHash(hash), Expires: time.Now().AddDate(1, 0, 0), Organization: "Nordlys", Audience: "registrar", Registrar: registrar}
	}
	c := &config{Tokens: []token{entry("nordlys"), entry("NORDLYS"), entry("sonne")}}
	p, err := c.tokenAccounts()
	must(t, err)
	if len(p.accounts) != 2 || len(p.credentials) != 3 || p.credentials[0].Account != "registrar-nordlys" || p.credentials[1].Account != "registrar-nordlys" {
		t.Errorf("accounts %+v, credentials %+v", p.accounts, p.credentials)
	}
	other := entry("nordlys")
	for what, edit := range map[string]func(*token){
		"another name": func(t *token) { t.Organization = "Nordlicht" }, "another budget": func(t *token) { t.Times = 3 },
	} {
		odd := other
		edit(&odd)
		c.Tokens = append(c.Tokens[:3:3], odd)
		if _, err := c.tokenAccounts(); err == nil {
			t.Errorf("%s: taken", what)
		}
	}
}

// A registrar's account in the file goes before its tokens in the configuration.
func TestATokenOfTheConfigurationLivesAndEndsWithTheAccountOfItsRegistrar(t *testing.T) {
	text, id, hash := access.NewToken()
	tokens := people{
		accounts:    []access.Account{{ID: "registrar-nordlys", Kind: disclose.KindRegistrar, Registrar: "nordlys"}, {ID: "police", Kind: disclose.KindAuthority}},
		credentials: []access.Credential{{Sort: access.Token, ID: id, Account: "registrar-nordlys", Hash: hash, Until: time.Now().AddDate(1, 0, 0)}},
	}
	kept := account.Snapshot{
		Accounts: []access.Account{{ID: "nordlys", Kind: disclose.KindRegistrar, Registrar: "nordlys"}, {ID: "police", Kind: disclose.KindOperator}},
	}
	here := access.Channel{Addr: netip.MustParseAddr("127.0.0.1"), Private: true}
	for _, suspended := range []bool{false, true} {
		kept.Accounts[0].Suspended = suspended
		all := together(tokens, kept)
		who, err := access.New(access.Config{Accounts: all.accounts, Credentials: all.credentials, Now: time.Now})
		must(t, err)
		caller, err := who.Admit(access.Bearer(text), access.Said{}, here)
		if (err != nil) != suspended || !suspended && caller.Account != "nordlys" {
			t.Errorf("suspended %t: %+v, %v", suspended, caller, err)
		}
		if police := all.find("police"); len(all.accounts) != 2 || police.Kind != disclose.KindOperator {
			t.Errorf("the accounts are %+v", all.accounts)
		}
	}
}
