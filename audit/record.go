package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"time"
)

const (
	// maxLine limits a record with its newline, in bytes. A real one has about a
	// thousand; the limit keeps one caller from filling the disk with one question.
	maxLine = 128 << 10
	// headRoom is more than the members have that only the writer knows.
	headRoom = 80
	// sealedBlock is the step in which what is sealed grows, so that its length,
	// which stays when its key is erased, says little.
	sealedBlock = 128
	// timeLayout is RFC 3339 in UTC with a fixed width, so that lines sort.
	timeLayout = "2006-01-02T15:04:05.000000Z"
	dateLayout = "2006-01-02"

	seqMember    = `{"seq":`
	timeMember   = `,"time":"`
	entryMember  = `,"entry":"`
	sealedMember = `,"sealed":"`
	lineEnd      = "\"}\n"
)

// Disclosure is what the journal is told: of an answer above public, or of
// another Entry. What may tell of a person is sealed with the key of its day,
// and can be read until that key is erased; the rest stays.
type Disclosure struct {
	Entry      Entry     // empty is a disclosure
	Caller     string    // account id, which names no person; never empty
	Requester  string    // what kind of requester that is
	Audience   string    // never empty
	Purpose    string    // a registered word
	Basis      string    // in law
	Window     string    // of the desk, or the command
	Kind       string    // of the object
	Reference  string    // number of a request or a grant
	Rules      string    // version of the publication rules
	Serial     uint64    // of the register
	Generation uint64    // of the register
	Until      time.Time // confidential until then; zero is not

	// What is sealed.
	Organisation string
	Person       string     // who asked, of that organisation
	Case         string     // the caller's reference
	Question     string     // as asked; never empty
	Key          string     // of the object, canonical
	Fields       []string   // what was told, beyond what is public
	Contacts     []string   // whose data was told: their ROIDs
	Client       netip.Addr // kept as its Prefix only
}

// Record is a Disclosure as the journal holds it.
type Record struct {
	Seq  uint64    // 1, 2, 3, … without a gap
	Time time.Time // when it was written, UTC; its day names the key
	Old  int       // number of the old journal that it is from; 0 is the one in use
	Told int       // how many fields were told, also when Fields is sealed
	Gone bool      // its key is erased or lost: what was sealed is empty
	Disclosure
	// Client stands before the address of Disclosure, which is never kept.
	Client netip.Prefix
}

// inClear are the members of a line that can always be read.
type inClear struct {
	Seq        uint64    `json:"seq"`
	Time       time.Time `json:"time"`
	Entry      Entry     `json:"entry"`
	Caller     string    `json:"caller"`
	Requester  string    `json:"requester"`
	Audience   string    `json:"audience"`
	Purpose    string    `json:"purpose"`
	Basis      string    `json:"basis"`
	Window     string    `json:"window"`
	Kind       string    `json:"kind"`
	Reference  string    `json:"reference"`
	Rules      string    `json:"rules"`
	Serial     uint64    `json:"serial"`
	Generation uint64    `json:"generation"`
	Until      time.Time `json:"confidential_until"`
	Fields     int       `json:"fields"`
	Sealed     string    `json:"sealed"`
}

// inSeal are the members under the seal.
type inSeal struct {
	Organisation string       `json:"organisation"`
	Person       string       `json:"person"`
	Case         string       `json:"case"`
	Question     string       `json:"question"`
	Key          string       `json:"key"`
	Client       netip.Prefix `json:"client"`
	Contacts     []string     `json:"contacts"`
	Fields       []string     `json:"fields"`
}

// body is a record without what only its writer can know: what stays in clear,
// and what is to be sealed.
type body struct{ clear, secret []byte }

// body writes d down. It is refused rather than cut: half of a record is no
// evidence.
func (d *Disclosure) body() (body, error) {
	entry := d.Entry
	if entry == "" {
		entry = EntryDisclosure
	}
	switch {
	case !entry.mayBeTold():
		return body{}, fmt.Errorf("audit journal: nobody may ask for an entry %q", string(entry))
	case d.Caller == "" || d.Audience == "" || d.Question == "":
		return body{}, errors.New("audit journal: a disclosure needs a caller, an audience and a question")
	}
	b := body{clear: d.appendClear(nil, entry), secret: d.appendSecret(nil)}
	if n := b.size(); n > maxLine {
		return body{}, fmt.Errorf("audit journal: a record of %d bytes is over the limit of %d", n, maxLine)
	}
	return b, nil
}

func (b *body) size() int {
	return headRoom + len(b.clear) + len(sealedMember) + sealedSize(len(b.secret)) + len(lineEnd)
}

func (d *Disclosure) appendClear(dst []byte, entry Entry) []byte {
	for _, m := range []struct{ name, value string }{
		{"entry", string(entry)}, {"caller", d.Caller}, {"requester", d.Requester}, {"audience", d.Audience},
		{"purpose", d.Purpose}, {"basis", d.Basis}, {"window", d.Window}, {"kind", d.Kind},
		{"reference", d.Reference}, {"rules", d.Rules},
	} {
		dst = appendText(appendName(dst, m.name), m.value, unlimited)
	}
	dst = strconv.AppendUint(appendName(dst, "serial"), d.Serial, 10)
	dst = strconv.AppendUint(appendName(dst, "generation"), d.Generation, 10)
	dst = strconv.AppendInt(appendName(dst, "fields"), int64(len(d.Fields)), 10)
	if !d.Until.IsZero() {
		dst = append(appendName(dst, "confidential_until"), '"')
		dst = append(d.Until.UTC().AppendFormat(dst, timeLayout), '"')
	}
	return dst
}

func (d *Disclosure) appendSecret(dst []byte) []byte {
	dst = append(dst, `{"client":"`...)
	dst = append(Prefix(d.Client).AppendTo(dst), '"')
	for _, m := range []struct{ name, value string }{
		{"organisation", d.Organisation}, {"person", d.Person}, {"case", d.Case},
		{"question", d.Question}, {"key", d.Key},
	} {
		dst = appendText(appendName(dst, m.name), m.value, unlimited)
	}
	dst = appendTexts(appendName(dst, "contacts"), d.Contacts)
	dst = append(appendTexts(appendName(dst, "fields"), d.Fields), '}')
	for len(dst)%sealedBlock != 0 {
		dst = append(dst, ' ')
	}
	return dst
}

// appendName appends the name of a member that is not the first.
func appendName(dst []byte, name string) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	return append(dst, `":`...)
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

// appendLine appends the record with number seq.
func (b *body) appendLine(dst []byte, seq uint64, now time.Time, key *dayKey) []byte {
	from := len(dst)
	dst = strconv.AppendUint(append(dst, seqMember...), seq, 10)
	dst = now.UTC().AppendFormat(append(dst, timeMember...), timeLayout)
	dst = append(dst, '"')
	dst = append(dst, b.clear...)
	if b.secret == nil {
		return append(dst, "}\n"...)
	}
	// What is in clear is bound to what is sealed.
	sealed := key.seal(b.secret, dst[from:])
	dst = append(dst, sealedMember...)
	dst = append(dst, sealed...)
	return append(dst, lineEnd...)
}

// parse reads the part in clear of a line.
func parse(line []byte) (Record, string, error) {
	var c inClear
	if err := json.Unmarshal(line, &c); err != nil {
		return Record{}, "", err
	}
	if c.Entry == "" {
		return Record{}, "", errors.New("it says of no entry what it is")
	}
	return Record{
		Seq: c.Seq, Time: c.Time, Told: c.Fields,
		Disclosure: Disclosure{
			Entry: c.Entry, Caller: c.Caller, Requester: c.Requester, Audience: c.Audience, Purpose: c.Purpose,
			Basis: c.Basis, Window: c.Window, Kind: c.Kind, Reference: c.Reference, Rules: c.Rules,
			Serial: c.Serial, Generation: c.Generation, Until: c.Until,
		},
	}, c.Sealed, nil
}

// disclose puts what was sealed into r.
func (r *Record) disclose(text []byte) error {
	var s inSeal
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	r.Organisation, r.Person, r.Case, r.Question, r.Key = s.Organisation, s.Person, s.Case, s.Question, s.Key
	r.Fields, r.Contacts, r.Client = s.Fields, s.Contacts, s.Client
	return nil
}
