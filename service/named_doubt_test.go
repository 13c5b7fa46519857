package service

import (
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/config"
	"registerd/disclose"
)

// On a machine where nobody has an account yet, the log is not filled with that; and a file
// that has been gone for long is said to be so once.
func TestADoubtIsPutInForceOnceAndAgainAfterTheFileWasRead(t *testing.T) {
	b := newBook(t)
	b.add(t, "police", disclose.KindAuthority, nil)
	must(t, os.Rename(b.path, b.path+".away"))
	log, now := new(kept), time.Now()
	n, err := newNamed(&config.Config{Accounts: b.path}, func() time.Time { return now }, slog.New(slog.NewTextHandler(log, nil)))
	must(t, err)
	defer n.end()
	forced := 0
	n.force = func(access.People, *access.Access) { forced++ }
	looks := func(when string, want int) {
		t.Helper()
		for range 5 {
			n.look(t.Context())
			now = now.Add(trustAccounts)
		}
		if lines := strings.Count(log.String(), "the accounts are in force"); lines != want || forced != want-1 {
			t.Errorf("%s: %d lines, put in force %d times, want %d and one less:\n%s", when, lines, forced, want, log)
		}
	}
	looks("without a file", 1) // of the start
	must(t, os.Rename(b.path+".away", b.path))
	looks("when there is one", 2)
	must(t, os.Rename(b.path, b.path+".away"))
	looks("when it has been gone for long", 3)
	must(t, os.Rename(b.path+".away", b.path))
	looks("when it is back", 4)
}

func TestADeskThatHasGrantedNothingChangesNobodysAccess(t *testing.T) {
	n, err := newNamed(new(config.Config), time.Now, slog.New(slog.NewTextHandler(t.Output(), nil)))
	must(t, err)
	forced := 0
	n.force = func(access.People, *access.Access) { forced++ }
	_, id, hash := access.NewToken()
	granted := access.People{
		Accounts:    []access.Account{{ID: "request-1", Organization: "Who asked", Kind: disclose.KindAuthority, Times: 1}},
		Credentials: []access.Credential{{ID: id, Account: "request-1", Sort: access.Token, Hash: hash, Until: time.Now().AddDate(1, 0, 0)}},
	}
	for i, of := range []access.People{{}, granted, {}, {}} {
		n.let(of)
		if want := min(i, 2); forced != want {
			t.Errorf("after step %d it was put in force %d times, want %d", i+1, forced, want)
		}
	}
}
