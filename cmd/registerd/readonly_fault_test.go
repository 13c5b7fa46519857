//go:build fault && linux

package main

import (
	"net/http"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// Each place turns read-only under the running server, as a disk does that met an error.
// Then the server starts on it as it is, and once more when it is mended.
func TestWhereverTheDiskTurnsReadOnlyThePublicIsAnsweredAndNothingIsLost(t *testing.T) {
	t.Parallel()
	asRoot(t)
	for _, place := range siteFolders {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			d := onDisk(t, filepath.Join(dir, place), 48)
			s := newSite(t, dir)
			s.serve()
			s.remember()
			s.works("before")
			d.fail()
			s.during("read-only", func() { s.changesNothing(place) })
			s.end()
			s.serve()
			s.answers("started on a read-only disk that was not closed")
			s.changesNothing(place)
			s.end()
			d.again("rw") // which reads its log
			d.remount(unix.MS_RDONLY)
			s.serve()
			s.answers("started on a read-only disk")
			s.changesNothing(place)
			s.end()
			d.remount(0)
			s.serve()
			s.answers("mended")
			s.works("mended")
			s.end()
			s.whole()
			s.journalHolds(nil)
		})
	}
}

// changesNothing tries to write at a place that cannot be written to.
func (s *site) changesNothing(place string) {
	s.t.Helper()
	if place != "journal" {
		s.awaitPrivately("read-only", http.StatusOK)
	}
	const words = "read"
	switch place {
	case "register":
		s.refuses("a full load", words, "import", "--db", "register/register.db", deposit(s.t))
		s.refuses("a change", words, "import", "--db", "register/register.db", "--changes", s.file("change", s.change(3)))
	case "journal":
		s.awaitPrivately("read-only", http.StatusServiceUnavailable)
		s.refuses("an account", words, "account", "add", "late", "--config", "registerd.toml", "--kind", "authority",
			"--organization", "Police", "--purpose", "legalActions", "--approved-by", "Jens Jensen")
	case "accounts":
		s.refuses("an account", words, "account", "add", "late", "--config", "registerd.toml", "--kind", "authority",
			"--organization", "Police", "--purpose", "legalActions", "--approved-by", "Jens Jensen")
	case "requests":
		if status, text, err := s.submits(); status == http.StatusCreated || err != nil {
			s.t.Errorf("a request: %d %s %v", status, text, err)
		}
	case "links":
		s.refuses("a link", words, "holder", "link", "--config", "registerd.toml", "CANARY-KA1")
	}
}
