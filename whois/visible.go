package whois

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// trim takes off what is blank at either end.
func trim(s string) string {
	if s != "" && s[0] > ' ' && s[0] <= '~' && s[len(s)-1] > ' ' && s[len(s)-1] <= '~' {
		return s
	}
	return strings.TrimFunc(s, blank)
}

// blank reports the characters that leave a value empty when it has no others.
func blank(r rune) bool { return unicode.Is(unicode.Zs, r) }

// appendVisible appends s with everything that is not plain printable text
// written out as \u{..}: a value can then neither end its line nor steer a
// terminal nor change the order in which the line reads. What looks like such
// a sequence in s is marked too, so that s can be read back.
func appendVisible(b []byte, s string) []byte {
	for {
		n := plain(s)
		b, s = append(b, s[:n]...), s[n:]
		if s == "" {
			return b
		}
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			b = appendCode(b, utf8.RuneError)
		case r == '\\' && !strings.HasPrefix(s, `\u{`):
			b = append(b, '\\')
		case r == '\\', hidden(r):
			b = appendCode(b, r)
		default:
			b = append(b, s[:n]...)
		}
		s = s[n:]
	}
}

// plain is how many bytes at the start of s are printable ASCII and not a backslash.
func plain(s string) int {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '\\' {
			return i
		}
	}
	return len(s)
}

func appendCode(b []byte, r rune) []byte {
	b = append(b, `\u{`...)
	const digits = "0123456789abcdef"
	for shift := 20; shift >= 0; shift -= 4 {
		if d := r >> shift; d != 0 || shift == 0 {
			b = append(b, digits[d&0xf])
		}
	}
	return append(b, '}')
}

// hidden reports characters that are not seen or that change how others are:
// controls, line and paragraph separators, bidi controls, tags, and code
// points that are no characters. The joiners stay, since Persian and Indic
// names need them, and so do the signs that Arabic writes around numbers.
func hidden(r rune) bool {
	switch {
	case r == '\u200c', r == '\u200d':
		return false
	case unicode.Is(unicode.Cf, r):
		return !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
	case r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef: // non-characters
		return true
	case r >= 0xe0000 && r <= 0xe0fff: // tags, and what may join them
		return true
	default:
		return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Co)
	}
}
