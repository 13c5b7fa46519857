package audit

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// unlimited is for texts that are evidence: they are kept whole, or the record
// that holds them is refused.
const unlimited = math.MaxInt

// appendText appends s as a JSON string of at most limit runes that is safe to
// print once decoded: what could move a cursor, turn the direction of text or
// end a line becomes a visible \u{9b}, a byte that is not UTF-8 a visible
// \x{9b}. What is cut ends in an ellipsis.
//
// encoding/json would leave DEL, C1 and bidirectional controls as they are.
func appendText(dst []byte, s string, limit int) []byte {
	dst = append(dst, '"')
	runes, cut := 0, len(dst)
	for len(s) > 0 {
		// Nearly every text is this and nothing else.
		if n := plainPrefix(s, limit-1-runes); n > 0 {
			dst, s, runes = append(dst, s[:n]...), s[n:], runes+n
			continue
		}
		if runes < limit {
			cut = len(dst)
		}
		r, size := utf8.DecodeRuneInString(s)
		var n int
		switch {
		case r == utf8.RuneError && size == 1:
			dst, n = appendCode(dst, 'x', rune(s[0]))
		case unprintable(r):
			dst, n = appendCode(dst, 'u', r)
		case r == '"' || r == '\\':
			dst, n = append(dst, '\\', byte(r)), 1
		default:
			dst, n = append(dst, s[:size]...), 1
		}
		if runes += n; runes > limit {
			dst = append(dst[:cut], "…"...)
			break
		}
		s = s[size:]
	}
	return append(dst, '"')
}

// plainPrefix counts the leading ASCII of s that is written as it is, up to most.
func plainPrefix(s string, most int) int {
	for i := range min(len(s), max(most, 0)) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return i
		}
	}
	return min(len(s), max(most, 0))
}

// appendCode appends a code such as \u{202e}, its backslash doubled for JSON,
// and says how many runes it has once decoded.
func appendCode(dst []byte, letter byte, r rune) ([]byte, int) {
	from := len(dst)
	dst = append(dst, '\\', '\\', letter, '{')
	dst = strconv.AppendInt(dst, int64(r), 16)
	dst = append(dst, '}')
	return dst, len(dst) - from - 1
}

func unprintable(r rune) bool {
	switch {
	case r < 0x20, 0x7f <= r && r <= 0x9f: // C0, DEL, C1
		return true
	case r < 0x61c:
		return false
	case r == 0x61c, r == 0x200e, r == 0x200f, 0x2066 <= r && r <= 0x2069: // bidirectional controls
		return true
	case 0x2028 <= r && r <= 0x202e: // line and paragraph separator, bidirectional controls
		return true
	case 0xe0000 <= r && r <= 0xe007f: // tags
		return true
	}
	return 0xfdd0 <= r && r <= 0xfdef || r&0xfffe == 0xfffe // non-characters
}
