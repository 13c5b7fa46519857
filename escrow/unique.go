package escrow

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"slices"
)

// unique finds what was added twice, in bounded memory: of each string a
// 64-bit hash is kept with its line; what is more than fits is sorted and put
// aside in a file. Two strings of ten million share a hash with a chance of
// one in 300,000; the seed is random, so that nobody can aim at it.
type unique struct {
	seed    maphash.Seed
	most    int // entries held in memory
	entries []sighting
	file    *os.File
	runs    []int64 // the number of entries of each run in the file
}

type sighting struct {
	hash uint64
	line int64
}

const sightingSize = 16

func newUnique() *unique { return &unique{seed: maphash.MakeSeed(), most: 1 << 20} }

func (u *unique) add(s string, line int64) error {
	if len(u.entries) == u.most {
		if err := u.putAside(); err != nil {
			return fmt.Errorf("keeping the ROIDs apart: %w", err)
		}
	}
	u.entries = append(u.entries, sighting{maphash.String(u.seed, s), line})
	return nil
}

func compareSightings(a, b sighting) int {
	return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.line, b.line))
}

func (u *unique) putAside() error {
	if u.file == nil {
		f, err := os.CreateTemp("", "registerd-import-*")
		if err != nil {
			return err
		}
		u.file = f
	}
	slices.SortFunc(u.entries, compareSightings)
	w := bufio.NewWriterSize(u.file, 1<<20)
	var b [sightingSize]byte
	for _, e := range u.entries {
		binary.LittleEndian.PutUint64(b[:8], e.hash)
		binary.LittleEndian.PutUint64(b[8:], uint64(e.line))
		if _, err := w.Write(b[:]); err != nil {
			return err
		}
	}
	u.runs = append(u.runs, int64(len(u.entries)))
	u.entries = u.entries[:0]
	return w.Flush()
}

// twice calls f for each sighting after the first of the same string.
func (u *unique) twice(f func(line, first int64)) error {
	slices.SortFunc(u.entries, compareSightings)
	runs := u.open()
	var first sighting
	for some := false; ; some = true {
		next, ok, err := least(runs)
		if err != nil {
			return fmt.Errorf("comparing the ROIDs: %w", err)
		}
		if !ok {
			return nil
		}
		if some && next.hash == first.hash {
			f(next.line, first.line)
			continue
		}
		first = next
	}
}

// open returns the runs in the file and the one in memory.
func (u *unique) open() []*run {
	runs := []*run{{memory: u.entries}}
	var at int64
	for _, n := range u.runs {
		part := io.NewSectionReader(u.file, at, n*sightingSize)
		runs = append(runs, &run{r: bufio.NewReaderSize(part, 32<<10)})
		at += n * sightingSize
	}
	return runs
}

func (u *unique) close() {
	if u.file != nil {
		_ = u.file.Close()
		_ = os.Remove(u.file.Name())
	}
}

// run is a sorted sequence of sightings, with the next one at hand.
type run struct {
	memory []sighting
	r      *bufio.Reader
	head   sighting
	full   bool
}

func (r *run) fill() (bool, error) {
	switch {
	case r.full:
		return true, nil
	case r.r == nil:
		if len(r.memory) == 0 {
			return false, nil
		}
		r.head, r.memory = r.memory[0], r.memory[1:]
	default:
		var b [sightingSize]byte
		if _, err := io.ReadFull(r.r, b[:]); err == io.EOF {
			return false, nil
		} else if err != nil {
			return false, err
		}
		r.head.hash = binary.LittleEndian.Uint64(b[:8])
		r.head.line = int64(binary.LittleEndian.Uint64(b[8:]))
	}
	r.full = true
	return true, nil
}

// least takes the least sighting of all runs.
func least(runs []*run) (sighting, bool, error) {
	var best *run
	for _, r := range runs {
		ok, err := r.fill()
		if err != nil {
			return sighting{}, false, err
		}
		if ok && (best == nil || compareSightings(r.head, best.head) < 0) {
			best = r
		}
	}
	if best == nil {
		return sighting{}, false, nil
	}
	best.full = false
	return best.head, true, nil
}
