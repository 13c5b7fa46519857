package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"registerd/backup"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// What is made where something is still to be put would keep it out for ever.
func TestWhileARestoreIsInterruptedNothingIsMadeInItsPlaces(t *testing.T) {
	example, err := filepath.Abs("../../testdata/example.xml")
	must(t, err)
	dir := t.TempDir()
	file, db := filepath.Join(dir, "registerd.toml"), filepath.Join(dir, "register.db")
	must(t, os.WriteFile(file, []byte("db = 'register.db'\naccounts = 'accounts.db'\naudit.dir = 'journal'\nwhois.listen = '127.0.0.1:0'\n"), 0o600))
	must(t, os.WriteFile(backup.PlanOf(db), []byte(`[{"from":"a","to":"b"}]`), 0o600))
	for _, args := range [][]string{
		{"import", "--db", db, example}, {"seed", "--db", db, "--domains", "1"}, {"serve", "--config", file}, {"ask", "--config", file, "a.example"},
		{"backup", "--config", file, filepath.Join(dir, "backup")}, {"rollback", "--db", db}, {"stats", "--db", db, "--month", "2026-11"},
		{"account", "add", "police", "--config", file, "--kind", "authority", "--organization", "Police", "--purpose", "legalActions", "--approved-by", "Jens"},
	} {
		var said bytes.Buffer
		if status := run(t.Context(), args, console{strings.NewReader(""), &said, &said}); status != failed || !strings.Contains(said.String(), "a restore was interrupted; repeat it") {
			t.Errorf("%s: status %d: %s", args[0], status, &said)
		}
	}
	left, err := os.ReadDir(dir)
	names := slices.Collect(func(yield func(string) bool) {
		for _, e := range left {
			if !yield(e.Name()) {
				return
			}
		}
	})
	if err != nil || !slices.Equal(names, []string{"register.db.restore", "registerd.toml"}) {
		t.Errorf("there are %q, %v", names, err)
	}
}

// Where the backup has no journal, the restore that is recorded begins one.
func TestAJournalThatRootsRestoreBeginsIsTheServers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make what others cannot read")
	}
	dir := t.TempDir()
	say := func(args ...string) {
		t.Helper()
		var said bytes.Buffer
		if status := run(t.Context(), args, console{strings.NewReader(""), &said, &said}); status != ok {
			t.Fatalf("%s: status %d: %s", args, status, &said)
		}
	}
	without, with := filepath.Join(dir, "without.toml"), filepath.Join(dir, "theirs", "with.toml")
	made, theirs := filepath.Join(dir, "backup"), filepath.Join(dir, "theirs")
	must(t, os.WriteFile(without, []byte("db = 'register.db'\nwhois.listen = '127.0.0.1:0'\n"), 0o600))
	must(t, os.Mkdir(theirs, 0o700))
	must(t, os.WriteFile(with, []byte("db = 'register.db'\naudit = { dir = 'journal', signing_key = 'key' }\nwhois.listen = '127.0.0.1:0'\n"), 0o600))
	say("seed", "--db", filepath.Join(dir, "register.db"), "--domains", "1")
	say("backup", "--config", without, made)
	must(t, os.Chown(theirs, 65534, 65534))
	say("restore", "--config", with, made)
	must(t, filepath.WalkDir(theirs, func(path string, entry fs.DirEntry, err error) error {
		info, statErr := os.Stat(path)
		must(t, statErr)
		if s := info.Sys().(*syscall.Stat_t); s.Uid != 65534 && path != with {
			t.Errorf("%s is of user %d", path, s.Uid)
		}
		return err
	}))
}
