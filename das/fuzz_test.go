package das_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"registerd/ratelimit"
	"registerd/register"
)

// FuzzLine sends anything as one connection's input: each line has one answer,
// of known form and plain text, and AVAILABLE is said only of a name that can be
// registered, directly below a zone.
func FuzzLine(f *testing.F) {
	for _, line := range []string{
		"free.example", "FREE.example.\r\nshop.example", "\r\n\n", "blåbær.test", "bl\xe5b\xe6r.test", "xn--blbr-roah.test",
		"xn--a.example", "a\u202eb.example", "a\x1b[31m.example", "get 1.0 shop", "example", "\u3002", strings.Repeat("a", 64), "¦.test",
	} {
		f.Add(line)
	}
	l := serve(f, deskOver(f, registerOf(f), ratelimit.Unlimited()), nil)
	f.Fuzz(func(t *testing.T, input string) {
		input = input[:min(len(input), 1024)] // longer lines have a test of their own
		lines := strings.Split(input, "\n")
		if last := len(lines) - 1; lines[last] == "" {
			lines = lines[:last]
		}
		heard := ask(t, l, input)
		got := answers(heard)
		if len(got) != len(lines) {
			t.Fatalf("%d answers to %d lines: %q", len(got), len(lines), heard)
		}
		for i, a := range got {
			line := strings.Trim(strings.TrimSuffix(lines[i], "\r"), " \t")
			if !strings.HasPrefix(a[0], "%% RC = ") { // that has a test of its own
				checkAnswer(t, line, a)
			} else if words := strings.Fields(strings.ToLower(line)); len(words) != 3 || words[0] != "get" {
				t.Fatalf("%q: %q", line, a)
			}
		}
		joiner := func(r rune) bool { return r == '\u200c' || r == '\u200d' }
		for _, r := range strings.ReplaceAll(heard, "\r\n", "") {
			if r == utf8.RuneError || !unicode.IsGraphic(r) && !joiner(r) {
				t.Fatalf("%q is not plain text", heard)
			}
		}
	})
}

func checkAnswer(t *testing.T, line string, answer []string) {
	t.Helper()
	name, err := register.ParseName(line)
	last := answer[len(answer)-1]
	switch {
	case answer[0] != "%RC=0":
		t.Fatalf("%q: %q", line, answer)
	case err != nil:
		if len(answer) != 2 || last != "Status: NOT ALLOWED" {
			t.Fatalf("%q is no name: %q", line, answer)
		}
		return
	case answer[1] != "Domain: "+name.Unicode():
		t.Fatalf("%q: %q", line, answer)
	}
	want := "Status: NOT ALLOWED"
	switch {
	case name == "shop.example", name == "xn--blbr-roah.test", name == "registered.test":
		want = "Status: NOT AVAILABLE"
	case name == "reserved.example", !name.Registrable(), !name.DirectlyUnder("example") && !name.DirectlyUnder("test"):
	default:
		want = "Status: AVAILABLE"
	}
	if last != want {
		t.Fatalf("%q: %q, want %q", line, answer, want)
	}
}
