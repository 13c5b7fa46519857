package audit

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a Now that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

func (c *clock) tomorrow() { c.set(c.now().AddDate(0, 0, 1)) }

func walked(t *testing.T, dir string) []Record {
	t.Helper()
	var out []Record
	if err := Walk(dir, func(r Record) error { out = append(out, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEachDayHasAKeyOfItsOwnAndARecordWithoutItsKeyReadsAsGone(t *testing.T) {
	cfg := journalConfig(t)
	c := &clock{at: time.Date(2026, 3, 1, 23, 59, 59, 999_000_000, time.UTC)}
	cfg.Now = c.now
	j := mustOpenJournal(t, cfg)
	mustRecord(t, j, "first.example")
	c.set(time.Date(2026, 3, 2, 1, 0, 0, 0, time.FixedZone("", 3600))) // midnight, UTC
	mustRecord(t, j, "second.example")
	first, err := os.ReadFile(filepath.Join(cfg.Dir, keysName, "2026-03-01.key"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(filepath.Join(cfg.Dir, keysName, "2026-03-02.key"))
	if err != nil || bytes.Equal(first, second) || len(first) != keySize {
		t.Errorf("two days have the keys %x and %x: %v", first, second, err)
	}
	if err := os.Remove(filepath.Join(cfg.Dir, keysName, "2026-03-01.key")); err != nil {
		t.Fatal(err)
	}
	got := walked(t, cfg.Dir)
	gone, kept := got[0], got[1]
	if !gone.Gone || gone.Question != "" || gone.Organisation != "" || gone.Contacts != nil || gone.Client.IsValid() {
		t.Errorf("without its key: %+v", gone)
	}
	if gone.Caller != "police-7" || gone.Purpose != "criminalInvestigation" || gone.Told != 2 || gone.Rules != "builtin-1" {
		t.Errorf("what stays in clear is %+v", gone)
	}
	if kept.Gone || kept.Question != "second.example" {
		t.Errorf("with its key: %+v", kept)
	}
}

func TestWhatIsSealedCannotBeMovedToAnotherRecord(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	mustRecord(t, j, "one.example")
	mustRecord(t, j, "two.example")
	lines := linesOf(t, cfg.Dir)
	cut := func(line []byte) (head, seal string) {
		at := bytes.LastIndex(line, []byte(sealedMember))
		return string(line[:at]), string(line[at:])
	}
	head1, seal1 := cut(lines[0])
	head2, seal2 := cut(lines[1])
	for name, text := range map[string]string{
		"exchanged":                head1 + seal2 + head2 + seal1,
		"another purpose":          strings.Replace(head1, "criminalInvestigation", "research", 1) + seal1,
		"a seal that is not whole": head1 + seal1[:len(seal1)-8] + lineEnd,
		"a seal of nothing":        head1 + sealedMember + "AAAA" + lineEnd,
	} {
		edit(t, cfg.Dir, journalName, func([]byte) []byte { return []byte(text) })
		for _, r := range walked(t, cfg.Dir) {
			if !r.Gone || r.Question != "" || r.Contacts != nil || r.Told != 2 {
				t.Errorf("%s: it is read as %+v", name, r)
			}
		}
		v, err := Verify(VerifyConfig{Dir: cfg.Dir})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(v.Findings, "; "); !strings.Contains(got, "record 1 is not the one whose hash is in") ||
			!strings.Contains(got, "the key of 2026-03-01 does not open") {
			t.Errorf("%s: found %q", name, got)
		}
	}
}

// A restore without the keys: the next record of the day is sealed by another key.
func TestAKeyLostInTheMiddleOfItsDayHidesWhatItSealedAndNothingElse(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	mustRecord(t, j, "one.example")
	mustRecord(t, j, "two.example")
	if err := os.Remove(filepath.Join(cfg.Dir, keyName(noon))); err != nil {
		t.Fatal(err)
	}
	mustRecord(t, j, "three.example")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	got := walked(t, cfg.Dir)
	if len(got) != 3 {
		t.Fatalf("%d records are read", len(got))
	}
	for _, r := range got[:2] {
		if !r.Gone || r.Question != "" || r.Organisation != "" || r.Contacts != nil || r.Client.IsValid() || r.Caller != "police-7" || r.Told != 2 {
			t.Errorf("sealed by the lost key: %+v", r)
		}
	}
	if got[2].Gone || got[2].Question != "three.example" {
		t.Errorf("sealed by the new key: %+v", got[2])
	}
	v, err := Verify(VerifyConfig{Dir: cfg.Dir})
	if err != nil || len(v.Findings) != 1 || !strings.Contains(v.Findings[0], "the key of 2026-03-01 does not open 2 of its records") ||
		v.Covered != 3 || v.Sealed != 0 {
		t.Errorf("verify: %+v %v", v, err)
	}
}

func TestAKeyThatIsNoneIsNotWrittenWith(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	mustRecord(t, j, "one.example")
	edit(t, cfg.Dir, keyName(noon), func(b []byte) []byte { return b[:5] })
	if err := j.Record(t.Context(), disclosure("two.example")); err == nil {
		t.Error("a record was sealed by a key of five bytes")
	}
	if err := Walk(cfg.Dir, func(Record) error { return nil }); err == nil {
		t.Error("a key of five bytes is taken for one that was erased")
	}
}

// What stays when the key is erased is its length, which is to say little.
func TestTheLengthOfWhatIsSealedSaysLittle(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	for _, q := range []string{"a.example", "karins-very-own-name.example"} {
		mustRecord(t, j, q)
	}
	lines := linesOf(t, cfg.Dir)
	if len(lines[0]) != len(lines[1]) {
		t.Errorf("lines of %d and %d bytes", len(lines[0]), len(lines[1]))
	}
}
