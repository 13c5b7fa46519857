package register

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAPatternHasOneFormForAllItsSpellings(t *testing.T) {
	for _, c := range []struct {
		parse func(string) (Pattern, error)
		want  string
		of    []string
	}{
		{ParseNamePattern, "example.zz", []string{"example.zz", "EXAMPLE.ZZ.", "ｅxample。zz"}},
		{ParseNamePattern, "xn--exmple-qta.zz", []string{"exámple.zz", "xn--exmple-qta.zz", "exa\u0301mple.ZZ", "EXÁMPLE.zz"}},
		{ParseNamePattern, "exam*.zz", []string{"exam*.zz", "EXAM*.ZZ", "ｅxam*。zz", "exam*.zz."}},
		{ParseNamePattern, "exá*.xn--p1ai", []string{"exá*.рф", "exa\u0301*.XN--P1AI", "EXÁ*.РФ."}},
		{ParseNamePattern, "exam*", []string{"exam*", "Exam*", "exam*."}},
		{ParseNamePattern, "ex-*", []string{"ex-*", "EX-*"}},
		{ParseNamePattern, "straß*.zz", []string{"straß*.zz", "STRAß*.zz"}},
		{ParseHostPattern, "ns_1*.zz", []string{"ns_1*.zz", "NS_1*.zz."}},
		{ParseHostPattern, "ns1.example.zz", []string{"ns1.example.zz", "NS1.Example.zz."}},
		{ParseTextPattern, "karin ø*", []string{"karin ø*", "KARIN Ø*", "  Karin ø*"}},
		{ParseTextPattern, "karin *", []string{"Karin *"}},
		{ParseTextPattern, "karin", []string{"Karin", " KARIN "}},
		{ParseTextPattern, "strasse", []string{"straße", "STRASSE"}},
		{ParseAddressPattern, "192.0.2.1", []string{"192.0.2.1", "::ffff:192.0.2.1"}},
		{ParseAddressPattern, "2001:db8::1", []string{"2001:DB8:0:0::1", "2001:db8::0001"}},
	} {
		for _, s := range c.of {
			if p, err := c.parse(s); err != nil || p.String() != c.want || p.Part() != strings.Contains(c.want, "*") {
				t.Errorf("%q: %q, %v, want %q", s, p, err, c.want)
			}
		}
	}
}

func TestAPatternThatNothingCouldFitIsMalformed(t *testing.T) {
	long := strings.Repeat("a", 64)
	for _, c := range []struct {
		parse func(string) (Pattern, error)
		of    []string
	}{
		{ParseNamePattern, []string{"", "a b*.zz", "-ab*.zz", "ab--*.zz", "ns_1*.zz", "ab*..zz", "ab*.-zz", "ab*.xn--a", "\u0301ab*.zz",
			long + "*.zz", "ab\xff*.zz", "ab*.\xff", "no such name", "ｘn--ab*.zz", "a…b*.zz", "日\u2028*", strings.Repeat("ab*.zz", 300)}},
		{ParseHostPattern, []string{"", "-ns*.zz", "ns*.z z"}},
		{ParseTextPattern, []string{"", " ", "a\x00b*", "ab\n", "ab\xff*", strings.Repeat("x", maxPattern+1), strings.Repeat("x", maxInput) + "*"}},
		{ParseAddressPattern, []string{"", "192.0.2", "192.0.2.1/24", "fe80::1%eth0", "192.0.2.01", "example.zz"}},
	} {
		for _, s := range c.of {
			var syntax *SyntaxError
			if p, err := c.parse(s); !errors.As(err, &syntax) || p != (Pattern{}) {
				t.Errorf("%q: %q, %v", s, p, err)
			}
		}
	}
}

func TestAPatternThatIsNotSearchedForIsUnsupported(t *testing.T) {
	for _, c := range []struct {
		parse func(string) (Pattern, error)
		of    []string
	}{
		{ParseNamePattern, []string{"*", "*.zz", "a*.zz", "é*.zz", "ex*am.zz", "*exam.zz", "ex*m*.zz", "exam*.z*", "www.exam*.zz", "exam.z*", "**", "xn--ex*.zz", "XN--*", "xn--*.zz"}},
		{ParseHostPattern, []string{"ns1*", "ns1*.", "n*.zz", "ns*.ex*"}},
		{ParseTextPattern, []string{"*", "k*", " k*", "ka*in", "*rin", "ka*ri*", "ka**"}},
		{ParseAddressPattern, []string{"*", "192.0.2.*", "2001:db8:*"}},
	} {
		for _, s := range c.of {
			var unsupported *UnsupportedError
			if p, err := c.parse(s); !errors.As(err, &unsupported) || p != (Pattern{}) {
				t.Errorf("%q: %q, %v", s, p, err)
			} else if text := unsupported.Error(); len(s) > 2 && strings.Contains(text, s) {
				t.Errorf("%q: it is repeated in %q", s, text)
			}
		}
	}
}

func TestAPatternWithoutAnEndIsSearchedInEveryZone(t *testing.T) {
	zones := []Name{"zz", "xn--p1ai", "co.zz"}
	for s, want := range map[string][]string{
		"exam*":       {"zz/exam", "рф/exam", "co.zz/exam"},
		"exam*.рф":    {"рф/exam"},
		"exam*.co.zz": {"co.zz/exam"},
		"exam.zz":     {"zz/exam." + EndOfTerm},
		"exam*.other": {"other/exam"},
	} {
		p, err := ParseNamePattern(s)
		if got := p.Begins(zones); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
}

func TestATextPatternFitsWhatTheIndexWouldFind(t *testing.T) {
	for pattern, texts := range map[string]map[string]bool{
		"karin*":       {"Karin": true, "KARINA B": true, " karin b": true, "Kari": false, "": false, "karin\u0323": false},
		"Karin B":      {"karin b": true, " KARIN B ": true, "karin bo": false, "karin": false, "": false},
		"a@zz.example": {"A@ZZ.example": true, "aa@zz.example": false},
	} {
		p, err := ParseTextPattern(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for text, fits := range texts {
			if p.FitsText(text) != fits {
				t.Errorf("%q fits %q: %v", pattern, text, !fits)
			}
		}
	}
}

func TestAMatchDoesNotSplitACharacter(t *testing.T) {
	part, err := ParseTextPattern("กก*")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := ParseTextPattern("กก")
	if err != nil {
		t.Fatal(err)
	}
	for rest, fits := range map[string]bool{
		"": true, EndOfTerm: true, "ก": true, "a": true, ".": true,
		"\u0e34ก": false, "\u0323": false, "\u200d": false, "\u200c": false, "\u093e": false,
	} {
		if part.Fits(rest) != fits {
			t.Errorf("with %q behind it: %v", rest, !fits)
		}
		if !whole.Fits(rest) {
			t.Errorf("a whole pattern does not fit with %q behind it", rest)
		}
	}
}

// A name is found by the whole of it and by any beginning of its first label, in
// either form; and nothing that another name is found by is that name.
func TestANameIsFoundByItsBeginnings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.OneOf(
			rapid.StringMatching(`[a-z0-9]{2}([a-z0-9-]{0,8}[a-z0-9])?`),
			rapid.StringOfN(rapid.SampledFrom([]rune("aäößéжदिก日本")), 2, 10, -1),
		).Draw(t, "label")
		zone := rapid.SampledFrom([]string{"zz", "co.zz", "рф"}).Draw(t, "zone")
		name, err := ParseName(label + "." + zone)
		if err != nil {
			t.Skip("no name")
		}
		term := (&Domain{Name: name}).Terms()[0].Value
		whole, err := ParseNamePattern(string(name))
		if err != nil || whole.Begins(nil)[0] != term {
			t.Fatalf("%q is %q, and searched for as %q, %v", name, term, whole.Begins(nil), err)
		}
		runes := []rune(strings.TrimSuffix(name.Unicode(), "."+Name(name.Parent()).Unicode()))
		n := rapid.IntRange(2, len(runes)).Draw(t, "runes")
		for _, s := range []string{string(runes[:n]) + "*." + zone, strings.ToUpper(string(runes[:n])) + "*"} {
			p, err := ParseNamePattern(s)
			if err != nil {
				t.Fatalf("%q of %q: %v", s, name, err)
			}
			begins := p.Begins([]Name{name.Parent()})
			rest, found := strings.CutPrefix(term, begins[0])
			if len(begins) != 1 || !found {
				t.Fatalf("%q is not found by %q, which begins with %q", term, s, begins)
			}
			if n == len(runes) && !p.Fits(rest) {
				t.Fatalf("%q fits all of %q, but it does not fit", s, name)
			}
		}
	})
}

func FuzzPattern(f *testing.F) {
	for _, s := range []string{"exam*.zz", "exam*", "*", "xn--a*.zz", "exá*.рф", "ab*.", "a\u0301b*", "192.0.2.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, parse := range map[string]func(string) (Pattern, error){
			"name": ParseNamePattern, "host": ParseHostPattern, "text": ParseTextPattern, "address": ParseAddressPattern,
		} {
			p, err := parse(s)
			var syntax *SyntaxError
			var unsupported *UnsupportedError
			switch {
			case err != nil && !errors.As(err, &syntax) && !errors.As(err, &unsupported):
				t.Fatalf("%s %q: %v", name, s, err)
			case err == nil:
				again, err := parse(p.String())
				if err != nil || again != p {
					t.Fatalf("%s %q: %+v is read again as %+v, %v", name, s, p, again, err)
				}
			}
		}
	})
}
