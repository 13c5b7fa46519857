package statistics

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestNumbersOfTenAndMoreAreTold(t *testing.T) {
	for i, v := range guard([]int{10, 4000, 25}) {
		if v.Says != "" {
			t.Errorf("number %d: %s", i, v.Says)
		}
	}
}

func TestASmallNumberIsNotTheRestOfTheOthers(t *testing.T) {
	got := guard([]int{3, 4000, 600, 25})
	for i, want := range []string{fewerThan10, "4000", "600", withheld} {
		if got[i].String() != want {
			t.Errorf("number %d: got %s, want %s", i, got[i], want)
		}
	}
}

func TestASmallRegisterTellsNoNumberOfHolders(t *testing.T) {
	for i, v := range guard([]int{3, 0, 2}) {
		if v.Says != withheld {
			t.Errorf("number %d: %s", i, v)
		}
	}
}

// Whatever is told of numbers and of their sum, there are other numbers of which the
// same is told, with each small one being anything below ten.
func TestASmallNumberCouldBeAnythingBelowTen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 12), rapid.IntRange(0, 60)), 1, 6).Draw(t, "numbers")
		told := guard(numbers)
		place := slices.IndexFunc(told, func(v Value) bool { return v.Says == withheld })
		for i, v := range told {
			if v.Says == "" && (v.N != float64(numbers[i]) || numbers[i] < few) {
				t.Fatalf("%v: %s is told", numbers, v)
			}
			if v.Says != fewerThan10 {
				continue
			}
			for value := range few {
				other := slices.Clone(numbers)
				for j := range other {
					if told[j].Says == fewerThan10 {
						other[place], other[j] = other[place]+other[j], 0
					}
				}
				other[place], other[i] = other[place]-value, value
				if again := guard(other); !slices.Equal(again, told) {
					t.Fatalf("%v told as %v: %v would be told as %v", numbers, told, other, again)
				}
			}
		}
	})
}
