//go:build fault && linux

package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
)

// A full load gets as much memory as is just enough, or just not. It is taken whole, or ends with nothing changed;
// the server answers the one or the other.
func TestALoadThatGetsNoMoreMemoryChangesNothing(t *testing.T) {
	s := newSite(t, filepath.Join(t.TempDir(), "site"))
	s.serve()
	s.remember()
	taken, ended := 0, 0
	for less, more := 64<<10, 4<<20; more-less > 32; { // in KiB of addresses
		kib := (less + more) / 2
		snapshot := s.file("snapshot", siteSnapshot(s.serial+1, 5000))
		load := exec.Command("sh", "-c", `ulimit -v "$1" && exec registerd import --db register/register.db --accept-shrink --accept-widen --keep 0s --snapshot "$2"`,
			"sh", fmt.Sprint(kib), snapshot)
		load.Dir = s.dir
		said, err := load.CombinedOutput()
		if err == nil {
			taken++
			more = kib
			s.serial++
			s.oracle = map[string]string{}
			for _, name := range []string{"name-0.example", "name-4999.example", "free.example"} {
				answer, err := s.ask("whois " + name)
				if err != nil {
					t.Fatal(err)
				}
				s.oracle["whois "+name] = answer
			}
			continue
		}
		ended++
		less = kib
		if len(said) == 0 {
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
