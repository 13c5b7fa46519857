package register_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	. "registerd/register"
)

func rules(t *testing.T, characters string, variants ...string) *LabelRules {
	t.Helper()
	r := new(LabelRules)
	if characters != "" {
		if err := r.ParseCharacters(characters); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.ParseVariants(variants); err != nil {
		t.Fatal(err)
	}
	return r
}

func canonical(t *testing.T, s string) Name {
	t.Helper()
	n, err := ParseName(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return n
}

func TestALabelIsHeldToTheRulesOfItsZone(t *testing.T) {
	r := rules(t, "a-z 0-9 - æ ø å é", "ø ö", "a å")
	r.Min, r.Max, r.NoDoubleHyphens = 2, 20, true
	for name, want := range map[string]Reason{
		"ab.example":                    Eligible,
		"blåbærgrød.example":            Eligible,
		"å.example":                     BadLength, // one character, of seven octets
		"åø.example":                    Eligible,
		"abcdefghijklmnopqrst.example":  Eligible,
		"abcdefghijklmnopqrstu.example": BadLength,
		"møtörhead.example":             BadCharacters, // ö can be taken for ø, and not be registered
		"grün.example":                  BadCharacters,
		"a-b.example":                   Eligible,
		"abc--d.example":                BadHyphens,
		"ababababababababab.example":    TooManyVariants,
		"aaaaaaaa.example":              Eligible, // 255 others
	} {
		if got, says := r.Check(canonical(t, name)); got != want || (says == "") != (want == Eligible) {
			t.Errorf("%s: %d, %q; want %d", name, got, says, want)
		}
	}
	if got, _ := new(LabelRules).Check(canonical(t, "x.example")); got != Eligible {
		t.Errorf("no rules refuse a name: %d", got)
	}
}

func TestVariantsAreTheNamesThatCountAsTheSame(t *testing.T) {
	r := rules(t, "", "ø ö", "æ ä")
	got := r.Variants([]string{"kept"}, canonical(t, "bærgrød.example"))
	want := []string{"kept"}
	for _, n := range []string{"bærgröd.example", "bärgrød.example", "bärgröd.example"} {
		want = append(want, string(canonical(t, n)))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := r.Variants(nil, canonical(t, "plain.bøf.example")); len(got) != 0 {
		t.Errorf("labels behind the first have variants: %v", got)
	}
	var none *LabelRules
	if got := none.Variants(nil, "a.example"); got != nil {
		t.Errorf("no rules make variants: %v", got)
	}
}

func TestVariantsAreMutual(t *testing.T) {
	r := rules(t, "", "ø ö o", "æ ä", "1 l")
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.StringOfN(rapid.RuneFrom([]rune("aæäoøöl1k")), 1, 9, -1).Draw(t, "label")
		n, err := ParseName(label + ".example")
		if err != nil {
			t.Fatal(err)
		}
		all := r.Variants(nil, n)
		if reason, _ := r.Check(n); (reason == TooManyVariants) != (len(all) == 0 && strings.ContainsAny(label, "æäoøöl1")) {
			t.Fatalf("%s has %d variants, and Check says %d", label, len(all), reason)
		}
		if len(all) > MaxVariants || slices.Contains(all, string(n)) {
			t.Fatalf("%s has %d variants, or is its own", label, len(all))
		}
		sorted := slices.Sorted(slices.Values(all))
		if len(slices.Compact(sorted)) != len(all) {
			t.Fatalf("%s has a variant twice", label)
		}
		for _, other := range all {
			if !slices.Contains(r.Variants(nil, Name(other)), string(n)) {
				t.Fatalf("%s is a variant of %s, and not the other way round", other, n)
			}
		}
	})
}

func TestCharactersAndVariantsThatStandInNoLabelAreRefused(t *testing.T) {
	for _, s := range []string{"", "abc", "z-a", "A-Z", "a-", "ß-ẞ", "_", "a b a", "a-z e", "a-z .", "ſ", "\u200d"} {
		if err := new(LabelRules).ParseCharacters(s); err == nil {
			t.Errorf("characters %q are taken", s)
		}
	}
	for _, s := range []string{"", "ø", "ø ø", "ø oe", "Ø ö", "a _"} {
		if err := new(LabelRules).ParseVariants([]string{s}); err == nil {
			t.Errorf("variants %q are taken", s)
		}
	}
	if err := new(LabelRules).ParseVariants([]string{"ø ö", "ö o"}); err == nil {
		t.Error("a character is in two sets")
	}
	for _, s := range []string{"א-ת", "ا ب", "一-龠", "ß", "·", "-"} {
		if err := new(LabelRules).ParseCharacters(s); err != nil {
			t.Errorf("characters %q: %v", s, err)
		}
	}
}
