package sqlite

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
)

// sorter sorts more records than fit into memory: it sorts as many as fit,
// writes them to a file, and merges the files. Records with equal keys keep
// the order in which they were added.
type sorter struct {
	dir     string // for the files
	bytes   int    // most bytes in memory
	records int    // most records in memory
	arena   []byte
	entries []entry
	runs    []*os.File
}

// entry is a record in the arena: key and payload one after the other. The
// prefix, the first eight bytes of the key, decides most comparisons.
type entry struct {
	prefix       uint64
	at           uint32
	key, payload uint32 // lengths
}

func prefix(key []byte) uint64 {
	var b [8]byte
	copy(b[:], key)
	return binary.BigEndian.Uint64(b[:])
}

// add takes a record; it copies it.
func (s *sorter) add(key, payload []byte) error {
	if s.arena == nil {
		s.arena, s.entries = make([]byte, 0, s.bytes), make([]entry, 0, s.records)
	}
	full := len(s.entries) == s.records || len(s.arena)+len(key)+len(payload) > s.bytes
	if full && len(s.entries) > 0 {
		if err := s.spill(); err != nil {
			return err
		}
	}
	s.entries = append(s.entries, entry{prefix(key), uint32(len(s.arena)), uint32(len(key)), uint32(len(payload))})
	s.arena = append(append(s.arena, key...), payload...)
	return nil
}

func (s *sorter) sort() {
	slices.SortFunc(s.entries, func(a, b entry) int {
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		if c := bytes.Compare(s.arena[a.at:a.at+a.key], s.arena[b.at:b.at+b.key]); c != 0 {
			return c
		}
		return cmp.Compare(a.at, b.at)
	})
}

// spill writes what is in memory to a file. The file has no name any more once
// it is open: it goes with the process.
func (s *sorter) spill() error {
	s.sort()
	f, err := os.CreateTemp(s.dir, "run")
	if err != nil {
		return err
	}
	s.runs = append(s.runs, f)
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<18)
	var head [2 * binary.MaxVarintLen32]byte
	for _, e := range s.entries {
		h := binary.AppendUvarint(binary.AppendUvarint(head[:0], uint64(e.key)), uint64(e.payload))
		w.Write(h)
		w.Write(s.arena[e.at : e.at+e.key+e.payload])
	}
	s.arena, s.entries = s.arena[:0], s.entries[:0]
	return w.Flush()
}

// close forgets all records.
func (s *sorter) close() error {
	var errs []error
	for _, f := range s.runs {
		errs = append(errs, f.Close())
	}
	s.arena, s.entries, s.runs = nil, nil, nil
	return errors.Join(errs...)
}

// mergeBytes is the memory for reading the files, however many there are.
const mergeBytes = 4 << 20

// merged gives the records in order. The sorter takes no more of them.
func (s *sorter) merged() (*merger, error) {
	s.sort()
	var m merger
	sources := make([]*source, 0, len(s.runs)+1)
	size := min(1<<16, max(1<<12, mergeBytes/(len(s.runs)+1)))
	for i, f := range s.runs {
		in := bufio.NewReaderSize(io.NewSectionReader(f, 0, 1<<62), size)
		sources = append(sources, &source{order: i, in: in})
	}
	sources = append(sources, &source{order: len(s.runs), sorter: s})
	for _, src := range sources {
		ok, err := src.next()
		if err != nil {
			return nil, err
		}
		if ok {
			m.heads = append(m.heads, src)
		}
	}
	heap.Init(&m.heads)
	return &m, nil
}

// merger gives the records of several sources in order.
type merger struct {
	heads   heads
	current *source // whose record was given last
}

// next gives the next record, valid until the call after.
func (m *merger) next() (key, payload []byte, ok bool, err error) {
	if m.current != nil {
		more, err := m.current.next()
		if err != nil {
			return nil, nil, false, err
		}
		if more {
			heap.Fix(&m.heads, 0)
		} else {
			heap.Pop(&m.heads)
		}
		m.current = nil
	}
	if len(m.heads) == 0 {
		return nil, nil, false, nil
	}
	m.current = m.heads[0]
	return m.current.key, m.current.payload, true, nil
}

// source is a sorted run: a file, or the memory of a sorter.
type source struct {
	order        int
	prefix       uint64
	key, payload []byte

	sorter *sorter
	at     int
	in     *bufio.Reader
	buf    []byte
}

func (s *source) next() (bool, error) {
	if s.sorter != nil {
		if s.at == len(s.sorter.entries) {
			return false, nil
		}
		e := s.sorter.entries[s.at]
		s.at++
		s.key = s.sorter.arena[e.at : e.at+e.key]
		s.payload = s.sorter.arena[e.at+e.key : e.at+e.key+e.payload]
		s.prefix = e.prefix
		return true, nil
	}
	key, err := binary.ReadUvarint(s.in)
	if err == io.EOF {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	payload, err := binary.ReadUvarint(s.in)
	if err != nil {
		return false, noEOF(err)
	}
	s.buf = slices.Grow(s.buf[:0], int(key+payload))[:key+payload]
	if _, err := io.ReadFull(s.in, s.buf); err != nil {
		return false, noEOF(err)
	}
	s.key, s.payload = s.buf[:key], s.buf[key:]
	s.prefix = prefix(s.key)
	return true, nil
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// heads is a heap of sources by their current record.
type heads []*source

func (h heads) Len() int      { return len(h) }
func (h heads) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h heads) Less(i, j int) bool {
	a, b := h[i], h[j]
	if a.prefix != b.prefix {
		return a.prefix < b.prefix
	}
	if c := bytes.Compare(a.key, b.key); c != 0 {
		return c < 0
	}
	return a.order < b.order
}
func (h *heads) Push(x any) { *h = append(*h, x.(*source)) }
func (h *heads) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
