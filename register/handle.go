package register

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// MaxHandle is the greatest length of a handle in bytes, before and after folding.
const MaxHandle = 255

// HandleKey is the canonical key of a handle, a ROID or a registrar's id:
// NFKC and case-folded, since RFC 9082 section 6.1 compares all strings but
// names so. It refuses what no register could mean.
func HandleKey(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", &SyntaxError{What: "handle", Reason: "it is empty"}
	case len(s) > MaxHandle:
		return "", &SyntaxError{What: "handle", Reason: "it is longer than 255 bytes"}
	case !utf8.ValidString(s):
		return "", &SyntaxError{What: "handle", Reason: "it is not UTF-8"}
	}
	if key, ok := foldASCII(s); ok {
		return key, nil
	}
	// NFKC makes a space and a combining mark of some letters.
	key := strings.TrimSpace(norm.NFKC.String(strings.Map(cherokee, cases.Fold().String(norm.NFKC.String(s)))))
	if key == "" {
		return "", &SyntaxError{What: "handle", Reason: "it is empty"}
	}
	for _, r := range key {
		if !unicode.IsGraphic(r) {
			return "", &SyntaxError{What: "handle", Reason: "it holds a control character"}
		}
	}
	if len(key) > MaxHandle {
		return "", &SyntaxError{What: "handle", Reason: "it is longer than 255 bytes"}
	}
	return key, nil
}

// cherokee folds to the capitals, as Unicode does. cases.Fold exchanges them
// with the small letters, so that the two would never meet.
func cherokee(r rune) rune {
	switch {
	case 0xab70 <= r && r <= 0xabbf:
		return r - 0xab70 + 0x13a0
	case 0x13f8 <= r && r <= 0x13fd:
		return r - 8
	}
	return r
}

// foldASCII folds printable ASCII without the tables of x/text.
func foldASCII(s string) (string, bool) {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return "", false
		}
	}
	return strings.ToLower(s), true
}
