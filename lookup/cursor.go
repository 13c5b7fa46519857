package lookup

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strconv"

	"registerd/register"
)

// cursor is where the next page of a search begins (RFC 8977 section 3). It
// holds nothing that its caller was not shown.
type cursor struct {
	page int      // that it leads to, from 2
	at   []string // the last result given, as its plan has it
}

const (
	cursorVersion = 1
	cursorSum     = 16 // bytes of the HMAC: more than anybody tries in a quarter of an hour

	// cursorMinutes is how long a cursor is good for, at least: a person reads a
	// page in that time.
	cursorMinutes = 15

	// maxCursor is more than any of ours needs, in base64.
	maxCursor = 16 << 10
)

var (
	errCursor  = &register.SyntaxError{What: "cursor", Reason: "it is not one that was given for this search"}
	errExpired = &register.SyntaxError{What: "cursor", Reason: "it has expired; search again"}
)

// seal makes a cursor that this caller can use for this search, and nobody for
// another. Equal ones are equal within a minute, so that answers are as well.
func (v *visit) seal(p *plan, c cursor) string {
	until := v.began.Unix()/60 + 1 + cursorMinutes
	b := binary.AppendUvarint([]byte{cursorVersion}, uint64(until))
	b = binary.AppendUvarint(b, uint64(c.page))
	b = appendTexts(b, c.at...)
	return base64.RawURLEncoding.EncodeToString(append(b, v.sum(p, b)...))
}

// open reads a cursor. Its errors are errCursor, whatever is wrong with it, and
// errExpired for one that was right.
func (v *visit) open(p *plan, text string) (cursor, error) {
	if text == "" {
		return cursor{page: 1}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text[:min(len(text), maxCursor)])
	// The decoder passes over line ends and odd bits: one cursor would have
	// many spellings.
	if err != nil || len(b) <= cursorSum || base64.RawURLEncoding.EncodeToString(b) != text {
		return cursor{}, errCursor
	}
	b, sum := b[:len(b)-cursorSum], b[len(b)-cursorSum:]
	if !hmac.Equal(sum, v.sum(p, b)) || b[0] != cursorVersion {
		return cursor{}, errCursor
	}
	r := reading{b: b[1:]}
	until, page := r.number(), r.number()
	c := cursor{page: int(page), at: r.texts()}
	switch {
	case r.bad || len(c.at) != p.width():
		return cursor{}, errCursor
	case v.began.Unix()/60 >= int64(until):
		return cursor{}, errExpired
	}
	return c, nil
}

// width is how many texts say where a page ends: the rank of a result, or a
// place in each of the scans.
func (p *plan) width() int {
	if p.collects() {
		return len(p.order) + 2
	}
	return 2 * len(p.scans)
}

// sum binds a cursor to the search, to who asks and to the rules in force.
func (v *visit) sum(p *plan, body []byte) []byte {
	viewer := v.viewer()
	b := appendTexts(nil, "registerd cursor",
		p.text(), sortText(p.asked), p.part.String(), strconv.Itoa(p.size),
		v.question.Caller.Account, viewer.Audience.String(), viewer.Kind.String(), viewer.Registrar, viewer.Holder, viewer.Purpose, viewer.Window.String(),
		v.published.Policy.Version())
	mac := hmac.New(sha256.New, v.desk.searchKey)
	mac.Write(b)
	mac.Write(body)
	return mac.Sum(nil)[:cursorSum]
}

// appendTexts appends texts so that they cannot run into each other.
func appendTexts(b []byte, texts ...string) []byte {
	b = binary.AppendUvarint(b, uint64(len(texts)))
	for _, s := range texts {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

// reading reads what appendTexts wrote.
type reading struct {
	b   []byte
	bad bool
}

func (r *reading) number() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > 1<<32 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *reading) texts() []string {
	var out []string
	for n := r.number(); n > 0 && !r.bad; n-- {
		size := r.number()
		if size > uint64(len(r.b)) {
			r.bad = true
			break
		}
		out = append(out, string(r.b[:size]))
		r.b = r.b[size:]
	}
	r.bad = r.bad || len(r.b) > 0
	return out
}
