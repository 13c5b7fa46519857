package main

import (
	"errors"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"registerd/backup"
	"registerd/config"
)

func TestWhatDoesNotFitIsNotBegun(t *testing.T) {
	dir := t.TempDir()
	must(t, mustFit(map[string]int64{dir: 1 << 20}))
	for _, most := range []int64{1 << 59, math.MaxInt64 / 2} {
		err := mustFit(map[string]int64{dir: most, filepath.Dir(dir): most})
		if err == nil || !strings.Contains(err.Error(), "MiB are needed there") {
			t.Errorf("%v", err)
		}
	}
}

func TestWhatACrashLeftOfCopiesGoesWithTheNext(t *testing.T) {
	dir := t.TempDir()
	left, err := newScratch(dir)
	must(t, err)
	held, err := newScratch(dir)
	must(t, err)
	must(t, left.lock.Close()) // as a kill would
	next, err := newScratch(dir)
	must(t, err)
	there, err := filepath.Glob(filepath.Join(dir, scratchName+"*"))
	must(t, err)
	if len(there) != 2 {
		t.Errorf("there are %q, and held are %s and %s", there, held.dir, next.dir)
	}
	must(t, held.remove())
	must(t, next.remove())
}

// Go opens the null device in place of a standard output that was closed.
func TestABackupThatWouldBeNowhereIsRefused(t *testing.T) {
	d := newDrill(t)
	d.must("seed", "--db", filepath.Join(d.dir, "register.db"), "--domains", "5")
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	must(t, err)
	defer null.Close()
	var said strings.Builder
	status := run(t.Context(), []string{"backup", "--config", filepath.Join(d.dir, "registerd.toml"), "-"}, console{nil, null, &said})
	if status != failed || said.String() != "registerd: backup: standard output is closed, or the null device: the backup would be nowhere\n" {
		t.Errorf("status %d, %s", status, &said)
	}
}

// What an operator put beside the journal is not a restore's to clear away.
func TestARestoreTakesNothingAwayThatItDidNotPutThere(t *testing.T) {
	d := newDrill(t)
	d.must("seed", "--db", filepath.Join(d.dir, "register.db"), "--domains", "5")
	d.must("backup", "--config", "registerd.toml", "backup")
	note := filepath.Join(d.dir, "audit", asideName+"upgrade.txt")
	must(t, os.WriteFile(note, []byte("mine"), 0o600))
	d.must("restore", "--config", "registerd.toml", "--replace", "--older", "backup")
	if text, err := os.ReadFile(note); err != nil || string(text) != "mine" {
		t.Errorf("%q, %v", text, err)
	}

	// A backup that is made up may lack what it should say of its journal.
	c, err := config.Read(filepath.Join(d.dir, "registerd.toml"))
	must(t, err)
	c.Audit.Dir = filepath.Join(d.dir, "audit")
	p := &places{c: c, sections: []section{{part: journalPart, at: c.Audit.Dir, folder: true}}}
	if newer := p.newer(t.Context(), new(backup.Manifest)); len(newer) > 0 {
		t.Errorf("%q", newer)
	}
}

// Who closes the terminal, or reads no further, leaves no copies of everything behind.
func TestTheEndOfATerminalEndsWhatIsUnderWay(t *testing.T) {
	ctx, stop := tidyEnd(t.Context())
	defer stop()
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup, where this would wait for ever
		must(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
		<-ctx.Done()
	}
	reader, writer, err := os.Pipe()
	must(t, err)
	must(t, reader.Close())
	if _, err := writer.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("%v", err)
	}
	must(t, writer.Close())
}
