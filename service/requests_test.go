package service

import (
	"testing"

	"registerd/access"
)

func TestNothingOfTheRequestDeskKeepsOthersOut(t *testing.T) {
	all := access.People{
		Accounts:    []access.Account{{ID: "police"}, {ID: "R-2026-000001"}},
		Credentials: []access.Credential{{ID: "aaaaaaaa", Account: "police"}},
	}
	all.Join(access.People{
		Accounts: []access.Account{{ID: "R-2026-000001"}, {ID: "R-2026-000002"}, {ID: "R-2026-000003"}},
		Credentials: []access.Credential{
			{ID: "bbbbbbbb", Account: "R-2026-000001"}, // its account is another's
			{ID: "aaaaaaaa", Account: "R-2026-000002"}, // its id is
			{ID: "cccccccc", Account: "R-2026-000003"},
			{ID: "dddddddd", Account: "R-2026-000004"}, // there is none
		},
	})
	if len(all.Accounts) != 3 || len(all.Credentials) != 2 || all.Accounts[2].ID != "R-2026-000003" || all.Credentials[1].ID != "cccccccc" {
		t.Errorf("%+v", all)
	}
}
