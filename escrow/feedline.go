package escrow

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"registerd/register"
	"registerd/store"
)

// changeJSON is a line of a change feed.
type changeJSON struct {
	Serial    *uint64      `json:"serial"`
	Prev      *uint64      `json:"prev,omitempty"`
	Time      time.Time    `json:"time"`
	Heartbeat bool         `json:"heartbeat,omitempty"`
	Delete    []deleteJSON `json:"delete,omitempty"`
	Put       []objectJSON `json:"put,omitempty"`
}

// deleteJSON names one object; it has exactly one of its members.
type deleteJSON struct {
	Domain    string `json:"domain,omitempty"`
	Reserved  string `json:"reserved,omitempty"`
	Contact   string `json:"contact,omitempty"`
	Host      string `json:"host,omitempty"`
	Registrar string `json:"registrar,omitempty"`
	IDNTable  string `json:"idnTable,omitempty"`
}

// change is a line of a feed that is well-formed by itself.
type change struct {
	line         int64 // in the input
	raw          []byte
	serial, prev uint64
	time         time.Time
	heartbeat    bool
	deletes      []deletion
	puts         []addition
}

// deletion is an object to be deleted if it is what the tag says: of a name,
// a domain or a reserved one.
type deletion struct {
	store.Ref
	tag   register.Tag
	label string
}

// parseChange reads a line. It keeps raw.
func parseChange(raw []byte) (*change, error) {
	var j changeJSON
	c := &change{raw: raw}
	if err := decodeLine(raw, &j); err != nil {
		return c, err
	}
	switch {
	case j.Serial == nil:
		return c, errors.New(`member "serial": it is missing`)
	case *j.Serial > math.MaxInt64:
		return c, errors.New(`member "serial": it is greater than 2^63-1`)
	case j.Time.Unix() <= 0:
		return c, errors.New(`member "time": it is missing, or before 1970`)
	case j.Heartbeat && (j.Prev != nil || j.Put != nil || j.Delete != nil):
		return c, errors.New(`a heartbeat has the members "serial" and "time" only`)
	case !j.Heartbeat && j.Prev == nil:
		return c, errors.New(`member "prev": it is missing`)
	case !j.Heartbeat && *j.Prev >= *j.Serial:
		return c, errors.New(`member "prev": it is not less than "serial"`)
	}
	c.serial, c.time, c.heartbeat = *j.Serial, j.Time, j.Heartbeat
	if !j.Heartbeat {
		c.prev = *j.Prev
	}
	return c, c.objects(&j)
}

// objects reads what a change deletes and puts. Since deletes come first, an
// object that is named twice would make the result a matter of order.
func (c *change) objects(j *changeJSON) error {
	type object struct {
		store.Ref
		tag register.Tag
	}
	named := map[object]bool{}
	once := func(label string, o object) error {
		if named[o] {
			return fmt.Errorf("%s: it is named twice in one change", label)
		}
		named[o] = true
		return nil
	}
	for i := range j.Delete {
		d, err := j.Delete[i].read()
		if err != nil {
			return err
		}
		if err := once(d.label, object{d.Ref, d.tag}); err != nil {
			return err
		}
		c.deletes = append(c.deletes, d)
	}
	for i := range j.Put {
		p, err := j.Put[i].read()
		if err != nil {
			return err
		}
		// Without a tag: of one name, a domain and a reservation are not both put.
		if err := errors.Join(once(p.label, object{p.Ref, p.Tag().Type()}), once(p.label, object{p.Ref, 0})); err != nil {
			return err
		}
		c.puts = append(c.puts, p)
	}
	return nil
}

func (j *deleteJSON) read() (deletion, error) {
	var found []deletion
	var problem error
	add := func(kind store.Kind, tag register.Tag, what, id string) {
		if id == "" {
			return
		}
		d := deletion{Ref: store.Ref{Kind: kind}, tag: tag, label: label(what, id)}
		var err error
		if d.Key, err = keyOf(kind, id); err != nil {
			problem = fmt.Errorf("%s: %w", d.label, err)
		}
		found = append(found, d)
	}
	add(store.Names, register.TagDomain, "domain", j.Domain)
	add(store.Names, register.TagReserved, "reserved name", j.Reserved)
	add(store.Contacts, register.TagContact, "contact", j.Contact)
	add(store.Hosts, register.TagHost, "host", j.Host)
	add(store.Registrars, register.TagRegistrar, "registrar", j.Registrar)
	add(store.IDNTables, register.TagIDNTable, "IDN table", j.IDNTable)
	switch {
	case problem != nil:
		return deletion{}, problem
	case len(found) != 1:
		return deletion{}, errors.New("a delete has exactly one of the members domain, reserved, contact, host, registrar and idnTable")
	}
	return found[0], nil
}

// keyOf is the key under which an object of a kind is kept.
func keyOf(kind store.Kind, id string) (string, error) {
	switch kind {
	case store.Names:
		name, err := register.ParseName(id)
		return string(name), err
	case store.Hosts:
		name, err := register.ParseHost(id)
		return string(name), err
	default:
		return register.HandleKey(id)
	}
}

// A change is logged as how many contacts it made wider, and its line.

func (c *change) body(wider int) []byte {
	return append(binary.AppendUvarint(nil, uint64(wider)), c.raw...)
}

// loggedWider reads the number alone.
func loggedWider(body []byte) int {
	n, _ := binary.Uvarint(body)
	return int(n)
}

func loggedChange(e store.Entry) (*change, error) {
	_, n := binary.Uvarint(e.Body)
	if n <= 0 {
		return nil, fmt.Errorf("logged change %d: %w", e.Serial, store.ErrDamaged)
	}
	c, err := parseChange(e.Body[n:])
	if err != nil {
		return nil, fmt.Errorf("logged change %d: %w", e.Serial, err)
	}
	return c, nil
}

// lines reads a feed or a snapshot line by line.
type lines struct {
	r *bufio.Reader
	n int64 // lines read
}

func newLines(r io.Reader) *lines { return &lines{r: bufio.NewReaderSize(r, maxLine+1)} }

var errLongLine = fmt.Errorf("it is longer than %d bytes", maxLine)

// next gives the next line with its line feed, if it has one; it is good until
// the next call. The buffer holds the longest line there may be.
func (l *lines) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if len(line) > 0 {
		l.n++
	}
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, errLongLine
	case errors.Is(err, io.EOF) && len(line) > 0:
		return line, nil
	}
	return line, err
}

// waiting reports whether a whole line can be read without waiting for more.
func (l *lines) waiting() bool {
	b, _ := l.r.Peek(l.r.Buffered()) // asks for no more than there is: no error
	return bytes.IndexByte(b, '\n') >= 0
}
