package register

import (
	"errors"
	"strings"
	"testing"
	"unicode"
)

// Labels of 63 and 61 octets: three and one make the longest name, 253 octets.
var (
	label63 = strings.Repeat("a", 63)
	label61 = strings.Repeat("a", 61)
)

// accepted holds inputs and their only key, for both kinds of name.
var accepted = []struct{ in, want string }{
	{"test", "test"},
	{"example.test", "example.test"},
	{"Example.TEST", "example.test"},
	{"example.test.", "example.test"},
	{"example.test\u3002", "example.test"},
	{"example\u3002test", "example.test"},
	{"example\uff0etest", "example.test"},
	{"example\uff61test", "example.test"},
	{"\uff45xample.test", "example.test"},
	{"exam\u00adple.test", "example.test"},
	{"1-2.3-4.test", "1-2.3-4.test"},
	{"a-b-c.test", "a-b-c.test"},
	{"a--b.test", "a--b.test"},
	{label63 + ".test", label63 + ".test"},
	{label63 + "." + label63 + "." + label63 + "." + label61,
		label63 + "." + label63 + "." + label63 + "." + label61},

	{"bücher.test", "xn--bcher-kva.test"},
	{"BÜCHER.test", "xn--bcher-kva.test"},
	{"bu\u0308cher.test", "xn--bcher-kva.test"},
	{"xn--bcher-kva.test", "xn--bcher-kva.test"},
	{"XN--BCHER-KVA.TEST.", "xn--bcher-kva.test"},
	{"bücher\uff0etest\uff61", "xn--bcher-kva.test"},
	{"a--b.bücher.test", "a--b.xn--bcher-kva.test"},
	{"a--ü.test", "xn--a---joa.test"},
	{"faß.test", "xn--fa-hia.test"},
	{"Я.test", "xn--41a.test"},
	{"שלום.test", "xn--9dbne9b.test"},
	{"क्\u200dष.test", "xn--11b2ezcw70k.test"},
	// A homograph is a name: what a register allows beyond IDNA is its policy.
	{"раураl.test", "xn--l-7sba6dbr.test"},
}

// refused holds inputs that are neither a domain name nor a host name.
var refused = []string{
	"", ".", "..", ".test", "a..test", "example.test..", "example.test.\u3002",
	"\u3002", "\u00ad", "\u00ad.test", "example.\u00ad", "a.\u00ad.test",
	"-a.test", "a-.test", "-", "a.-", "_a.-b.test",
	"a b.test", " example.test", "example.test ", "example.test\n", "a\x00b.test", "a\x7fb.test",
	"a/b.test", "a:b.test", "*.test", "a@b.test", "a\\.test", "a%2eb.test", "192.0.2.0/24",
	"a\xff.test", "\xc3.test", "\xed\xa0\x80.test",
	label63 + "a.test",
	label63 + "." + label63 + "." + label63 + "." + label61 + "a",
	strings.Repeat("a.", 4096) + "test",
	strings.Repeat("\u00ad", 600) + "a.test", // IDNA drops every soft hyphen
	strings.Repeat("ü", 60) + "äöü.test",

	// A-labels that are not the A-label of anything.
	"xn--", "xn--.test", "example.test.xn--", "xn--example-.test", "xn--example.test", "xn--bücher.test",
	"xn--bcher-\u00adkva.test", "xn--0.test", "xn--a-.test", "xn--99999999.test",
	"xn--xn---epa.test", // "xn--é"
	// A-labels of what is mapped or forbidden, and so never is a U-label:
	// bÜcher, bu + U+0308 + cher, aℵb, U+FF45 + xample, and a, b with a ZWJ, soft
	// hyphen, U+202E or U+3002 between; a leading U+0301; a mixed direction.
	"xn--bcher-2pa.test", "xn--bucher-xyd.test", "xn--ab-zru.test", "xn--xample-hy68a.test", "xn--ab-m1t.test",
	"xn--ab-5da.test", "xn--ab-g4t.test", "xn--ab-r13a.test", "xn--a-wbb.test", "xn--a-0hc.test",
	// What turns into an A-label by mapping (golang.org/issue/81116).
	"xn--が-.test", "ｘn--が-.test", "xn\u00ad--bcher-kva.test", "\uff38N--bcher-kva.test", "x\u00adn--a.test",
	// A result that ToASCII itself refuses (golang.org/issue/81525).
	"aℵb.test",
	// Not in the tables of IDNA, or not in their context.
	"a\u202eb.test", "\u0301a.test", "a\u200db.test", "a\u200c.test", "a\u2024test.test", "\u2488.test", "a\ufffdb.test",
	"a\U000e0001b\u0600.test", "a\u2028.test", "a\u009b.test", "b_ü.test", "b\u00fc b.test", "ab--ü.test", "-ü.test", "ü-.test",
	// The Bidi rule, in a label and across labels.
	"aא.test", "אa.test", "0א.test", "1a.אב.test",
}

// lenientOnly holds what only a host name may be.
var lenientOnly = []struct{ in, want string }{
	{"a_b.test", "a_b.test"},
	{"_NS.test.", "_ns.test"},
	{"_", "_"},
	{"ab--cd.test", "ab--cd.test"},
	{"r3---sn-x.test", "r3---sn-x.test"},
	{"r3---sn_x.bücher.test", "r3---sn_x.xn--bcher-kva.test"},
	{"_ns.XN--BCHER-KVA.test", "_ns.xn--bcher-kva.test"},
	{"ns_1.אב.test", "ns_1.xn--4dbc.test"},
}

func TestSpellingsOfANameReachOneKey(t *testing.T) {
	for _, tt := range accepted {
		for what, parse := range parsers {
			got, err := parse(tt.in)
			if err != nil || string(got) != tt.want {
				t.Errorf("%s %+q = %q, %v; want %q", what, tt.in, got, err, tt.want)
			}
		}
	}
}

func TestABadNameIsRefusedWithNoValue(t *testing.T) {
	for _, in := range refused {
		for what, parse := range parsers {
			got, err := parse(in)
			var syntax *SyntaxError
			if got != "" || !errors.As(err, &syntax) || syntax.What != what || syntax.Reason == "" {
				t.Errorf("%s %+q = %q, %v; want a SyntaxError", what, in, got, err)
			}
		}
	}
}

func TestUnderscoresAndInnerHyphensAreForHostsOnly(t *testing.T) {
	for _, tt := range lenientOnly {
		if got, err := ParseName(tt.in); err == nil {
			t.Errorf("ParseName(%+q) = %q; want an error", tt.in, got)
		}
		if got, err := ParseHost(tt.in); err != nil || string(got) != tt.want {
			t.Errorf("ParseHost(%+q) = %q, %v; want %q", tt.in, got, err, tt.want)
		}
	}
	for _, in := range []string{"_ns.אב.test", "_ü.test", "ab--ü.test", "xn--_.test", "-a_b.test"} {
		if got, err := ParseHost(in); err == nil {
			t.Errorf("ParseHost(%+q) = %q; want an error", in, got)
		}
	}
}

// The capital sharp s is the one letter whose mapping depends on the Unicode
// tables that Go carries: UTS 46 made it the small one in version 16.
func TestTheCapitalSharpSFollowsTheUnicodeVersion(t *testing.T) {
	want := Name("fass.test")
	if unicode.Version >= "16.0.0" {
		want = "xn--fa-hia.test"
	}
	if got, err := ParseName("FAẞ.test"); err != nil || got != want {
		t.Errorf("ParseName = %q, %v; want %q with Unicode %s", got, err, want, unicode.Version)
	}
}

func TestANameIsFoundByItsLongUnicodeForm(t *testing.T) {
	var labels []string
	for _, r := range "一二三四" {
		labels = append(labels, strings.Repeat(string(r), 54))
	}
	u := strings.Join(labels, ".")
	name, err := ParseName(u)
	if err != nil {
		t.Fatalf("a U-label name of %d octets: %v", len(u), err)
	}
	if len(u) <= maxName || len(name) > maxName {
		t.Fatalf("%d octets became %d; the test wants a long U-label form", len(u), len(name))
	}
	if name.Unicode() != u {
		t.Errorf("Unicode = %q; want the input", name.Unicode())
	}
}

func TestAnErrorNeverRepeatsTheInput(t *testing.T) {
	const marker = "zqzqz"
	for _, bad := range []string{"%s..test", "%s!.test", "%s\x1b[31m.test", "xn--%s-.test", "%sא.test", "%s\xff", "%s-.ü"} {
		_, err := ParseHost(strings.Replace(bad, "%s", marker, 1))
		if err == nil || strings.Contains(err.Error(), marker) {
			t.Errorf("%+q: error %q; want one without the input", bad, err)
		}
	}
}

func TestAnErrorSaysWhatIsWrong(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "domain name: it is empty",
		strings.Repeat("a", 2000):        "domain name: it is too long",
		"a\xff.test":                     "domain name: it is not valid UTF-8",
		strings.Repeat("a.", 126) + "aa": "domain name: it is longer than 253 octets",
		"a..test":                        "domain name: a label is empty",
		label63 + "a.test":               "domain name: a label is longer than 63 octets",
		"a-.test":                        "domain name: a label starts or ends with a hyphen",
		"ab--c.test":                     "domain name: a label has hyphens in positions 3 and 4",
		"a_b.test":                       "domain name: a character is not allowed",
		"aא.test":                        "domain name: it is not a valid internationalised name",
	} {
		if _, err := ParseName(in); err == nil || err.Error() != want {
			t.Errorf("%+q: error %v; want %q", in, err, want)
		}
	}
}

func TestUnicodeDecodesOnlyWhatIsAnALabel(t *testing.T) {
	for _, tt := range []struct {
		name Name
		want string
		idn  bool
	}{
		{"", "", false},
		{"example.test", "example.test", false},
		{"axn--b.test", "axn--b.test", false},
		{"xn--bcher-kva.test", "bücher.test", true},
		{"www.xn--bcher-kva.xn--41a", "www.bücher.я", true},
		{"_a.r3---sn-x.xn--41a", "_a.r3---sn-x.я", true},
		// Not canonical, as a careless caller could make them.
		{"xn--example-.test", "xn--example-.test", true},
		{"xn--.xn--41a", "xn--.я", true},
		{"xn--a\x1b.test", "xn--a\x1b.test", true},
	} {
		if got := tt.name.Unicode(); got != tt.want {
			t.Errorf("%q: Unicode %q; want %q", tt.name, got, tt.want)
		}
		if got := tt.name.IsIDN(); got != tt.idn {
			t.Errorf("%q: IsIDN %t; want %t", tt.name, got, tt.idn)
		}
	}
}

func TestAZoneHoldsNamesAtLabelBoundaries(t *testing.T) {
	for _, tt := range []struct {
		name, zone   Name
		in, directly bool
	}{
		{"test", "test", true, false},
		{"example.test", "test", true, true},
		{"www.example.test", "test", true, false},
		{"a.co.example", "co.example", true, true},
		{"b.a.co.example", "co.example", true, false},
		{"co.example", "co.example", true, false},
		{"aco.example", "co.example", false, false},
		{"a.xco.example", "co.example", false, false},
		{"latest", "test", false, false},
		{"example.latest", "test", false, false},
		{"test", "example.test", false, false},
		{"test.example", "test", false, false},
		{"test", "", false, false},
		{"", "", false, false},
		{"", "test", false, false},
	} {
		if got := tt.name.In(tt.zone); got != tt.in {
			t.Errorf("%q in %q: %t; want %t", tt.name, tt.zone, got, tt.in)
		}
		if got := tt.name.DirectlyUnder(tt.zone); got != tt.directly {
			t.Errorf("%q directly under %q: %t; want %t", tt.name, tt.zone, got, tt.directly)
		}
	}
}

func TestANameKnowsItsLabelsAndParent(t *testing.T) {
	for _, tt := range []struct {
		name, parent Name
		labels       int
	}{
		{"", "", 0},
		{"test", "", 1},
		{"example.test", "test", 2},
		{"a.co.example", "co.example", 3},
	} {
		if tt.name.Parent() != tt.parent || tt.name.Labels() != tt.labels {
			t.Errorf("%q: parent %q, %d labels; want %q, %d",
				tt.name, tt.name.Parent(), tt.name.Labels(), tt.parent, tt.labels)
		}
	}
}

func TestAPlainNameCostsAtMostOneAllocation(t *testing.T) {
	for in, want := range map[string]float64{
		"www.example.test":  0,
		"www.example.test.": 0,
		"WWW.Example.TEST.": 1,
	} {
		got := testing.AllocsPerRun(100, func() {
			if _, err := ParseName(in); err != nil {
				t.Error(err)
			}
		})
		if got > want {
			t.Errorf("%q: %v allocations; want at most %v", in, got, want)
		}
	}
}

var parsers = map[string]func(string) (Name, error){
	"domain name": ParseName,
	"host name":   ParseHost,
}

func FuzzName(f *testing.F) {
	for _, tt := range accepted {
		f.Add(tt.in)
	}
	for _, tt := range lenientOnly {
		f.Add(tt.in)
	}
	for _, in := range refused {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		domain, domainErr := ParseName(in)
		host, hostErr := ParseHost(in)
		if domainErr == nil && (hostErr != nil || host != domain) {
			t.Errorf("%+q: domain name %q but host name %q, %v", in, domain, host, hostErr)
		}
		for what, parse := range parsers {
			name, err := parse(in)
			if err != nil {
				if name != "" {
					t.Errorf("%s %+q: %q with the error %v", what, in, name, err)
				}
				continue
			}
			checkCanonical(t, name, what == "host name")
			checkSpellings(t, in, name, parse)
		}
	})
}

// checkCanonical restates RFC 1035 and 5890 without the code under test.
func checkCanonical(t *testing.T, name Name, host bool) {
	t.Helper()
	if len(name) > 253 {
		t.Errorf("%q has %d octets", name, len(name))
	}
	labels := strings.Split(string(name), ".")
	if len(labels) != name.Labels() {
		t.Errorf("%q: %d labels; want %d", name, name.Labels(), len(labels))
	}
	allowed := "abcdefghijklmnopqrstuvwxyz0123456789-"
	if host {
		allowed += "_"
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || strings.Trim(label, allowed) != "" ||
			strings.Trim(label, "-") != label {
			t.Errorf("%q has the label %q", name, label)
		}
	}
	if name.Labels() > 1 && !name.DirectlyUnder(name.Parent()) || !name.In(name) {
		t.Errorf("%q is not in itself and under its parent", name)
	}
}

func checkSpellings(t *testing.T, in string, name Name, parse func(string) (Name, error)) {
	t.Helper()
	key := string(name)
	spellings := []string{
		key, key + ".", key + "\u3002", strings.ToUpper(key), name.Unicode(),
		strings.ReplaceAll(key, ".", "\uff0e"),
		strings.ReplaceAll(name.Unicode(), ".", "\uff61"),
		strings.Map(upperASCII, in),
	}
	for _, s := range spellings {
		if got, err := parse(s); err != nil || got != name {
			t.Errorf("%+q is %q, but its spelling %+q is %q, %v", in, name, s, got, err)
		}
	}
	for _, s := range []string{key + "..", "." + key, key + " ", key + "\u202e"} {
		if got, err := parse(s); err == nil {
			t.Errorf("%+q is %q", s, got)
		}
	}
}

func upperASCII(r rune) rune {
	if 'a' <= r && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}

func BenchmarkParseName(b *testing.B) {
	for name, in := range map[string]string{
		"Canonical": "www.example.test",
		"MixedCase": "WWW.Example.TEST.",
		"IDN":       "www.bücher.test",
		"Longest":   strings.Repeat("\u4e00\u4e8c\u4e09\u56db", maxInput/12),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = ParseName(in)
			}
		})
	}
}

func TestARegistrableNameHasNoSymbols(t *testing.T) {
	for text, want := range map[string]bool{
		"shop.example": true, "blåbærgrød.example": true, "faß.example": true, "日本語.example": true, "παράδειγμα.example": true,
		"❤❤.example": false, "☃.example": false, "✓ok.example": false,
	} {
		n, err := ParseName(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := n.Registrable(); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
