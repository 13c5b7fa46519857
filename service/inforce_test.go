package service

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"registerd/audit"
	"registerd/config"
)

func TestAChangeThatIsNotJournaledIsNotTaken(t *testing.T) {
	dir := t.TempDir()
	f, err := readInForce(dir)
	if err != nil {
		t.Fatal(err)
	}
	next := lessRules(t)
	if _, err := f.take(t.Context(), next, approved, audit.None()); err == nil {
		t.Error("it was taken")
	}
	if f.rules.Policy.Version() == next.Policy.Version() {
		t.Error("it is in force")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestACopyThatCannotBeKeptLeavesTheRulesAsTheyWere(t *testing.T) {
	dir := t.TempDir()
	journal, err := audit.OpenJournal(audit.JournalConfig{Dir: dir, Now: time.Now, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer journal.Close()
	f, err := readInForce(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, RulesInForce), 0o700); err != nil {
		t.Fatal(err)
	}
	next := lessRules(t)
	if _, err := f.take(t.Context(), next, approved, journal); err == nil {
		t.Error("it was taken")
	}
	if f.rules.Policy.Version() == next.Policy.Version() {
		t.Error("it is in force")
	}
	left, err := os.ReadDir(dir)
	if err != nil || slices.ContainsFunc(left, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") }) {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// lessRules show the public nothing.
func lessRules(t *testing.T) *config.Rules {
	t.Helper()
	path := filepath.Join(t.TempDir(), "less.toml")
	must(t, os.WriteFile(path, []byte(`format = 1
name = "less"
version = "1"
effective = 2026-01-01
operator = "Example Registry"
languages = ["en"]
protection = { basis = "Art. 21", reason = { en = "Protected." } }
[[rule]]
id = "authority"
basis = "Art. 6"
reason.en = "Disclosed to an authority."
audience = ["authority"]
fields = ["*"]
do = "show"
`), 0o600))
	r, err := config.ReadRules(path)
	must(t, err)
	return r
}
