package config

import (
	"testing"
	"time"

	"registerd/access"
)

func TestTheTokensOfARegistrarAreOneAccount(t *testing.T) {
	entry := func(registrar string) Token {
		_, id, hash := access.NewToken()
		return Token{ID: id, Hash: access.FormatHash(hash), Expires: time.Now().AddDate(1, 0, 0), Organization: "Nordlys", Audience: "registrar", Registrar: registrar}
	}
	c := &Config{Tokens: []Token{entry("nordlys"), entry("NORDLYS"), entry("sonne")}}
	p, err := c.TokenAccounts()
	must(t, err)
	if len(p.Accounts) != 2 || len(p.Credentials) != 3 || p.Credentials[0].Account != "registrar-nordlys" || p.Credentials[1].Account != "registrar-nordlys" {
		t.Errorf("accounts %+v, credentials %+v", p.Accounts, p.Credentials)
	}
	other := entry("nordlys")
	for what, edit := range map[string]func(*Token){
		"another name": func(t *Token) { t.Organization = "Nordlicht" }, "another budget": func(t *Token) { t.Times = 3 },
	} {
		odd := other
		edit(&odd)
		c.Tokens = append(c.Tokens[:3:3], odd)
		if _, err := c.TokenAccounts(); err == nil {
			t.Errorf("%s: taken", what)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
