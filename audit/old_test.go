package audit

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// oldLine is a line as the old form has it.
func oldLine(seq int, time, question string) string {
	return fmt.Sprintf(`{"seq":%d,"time":"%s","caller":"police-7","organisation":"Police of Example","audience":"authority",`+
		`"purpose":"legalActions","case":"2026-17","window":"rdap","question":"%s","kind":"name","key":"%s","rules":"gdpr-1",`+
		`"serial":22,"client":"127.0.0.0/24","contacts":["C1-EXAMPLE"],"fields":["contact name"]}`+"\n", seq, time, question, question)
}

const oldTime = "2026-02-28T22:39:32.311194Z"

func oldJournal(t *testing.T) (JournalConfig, string) {
	cfg := journalConfig(t)
	if err := os.Mkdir(cfg.Dir, dirMode); err != nil {
		t.Fatal(err)
	}
	text := oldLine(1, oldTime, "one.example") + oldLine(2, oldTime, "two.example")
	if err := os.WriteFile(filepath.Join(cfg.Dir, journalName), []byte(text), fileMode); err != nil {
		t.Fatal(err)
	}
	return cfg, text
}

func TestAJournalOfTheOldFormIsClosedByItsHashAndStillRead(t *testing.T) {
	for _, tail := range []string{"", `{"seq":3,"ti`} {
		cfg, text := oldJournal(t)
		text += tail
		edit(t, cfg.Dir, journalName, func([]byte) []byte { return []byte(text) })
		mustRecord(t, mustOpenJournal(t, cfg), "three.example")
		mustRecord(t, mustOpenJournal(t, cfg), "four.example")
		got := walked(t, cfg.Dir)
		if len(got) != 5 || got[0].Old != 1 || got[1].Question != "two.example" || got[1].Case != "2026-17" || got[1].Told != 1 ||
			got[1].Contacts[0] != "C1-EXAMPLE" || got[1].Client != netip.MustParsePrefix("127.0.0.0/24") || got[4].Old != 0 || got[4].Seq != 3 {
			t.Fatalf("%+v", got)
		}
		want := fmt.Sprintf("journal-old-1.jsonl 2 sha256:%x", sha256.Sum256([]byte(text)))
		if r := got[2]; r.Entry != EntryOldJournal || r.Reference != want {
			t.Errorf("it is closed by %+v, want %s", r, want)
		}
		if v, err := Verify(VerifyConfig{Dir: cfg.Dir}); err != nil || len(v.Findings) != 0 {
			t.Errorf("verify: %+v %v", v, err)
		}
		edit(t, cfg.Dir, "journal-old-1.jsonl", func(b []byte) []byte { b[100] ^= 1; return b })
		if v, err := Verify(VerifyConfig{Dir: cfg.Dir}); err != nil || len(v.Findings) != 1 {
			t.Errorf("verify after a change: %+v %v", v, err)
		}
		if err := os.Remove(filepath.Join(cfg.Dir, "journal-old-1.jsonl")); err != nil {
			t.Fatal(err)
		}
		if v, err := Verify(VerifyConfig{Dir: cfg.Dir}); err != nil || len(v.Findings) != 1 {
			t.Errorf("verify after a loss: %+v %v", v, err)
		}
	}
}

func TestAClosingThatACrashInterruptedIsFinished(t *testing.T) {
	cfg, _ := oldJournal(t)
	if err := os.Rename(filepath.Join(cfg.Dir, journalName), filepath.Join(cfg.Dir, "journal-old-1.jsonl")); err != nil {
		t.Fatal(err)
	}
	mustOpenJournal(t, cfg)
	if got := walked(t, cfg.Dir); len(got) != 3 || got[2].Entry != EntryOldJournal {
		t.Errorf("%+v", got)
	}
}

func TestABrokenJournalOfTheOldFormIsNotTouched(t *testing.T) {
	for name, text := range map[string]string{
		"a gap":         oldLine(1, oldTime, "one.example") + oldLine(3, oldTime, "three.example"),
		"no record":     oldLine(1, oldTime, "one.example") + "remark\n",
		"both forms":    oldLine(1, oldTime, "one.example") + `{"seq":7,"time":"` + oldTime + `","entry":"disclosure"}` + "\n",
		"beside hashes": oldLine(1, oldTime, "one.example"),
	} {
		cfg, _ := oldJournal(t)
		edit(t, cfg.Dir, journalName, func([]byte) []byte { return []byte(text) })
		if name == "beside hashes" {
			if err := os.WriteFile(filepath.Join(cfg.Dir, hashesName), make([]byte, 32), fileMode); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := OpenJournal(cfg); err == nil {
			t.Errorf("%s: was opened", name)
		}
		if got, err := os.ReadFile(filepath.Join(cfg.Dir, journalName)); err != nil || string(got) != text {
			t.Errorf("%s: was changed: %v", name, err)
		}
	}
}

func TestAJournalOfTheOldFormIsErasedWhenItsLastRecordIsPast(t *testing.T) {
	cfg, _ := oldJournal(t)
	c := &clock{at: noon}
	cfg.Now, cfg.KeepMonths = c.now, 24
	if err := mustOpenJournal(t, cfg).Close(); err != nil {
		t.Fatal(err)
	}
	c.set(noon.AddDate(2, 0, 0))
	if err := mustOpenJournal(t, cfg).Close(); err != nil {
		t.Fatal(err)
	}
	got := walked(t, cfg.Dir)
	if len(got) != 2 || got[1].Entry != EntryOldErased || got[1].Reference != "journal-old-1.jsonl" {
		t.Errorf("%+v", got)
	}
	if v, err := Verify(VerifyConfig{Dir: cfg.Dir}); err != nil || strings.Join(v.Findings, "") != "" {
		t.Errorf("verify: %+v %v", v, err)
	}
}
