package main

import (
	"testing"

	"registerd/access"
)

func TestNothingOfTheRequestDeskKeepsOthersOut(t *testing.T) {
	all := people{
		accounts:    []access.Account{{ID: "police"}, {ID: "R-2026-000001"}},
		credentials: []access.Credential{{ID: "aaaaaaaa", Account: "police"}},
	}
	all.join(people{
		accounts: []access.Account{{ID: "R-2026-000001"}, {ID: "R-2026-000002"}, {ID: "R-2026-000003"}},
		credentials: []access.Credential{
			{ID: "bbbbbbbb", Account: "R-2026-000001"}, // its account is another's
			{ID: "aaaaaaaa", Account: "R-2026-000002"}, // its id is
			{ID: "cccccccc", Account: "R-2026-000003"},
			{ID: "dddddddd", Account: "R-2026-000004"}, // there is none
		},
	})
	if len(all.accounts) != 3 || len(all.credentials) != 2 || all.accounts[2].ID != "R-2026-000003" || all.credentials[1].ID != "cccccccc" {
		t.Errorf("%+v", all)
	}
}
