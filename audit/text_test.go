package audit

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestControlsBecomeVisible(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb\tc":                  `a\u{d}\u{a}b\u{9}c`,
		"\x00\x1b[31m":               `\u{0}\u{1b}[31m`,
		"\x7f \u0080\u009b\u009f":    `\u{7f} \u{80}\u{9b}\u{9f}`,
		"\u061c\u200e\u200f\u202e":   `\u{61c}\u{200e}\u{200f}\u{202e}`,
		"\u2066\u2069\u2028\u2029":   `\u{2066}\u{2069}\u{2028}\u{2029}`,
		"\U000e0041\ufdd0\U0010ffff": `\u{e0041}\u{fdd0}\u{10ffff}`,
		"a\xffb\xc3":                 `a\x{ff}b\x{c3}`,
		"\ufffd":                     "\ufffd",
		`"\`:                         `"\`,
		"bücher 食品 \u00a0\u200d":     "bücher 食品 \u00a0\u200d",
	} {
		var got string
		if err := json.Unmarshal(appendText(nil, in, textRunes), &got); err != nil {
			t.Errorf("%q: %v", in, err)
		}
		if got != want {
			t.Errorf("%q was written %q, want %q", in, got, want)
		}
	}
}

func TestControlsOfBothBooksBecomeVisible(t *testing.T) {
	const evil = "a\n\x1b]0;x\a\x7f\u009b\u202e\u2028.example"
	cfg := accessConfig(t)
	l := mustOpenAccess(t, cfg)
	l.Note(Question{Window: evil, Kind: evil, Audience: evil, Text: evil})
	mustClose(t, l)
	j := mustOpenJournal(t, JournalConfig{Dir: cfg.Dir, Now: cfg.Now, Logger: cfg.Logger})
	if err := j.Record(t.Context(), Disclosure{
		Caller: evil, Organisation: evil, Audience: evil, Purpose: evil, Case: evil, Window: evil,
		Question: evil, Kind: evil, Key: evil, Fields: []string{evil, evil}, Rules: evil,
	}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"access-2026-03-01.jsonl", journalName} {
		raw, err := os.ReadFile(filepath.Join(cfg.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		line, rest, _ := strings.Cut(string(raw), "\n")
		if rest != "" || strings.ContainsFunc(line, unprintable) {
			t.Errorf("%s: %q", name, raw)
		}
		var decoded any
		if err := json.Unmarshal([]byte(line), &decoded); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if strings.ContainsFunc(fmt.Sprint(decoded), unprintable) {
			t.Errorf("%s: a control returns on decoding: %q", name, decoded)
		}
	}
}

func TestALongQuestionIsCut(t *testing.T) {
	for in, want := range map[string]string{
		strings.Repeat("x", 256):          strings.Repeat("x", 256),
		strings.Repeat("x", 257):          strings.Repeat("x", 255) + "…",
		strings.Repeat("食", 9000):         strings.Repeat("食", 255) + "…",
		strings.Repeat("\U0001F600", 300): strings.Repeat("\U0001F600", 255) + "…",
		strings.Repeat("\U0001F600", 256): strings.Repeat("\U0001F600", 256),
		strings.Repeat("x", 250) + "\n\n": strings.Repeat("x", 250) + `\u{a}…`,
		strings.Repeat("x", 253) + "\n":   strings.Repeat("x", 253) + "…",
	} {
		cfg := accessConfig(t)
		l := mustOpenAccess(t, cfg)
		l.Note(question(in))
		mustClose(t, l)
		var note struct{ Question string }
		if err := json.Unmarshal([]byte(readDay(t, cfg.Dir, "2026-03-01")), &note); err != nil {
			t.Fatal(err)
		}
		if note.Question != want {
			t.Errorf("%.10q of %d bytes was written %q", in, len(in), note.Question)
		}
	}
}

func FuzzWhateverIsWrittenIsPrintableAndDecodes(f *testing.F) {
	f.Add("shop.example", 256)
	f.Add("a\r\n\x1b\x7f\u009b\u202e\xff\"\\", 5)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = max(limit, 1)
		var got string
		if err := json.Unmarshal(appendText(nil, s, limit), &got); err != nil {
			t.Fatal(err)
		}
		if n := len([]rune(got)); n > limit {
			t.Errorf("%d runes, the limit is %d", n, limit)
		}
		if strings.ContainsFunc(got, unprintable) {
			t.Errorf("%q has a control", got)
		}
	})
}
