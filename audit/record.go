package audit

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"time"
)

// maxLine limits a record with its newline, in bytes. A real one has some
// hundreds; the limit keeps one caller from filling the disk with one question.
const maxLine = 64 << 10

// timeLayout is RFC 3339 in UTC with a fixed width, so that lines sort.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// Disclosure is one answer above public: what the journal is told of it.
type Disclosure struct {
	Caller       string     `json:"caller"` // account id; never empty
	Organisation string     `json:"organisation"`
	Audience     string     `json:"audience"` // never empty
	Purpose      string     `json:"purpose"`
	Case         string     `json:"case"` // the caller's reference
	Window       string     `json:"window"`
	Question     string     `json:"question"` // as asked; never empty
	Kind         string     `json:"kind"`     // of the object
	Key          string     `json:"key"`      // of the object, canonical
	Fields       []string   `json:"fields"`   // what was told, beyond what is public
	Contacts     []string   `json:"contacts"` // whose data was told: their ROIDs
	Rules        string     `json:"rules"`    // version of the publication rules
	Serial       uint64     `json:"serial"`   // of the register
	Client       netip.Addr `json:"-"`        // kept as its Prefix only
}

// Record is a disclosure as the journal holds it.
type Record struct {
	Seq  uint64    `json:"seq"`  // 1, 2, 3, … without a gap
	Time time.Time `json:"time"` // when it was written, UTC
	Disclosure
	// Client stands before the address of Disclosure, which is never kept.
	Client netip.Prefix `json:"client"`
}

// appendHead appends what only the writer of the line can know.
func appendHead(dst []byte, seq uint64, now time.Time) []byte {
	dst = append(dst, seqMember...)
	dst = strconv.AppendUint(dst, seq, 10)
	dst = append(dst, `,"time":"`...)
	dst = now.UTC().AppendFormat(dst, timeLayout)
	return append(dst, '"')
}

// headRoom is more than appendHead ever appends.
const headRoom = 80

// body is the rest of the line, newline included. It is refused rather than
// cut: half of a record is no evidence.
func (d Disclosure) body() ([]byte, error) {
	if d.Caller == "" || d.Audience == "" || d.Question == "" {
		return nil, errors.New("audit journal: a disclosure needs a caller, an audience and a question")
	}
	dst := make([]byte, 0, 512)
	for _, m := range []struct{ name, value string }{
		{"caller", d.Caller}, {"organisation", d.Organisation}, {"audience", d.Audience},
		{"purpose", d.Purpose}, {"case", d.Case}, {"window", d.Window},
		{"question", d.Question}, {"kind", d.Kind}, {"key", d.Key}, {"rules", d.Rules},
	} {
		dst = append(dst, `,"`...)
		dst = append(dst, m.name...)
		dst = append(dst, `":`...)
		dst = appendText(dst, m.value, unlimited)
	}
	dst = append(dst, `,"serial":`...)
	dst = strconv.AppendUint(dst, d.Serial, 10)
	dst = append(dst, `,"client":"`...)
	dst = Prefix(d.Client).AppendTo(dst)
	dst = appendTexts(append(dst, `","contacts":`...), d.Contacts)
	dst = appendTexts(append(dst, `,"fields":`...), d.Fields)
	dst = append(dst, "}\n"...)
	if len(dst)+headRoom > maxLine {
		return nil, fmt.Errorf("audit journal: a record of %d bytes is over the limit of %d", len(dst)+headRoom, maxLine)
	}
	return dst, nil
}

// appendTexts appends a list of texts.
func appendTexts(dst []byte, texts []string) []byte {
	dst = append(dst, '[')
	for i, s := range texts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, s, unlimited)
	}
	return append(dst, ']')
}
