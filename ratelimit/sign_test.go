package ratelimit

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestASortedListIsASignFromItsTwoHundredFiftySeventhNameInEitherDirection(t *testing.T) {
	for name, nth := range map[string]func(int) string{
		"names forwards":  domain,
		"names backwards": func(i int) string { return domain(5000 - i) },
		"every third":     func(i int) string { return domain(3 * i) },
		"handles":         func(i int) string { return fmt.Sprintf("C%d-EX", i+1) },
		"long handles":    func(i int) string { return fmt.Sprintf("reg-%07d-EX", i+1) },
		"each asked twice": func(i int) string {
			return domain(i / 2)
		},
		"one question of ten for another": func(i int) string {
			if i%20 == 0 {
				return "zzzz.example"
			}
			return domain(i)
		},
	} {
		w := newWatched()
		for i := range 256 {
			w.ask(asked{about: nth(i)})
		}
		if got := w.shows(); got != "" {
			t.Errorf("%s: 256 questions show %q", name, got)
		}
		for i := range 300 {
			w.ask(asked{about: nth(256 + i)})
		}
		if got := w.shows(); got != ordered {
			t.Errorf("%s: 556 questions show %q, want %q", name, got, ordered)
		}
	}
}

func TestQuestionsDrawnAtRandomShowNoOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, nth := range map[string]func(int) string{
		"names":   func(int) string { return domain(r.IntN(17576)) },
		"handles": func(int) string { return fmt.Sprintf("C%d", r.IntN(100_000)) },
		"popular names": func(int) string {
			return domain(int(r.ExpFloat64() * 20))
		},
		"a sorted list, and a third by chance": func(i int) string {
			if i%3 == 0 {
				return domain(r.IntN(17576))
			}
			return domain(i)
		},
	} {
		w := newWatched()
		w.set.Distinct = 1 << 20
		for i := range 100_000 {
			w.ask(asked{about: nth(i)})
			if got := w.shows(); got != "" {
				t.Fatalf("%s: question %d shows %q", name, i, got)
			}
		}
	}
}

func TestKeysComeInTheOrderPeopleSortThem(t *testing.T) {
	for _, c := range []string{
		"a.example aa.example", "a-b.example ab.example", "1.example a.example", "C1 C2", "C2 C10", "C9-EX C10-EX",
		"c9 C10", "C099 C100", "REG-9999999 REG-10000000", "a1b9 a1b10", "9a 10a", "shop2.example shop10.example",
		"a.example a1.example", "99999999999 999999999990", " a",
	} {
		less, more, _ := strings.Cut(c, " ")
		if a, b := orderKeyOf(less), orderKeyOf(more); !a.before(b) || b.before(a) {
			t.Errorf("%q is not before %q: %x %x", less, more, a, b)
		}
	}
	for _, c := range []string{"A.EXAMPLE a.example", "C007 c7", "0 00", "an-equal-beginning-1 an-equal-beginning-2"} {
		a, b, _ := strings.Cut(c, " ")
		if orderKeyOf(a) != orderKeyOf(b) {
			t.Errorf("%q is not like %q", a, b)
		}
	}
}

func TestADictionaryIsASignAndAFewMistypedNamesAreNot(t *testing.T) {
	for missed, want := range map[int]string{10: missing, 5: missing, 4: "", 0: ""} {
		w := newWatched()
		r := rand.New(rand.NewPCG(3, 4))
		for i := range 1000 {
			w.ask(asked{about: domain(r.IntN(500)), missed: i%10 < missed})
			if i == 254 && w.shows() != "" {
				t.Errorf("%d of 10 missed: 255 questions show %q", missed, w.shows())
			}
		}
		if got := w.shows(); got != want {
			t.Errorf("%d of 10 missed: %q, want %q", missed, got, want)
		}
	}
}

func TestVeryManyKeysInADayAreASignAndTheSameOnesOftenAreNot(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for keys, want := range map[int]string{300: "", 500: "", 3000: plentily, 15_000: plentily} {
		w := newWatched()
		shuffled := r.Perm(17576)
		for i := range 20_000 {
			w.ask(asked{about: domain(shuffled[i%keys])})
		}
		if got := w.shows(); got != want {
			t.Errorf("%d keys: %q, want %q", keys, got, want)
		}
	}
}

func TestTheEstimateOfDifferentKeysIsWithinAThird(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var b breadth
	for _, keys := range []int{200, 300, 500, 1000, 2000, 10_000, 100_000, 1_000_000} {
		outside := 0
		const trials = 20
		for range trials {
			b = breadth{}
			for range keys {
				b.note(r.Uint64())
			}
			if off := float64(b.estimate())/float64(keys) - 1; off < -0.34 || off > 0.34 {
				outside++
			}
		}
		if outside > 1 {
			t.Errorf("%d keys: %d of %d estimates are further off, the last is %d", keys, outside, trials, b.estimate())
		}
	}
}

func TestEverySignDoublesThePriceOfItsWidthAndNotThatOfTheNeighbours(t *testing.T) {
	w := newWatched()
	if got := w.prices(); got != [2]float64{1, 1} {
		t.Fatalf("a stranger pays %v", got)
	}
	for i := range 3000 {
		w.ask(asked{about: domain(i), missed: true})
	}
	if got, want := w.shows(), ordered+"; "+missing+"; "+plentily; got != want {
		t.Errorf("shows %q, want %q", got, want)
	}
	if got := w.prices(); got != [2]float64{8, 1} {
		t.Errorf("the price is %v, want 8 for the client and 1 for its site", got)
	}
	w.set.Off = true
	if got := w.prices(); got != [2]float64{1, 1} || w.shows() != "" {
		t.Errorf("a watch that is off says %v, %q", got, w.shows())
	}
}

func TestAClientAsWideAsItsSitePaysOnePriceAtAllWidths(t *testing.T) {
	w := newWatched()
	w.own = w.site
	for i := range 3000 {
		w.ask(asked{about: domain(i), missed: true})
	}
	// The keys are many for a client and not for a site.
	if got := w.prices(); got != [2]float64{4, 4} {
		t.Errorf("the price is %v, want 4 and 4", got)
	}
}
