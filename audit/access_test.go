package audit

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func accessConfig(t *testing.T) AccessConfig {
	return AccessConfig{Dir: filepath.Join(t.TempDir(), "audit"), Now: atNoon, Logger: slog.New(slog.DiscardHandler)}
}

func mustOpenAccess(t *testing.T, cfg AccessConfig) *AccessLog {
	t.Helper()
	l, err := OpenAccessLog(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func mustClose(t *testing.T, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

func question(text string) Question {
	return Question{
		Client: netip.MustParseAddr("192.0.2.77"), Window: "whois", Kind: "domain", Audience: "public",
		Text: text, Outcome: Answered, Duration: 1234 * time.Microsecond,
	}
}

func readDay(t *testing.T, dir, day string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "access-"+day+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestANoteIsOneLineOfJSON(t *testing.T) {
	cfg := accessConfig(t)
	l := mustOpenAccess(t, cfg)
	l.Note(question("shop.example"))
	q := question(`b"ü\.example`)
	q.Outcome, q.Count, q.Client = Outcome(200), 12, netip.Addr{}
	l.Note(q)
	mustClose(t, l)
	want := `{"time":"2026-03-01T12:00:00.123456Z","client":"192.0.2.0/24","window":"whois","audience":"public",` +
		`"kind":"domain","question":"shop.example","outcome":"answered","us":1234,"count":1}` + "\n" +
		`{"time":"2026-03-01T12:00:00.123456Z","client":"","window":"whois","audience":"public",` +
		`"kind":"domain","question":"b\"ü\\.example","outcome":"unknown","us":1234,"count":12}` + "\n"
	if diff := cmp.Diff(want, readDay(t, cfg.Dir, "2026-03-01")); diff != "" {
		t.Error(diff)
	}
	if l.Dropped() != 0 {
		t.Errorf("dropped %d", l.Dropped())
	}
}

func TestEveryOutcomeHasAWordOfItsOwn(t *testing.T) {
	seen := map[string]Outcome{}
	for o := range Outcome(numOutcomes) {
		if other, ok := seen[o.String()]; ok || o.String() == "" {
			t.Errorf("outcomes %d and %d are both %q", other, o, o)
		}
		seen[o.String()] = o
	}
}

func TestNoFullAddressIsEverWritten(t *testing.T) {
	cfg := accessConfig(t)
	l := mustOpenAccess(t, cfg)
	addrs := []string{
		"192.0.2.77", "198.51.100.254", "::ffff:192.0.2.78", "2001:db8:1:2:3:4:5:6", "fe80::1234:5%eth0",
		"2002:c000:24d:1::1", "::1",
	}
	for _, a := range addrs {
		q := question("shop.example")
		q.Client = netip.MustParseAddr(a)
		l.Note(q)
	}
	mustClose(t, l)
	text := readDay(t, cfg.Dir, "2026-03-01")
	var got []string
	for line := range strings.Lines(text) {
		var note struct{ Client netip.Prefix }
		if err := json.Unmarshal([]byte(line), &note); err != nil {
			t.Fatal(err)
		}
		got = append(got, note.Client.String())
	}
	want := []string{
		"192.0.2.0/24", "198.51.100.0/24", "192.0.2.0/24", "2001:db8:1::/48", "fe80::/48",
		"2002:c000:200::/40", "::/48",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, a := range addrs {
		if strings.Contains(text, `"`+a) || strings.Contains(text, "c000:24d") {
			t.Errorf("the file holds %s", a)
		}
	}
}

// stuckFile writes when it is let.
type stuckFile struct {
	io.WriteCloser
	gate chan struct{}
}

func (f stuckFile) Write(p []byte) (int, error) {
	<-f.gate
	return f.WriteCloser.Write(p)
}

// stuckLog has room for 64 questions, on a disk that is stuck until the gate is closed.
func stuckLog(t *testing.T) (l *AccessLog, dir string, gate chan struct{}) {
	t.Helper()
	cfg := accessConfig(t)
	cfg.Buffer = 64
	gate = make(chan struct{})
	l, err := openAccessLog(cfg, func(path string) (io.WriteCloser, error) {
		f, err := openDay(path)
		return stuckFile{f, gate}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l, cfg.Dir, gate
}

func TestANoteDoesNotWaitForAStuckDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, dir, gate := stuckLog(t)
		for range 32 { // half the buffer wakes the writer, which sticks
			l.Note(question("shop.example"))
		}
		synctest.Wait()
		for range 1000 {
			l.Note(question("shop.example"))
		}
		if got := l.Dropped(); got != 1000-64 {
			t.Errorf("dropped %d, want %d", got, 1000-64)
		}
		close(gate)
		mustClose(t, l)
		if got := strings.Count(readDay(t, dir, "2026-03-01"), "\n"); got != 32+64 {
			t.Errorf("%d lines, want %d", got, 32+64)
		}
	})
}

func TestEveryNoteIsWrittenOrCounted(t *testing.T) {
	cfg := accessConfig(t)
	cfg.Buffer = 256
	l := mustOpenAccess(t, cfg)
	const callers, each = 8, 2000
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range each {
				l.Note(question("shop.example"))
			}
		})
	}
	all.Wait()
	mustClose(t, l)
	l.Note(question("late.example"))
	lines := strings.Count(readDay(t, cfg.Dir, "2026-03-01"), "\n")
	if got := lines + int(l.Dropped()); got != callers*each+1 {
		t.Errorf("%d lines and %d dropped, together not %d", lines, l.Dropped(), callers*each+1)
	}
}

func TestLongTextsDoNotOutgrowTheBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _, gate := stuckLog(t)
		long := question(strings.Repeat("x", 4000))
		for range 100 {
			l.Note(long)
			synctest.Wait()
		}
		room := uint64(64 * textPerEntry / textKept)
		if got := l.Dropped(); got < 100-3*room {
			t.Errorf("dropped %d of 100 long questions, though there is room for %d", got, room)
		}
		close(gate)
		mustClose(t, l)
	})
}

func TestAnAccessLogWithAMissingOrBadPartIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*AccessConfig){
		"no directory":   func(c *AccessConfig) { c.Dir = "" },
		"no clock":       func(c *AccessConfig) { c.Now = nil },
		"no logger":      func(c *AccessConfig) { c.Logger = nil },
		"keeps an hour":  func(c *AccessConfig) { c.Keep = time.Hour },
		"keeps negative": func(c *AccessConfig) { c.Keep = -time.Hour },
		"no buffer":      func(c *AccessConfig) { c.Buffer = -1 },
		"not a directory": func(c *AccessConfig) {
			c.Dir = filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(c.Dir, nil, fileMode); err != nil {
				t.Fatal(err)
			}
		},
	} {
		cfg := accessConfig(t)
		spoil(&cfg)
		if l, err := OpenAccessLog(cfg); err == nil {
			t.Errorf("%s: was opened", name)
			mustClose(t, l)
		}
	}
}

func TestADiscardedNoteIsNotADroppedOne(t *testing.T) {
	l := Discard()
	l.Note(question("shop.example"))
	mustClose(t, l)
	if l.Dropped() != 0 {
		t.Errorf("dropped %d", l.Dropped())
	}
}

func TestANoteAllocatesNothing(t *testing.T) {
	l := mustOpenAccess(t, accessConfig(t))
	defer mustClose(t, l)
	q := question("shop.example")
	if n := testing.AllocsPerRun(1000, func() { l.Note(q) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
