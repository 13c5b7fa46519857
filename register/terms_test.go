package register

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func addrs(texts ...string) (out []netip.Addr) {
	for _, s := range texts {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

func TestADomainIsFoundByNameServersAndTheirOwnAddresses(t *testing.T) {
	d := Domain{Name: "xn--exmple-qta.co.zz", Original: "example.co.zz", Hosts: []NameServer{
		{Name: "ns1.example.zz"}, {Name: "ns1.example.zz"},
		{Name: "ns2.example.zz", Attr: true, Addrs: addrs("192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1")},
	}}
	want := []Term{
		{IndexName, 0, "co.zz/exámple.\x00"},
		{IndexServer, 0, "example.zz/ns1.\x00exámple.co.zz"},
		{IndexServer, 0, "example.zz/ns2.\x00exámple.co.zz"},
		{IndexAddress, 0, "192.0.2.1\x00exámple.co.zz"},
		{IndexAddress, 0, "2001:db8::1\x00exámple.co.zz"},
		{IndexOriginal, 0, "co.zz/example.\x00exámple.co.zz"},
	}
	if got := d.Terms(); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestAReservedNameIsFoundAsAVariantAlone(t *testing.T) {
	if got := (&Reserved{Name: "held.zz"}).Terms(); got != nil {
		t.Errorf("%+v", got)
	}
	want := []Term{{IndexOriginal, 0, "zz/shop.\x00held.zz"}}
	if got := (&Reserved{Name: "held.zz", Original: "shop.zz"}).Terms(); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestAHostIsFoundByNameAndAddress(t *testing.T) {
	h := Host{Name: "ns1.example.zz", Addrs: addrs("192.0.2.1", "192.0.2.1", "2001:db8::1")}
	want := []Term{
		{IndexName, 0, "example.zz/ns1.\x00"},
		{IndexAddress, 0, "192.0.2.1\x00ns1.example.zz"},
		{IndexAddress, 0, "2001:db8::1\x00ns1.example.zz"},
	}
	if got := h.Terms(); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// The name in another form than answers show would find somebody by what is
// shown to nobody.
func TestAContactIsFoundInItsClassByTheNameThatAnswersShow(t *testing.T) {
	c := Contact{Handle: "C-1", International: Postal{Name: "Soren Ae"}, Local: Postal{Name: "SØREN Æ"}, Email: "s@zz.example"}
	want := []Term{{IndexName, c.Traits(), "søren æ\x00"}, {IndexHandle, c.Traits(), "c-1\x00"}, {IndexEmail, c.Traits(), "s@zz.example\x00"}}
	if got := c.Terms(); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := (&Contact{Handle: "C-2"}).Terms(); len(got) != 1 || got[0].Index != IndexHandle {
		t.Errorf("without a name: %+v", got)
	}
	if got := (&Registrar{ID: "REG", Name: "Strauß & Co"}).Terms(); !slices.Equal(got, []Term{
		{IndexName, 0, "strauss & co\x00"}, {IndexHandle, 0, "reg\x00"}}) {
		t.Errorf("a registrar: %+v", got)
	}
}

func TestATextIsOneTermInAllItsSpellingsAndOfBoundedLength(t *testing.T) {
	for _, same := range [][]string{
		{"Straße", "STRASSE", " strasse "}, {"ﬁrm", "Firm"}, {"é", "e\u0301"}, {"a\x00b", "A B"}, {"", " ", "\x00"},
		{"ΣΊΣΥΦΟΣ", "σίσυφος"}, {"ꭰ", "Ꭰ"},
	} {
		for _, s := range same {
			if TermOfText(s) != TermOfText(same[0]) {
				t.Errorf("%q is %q, and %q is %q", s, TermOfText(s), same[0], TermOfText(same[0]))
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		term := TermOfText(rapid.StringN(0, 400, -1).Draw(t, "text"))
		if len(term) > maxTerm || !utf8.ValidString(term) || strings.Contains(term, EndOfTerm) {
			t.Fatalf("%q", term)
		}
	})
}

// The order of terms is that of whole names within a zone.
func TestTermsOfNamesAreInTheOrderOfNames(t *testing.T) {
	names := []string{"a.zz", "a-b.zz", "a0.zz", "ab.zz", "é.zz", "z.zz", "日本.zz"}
	var terms, whole []string
	for _, s := range names {
		n, err := ParseName(s)
		if err != nil {
			t.Fatal(err)
		}
		terms, whole = append(terms, TermOfName(n)), append(whole, n.Unicode())
	}
	slices.Sort(terms)
	slices.Sort(whole)
	for i := range terms {
		if want := strings.TrimSuffix(whole[i], ".zz") + "."; terms[i] != "zz/"+want {
			t.Errorf("%d: %q beside %q", i, terms[i], whole[i])
		}
	}
}
