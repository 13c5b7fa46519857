package audit

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// While others write, a copy is the journal as it was at one moment: it holds, has
// every record that was acknowledged before, and can be gone on with.
func TestACopyOfAJournalThatIsWrittenIsWhole(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	mustRecord(t, j, "first.example")
	stop := make(chan struct{})
	var writers sync.WaitGroup
	var mu sync.Mutex
	acknowledged := 1
	var looking sync.RWMutex // they wait while a copy is looked at, which takes longer the more there is
	for g := range 3 {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				looking.RLock()
				err := j.Record(t.Context(), disclosure(fmt.Sprintf("n%d-%d.example", g, i)))
				looking.RUnlock()
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				acknowledged++
				mu.Unlock()
			}
		})
	}
	for n := range 5 {
		mu.Lock()
		before := acknowledged
		mu.Unlock()
		if _, err := j.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(t.TempDir(), strconv.Itoa(n))
		if err := Copy(cfg.Dir, "", to); err != nil {
			t.Fatal(err)
		}
		looking.Lock()
		v, err := Verify(VerifyConfig{Dir: to})
		if err != nil || len(v.Findings) > 0 || v.Records < int64(before) || v.Covered < int64(before) {
			t.Errorf("%d were acknowledged: %+v, %v", before, v, err)
		}
		goOn := cfg
		goOn.Dir = to
		again := mustOpenJournal(t, goOn)
		mustRecord(t, again, "again.example")
		if got := questions(t, to); int64(len(got)) != v.Records+1 || !slices.Contains(got, "first.example") || got[v.Records] != "again.example" {
			t.Errorf("%d records, of %d", len(got), v.Records)
		}
		looking.Unlock()
	}
	close(stop)
	writers.Wait()
}

func TestACopyTakesTheSigningKeyFromWhereItIs(t *testing.T) {
	cfg := journalConfig(t)
	cfg.SigningKey = filepath.Join(t.TempDir(), "elsewhere")
	mustRecord(t, mustOpenJournal(t, cfg), "one.example")
	to := t.TempDir()
	if err := Copy(cfg.Dir, cfg.SigningKey, to); err != nil {
		t.Fatal(err)
	}
	signer, key, err := Signer(to, "")
	if err != nil || signer == nil {
		t.Fatalf("%v, %v", signer, err)
	}
	known, err := Verifiers(cfg.Dir)
	if err != nil || !slices.Contains(known, key) {
		t.Errorf("%q is not one of %q: %v", key, known, err)
	}
	v, err := note.NewVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := note.Sign(&note.Note{Text: "said\n"}, signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(text, note.VerifierList(v)); err != nil {
		t.Error(err)
	}
	// Where others sign, there is none to copy.
	if err := os.Remove(cfg.SigningKey); err != nil {
		t.Fatal(err)
	}
	if signer, _, err := Signer(cfg.Dir, cfg.SigningKey); signer != nil || err != nil {
		t.Errorf("%v, %v", signer, err)
	}
	if err := Copy(cfg.Dir, cfg.SigningKey, filepath.Join(to, "second")); err != nil {
		t.Error(err)
	}
}

// A copy of years ago is read by keys that were erased since. Before it is gone on
// with, they are erased in it too: all of them, with a record each.
func TestAnOldCopyForgetsWhatTheOriginalForgot(t *testing.T) {
	cfg, c := threeDays(t)
	j := mustOpenJournal(t, cfg)
	for range 20 {
		mustRecord(t, j, "more.example")
		c.tomorrow()
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	old := cfg
	old.Dir = filepath.Join(t.TempDir(), "old")
	if err := Copy(cfg.Dir, "", old.Dir); err != nil {
		t.Fatal(err)
	}
	c.set(time.Date(2028, 3, 20, 0, 0, 0, 0, time.UTC))
	erased, err := EraseDue(old)
	if err != nil || erased != 19 {
		t.Errorf("%d erased, %v", erased, err)
	}
	for i, r := range walked(t, old.Dir) {
		if i < 23 && r.Gone != (i < 19) {
			t.Errorf("record %d of %s: gone is %v", r.Seq, r.Time, r.Gone)
		}
		if i >= 23 && r.Entry != EntryKeyErased {
			t.Errorf("record %d is %s", r.Seq, r.Entry)
		}
	}
	if v, err := Verify(VerifyConfig{Dir: old.Dir}); err != nil || len(v.Findings) > 0 || v.Erased != 19 || v.Records != 42 {
		t.Errorf("%+v, %v", v, err)
	}
	if erased, err := EraseDue(old); erased != 0 || err != nil {
		t.Errorf("once more: %d, %v", erased, err)
	}
}
