package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAnErrorIsOneLineAndHasItsStatus(t *testing.T) {
	for _, tt := range []struct {
		err    error
		says   string
		status int
	}{
		{nil, "", ok},
		{errors.New("the disk is full"), "registerd: the disk is full\n", failed},
		{errors.Join(errors.New("writing failed"), errors.New("closing failed")), "registerd: writing failed; closing failed\n", failed},
		{misused("serve: give --db FILE"), "registerd: serve: give --db FILE\n", misuse},
	} {
		var said bytes.Buffer
		if got := report(console{err: &said}, tt.err); got != tt.status || said.String() != tt.says {
			t.Errorf("%v: status %d, said %q", tt.err, got, said.String())
		}
	}
}

// journalctl -p err finds why a program ended.
func TestTheJournalOfSystemdIsToldAnErrorAsOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stream")
	stream, err := os.Create(path)
	must(t, err)
	defer stream.Close()
	var at unix.Stat_t
	must(t, unix.Fstat(int(stream.Fd()), &at))
	t.Setenv("JOURNAL_STREAM", fmt.Sprintf("%d:%d", at.Dev, at.Ino))
	con := console{err: stream}
	report(con, errors.New("the disk is full"))
	run(t.Context(), []string{"serv"}, con)
	const want = "<3>registerd: the disk is full\n<3>registerd: unexpected argument serv"
	if text, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(text, []byte(want)) {
		t.Errorf("it is told %q, %v, want %q", text, err, want)
	}
}
