package service

import (
	"net/netip"
	"testing"
	"time"

	"registerd/access"
	"registerd/account"
	"registerd/disclose"
)

// A registrar's account in the file goes before its tokens in the configuration.
func TestATokenOfTheConfigurationLivesAndEndsWithTheAccountOfItsRegistrar(t *testing.T) {
	text, id, hash := access.NewToken()
	tokens := access.People{
		Accounts:    []access.Account{{ID: "registrar-nordlys", Kind: disclose.KindRegistrar, Registrar: "nordlys"}, {ID: "police", Kind: disclose.KindAuthority}},
		Credentials: []access.Credential{{Sort: access.Token, ID: id, Account: "registrar-nordlys", Hash: hash, Until: time.Now().AddDate(1, 0, 0)}},
	}
	kept := account.Snapshot{
		Accounts: []access.Account{{ID: "nordlys", Kind: disclose.KindRegistrar, Registrar: "nordlys"}, {ID: "police", Kind: disclose.KindOperator}},
	}
	here := access.Channel{Addr: netip.MustParseAddr("127.0.0.1"), Private: true}
	for _, suspended := range []bool{false, true} {
		kept.Accounts[0].Suspended = suspended
		all := together(tokens, kept)
		who, err := access.New(access.Config{Accounts: all.Accounts, Credentials: all.Credentials, Now: time.Now})
		must(t, err)
		caller, err := who.Admit(access.Bearer(text), access.Said{}, here)
		if (err != nil) != suspended || !suspended && caller.Account != "nordlys" {
			t.Errorf("suspended %t: %+v, %v", suspended, caller, err)
		}
		if police := all.Find("police"); len(all.Accounts) != 2 || police.Kind != disclose.KindOperator {
			t.Errorf("the accounts are %+v", all.Accounts)
		}
	}
}
