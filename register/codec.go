package register

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// An object's bytes are a tag, a version and its fields, each with its length
// before it. One function per type walks the fields for writing and for
// reading, so that the two cannot disagree; a decoded object's strings share
// one allocation.
//
// The format is ours because reading is the cost of an answer: a domain with
// its contacts is read in a tenth of the time of a self-describing encoding.

// Tag is the first byte of an object's bytes: what it is.
type Tag byte

// The tags. They are kept in databases: numbers are never reused.
const (
	TagDomain    Tag = 1
	TagReserved  Tag = 2
	TagContact   Tag = 3
	TagHost      Tag = 4
	TagRegistrar Tag = 5
	TagIDNTable  Tag = 6
	TagFacts     Tag = 7
	TagState     Tag = 8
	TagLeaving   Tag = 9 // a domain that is Leaving, with the fields of one that is not
)

// Type is the tag of the type that the object is decoded to: a domain is one
// whether it is leaving or not.
func (t Tag) Type() Tag {
	if t == TagLeaving {
		return TagDomain
	}
	return t
}

// codecVersion is written into every object; a greater one is refused.
//
//	2  a contact's facts say whether it is locked to a business register
//	3  a domain says when it will be deleted, and is TagLeaving when it may be.
//	   One that was written before is TagDomain until it is written again.
//	4  a state says how many domains were removed
const codecVersion = 4

// errCorrupt is wrapped by every decoding error.
var errCorrupt = errors.New("damaged bytes")

// maxItems bounds every list, so that damaged bytes cannot ask for memory.
const maxItems = 1 << 16

type coder struct {
	writing bool
	version byte // of the bytes: fields that came later are not in them
	out     []byte
	in      string
	err     error
}

func encode(tag Tag, b []byte, fields func(*coder)) []byte {
	c := coder{writing: true, version: codecVersion, out: append(b, byte(tag), codecVersion)}
	fields(&c)
	return c.out
}

func decode(tag Tag, b []byte, fields func(*coder)) error {
	if len(b) < 2 || Tag(b[0]).Type() != tag {
		return fmt.Errorf("object of tag %d: reading: %w", tag, errCorrupt)
	}
	if b[1] == 0 || b[1] > codecVersion {
		return fmt.Errorf("object of tag %d: written by a newer program (version %d)", tag, b[1])
	}
	c := coder{version: b[1], in: string(b[2:])}
	fields(&c)
	if c.err == nil && len(c.in) != 0 {
		c.err = errCorrupt
	}
	if c.err != nil {
		return fmt.Errorf("object of tag %d: reading: %w", tag, c.err)
	}
	return nil
}

func (c *coder) fail() {
	if c.err == nil {
		c.err = errCorrupt
	}
	c.in = ""
}

func (c *coder) number(v *uint64) {
	if c.writing {
		c.out = binary.AppendUvarint(c.out, *v)
		return
	}
	var n uint64
	for i := 0; i < len(c.in) && i < binary.MaxVarintLen64; i++ {
		n |= uint64(c.in[i]&0x7f) << (7 * i)
		if c.in[i] < 0x80 {
			*v, c.in = n, c.in[i+1:]
			return
		}
	}
	c.fail()
}

func (c *coder) signed(v *int64) {
	u := uint64(*v)<<1 ^ uint64(*v>>63)
	c.number(&u)
	if !c.writing {
		*v = int64(u>>1) ^ -int64(u&1)
	}
}

func (c *coder) str(s *string) {
	n := uint64(len(*s))
	c.number(&n)
	switch {
	case c.writing:
		c.out = append(c.out, *s...)
	case n > uint64(len(c.in)):
		c.fail()
	default:
		*s, c.in = c.in[:n], c.in[n:]
	}
}

func (c *coder) flag(b *bool) {
	var n uint64
	if *b {
		n = 1
	}
	c.number(&n)
	if n > 1 {
		c.fail()
	}
	*b = n == 1
}

func (c *coder) time(t *time.Time) {
	var sec int64
	var nsec uint64
	zero := t.IsZero()
	c.flag(&zero)
	if c.writing && !zero {
		sec, nsec = t.Unix(), uint64(t.Nanosecond())
	}
	if zero {
		return
	}
	c.signed(&sec)
	c.number(&nsec)
	if !c.writing {
		if nsec > 999_999_999 {
			c.fail()
			return
		}
		*t = time.Unix(sec, int64(nsec)).UTC()
	}
}

func (c *coder) addr(a *netip.Addr) {
	var s string
	if c.writing {
		s = string(a.AsSlice())
	}
	c.str(&s)
	if !c.writing {
		got, ok := netip.AddrFromSlice([]byte(s))
		if !ok {
			c.fail()
		}
		*a = got
	}
}

// small carries the enumerations and other numbers of few bits.
func small[T ~uint8 | ~uint16](c *coder, v *T) {
	n := uint64(*v)
	c.number(&n)
	if uint64(T(n)) != n {
		c.fail()
	}
	*v = T(n)
}

func whole(c *coder, v *int) {
	n := int64(*v)
	c.signed(&n)
	*v = int(n)
}

func text[T ~string](c *coder, s *T) {
	v := string(*s)
	c.str(&v)
	*s = T(v)
}

func list[T any](c *coder, items *[]T, each func(*coder, *T)) {
	n := uint64(len(*items))
	c.number(&n)
	if !c.writing {
		if n > maxItems || n > uint64(len(c.in)) {
			c.fail()
			return
		}
		*items = nil
		if n > 0 {
			*items = make([]T, n)
		}
	}
	for i := range *items {
		each(c, &(*items)[i])
	}
}

func optional[T any](c *coder, p **T, each func(*coder, *T)) {
	there := *p != nil
	c.flag(&there)
	if !there {
		return
	}
	if !c.writing {
		*p = new(T)
	}
	each(c, *p)
}

func plain(c *coder, s *string) { c.str(s) }
