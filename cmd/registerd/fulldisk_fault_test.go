//go:build fault && linux

package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// Each place where something is kept is full by itself, to the last byte. The public is
// answered; what cannot be kept is refused in words, and changes nothing; and with the
// space all goes on, without a restart.
func TestWhereverTheDiskIsFullThePublicIsAnsweredAndNothingIsLost(t *testing.T) {
	t.Parallel()
	asRoot(t)
	for place, full := range map[string]func(*site){
		"register": (*site).fullRegister, "journal": (*site).fullJournal, "accounts": (*site).fullAccounts,
		"requests": (*site).fullRequests, "links": (*site).fullLinks,
		"limits": (*site).fullLimits, "statistics": (*site).fullStatistics,
	} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			d := inMemory(t, filepath.Join(dir, place), 16)
			s := newSite(t, dir)
			s.disks = map[string]*disk{place: d}
			s.serve()
			s.remember()
			s.works("before")
			d.fill()
			s.during("full", func() { full(s) })
			s.answers("still full")
			if place != "journal" {
				s.awaitPrivately("full", http.StatusOK)
			}
			d.empty()
			s.works("with space again")
			s.end()
			d.fill()
			s.serve()
			s.answers("started on a full disk")
			if words := saysFull[place]; words != "" {
				s.hears(words)
			}
			d.empty()
			if place == "requests" { // it is served without a request desk then, and says so in its log
				s.must("ctl", "reload", "--config", "registerd.toml") // or within a minute
			}
			s.works("started on a full disk that has space again")
			s.end()
			s.whole()
			s.journalHolds(nil)
		})
	}
}

func (s *site) fullRegister() {
	snapshot := s.file("snapshot", siteSnapshot(s.serial+1, 20_000))
	change := s.file("large", s.change(1000))
	for what, args := range map[string][]string{
		"a full load":    {"import", "--db", "register/register.db", "--accept-shrink", "--accept-widen", "--snapshot", snapshot},
		"a deposit":      {"import", "--db", "register/register.db", deposit(s.t)},
		"a large change": {"import", "--db", "register/register.db", "--changes", change},
	} {
		s.refuses(what, "full", args...)
		if what == "a full load" { // it can be full in the middle, too
			s.disks["register"].leave(3 << 20)
			s.refuses(what+", with some space", "full", args...)
			s.disks["register"].fill()
		}
	}
}

func (s *site) fullJournal() {
	s.awaitPrivately("full", http.StatusServiceUnavailable)
	if status, text, err := s.submits(); status != http.StatusServiceUnavailable {
		s.t.Errorf("a request: %d %s %v", status, text, err)
	}
	s.addsUntil("no space left")
}

func (s *site) fullAccounts() { s.addsUntil("full") }

// addsUntil makes accounts until one is refused with these words, and is not there.
func (s *site) addsUntil(words string) {
	s.t.Helper()
	for range 1000 { // a small one may find room
		name, said, err := s.add()
		list := s.must("account", "list", "--config", "registerd.toml")
		if strings.Contains(list, name) != (err == nil) {
			s.t.Errorf("%s: %v\n%s\nand listed are\n%s", name, err, said, list)
		}
		if err != nil {
			if !strings.Contains(said, words) {
				s.t.Errorf("an account: %v\n%s", err, said)
			}
			return
		}
	}
	s.t.Error("the disk is not full")
}

func (s *site) fullRequests() {
	for range 1000 {
		status, text, err := s.submits()
		if status == http.StatusCreated {
			continue
		}
		if err != nil || status != http.StatusServiceUnavailable || !strings.Contains(text, "detail") {
			s.t.Errorf("a request: %d %s %v", status, text, err)
		}
		return
	}
	s.t.Error("the disk is not full")
}

func (s *site) fullLinks() {
	for range 1000 {
		if said, err := s.run("holder", "link", "--config", "registerd.toml", "CANARY-KA1"); err != nil {
			if !strings.Contains(said, "full") {
				s.t.Errorf("a link: %v\n%s", err, said)
			}
			return
		}
	}
	s.t.Error("the disk is not full")
}

// saysFull is what the log says at a start where what is written by the clock cannot be.
var saysFull = map[string]string{"limits": `ERROR","msg":"budgets cannot be written`, "statistics": `ERROR","msg":"no statistics are kept`}

func (s *site) fullLimits() { s.hearsInTime(`ERROR","msg":"budgets`) }

func (s *site) fullStatistics() { s.hearsInTime(`ERROR","msg":"statistics`) }

// hearsInTime waits for what is tried once a minute, where there is time for that.
func (s *site) hearsInTime(words string) {
	if !testing.Short() {
		s.hears(words)
	}
}
