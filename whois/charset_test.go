package whois

import (
	"strings"
	"testing"
)

const (
	otherNote = "% " + inOtherLetters + "\r\n"
	lostNote  = "% " + asQuestionMark + "\r\n"
)

func TestWhatACharsetDoesNotHaveIsWrittenInItsLettersAndSaidToBe(t *testing.T) {
	for _, tt := range []struct {
		charset  charset
		in, want string
	}{
		{0, "Łukasz\r\n", "Łukasz\r\n"},
		{utf8Charset, "Łukasz 日\r\n", "Łukasz 日\r\n"},
		{latin1Charset, "Eksempelkøbing\r\n", "Eksempelk\xf8bing\r\n"},
		{latin1Charset, "a\u030a\r\n", "\xe5\r\n"},
		{latin1Charset, "Łukasz Dvořák\r\n", "Lukasz Dvor\xe1k\r\n" + otherNote},
		{asciiCharset, "Ærø, Åse, Straße\r\n", "Aeroe, Aase, Strasse\r\n" + otherNote},
		{asciiCharset, "Dvořák ő\r\n", "Dvorak o\r\n" + otherNote},
		{asciiCharset, "日本 “x” €\r\n", "?? \"x\" EUR\r\n" + otherNote + lostNote},
		{asciiCharset, "日\r\n", "?\r\n" + lostNote},
		{asciiCharset, "≠ ;\u037e ：\r\n", "? ;; ?\r\n" + lostNote},
		{latin1Charset, "Ω К\r\n", "? ?\r\n" + lostNote},
	} {
		if got := string(icann.seal([]byte(tt.in), tt.charset)); got != tt.want {
			t.Errorf("%q in charset %d: %q, want %q", tt.in, tt.charset, got, tt.want)
		}
	}
}

// A page may be kept for others, who ask for another charset.
func TestAPageIsNotChangedByItsCharset(t *testing.T) {
	page := []byte(strings.Repeat("ø", 10))
	icann.seal(page[:8], asciiCharset)
	shipped(t, "rpsl").seal(page[:8], 0)
	if string(page) != strings.Repeat("ø", 10) {
		t.Errorf("it is %q now", page)
	}
}

func TestJSONLosesNoCharacter(t *testing.T) {
	p := shipped(t, "json")
	for cs, want := range map[charset]string{
		asciiCharset: `"\u00f8 \u0142 \ud83d\ude00"`, latin1Charset: "\"\xf8 \\u0142 \\ud83d\\ude00\"", utf8Charset: `"ø ł 😀"`,
	} {
		if got := string(p.seal([]byte(`"ø ł 😀"`), cs)); got != want {
			t.Errorf("charset %d: %q, want %q", cs, got, want)
		}
	}
}
