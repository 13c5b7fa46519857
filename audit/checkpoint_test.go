package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func checkpointsOf(t *testing.T, dir string) [][]byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, checkpointsName))
	if err != nil {
		t.Fatal(err)
	}
	found, whole := notes(text)
	if whole != len(text) {
		t.Errorf("%d of %d bytes are checkpoints", whole, len(text))
	}
	return found
}

func TestAJournalIsSignedForEveryMinuteInWhichItGrewAndAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := journalConfig(t)
		j, err := OpenJournal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		minute := func() {
			time.Sleep(signEvery)
			synctest.Wait()
		}
		mustRecord(t, j, "one.example")
		if n := len(checkpointsOf(t, cfg.Dir)); n != 0 {
			t.Errorf("%d checkpoints at once", n)
		}
		for range 3 {
			minute()
		}
		if n := len(checkpointsOf(t, cfg.Dir)); n != 1 {
			t.Errorf("%d checkpoints for one record", n)
		}
		if s := j.State(); s.Records != 1 || s.Checkpointed != 1 || !s.Signed.Equal(noon) {
			t.Errorf("%+v", s)
		}
		mustRecord(t, j, "two.example")
		minute()
		mustRecord(t, j, "three.example")
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if n := len(checkpointsOf(t, cfg.Dir)); n != 3 {
			t.Errorf("%d checkpoints, want 3", n)
		}
	})
}

func TestANoteThatACrashLeftUnfinishedIsTakenAway(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	mustRecord(t, j, "one.example")
	whole := mustCheckpoint(t, j).Note
	for _, left := range []int{1, 20, len(whole) - 40, len(whole) - 1} {
		if err := mustOpenJournal(t, cfg).Close(); err != nil {
			t.Fatal(err)
		}
		before := len(checkpointsOf(t, cfg.Dir))
		edit(t, cfg.Dir, checkpointsName, func(b []byte) []byte { return append(append(b, '\n'), whole[:left]...) })
		mustRecord(t, j, "more.example")
		mustCheckpoint(t, j)
		if n := len(checkpointsOf(t, cfg.Dir)); n != before+1 {
			t.Errorf("%d bytes left: %d checkpoints, want %d", left, n, before+1)
		}
	}
	if v, err := Verify(VerifyConfig{Dir: cfg.Dir}); err != nil || len(v.Findings) != 0 {
		t.Errorf("%+v %v", v, err)
	}
}

func TestManyProcessesSignForOneJournal(t *testing.T) {
	cfg := journalConfig(t)
	var all sync.WaitGroup
	for g := range 4 {
		j := mustOpenJournal(t, cfg)
		all.Go(func() {
			for i := range 10 {
				err := j.Record(t.Context(), disclosure(fmt.Sprintf("%d-%d.example", g, i)))
				if _, signErr := j.Checkpoint(t.Context()); err != nil || signErr != nil {
					t.Error(err, signErr)
				}
			}
		})
	}
	all.Wait()
	v, err := Verify(VerifyConfig{Dir: cfg.Dir})
	if err != nil || len(v.Findings) != 0 || v.Covered != 40 || v.Records != 40 {
		t.Errorf("%+v %v", v, err)
	}
}

func TestAKeyKeptElsewhereSignsAndIsNotMadeTwice(t *testing.T) {
	cfg := journalConfig(t)
	elsewhere := filepath.Join(t.TempDir(), "signing")
	with := cfg
	with.SigningKey = elsewhere
	server := mustOpenJournal(t, with)
	mustRecord(t, server, "one.example")
	if c := mustCheckpoint(t, server); c.Size != 1 {
		t.Errorf("signed for %d", c.Size)
	}
	ask := mustOpenJournal(t, cfg) // knows nothing of the key
	mustRecord(t, ask, "two.example")
	if c := mustCheckpoint(t, ask); c.Size != 1 {
		t.Errorf("without the key it signed for %d", c.Size)
	}
	if c := mustCheckpoint(t, server); c.Size != 2 {
		t.Errorf("the server signed for %d", c.Size)
	}
	if _, err := os.Stat(filepath.Join(cfg.Dir, signingName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a second key: %v", err)
	}
	if err := os.Chmod(elsewhere, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenJournal(with); err == nil || !strings.Contains(err.Error(), "others may read it") {
		t.Errorf("a key that others may read: %v", err)
	}
}

func TestAKeyMayBeExchangedAndTheOldCheckpointsStillCount(t *testing.T) {
	cfg := journalConfig(t)
	for i := range 3 {
		cfg.SigningKey = filepath.Join(t.TempDir(), fmt.Sprint("signing", i))
		j := mustOpenJournal(t, cfg)
		mustRecord(t, j, "shop.example")
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	v, err := Verify(VerifyConfig{Dir: cfg.Dir})
	if err != nil || len(v.Findings) != 0 || v.Checkpoints != 3 {
		t.Errorf("%+v %v", v, err)
	}
}

// collector is a place that fails until it is mended, and waits where it is told to.
type collector struct {
	mu     sync.Mutex
	broken bool
	kept   []string
}

func (c *collector) place() Place {
	return Place{"collector", func(_ context.Context, note []byte) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.broken {
			return errDisk
		}
		c.kept = append(c.kept, string(note))
		return nil
	}}
}

func TestAPlaceThatFailedIsToldAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := journalConfig(t)
		var log words
		cfg.Logger = log.logger()
		c := &collector{broken: true}
		cfg.Places = []Place{c.place()}
		j, err := OpenJournal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		mustRecord(t, j, "one.example")
		note := mustCheckpoint(t, j).Note
		synctest.Wait()
		if s := j.State(); !s.Handed.IsZero() || s.Unhanded != 1 || !strings.Contains(log.String(), "could not be handed on") {
			t.Errorf("%+v, log %q", s, log.String())
		}
		c.mu.Lock()
		c.broken = false
		c.mu.Unlock()
		time.Sleep(3 * signEvery)
		synctest.Wait()
		if diff := cmp.Diff([]string{string(note)}, c.kept); diff != "" {
			t.Error(diff)
		}
		if s := j.State(); !s.Handed.Equal(noon) || s.Unhanded != 1 {
			t.Errorf("%+v", s)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestRecordsDoNotWaitForASlowPlaceAndTheLastCheckpointIsBrought(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := journalConfig(t)
		gate := make(chan struct{})
		var sizes []int
		cfg.Places = []Place{{"slow", func(_ context.Context, note []byte) error {
			<-gate
			sizes = append(sizes, bytes.Count(note, []byte("\n")), int(note[bytes.IndexByte(note, '\n')+1]-'0'))
			return nil
		}}}
		j, err := OpenJournal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			mustRecord(t, j, "shop.example")
			mustCheckpoint(t, j)
			synctest.Wait()
		}
		close(gate)
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{5, 1, 5, 5}, sizes); diff != "" { // the first, and the last: five lines each
			t.Error(diff)
		}
	})
}

func TestEveryPlaceKeepsWhatVerifyReads(t *testing.T) {
	dir := t.TempDir()
	kept := filepath.Join(dir, "kept")
	script := filepath.Join(dir, "command")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ncat >>"+kept+"-by-command\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "log")
	logger, err := net.ListenPacket("unixgram", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer logger.Close()
	file, err := ParsePlace("file:" + kept)
	if err != nil {
		t.Fatal(err)
	}
	command, err := ParsePlace("command:" + script)
	if err != nil {
		t.Fatal(err)
	}
	cfg := journalConfig(t)
	cfg.Places = []Place{file, command, {"syslog", keepInSyslog("unixgram", socket)}}
	j := mustOpenJournal(t, cfg)
	for _, q := range []string{"one.example", "two.example"} {
		mustRecord(t, j, q)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 4096)
	n, _, err := logger.ReadFrom(line)
	if err != nil {
		t.Fatal(err)
	}
	texts := [][]byte{line[:n]}
	for _, path := range []string{kept, kept + "-by-command"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	if bytes.Count(texts[0], []byte("\n")) != 1 || !bytes.Contains(texts[0], []byte(syslogWord)) {
		t.Errorf("the log of the system has %q", texts[0])
	}
	v, err := Verify(VerifyConfig{Dir: cfg.Dir, Kept: texts})
	if err != nil || len(v.Findings) != 0 || v.Checkpoints != 4 {
		t.Errorf("%+v %v", v, err)
	}
}

func TestACommandThatFailsSaysWhy(t *testing.T) {
	script := filepath.Join(t.TempDir(), "command")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho no room\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := keepByCommand(t.Context(), script, nil); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("%v", err)
	}
}

func TestAPlaceThatIsNoneIsRefused(t *testing.T) {
	for _, text := range []string{"", "file", "file:", "file:kept", "command:bin/keep", "mail:a@b.example", "syslog:x"} {
		if p, err := ParsePlace(text); err == nil {
			t.Errorf("%q is %+v", text, p)
		}
	}
}
