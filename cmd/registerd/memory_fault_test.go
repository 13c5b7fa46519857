//go:build fault && linux

package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A full load gets as much memory as is just enough, or just not. It is taken whole, or ends with nothing changed;
// the server answers the one or the other. What ends after it was published is taken.
func TestALoadThatGetsNoMoreMemoryChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, filepath.Join(t.TempDir(), "site"))
	s.serve()
	s.remember()
	taken, ended, near := 0, 0, 32
	if testing.Short() {
		near = 512
	}
	for less, more := 64<<10, 4<<20; more-less > near; { // in KiB of addresses
		kib := (less + more) / 2
		said, err := s.loadIn(kib)
		if err == nil {
			taken++
			more = kib
		} else {
			ended++
			less = kib
		}
		if published := s.serves(s.serial + 1); published {
			s.serial++
		} else if err == nil {
			t.Errorf("with %d KiB of addresses it was taken, and is not served", kib)
		}
		if err != nil && said == "" {
			t.Errorf("with %d KiB of addresses it ended without a word", kib)
		}
		s.answers(fmt.Sprint("after a load in ", kib, " KiB"))
	}
	s.end()
	s.whole()
	t.Logf("%d loads were taken, %d had too little memory", taken, ended)
	if taken == 0 || ended == 0 {
		t.Error("the sizes show nothing")
	}
}

// loadIn loads the next register in so many KiB of addresses.
func (s *site) loadIn(kib int) (string, error) {
	snapshot := s.file("snapshot", siteSnapshot(s.serial+1, 5000))
	load := exec.Command("sh", "-c", `ulimit -v "$1" && exec registerd import --db register/register.db --accept-shrink --accept-widen --keep 0s --snapshot "$2"`,
		"sh", fmt.Sprint(kib), snapshot)
	load.Dir = s.dir
	said, err := load.CombinedOutput()
	return string(said), err
}

// serves reports whether the server answers from that load, and remembers the answers then.
func (s *site) serves(serial uint64) bool {
	s.t.Helper()
	answers := map[string]string{}
	for _, name := range []string{"name-0.example", "name-4999.example", "free.example"} {
		answer, err := s.ask("whois " + name)
		must(s.t, err)
		answers["whois "+name] = answer
	}
	roid := fmt.Sprintf("S%d-EXAMPLE", serial)
	if !strings.Contains(answers["whois name-0.example"], roid) {
		return false
	}
	if !strings.Contains(answers["whois name-4999.example"], roid) {
		s.t.Errorf("of load %d there is only a part", serial)
	}
	s.oracle = answers
	return true
}
