package register

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// LabelRules say which labels can be registered directly below a zone. The
// zero LabelRules let every label in. They are not changed once they are in
// use.
type LabelRules struct {
	Min, Max int // characters of the U-label; 0 is no limit

	// NoDoubleHyphens refuses two hyphens together wherever they stand. In the
	// third and fourth place no name has them (RFC 5891 section 4.2.3.1).
	NoDoubleHyphens bool

	characters []span          // in order, apart from each other; empty takes all
	variants   map[rune][]rune // what a character can be taken for, itself first
}

// span is a range of characters, both ends included.
type span struct{ from, to rune }

// Reason says which of the rules a label does not keep to. The zero Reason is
// none.
type Reason uint8

// The reasons.
const (
	Eligible Reason = iota
	BadLength
	BadCharacters
	BadHyphens
	TooManyVariants
)

// MaxVariants is how many other labels may be variants of one. Of a label with
// more it could not be told at a reasonable price that none is taken.
const MaxVariants = 256

// ParseCharacters sets which characters labels are made of, as in
// "a-z 0-9 - æ ø å": single ones and ranges, with blanks between them. Each
// stands as it does in a U-label, hence in lower case.
func (r *LabelRules) ParseCharacters(s string) error {
	var spans []span
	for _, word := range strings.Fields(s) {
		one, err := parseSpan(word)
		if err != nil {
			return err
		}
		spans = append(spans, one)
	}
	if len(spans) == 0 {
		return errors.New("there are none")
	}
	slices.SortFunc(spans, func(a, b span) int { return int(a.from) - int(b.from) })
	for i := 1; i < len(spans); i++ {
		if spans[i].from <= spans[i-1].to {
			return fmt.Errorf("%q is there twice", spans[i].from)
		}
	}
	r.characters = spans
	return nil
}

func parseSpan(word string) (span, error) {
	runes := []rune(word)
	var one span
	switch {
	case len(runes) == 1:
		one = span{runes[0], runes[0]}
	case len(runes) == 3 && runes[1] == '-' && runes[0] < runes[2]:
		one = span{runes[0], runes[2]}
	default:
		return span{}, fmt.Errorf("%q is not a character, nor a range of them such as a-z", word)
	}
	for _, end := range [...]rune{one.from, one.to} {
		if !inULabel(end) {
			return span{}, fmt.Errorf("%q stands in no label in this form", end)
		}
	}
	return one, nil
}

// inULabel reports a character that IDNA leaves as it is. It is looked at between
// letters, since some stand in the middle only.
func inULabel(c rune) bool {
	if c == '-' {
		return true
	}
	for _, around := range [...]string{"a", "א", "ا"} { // of both directions (RFC 5893)
		text := around + string(c) + around
		name, err := ParseName(text)
		if err == nil && name.Labels() == 1 && name.Unicode() == text {
			return true
		}
	}
	return false
}

// ParseVariants sets which characters count as the same: each set is a line of
// them, with blanks between them.
func (r *LabelRules) ParseVariants(sets []string) error {
	r.variants = nil
	for _, set := range sets {
		words := strings.Fields(set)
		if len(words) < 2 {
			return fmt.Errorf("%q: a set has at least two characters", set)
		}
		same := make([]rune, len(words))
		for i, word := range words {
			c, size := utf8.DecodeRuneInString(word)
			if size != len(word) || !inULabel(c) {
				return fmt.Errorf("%q: %q is not a character of labels", set, word)
			}
			same[i] = c
		}
		if err := r.addVariants(same); err != nil {
			return fmt.Errorf("%q: %w", set, err)
		}
	}
	return nil
}

func (r *LabelRules) addVariants(same []rune) error {
	if r.variants == nil {
		r.variants = map[rune][]rune{}
	}
	for i, c := range same {
		if r.variants[c] != nil {
			return fmt.Errorf("%q is there twice", c)
		}
		own := append([]rune{c}, same[:i]...)
		r.variants[c] = append(own, same[i+1:]...)
	}
	return nil
}

// Check says why a name's first label cannot be registered: as a reason for
// programs, and as a sentence without its full stop for people.
func (r *LabelRules) Check(name Name) (Reason, string) {
	label, _ := r.label(name)
	n := utf8.RuneCountInString(label)
	switch {
	case r.Min > 0 && n < r.Min:
		return BadLength, "It has " + count(n) + ", and names in its zone have at least " + strconv.Itoa(r.Min)
	case r.Max > 0 && n > r.Max:
		return BadLength, "It has " + count(n) + ", and names in its zone have at most " + strconv.Itoa(r.Max)
	case r.NoDoubleHyphens && strings.Contains(label, "--"):
		return BadHyphens, "It has two hyphens together, and names in its zone have none such"
	}
	for _, c := range label {
		if !r.takes(c) {
			return BadCharacters, fmt.Sprintf("The character U+%04X is not one of those that names in its zone are made of", c)
		}
	}
	if r.combinations(label) > MaxVariants+1 {
		return TooManyVariants, "It has more than " + strconv.Itoa(MaxVariants) + " variants, and each of them would have to be free"
	}
	return Eligible, ""
}

// label is the first label as U-label, and what stands behind it.
func (*LabelRules) label(n Name) (label, zone string) {
	first, rest, _ := strings.Cut(string(n), ".")
	return Name(first).Unicode(), rest
}

func count(n int) string {
	if n == 1 {
		return "1 character"
	}
	return strconv.Itoa(n) + " characters"
}

func (r *LabelRules) takes(c rune) bool {
	if len(r.characters) == 0 {
		return true
	}
	_, found := slices.BinarySearchFunc(r.characters, c, func(s span, c rune) int {
		switch {
		case s.to < c:
			return -1
		case s.from > c:
			return 1
		}
		return 0
	})
	return found
}

// combinations is how many labels there are that count as this one, itself
// among them; more than MaxVariants+1 are not counted.
func (r *LabelRules) combinations(label string) int {
	n := 1
	for _, c := range label {
		if same := r.variants[c]; len(same) > 0 {
			if n *= len(same); n > MaxVariants+1 {
				return n
			}
		}
	}
	return n
}

// Variants appends the names that are n with another label that counts as the
// same as its first. Labels that are none are left out, since nothing can stand
// under them. Of a label with too many there are none: Check refuses it.
func (r *LabelRules) Variants(out []string, n Name) []string {
	if r == nil || len(r.variants) == 0 {
		return out
	}
	first, zone := r.label(n)
	if r.combinations(first) > MaxVariants+1 {
		return out
	}
	labels := []string{""}
	for _, c := range first {
		same := r.variants[c]
		if len(same) == 0 {
			same = []rune{c}
		}
		longer := make([]string, 0, len(labels)*len(same))
		for _, label := range labels {
			for _, s := range same {
				longer = append(longer, label+string(s))
			}
		}
		labels = longer
	}
	for _, label := range labels[1:] { // each character comes first in its own set
		if variant, err := ParseName(label + "." + zone); err == nil {
			out = append(out, string(variant))
		}
	}
	return out
}
