package account_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"registerd/access"
	"registerd/account"
)

func TestNobodyWhoReadsTheFilesCanUseASecret(t *testing.T) {
	s := open(t)
	must(t, s.Add(t.Context(), "", police()))
	text, id := s.token(t, "police-dk")
	secret := strings.Split(text, "_")[2]
	for _, f := range files(t, s.path) {
		dump, err := os.ReadFile(f)
		must(t, err)
		for what, bad := range map[string]string{"the token": text, "its secret": secret} {
			if bytes.Contains(dump, []byte(bad)) {
				t.Errorf("%s holds %s", f, what)
			}
		}
	}
	all := s.read(t)
	hash := hex.EncodeToString(all.Credentials[0].Hash[:])
	who, err := access.New(access.Config{Accounts: all.Accounts, Credentials: all.Credentials, Now: func() time.Time { return noon }})
	must(t, err)
	here := access.Channel{Addr: netip.MustParseAddr("192.0.2.1"), Private: true}
	for _, guess := range []string{hash, id, "registerd_" + id + "_" + hash, "sha256:" + hash} {
		if _, err := who.Admit(access.Bearer(guess), access.Said{}, here); err == nil {
			t.Errorf("%q is taken", guess)
		}
	}
	if _, err := who.Admit(access.Bearer(text), access.Said{}, here); err != nil {
		t.Errorf("the token itself: %v", err)
	}
}

func TestTheFilesAreTheirOwnersAlone(t *testing.T) {
	s := open(t)
	must(t, s.Add(t.Context(), "", police()))
	for _, f := range files(t, s.path) {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f, info.Mode(), err)
		}
	}
	must(t, s.Close())
	for _, mode := range []os.FileMode{0o620, 0o602, 0o666} {
		must(t, os.Chmod(s.path, mode))
		if _, err := account.Open(t.Context(), account.Config{Path: s.path, Now: time.Now}); err == nil || !strings.Contains(err.Error(), "others than its owner may use") {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
}

func TestAFileOfSomethingElseIsRefused(t *testing.T) {
	for what, sql := range map[string]string{
		"another program's": "PRAGMA application_id = 7", "nobody's": "CREATE TABLE x (y)", "a newer program's": "PRAGMA application_id = 1380401475; PRAGMA user_version = 99",
	} {
		path := filepath.Join(t.TempDir(), "x.db")
		must(t, os.WriteFile(path, nil, 0o600))
		edit(t, path, sql)
		if _, err := account.Open(t.Context(), account.Config{Path: path, Now: time.Now}); err == nil {
			t.Errorf("%s: taken", what)
		}
	}
	path := filepath.Join(t.TempDir(), "x.db")
	must(t, os.WriteFile(path, []byte("This is text, and no database; it is long enough to be looked at."), 0o600))
	if _, err := account.Open(t.Context(), account.Config{Path: path, Now: time.Now}); err == nil {
		t.Error("text: taken")
	}
	if _, err := account.Open(t.Context(), account.Config{Path: filepath.Join(t.TempDir(), "none.db"), Now: time.Now}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing there: %v", err)
	}
	if _, err := account.Open(t.Context(), account.Config{Path: path}); err == nil {
		t.Error("no clock: taken")
	}
}

// A row that cannot be understood admits nobody: not half of an account, and not
// the others without it.
func TestARowThatCannotBeReadIsAnErrorAndNotAnAccount(t *testing.T) {
	for _, sql := range []string{
		"UPDATE account SET kind = 'king'", "UPDATE account SET purposes = 'all'", "UPDATE account SET zones = '[\"a b\"]'",
		"UPDATE account SET networks = '[\"everywhere\"]'", "UPDATE account SET until = 'soon'", "UPDATE credential SET sort = 'smile'",
		"UPDATE credential SET digest = x'00'", "UPDATE credential SET until = 'never'", "DELETE FROM edition",
	} {
		s := open(t)
		must(t, s.Add(t.Context(), "", police()))
		s.token(t, "police-dk")
		edit(t, s.path, sql)
		if _, err := s.Read(t.Context()); err == nil {
			t.Errorf("%s: read", sql)
		}
		if err := s.Remove(t.Context(), "police-dk", ""); err == nil {
			t.Errorf("%s: changed", sql)
		}
	}
}

func TestLastUsesAreWrittenToTheMinuteAndAreNoChange(t *testing.T) {
	s := open(t)
	must(t, s.Add(t.Context(), "", police()))
	_, id := s.token(t, "police-dk")
	version, err := s.Version(t.Context())
	must(t, err)
	used := func() time.Time { must(t, s.FlushUses(t.Context())); return s.read(t).Used[id] }
	s.NoteUse(id)
	s.NoteUse("nobodys")
	if got := used(); !got.IsZero() {
		t.Errorf("before the minute is over: %v", got)
	}
	s.now = noon.Add(time.Minute)
	if got, want := used(), noon.Truncate(time.Minute); !got.Equal(want) {
		t.Errorf("used %v, want %v", got, want)
	}
	s.now = noon.Add(-time.Hour) // a clock that was put back
	s.NoteUse(id)
	s.now = noon.Add(time.Hour)
	if got, want := used(), noon.Truncate(time.Minute); !got.Equal(want) {
		t.Errorf("used %v after the clock went back, want %v", got, want)
	}
	if now, err := s.Version(t.Context()); err != nil || now != version {
		t.Errorf("the version became %d from %d, %v", now, version, err)
	}
}

func TestAnotherFileInItsPlaceIsNoticed(t *testing.T) {
	s := open(t)
	if s.Replaced() {
		t.Error("at first: replaced")
	}
	must(t, os.Rename(s.path, s.path+".old"))
	if !s.Replaced() {
		t.Error("moved away: not noticed")
	}
	must(t, os.WriteFile(s.path, nil, 0o600))
	if !s.Replaced() {
		t.Error("another: not noticed")
	}
}

func TestOfARemovedAccountNoFileTellsWhoItWas(t *testing.T) {
	s := open(t)
	must(t, s.Add(t.Context(), "", police()))
	key := [32]byte([]byte("the key of the officer: 32 bytes"))
	for _, c := range []access.Credential{
		{ID: "abcdefgh", Sort: access.Token, Hash: [32]byte{1}, Until: noon.AddDate(1, 0, 0), Note: "for Canary Olsen"},
		{ID: "a-key", Sort: access.Certificate, SPKI: key, Note: "the card of Canary"},
		{ID: "a-subject", Sort: access.Identity, Issuer: "https://id.example", Subject: "canary.olsen"},
		{ID: "a-claim", Sort: access.Identity, Issuer: "https://id.example", Claim: "canary-unit", Value: "canary"},
	} {
		c.Account = "police-dk"
		must(t, s.AddCredential(t.Context(), "", c))
	}
	must(t, s.Remove(t.Context(), "police-dk", ""))
	for _, f := range files(t, s.path) {
		text, err := os.ReadFile(f)
		must(t, err)
		for _, word := range []string{"anary", "Ole", string(key[:])} {
			if bytes.Contains(text, []byte(word)) {
				t.Errorf("%s tells %q", filepath.Base(f), word)
			}
		}
	}
	all := s.read(t)
	if len(all.Credentials) != 4 {
		t.Fatalf("%d credentials are left", len(all.Credentials))
	}
	for _, c := range all.Credentials {
		if !c.Revoked {
			t.Errorf("%s is not revoked", c.ID)
		}
	}
	// What was revoked holds up nobody: another account may be known by it.
	other := police()
	other.ID = "customs"
	must(t, s.Add(t.Context(), "", other))
	must(t, s.AddCredential(t.Context(), "", access.Credential{ID: "new", Account: "customs", Sort: access.Certificate, SPKI: key}))
}

// Commands and the server have the file open at the same time.
func TestChangesOfManyProcessesAtOnceAreAllMade(t *testing.T) {
	s := open(t)
	const many = 4
	var group sync.WaitGroup
	for i := range many {
		other, err := account.Open(t.Context(), account.Config{Path: s.path, Now: time.Now, Record: func(context.Context, account.Change) error { return nil }})
		must(t, err)
		defer other.Close()
		group.Go(func() {
			a := police()
			a.ID += "-" + string(rune('a'+i))
			if err := other.Add(context.Background(), "", a); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if all := s.read(t); len(all.Accounts) != many || all.Version != many {
		t.Errorf("%d accounts, version %d", len(all.Accounts), all.Version)
	}
}

// files are the database and what SQLite keeps beside it.
func files(t *testing.T, path string) []string {
	t.Helper()
	found, err := filepath.Glob(path + "*")
	if err != nil || len(found) == 0 {
		t.Fatalf("%d files, %v", len(found), err)
	}
	return found
}

func edit(t *testing.T, path, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	must(t, err)
	defer db.Close()
	_, err = db.Exec(text)
	must(t, err)
}
