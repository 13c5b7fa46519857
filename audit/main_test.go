package audit

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// childDir, when set, turns the test program into a second writer: it records
// until it is killed or has written childCount, and says on standard output
// which questions were acknowledged.
const (
	childDir   = "AUDIT_TEST_CHILD_DIR"
	childCount = "AUDIT_TEST_CHILD_COUNT"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := child(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func child(dir string) error {
	var count int
	if _, err := fmt.Sscan(os.Getenv(childCount), &count); err != nil {
		return err
	}
	j, err := OpenJournal(JournalConfig{Dir: dir, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	var out sync.Mutex
	w := bufio.NewWriter(os.Stdout)
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range count / 4 {
				q := fmt.Sprintf("child-%d-%d.example", g, i)
				if j.Record(context.Background(), disclosure(q)) != nil {
					return
				}
				out.Lock()
				fmt.Fprintln(w, q)
				_ = w.Flush()
				out.Unlock()
			}
		})
	}
	all.Wait()
	return j.Close()
}

func disclosure(question string) Disclosure {
	return Disclosure{
		Entry: EntryDisclosure, Caller: "police-7", Requester: "authority", Audience: "authority",
		Purpose: "criminalInvestigation", Basis: "Criminal Code § 1", Window: "rdap", Kind: "contact",
		Reference: "R-2026-000001", Rules: "builtin-1", Serial: 42, Generation: 3, Until: noon.AddDate(0, 6, 0),
		Organisation: "Police of Example", Person: "Officer Canary", Case: "2026/114", Question: question, Key: "c-1",
		Fields: []string{"name", "email"}, Contacts: []string{"C1-EXAMPLE"}, Client: netip.MustParseAddr("192.0.2.77"),
	}
}

// wrapped is a folder whose files are not what they seem.
type wrapped struct {
	folder
	wrap func(name string, f file) file
}

func (d wrapped) open(name string) (file, error) {
	f, err := d.folder.open(name)
	if err != nil {
		return nil, err
	}
	return d.wrap(name, f), nil
}

// onJournal wraps the journal's own file.
func onJournal(cfg JournalConfig, wrap func(f file) file) disk {
	return wrapped{folder(cfg.Dir), func(name string, f file) file {
		if name == journalName {
			return wrap(f)
		}
		return f
	}}
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)

func atNoon() time.Time { return noon }

func journalConfig(t *testing.T) JournalConfig {
	return JournalConfig{Dir: filepath.Join(t.TempDir(), "audit"), Now: atNoon, Logger: slog.New(slog.DiscardHandler)}
}

func mustOpenJournal(t *testing.T, cfg JournalConfig) *Journal {
	t.Helper()
	j, err := OpenJournal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func mustRecord(t *testing.T, j *Journal, question string) {
	t.Helper()
	if err := j.Record(t.Context(), disclosure(question)); err != nil {
		t.Fatal(err)
	}
}

func questions(t *testing.T, dir string) []string {
	t.Helper()
	var qs []string
	if err := Walk(dir, func(r Record) error { qs = append(qs, r.Question); return nil }); err != nil {
		t.Fatal(err)
	}
	return qs
}

// words is a logger that can be read while it is written.
type words struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.Write(p)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}

func (w *words) logger() *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
