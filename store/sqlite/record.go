package sqlite

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"slices"

	"registerd/register"
	"registerd/store"
)

// A record is what a row holds of an object:
//
//	digest  16 bytes: SHA-256 over generation, kind, key and all that follows
//	lengths of alias and bytes; the number of references, and for each its
//	        kind, the length of its key, and that of its copy plus one, or 0
//	alias, the references' keys, bytes, the copies
//	terms: see terms.go; a record that an older program wrote has none
//
// The numbers are varints. The lengths come first so that all strings are read
// with one allocation and all bytes with none.
type record struct {
	alias  string
	bytes  []byte
	refs   []store.Ref
	copies [][]byte // for each reference; nil: to be looked up
	terms  []byte   // as they are written; nil: none were
}

const digestSize = 16

// maxCopied is in how many rows an object is copied. Beyond, changing it would
// cost too much, and it is so common that readers remember it.
const maxCopied = 64

// copied reports whether objects of the kind to are copied into rows of the kind from.
func copied(from, to store.Kind) bool {
	return from == store.Names && (to == store.Contacts || to == store.Hosts)
}

// generation is where objects of the kind are kept: facts belong to none.
func generation(gen int64, kind store.Kind) int64 {
	if kind == store.Kept {
		return 0
	}
	return gen
}

func damaged(kind store.Kind, what string) error {
	return fmt.Errorf("%s: %s: %w", kind, what, store.ErrDamaged)
}

// sealer computes digests without allocating.
type sealer struct {
	h   hash.Hash
	buf []byte
}

func newSealer() sealer { return sealer{h: sha256.New()} }

func (s *sealer) sum(gen int64, kind store.Kind, key string, body []byte) []byte {
	s.buf = binary.BigEndian.AppendUint64(s.buf[:0], uint64(gen))
	s.buf = append(s.buf, byte(kind))
	s.buf = binary.AppendUvarint(s.buf, uint64(len(key)))
	s.buf = append(s.buf, key...)
	s.h.Reset()
	s.h.Write(s.buf)
	s.h.Write(body)
	s.buf = s.h.Sum(s.buf[:0])
	return s.buf[:digestSize]
}

// encode writes the record of the object with that key.
func (s *sealer) encode(gen int64, ref store.Ref, r *record) []byte {
	size := digestSize + 16 + len(r.alias) + len(r.bytes) + len(r.terms)
	for i := range r.refs {
		size += 8 + len(r.refs[i].Key) + len(r.copies[i])
	}
	b := make([]byte, digestSize, size)
	b = binary.AppendUvarint(b, uint64(len(r.alias)))
	b = binary.AppendUvarint(b, uint64(len(r.bytes)))
	b = binary.AppendUvarint(b, uint64(len(r.refs)))
	for i, to := range r.refs {
		b = append(b, byte(to.Kind))
		b = binary.AppendUvarint(b, uint64(len(to.Key)))
		length := 0
		if r.copies[i] != nil {
			length = len(r.copies[i]) + 1
		}
		b = binary.AppendUvarint(b, uint64(length))
	}
	b = append(b, r.alias...)
	for _, to := range r.refs {
		b = append(b, to.Key...)
	}
	b = append(b, r.bytes...)
	for _, c := range r.copies {
		b = append(b, c...)
	}
	b = append(b, r.terms...)
	copy(b, s.sum(gen, ref.Kind, ref.Key, b[digestSize:]))
	return b
}

// decode reads a record that belongs to that key: the digest fails for any
// other. The result shares b's memory.
func (s *sealer) decode(gen int64, ref store.Ref, b []byte, r *record) error {
	if len(b) < digestSize || !bytes.Equal(b[:digestSize], s.sum(gen, ref.Kind, ref.Key, b[digestSize:])) {
		return damaged(ref.Kind, "digest")
	}
	p := parser{b: b[digestSize:]}
	alias, size, refs := p.number(), p.number(), p.number()
	if refs > len(p.b) {
		return damaged(ref.Kind, "lengths")
	}
	r.refs, r.copies, r.terms = nil, nil, nil
	var lengths []int
	if refs > 0 {
		r.refs, r.copies, lengths = make([]store.Ref, refs), make([][]byte, refs), make([]int, 2*refs)
	}
	strings := alias
	for i := range r.refs {
		r.refs[i].Kind = store.Kind(p.number())
		lengths[2*i], lengths[2*i+1] = p.number(), p.number()
		strings += lengths[2*i]
	}
	text := string(p.take(strings))
	r.bytes = p.take(size)
	for i := range lengths {
		if i%2 == 1 && lengths[i] > 0 {
			r.copies[i/2] = p.take(lengths[i] - 1)
		}
	}
	if p.bad {
		return damaged(ref.Kind, "lengths")
	}
	if len(p.b) > 0 {
		r.terms = p.b
	}
	r.alias, text = text[:alias], text[alias:]
	for i := range r.refs {
		r.refs[i].Key, text = text[:lengths[2*i]], text[lengths[2*i]:]
	}
	return nil
}

// parser takes numbers and bytes from the front of b.
type parser struct {
	b   []byte
	bad bool
}

func (p *parser) number() int { return int(p.upTo(1 << 30)) }

func (p *parser) upTo(limit uint64) uint64 {
	n, used := binary.Uvarint(p.b)
	if used <= 0 || n > limit {
		p.bad, p.b = true, nil
		return 0
	}
	p.b = p.b[used:]
	return n
}

func (p *parser) take(n int) []byte {
	if n > len(p.b) {
		p.bad = true
		return nil
	}
	taken := p.b[:n:n]
	p.b = p.b[n:]
	return taken
}

// keyHash hashes a key: the hash stands in key_hash and uses, the mask hides
// the tag in a mark. SHA-256, so that nobody can register names that collide
// with the hash of another's.
func keyHash(ref store.Ref) (hash int64, mask uint64) {
	var buf [300]byte
	sum := sha256.Sum256(append(append(buf[:0], byte(ref.Kind), 'k'), ref.Key...))
	return int64(binary.BigEndian.Uint64(sum[:]) >> 1), binary.BigEndian.Uint64(sum[8:])
}

func aliasHash(kind store.Kind, alias string) int64 {
	var buf [300]byte
	sum := sha256.Sum256(append(append(buf[:0], byte(kind), 'a'), alias...))
	return int64(binary.BigEndian.Uint64(sum[:]) >> 1)
}

// everyByte times a byte is eight copies of it.
const everyByte = 0x0101010101010101

// mark masks eight copies of the tag with the hash of the key and with the
// generation, so that no flipped bit makes another tag, or an entry that
// belongs to another key.
func mark(gen int64, mask uint64, tag register.Tag) int64 {
	return int64(mask ^ uint64(gen)*0x9e3779b97f4a7c15 ^ uint64(tag)*everyByte)
}

// unmark is the tag that a mark holds, and false if the mark belongs to
// another key or holds no tag.
func unmark(gen int64, mask uint64, m int64) (register.Tag, bool) {
	rest := uint64(mark(gen, mask, 0) ^ m)
	return register.Tag(rest), rest != 0 && rest == uint64(byte(rest))*everyByte
}

// check refuses an object that cannot be kept.
func check(o *store.Object) error {
	switch {
	case o.Kind < store.Names || o.Kind > store.Kept:
		return fmt.Errorf("object: putting: there is no %s", o.Kind)
	case o.Key == "":
		return fmt.Errorf("%s: putting: it has no key", o.Kind)
	case len(o.Bytes) == 0:
		return fmt.Errorf("%s: putting: it has no bytes", o.Kind)
	case o.Kind == store.Kept && len(o.Refs)+len(o.Terms) > 0:
		return fmt.Errorf("%s: putting: they belong to no generation, refer to nothing and are not searched", o.Kind)
	}
	for i := range o.Terms {
		if slices.Contains(o.Terms[:i], o.Terms[i]) {
			return fmt.Errorf("%s: putting: a term is there twice", o.Kind)
		}
	}
	return nil
}
