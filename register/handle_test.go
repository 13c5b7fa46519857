package register

import (
	"errors"
	"strings"
	"testing"
)

func TestAHandleIsFoundInEverySpelling(t *testing.T) {
	long := strings.Repeat("a", MaxHandle)
	tests := []struct{ in, want string }{
		{"jd1234", "jd1234"},
		{"JD1234-ExAmPlE", "jd1234-example"},
		{"  JD1234\n", "jd1234"},
		{"\u00a0JD1234\u3000", "jd1234"},
		{"9995", "9995"},
		{"a b", "a b"},
		{"SØREN-1", "søren-1"},
		{"SO\u0308REN", "sören"},
		{"STRASSE", "strasse"},
		{"Straße", "strasse"},
		{"ＪＤ１２３４", "jd1234"},
		{"ﬁ-1", "fi-1"},
		{"ΣΑΣ", "σασ"},
		{"σας", "σασ"},
		{"Ꭰ-Ᏸ", "Ꭰ-Ᏸ"},
		{"ꭰ-ᏸ", "Ꭰ-Ᏸ"},
		{"¨x", "\u0308x"},
		{long, long},
	}
	for _, tt := range tests {
		if got, err := HandleKey(tt.in); got != tt.want || err != nil {
			t.Errorf("HandleKey(%q) = %q, %v; want %q", tt.in, got, err, tt.want)
		}
	}
}

func TestWhatNoHandleCanBeIsRefused(t *testing.T) {
	for _, in := range []string{
		"", " ", "\u3000", "a\x00b", "a\nb", "a\x7f", "a\u200bb", "a\u202eb", "\ufeffa", "a\xff", "\xed\xa0\x80",
		strings.Repeat("a", MaxHandle+1),
		strings.Repeat("\ufdfa", MaxHandle/3), // one letter that NFKC makes eighteen of
	} {
		got, err := HandleKey(in)
		var syntax *SyntaxError
		if got != "" || !errors.As(err, &syntax) {
			t.Errorf("HandleKey(%q) = %q, %v; want a SyntaxError", in, got, err)
		}
		if err != nil && in != "" && strings.TrimSpace(in) != "" && strings.Contains(err.Error(), in) {
			t.Errorf("HandleKey(%q): the error repeats it", in)
		}
	}
}

func FuzzHandleKey(f *testing.F) {
	for _, s := range []string{"jd1234", "Straße", "¨x", "ΣΑΣ", "\u0345\u03b1", "İ", "ﬁ", "a b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key, err := HandleKey(s)
		if err != nil {
			if key != "" {
				t.Fatalf("HandleKey(%q) = %q with an error", s, key)
			}
			return
		}
		if again, err := HandleKey(key); again != key || err != nil {
			t.Fatalf("HandleKey(%q) = %q, and of that %q, %v", s, key, again, err)
		}
		if key == "" || len(key) > MaxHandle {
			t.Fatalf("HandleKey(%q) = %q", s, key)
		}
	})
}
