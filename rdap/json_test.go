package rdap_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"registerd/rdap"
)

func TestATextIsValidJSONAndHarmlessOnAScreen(t *testing.T) {
	for in, want := range map[string]string{
		"":                     `""`,
		"plain":                `"plain"`,
		"B\u00fccher \u65e5":   "\"B\u00fccher \u65e5\"",
		"\"\\/":                `"\"\\/"`,
		"<a&b>":                `"\u003ca\u0026b\u003e"`,
		"\x00\n\x1b\x7f":       `"\u0000\u000a\u001b\u007f"`,
		"\u009b\u202e\u2028":   `"\u009b\u202e\u2028"`,
		"\u061c\u200f\u2066":   `"\u061c\u200f\u2066"`,
		"a\xff\xc3b":           `"a\ufffd\ufffdb"`,
		"\U000e0041\U0001f600": "\"\\udb40\\udc41\U0001f600\"",
	} {
		if got := string(rdap.AppendString(nil, in)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "a", "<\u2028\xff\x00\U000e0041\u202e", "\xed\xa0\x80", "\ufeff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := rdap.AppendString(nil, s)
		var back string
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if want := string([]rune(s)); back != want {
			t.Fatalf("%q came back as %q", want, back)
		}
		if !utf8.Valid(b) || strings.ContainsAny(string(b), "<>&\x00\n\r\x1b\x7f\u009b\u2028\u2029\u202e\u2066\ufeff") {
			t.Fatalf("raw: %q", b)
		}
	})
}
