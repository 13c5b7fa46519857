//go:build fault && linux

package main

import (
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A flipped bit in any file but the register costs what that file is for, and is said.
// The public is answered as before, and nobody is told more than is theirs. (What a bit
// does to the register is shown in store/sqlite.)
func TestAFlippedBitBesideTheRegisterNeverMakesAWrongAnswer(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "whole")
	s := newSite(t, whole)
	s.serve()
	s.works("before")
	public, privileged := s.oracle["rdap /domain/protected.example"], ""
	if status, text, _, err := s.privately(); err != nil || status != http.StatusOK {
		t.Fatalf("%d %v", status, err)
	} else {
		privileged = text
	}
	s.end()
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 5))
	for _, pattern := range []string{"accounts/accounts.db", "links/links.db", "statistics/numbers", "limits/state", "requests/desk/*.db",
		"journal/audit/journal.jsonl", "journal/audit/journal.hashes", "journal/audit/checkpoints*", "journal/audit/rules-in-force.toml"} {
		t.Run(pattern, func(t *testing.T) {
			found, _ := filepath.Glob(filepath.Join(whole, pattern))
			if len(found) == 0 {
				t.Fatal("there is no such file")
			}
			name, _ := filepath.Rel(whole, found[0])
			seen := map[string]int{}
			for range number(t, "REGISTERD_TEST_FLIPS_BESIDE", 1) {
				seen[s.flipped(t, name, random, public, privileged)]++
			}
			t.Logf("%v", seen)
		})
	}
}

// flipped serves a copy of the site in which a bit is another, and says what came of it.
func (s *site) flipped(t *testing.T, name string, random *rand.Rand, public, privileged string) string {
	dir := filepath.Join(t.TempDir(), "copy")
	must(t, os.CopyFS(dir, os.DirFS(s.dir)))
	out, err := exec.Command("chmod", "-R", "go=", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	must(t, err)
	at := random.IntN(8 * len(text))
	text[at/8] ^= 1 << (at % 8)
	must(t, os.WriteFile(path, text, 0o600))
	c := &site{t: t, dir: dir, token: s.token, oracle: s.oracle, serial: s.serial, number: 1000}
	if !c.starts() {
		if strings.HasSuffix(name, "rules-in-force.toml") && strings.Contains(c.said.String(), "rules") {
			return "refused to start"
		}
		t.Errorf("bit %d of %s: it did not start:\n%s", at, name, c.said)
		return "did not start"
	}
	c.answers(name)
	status, answer, _, err := c.privately()
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	switch {
	case err != nil:
		t.Errorf("bit %d of %s: %v", at, name, err)
	case status == http.StatusOK && answer == privileged:
		return "unharmed"
	case status == http.StatusOK && "200 "+answer == public:
		return "the public's answer"
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusServiceUnavailable:
		return http.StatusText(status)
	}
	t.Errorf("bit %d of %s: above public: %d %s", at, name, status, answer)
	return "wrong"
}
