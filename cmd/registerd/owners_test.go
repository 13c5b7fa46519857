package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRootMakesNothingAmongTheServersFiles(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make what others cannot read")
	}
	example, err := filepath.Abs("../../testdata/example.xml")
	must(t, err)
	dir := t.TempDir()
	theirs, file := filepath.Join(dir, "theirs"), filepath.Join(dir, "registerd.toml")
	must(t, os.Mkdir(theirs, 0o700))
	must(t, os.WriteFile(file, []byte(`
db = "theirs/register.db"
accounts = "theirs/accounts.db"
audit.dir = "theirs/journal"
requests.dir = "theirs/requests"
whois.listen = "127.0.0.1:0"
rdap.listen = "127.0.0.1:0"
`), 0o600))
	db := filepath.Join(theirs, "register.db")
	commands := map[string][]string{
		"import":     {"import", "--db", db, example},
		"seed":       {"seed", "--db", db, "--domains", "1"},
		"serve":      {"serve", "--config", file},
		"an account": {"account", "add", "police", "--config", file, "--kind", "authority", "--organization", "Example Police", "--purpose", "legalActions", "--approved-by", "Jens Jensen"},
		"a request":  {"request", "list", "--config", file},
	}
	say := func(args ...string) (int, string) {
		var said bytes.Buffer
		return run(t.Context(), args, console{strings.NewReader(""), &said, &said}), said.String()
	}
	must(t, os.Chown(theirs, 65534, 65534))
	for what, args := range commands {
		if status, said := say(args...); status != failed || !strings.Contains(said, "belongs to user 65534: run this as that user") {
			t.Errorf("%s: status %d\n%s", what, status, said)
		}
	}
	if left, err := os.ReadDir(theirs); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}

	// What is there can be read by root, and asked as the public.
	must(t, os.Chown(theirs, 0, 0))
	if status, said := say(commands["import"]...); status != ok {
		t.Fatalf("status %d\n%s", status, said)
	}
	for _, path := range []string{theirs, db} {
		must(t, os.Chown(path, 65534, 65534))
	}
	for _, args := range [][]string{{"verify", "--db", db}, {"ask", "--config", file, "karin.example"}, {"rollback", "--db", db, "--list"}} {
		if status, said := say(args...); status != ok {
			t.Errorf("%v: status %d\n%s", args, status, said)
		}
	}
	above := []string{"ask", "--config", file, "--as", "authority", "--purpose", "legalActions", "--case", "1", "karin.example"}
	for _, args := range [][]string{above, {"rollback", "--db", db}, commands["import"]} {
		if status, said := say(args...); status != failed || !strings.Contains(said, "belongs to user 65534") {
			t.Errorf("%v: status %d\n%s", args, status, said)
		}
	}
}
