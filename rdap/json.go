package rdap

import (
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// writer appends JSON (RFC 8259) to b. It puts the commas; what is opened must
// be closed by its caller. Keys and raw texts are constants of this package.
//
// It is written by hand because an answer is encoded for every question, and
// reflection would cost more than finding the record.
type writer struct{ b []byte }

// next makes room for a value: a comma, unless it is the first or has a key.
func (w *writer) next() {
	if n := len(w.b); n > 0 {
		switch w.b[n-1] {
		case '{', '[', ':':
		default:
			w.b = append(w.b, ',')
		}
	}
}

func (w *writer) open(bracket byte) {
	w.next()
	w.b = append(w.b, bracket)
}

func (w *writer) close(bracket byte) { w.b = append(w.b, bracket) }

func (w *writer) key(k string) {
	w.next()
	w.b = append(w.b, '"')
	w.b = append(w.b, k...)
	w.b = append(w.b, '"', ':')
}

// begin opens a member that holds an array or an object; end takes it back when
// nothing was put in: an empty array says nothing, and checkers reject it.
func (w *writer) begin(k string, bracket byte) (mark int) {
	mark = len(w.b)
	w.key(k)
	w.b = append(w.b, bracket)
	return mark
}

func (w *writer) end(mark int, bracket byte) (written bool) {
	if c := w.b[len(w.b)-1]; c == '[' || c == '{' {
		w.b = w.b[:mark]
		return false
	}
	w.b = append(w.b, bracket)
	return true
}

func (w *writer) raw(json string) {
	w.next()
	w.b = append(w.b, json...)
}

func (w *writer) text(s string) {
	w.next()
	w.value(s)
}

func (w *writer) member(k, v string) {
	w.key(k)
	w.value(v)
}

// value appends a string. Nearly all are plain; each append to w.b in place
// saves a write barrier, and there are a thousand in an answer.
func (w *writer) value(s string) {
	for i := range len(s) {
		if !plain[s[i]] {
			w.b = appendString(w.b, s)
			return
		}
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, s...)
	w.b = append(w.b, '"')
}

// optional writes a member unless it is empty.
func (w *writer) optional(k, v string) {
	if v != "" {
		w.member(k, v)
	}
}

func (w *writer) number(k string, n int) {
	w.key(k)
	w.b = strconv.AppendInt(w.b, int64(n), 10)
}

func (w *writer) boolean(k string, v bool) {
	w.key(k)
	w.b = strconv.AppendBool(w.b, v)
}

// date writes a time as RFC 3339 in UTC (RFC 9083 section 3).
func (w *writer) date(k string, t time.Time) {
	w.key(k)
	w.b = append(w.b, '"')
	w.b = t.UTC().AppendFormat(w.b, time.RFC3339)
	w.b = append(w.b, '"')
}

const hexDigits = "0123456789abcdef"

// plain marks the bytes that stand for themselves: printable ASCII but for what
// JSON, or a browser that takes the answer for HTML, would read otherwise.
var plain = func() (t [256]bool) {
	for c := byte(' '); c < 0x7f; c++ {
		t[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&'
	}
	return t
}()

// appendString appends s as a JSON string. Bytes that are not UTF-8 become
// U+FFFD; whatever could move a cursor or turn the direction of text on
// somebody's screen is escaped, which changes nothing once it is decoded.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		if plain[s[i]] {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == utf8.RuneError && size == 1, needsEscape(r):
			b = appendEscape(b, r)
		default:
			b = append(b, s[i:i+size]...)
		}
		i += size
		start = i
	}
	return append(append(b, s[start:]...), '"')
}

func needsEscape(r rune) bool {
	switch {
	case r < 0x80: // the plain ones never come here
		return true
	case r < 0xa0, r == 0x61c, 0x200e <= r && r <= 0x200f, 0x2028 <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
		return true
	case r == 0xfeff, 0xe0000 <= r && r <= 0xe007f:
		return true
	}
	return false
}

func appendEscape(b []byte, r rune) []byte {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return appendEscape(appendEscape(b, high), low)
	}
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
