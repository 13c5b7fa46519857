package escrow

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsThereTwiceIsFoundInMemoryAndInFiles(t *testing.T) {
	for _, most := range []int{1, 3, 1000} {
		u := newUnique()
		u.most = most
		defer u.close()
		words := []string{"a", "b", "c", "a", "d", "e", "c", "a"}
		for i, w := range words {
			if err := u.add(w, int64(i+1)); err != nil {
				t.Fatal(err)
			}
		}
		got := map[int64]int64{}
		if err := u.twice(func(line, first int64) { got[line] = first }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[int64]int64{4: 1, 7: 3, 8: 1}, got); diff != "" {
			t.Errorf("%d in memory: %s", most, diff)
		}
	}
}

func TestWhatIsThereOnceIsNotReported(t *testing.T) {
	u := newUnique()
	u.most = 500
	defer u.close()
	for i := range 10_000 {
		if err := u.add(strconv.Itoa(i), int64(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := u.twice(func(line, first int64) { t.Errorf("line %d and %d", line, first) }); err != nil {
		t.Fatal(err)
	}
}
