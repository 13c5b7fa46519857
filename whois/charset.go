package whois

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
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

// last is the last character of the charset.
func (cs charset) last() rune {
	switch cs {
	case latin1Charset:
		return 0xff
	case asciiCharset:
		return 0x7f
	default:
		return unicode.MaxRune
	}
}

// What is said at the end of an answer that could not be written as it is.
const (
	inOtherLetters = "Letters that the requested character set does not have are written in others, as aa for a with a ring"
	asQuestionMark = "Characters that the requested character set does not have are written as ?"
)

// seal makes of a page what is sent: in the charset, or the profile's when none
// was asked for, and with the empty lines that answers of the profile end in. A
// page is not changed, since it may be kept.
func (p *Profile) seal(page []byte, cs charset) []byte {
	if cs == 0 {
		cs = p.charset
	}
	if last := cs.last(); last != unicode.MaxRune {
		if p.json {
			page = escapeBeyond(page, last)
		} else {
			page = p.encode(page, last)
		}
	}
	if p.after == 0 || len(page) == 0 {
		return page
	}
	page = append(make([]byte, 0, len(page)+4), page...)
	for range p.after {
		page = append(page, p.lineEnd...)
	}
	return page
}

// encode writes lines in a charset that ends with last.
func (p *Profile) encode(page []byte, last rune) []byte {
	out := make([]byte, 0, len(page)+2*len(inOtherLetters))
	var other, lost bool
	for rest := norm.NFC.Bytes(page); len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		rest = rest[n:]
		if r <= last {
			out = append(out, byte(r))
			continue
		}
		letters, known := transliterated(r, last)
		if letters == "" && known {
			known = len(out) > 0 && unicode.IsLetter(rune(out[len(out)-1])) // whose mark it is
		}
		if known {
			other = true
		} else {
			letters, lost = "?", true
		}
		out = append(out, letters...)
	}
	for _, note := range []struct {
		due  bool
		text string
	}{{other, inOtherLetters}, {lost, asQuestionMark}} {
		if note.due {
			out = append(append(append(out, p.comment...), note.text...), p.lineEnd...)
		}
	}
	return out
}

// escapeBeyond writes the characters of a page of JSON that are beyond last by
// their numbers: nothing is lost.
func escapeBeyond(page []byte, last rune) []byte {
	out := make([]byte, 0, len(page)+len(page)/4)
	for rest := page; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if rest = rest[n:]; r <= last {
			out = append(out, byte(r))
		} else {
			out = appendEscaped(out, r)
		}
	}
	return out
}

// otherLetters are how a letter or a sign is written without it. All else loses
// its marks, if what is left is a letter.
var otherLetters = map[rune]string{
	'å': "aa", 'Å': "Aa", 'ä': "ae", 'Ä': "Ae", 'æ': "ae", 'Æ': "Ae", 'ö': "oe", 'Ö': "Oe", 'ø': "oe", 'Ø': "Oe",
	'ü': "ue", 'Ü': "Ue", 'œ': "oe", 'Œ': "Oe", 'ß': "ss", 'ẞ': "SS", 'þ': "th", 'Þ': "Th", 'ð': "d", 'Ð': "D",
	'đ': "d", 'Đ': "D", 'ħ': "h", 'Ħ': "H", 'ı': "i", 'ĳ': "ij", 'Ĳ': "IJ", 'ĸ': "k", 'ł': "l", 'Ł': "L",
	'ŀ': "l", 'Ŀ': "L", 'ŋ': "ng", 'Ŋ': "Ng", 'ŉ': "n", 'ŧ': "t", 'Ŧ': "T", 'ə': "e", 'Ə': "E", 'ſ': "s",
	'‘': "'", '’': "'", '‚': "'", '“': "\"", '”': "\"", '„': "\"", '«': "\"", '»': "\"", '–': "-", '—': "-", '‐': "-", '‑': "-",
	'…': "...", '€': "EUR", '£': "GBP", '§': "par.", '№': "No.", '™': "TM", '©': "(c)", '®': "(R)", '\u00a0': " ",
	'º': "o", 'ª': "a",
}

// transliterated writes a character in those up to last.
func transliterated(r, last rune) (string, bool) {
	if letters, known := otherLetters[r]; known {
		return letters, true
	}
	if unicode.Is(unicode.Mn, r) {
		return "", true // it is left out
	}
	base, n := utf8.DecodeRuneInString(norm.NFD.String(string(r)))
	if base > last || base == r || n == 0 || !unicode.IsLetter(base) || base > unicode.MaxASCII {
		return "", false
	}
	return string(base), true
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
