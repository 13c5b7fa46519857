package sqlite

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestASorterSortsWhateverItsMemory(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	var keys, want []string
	for i := range 3000 {
		key := make([]byte, rnd.IntN(12))
		for j := range key {
			key[j] = byte(rnd.IntN(3)) * 127
		}
		keys = append(keys, string(key))
		want = append(want, fmt.Sprintf("%q %d", key, i))
	}
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return bytes.Compare([]byte(keys[a]), []byte(keys[b])) })
	sorted := make([]string, len(want))
	for i, j := range order {
		sorted[i] = want[j]
	}
	for _, records := range []int{1, 2, 100, 2999, 3000, 9000} {
		dir := t.TempDir()
		s := sorter{dir: dir, bytes: 1 << 20, records: records}
		if records == 1 {
			s.bytes, s.records = 3, 100 // less than one record
		}
		for i, key := range keys {
			if err := s.add([]byte(key), []byte(fmt.Sprint(i))); err != nil {
				t.Fatal(err)
			}
			if len(s.runs) > 200 { // files are open: not too many of them
				break
			}
		}
		if len(s.runs) > 200 {
			s.close()
			continue
		}
		if diff := cmp.Diff(sorted, drain(t, &s)); diff != "" {
			t.Errorf("%d at once (-want +got):\n%s", records, diff)
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	}
}

func drain(t *testing.T, s *sorter) (got []string) {
	t.Helper()
	m, err := s.merged()
	if err != nil {
		t.Fatal(err)
	}
	for {
		key, payload, ok, err := m.next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return got
		}
		got = append(got, fmt.Sprintf("%q %s", key, payload))
	}
}

func TestARunThatWasCutIsAnError(t *testing.T) {
	for cut := int64(1); cut < 12; cut++ {
		s := sorter{dir: t.TempDir(), bytes: 100, records: 2}
		for _, key := range []string{"aaa", "bbb", "ccc"} {
			if err := s.add([]byte(key), []byte("pay")); err != nil {
				t.Fatal(err)
			}
		}
		info, err := s.runs[0].Stat()
		if err != nil {
			t.Fatal(err)
		}
		if size := info.Size() - cut; size%8 != 0 { // between two records it cannot be seen
			if err := s.runs[0].Truncate(size); err != nil {
				t.Fatal(err)
			}
			if err := exhaust(&s); err == nil {
				t.Errorf("%d bytes less were not noticed", cut)
			}
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}
}

func exhaust(s *sorter) error {
	m, err := s.merged()
	for ok := true; ok && err == nil; {
		_, _, ok, err = m.next()
	}
	return err
}
