package audit

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestARecordReadsBackWholeButForTheAddress(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	d := disclosure(`shop.example"\ <&> bücher.example`)
	for _, f := range reflect.VisibleFields(reflect.TypeOf(d)) {
		if reflect.ValueOf(d).FieldByIndex(f.Index).IsZero() {
			t.Fatalf("the sample leaves %s empty, so it proves nothing about it", f.Name)
		}
	}
	if err := j.Record(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	var got []Record
	if err := Walk(cfg.Dir, func(r Record) error { got = append(got, r); return nil }); err != nil {
		t.Fatal(err)
	}
	d.Client = netip.Addr{}
	want := []Record{{Seq: 1, Time: noon, Told: 2, Disclosure: d, Client: netip.MustParsePrefix("192.0.2.0/24")}}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
	raw, err := os.ReadFile(filepath.Join(cfg.Dir, journalName))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"192.0.2", "Police of Example", "Canary", "2026/114", "shop.example", "c-1", "email", "C1-EXAMPLE"} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("the journal has %s in clear: %s", secret, raw)
		}
	}
}

func TestTheBooksAreForTheirOwnerOnly(t *testing.T) {
	cfg := journalConfig(t)
	mustRecord(t, mustOpenJournal(t, cfg), "shop.example")
	for path, want := range map[string]os.FileMode{
		cfg.Dir:                                   os.ModeDir | 0o700,
		filepath.Join(cfg.Dir, keysName):          os.ModeDir | 0o700,
		filepath.Join(cfg.Dir, journalName):       0o600,
		filepath.Join(cfg.Dir, lockName):          0o600,
		filepath.Join(cfg.Dir, hashesName):        0o600,
		filepath.Join(cfg.Dir, checkpointsName):   0o600,
		filepath.Join(cfg.Dir, signingName):       0o600,
		filepath.Join(cfg.Dir, verifyingName):     0o600,
		filepath.Join(cfg.Dir, keyName(atNoon())): 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
		}
	}
	if err := os.Chmod(cfg.Dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenJournal(cfg); err == nil || !strings.Contains(err.Error(), "others may write") {
		t.Errorf("a directory that anybody may write to: %v", err)
	}
}

func TestAMissingPartIsRefused(t *testing.T) {
	for i, remove := range []func(*JournalConfig){
		func(c *JournalConfig) { c.Dir = "" },
		func(c *JournalConfig) { c.Now = nil },
		func(c *JournalConfig) { c.Logger = nil },
		func(c *JournalConfig) { c.KeepMonths = -1 },
	} {
		cfg := journalConfig(t)
		remove(&cfg)
		if _, err := OpenJournal(cfg); err == nil {
			t.Errorf("part %d is not missed", i)
		}
	}
}

func TestWithoutAJournalNothingIsRecorded(t *testing.T) {
	j := None()
	if err := j.Record(t.Context(), disclosure("shop.example")); !errors.Is(err, ErrNoJournal) {
		t.Errorf("Record: %v, want ErrNoJournal", err)
	}
	if err := j.Err(); !errors.Is(err, ErrNoJournal) {
		t.Errorf("Err: %v, want ErrNoJournal", err)
	}
	if err := j.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestAClosedJournalRefuses(t *testing.T) {
	j := mustOpenJournal(t, journalConfig(t))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"Record": j.Record(t.Context(), disclosure("shop.example")), "Err": j.Err(), "Close": j.Close(),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v, want ErrClosed", what, err)
		}
	}
}

func TestABadDisclosureFailsAlone(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	for name, spoil := range map[string]func(*Disclosure){
		"nobody asked":                  func(d *Disclosure) { d.Caller = "" },
		"no audience":                   func(d *Disclosure) { d.Audience = "" },
		"no question":                   func(d *Disclosure) { d.Question = "" },
		"over the limit":                func(d *Disclosure) { d.Case = strings.Repeat("9", maxLine) },
		"an entry of the journal's own": func(d *Disclosure) { d.Entry = EntryKeyErased },
		"an entry that is none":         func(d *Disclosure) { d.Entry = "gossip" },
	} {
		d := disclosure("bad.example")
		spoil(&d)
		if err := j.Record(t.Context(), d); err == nil {
			t.Errorf("%s: was recorded", name)
		}
	}
	d := disclosure("long.example")
	body, err := d.body()
	if err != nil {
		t.Fatal(err)
	}
	d.Basis += strings.Repeat("9", maxLine-body.size())
	if err := j.Record(t.Context(), d); err != nil {
		t.Errorf("a record just within the limit: %v", err)
	}
	mustRecord(t, j, "good.example")
	if diff := cmp.Diff([]string{"long.example", "good.example"}, questions(t, cfg.Dir)); diff != "" {
		t.Error(diff)
	}
}

func TestManyRecordsShareASync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, dir, gate := gatedJournal(t)
		const n = 50
		outcomes := make(chan error, n+1)
		record := func() { outcomes <- j.Record(t.Context(), disclosure("shop.example")) }
		go record()
		synctest.Wait() // the first one is in its sync
		for range n {
			go record()
		}
		synctest.Wait()
		if len(outcomes) != 0 {
			t.Error("a record was acknowledged before its sync")
		}
		close(gate.gate)
		for range n + 1 {
			if err := <-outcomes; err != nil {
				t.Error(err)
			}
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
		if gate.syncs != 2 {
			t.Errorf("%d records took %d syncs, want 2", n+1, gate.syncs)
		}
		if got := len(questions(t, dir)); got != n+1 {
			t.Errorf("%d records on disk, want %d", got, n+1)
		}
	})
}

// gatedFile syncs when it is let.
type gatedFile struct {
	file
	gate  chan struct{}
	syncs int
}

func (f *gatedFile) Sync() error {
	f.syncs++
	<-f.gate
	return f.file.Sync()
}

// gatedJournal is one whose file syncs when it is let.
func gatedJournal(t *testing.T) (j *Journal, dir string, gate *gatedFile) {
	t.Helper()
	gate = &gatedFile{gate: make(chan struct{})}
	cfg := journalConfig(t)
	j, err := openJournal(cfg, onJournal(cfg, func(f file) file {
		gate.file = f
		return gate
	}))
	if err != nil {
		t.Fatal(err)
	}
	return j, cfg.Dir, gate
}

func TestACallerWhoGivesUpIsNotAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, dir, gate := gatedJournal(t)
		ctx, cancel := context.WithCancel(t.Context())
		outcomes := make(chan error, 2)
		go func() { outcomes <- j.Record(ctx, disclosure("syncing.example")) }()
		synctest.Wait()
		go func() { outcomes <- j.Record(ctx, disclosure("waiting.example")) }()
		synctest.Wait()
		cancel()
		for range 2 {
			if err := <-outcomes; !errors.Is(err, context.Canceled) {
				t.Errorf("%v, want context.Canceled", err)
			}
		}
		close(gate.gate)
		if err := j.Close(); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"syncing.example"}, questions(t, dir)); diff != "" {
			t.Error(diff)
		}
	})
}
