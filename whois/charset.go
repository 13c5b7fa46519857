package whois

import (
	"unicode/utf8"
)

// charset is how an answer is written. The zero value was not asked for.
type charset uint8

const (
	utf8Charset charset = iota + 1
	latin1Charset
	asciiCharset
)

var charsets = map[string]charset{
	"utf-8": utf8Charset, "utf8": utf8Charset,
	"iso-8859-1": latin1Charset, "iso8859-1": latin1Charset, "latin-1": latin1Charset, "latin1": latin1Charset,
	"us-ascii": asciiCharset, "ascii": asciiCharset,
}

// replaced is the last line of an answer that could not be written whole.
const replaced = "% Characters that the requested character set does not have are written as ?\r\n"

// encode writes a page, which is UTF-8, in the charset. UTF-8 is returned as it
// is; a page is not changed, since it may be kept.
func (cs charset) encode(page []byte) []byte {
	last := rune(0x7f)
	switch cs {
	case latin1Charset:
		last = 0xff
	case asciiCharset:
	default:
		return page
	}
	out := make([]byte, 0, len(page)+len(replaced))
	whole := true
	for rest := page; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r > last {
			r, whole = '?', false
		}
		out, rest = append(out, byte(r)), rest[n:]
	}
	if !whole {
		out = append(out, replaced...)
	}
	return out
}

// fromLatin1 reads a line that is not UTF-8: old clients send names as their
// users' terminals have them.
func fromLatin1(line string) string {
	runes := make([]rune, len(line))
	for i := range len(line) {
		runes[i] = rune(line[i])
	}
	return string(runes)
}
