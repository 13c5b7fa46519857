package whois

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

func TestWhatCannotBeSeenIsWrittenOut(t *testing.T) {
	for in, want := range map[string]string{
		"Ærø Fabrik A/S":             "Ærø Fabrik A/S",
		"日本語 العربية":                "日本語 العربية",
		"می\u200cخواهم":              "می\u200cخواهم",
		"a\r\nStatus: free":          `a\u{d}\u{a}Status: free`,
		"a\x00b\tc\x7f":              `a\u{0}b\u{9}c\u{7f}`,
		"\x1b[31m":                   `\u{1b}[31m`,
		"\u009b31m":                  `\u{9b}31m`,
		"a\u2028b\u2029c\u0085d":     `a\u{2028}b\u{2029}c\u{85}d`,
		"\u202egnp.exe":              `\u{202e}gnp.exe`,
		"\u061c\u200e\u2066x":        `\u{61c}\u{200e}\u{2066}x`,
		"\U000e0041\ufdd0\U0010ffff": `\u{e0041}\u{fdd0}\u{10ffff}`,
		"\ufeffa\u00adb\ue000":       `\u{feff}a\u{ad}b\u{e000}`,
		"\xff":                       `\u{fffd}`,
		`C:\dir`:                     `C:\dir`,
		`\u{a}`:                      `\u{5c}u{a}`,
	} {
		if got := string(appendVisible(nil, in)); got != want {
			t.Errorf("%q is written as %q, want %q", in, got, want)
		}
	}
}

var written = regexp.MustCompile(`\\u\{([0-9a-f]+)\}`)

// readBack undoes appendVisible.
func readBack(t *testing.T, s string) string {
	t.Helper()
	return written.ReplaceAllStringFunc(s, func(code string) string {
		n, err := strconv.ParseInt(code[len(`\u{`):len(code)-1], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		return string(rune(n))
	})
}

// labelled is a labelled line of a page.
type labelled struct{ label, value string }

var aLabel = regexp.MustCompile(`^([A-Z][A-Za-z]*(?: [A-Za-z/]+)*): (.*)$`)

// lines reads the labelled lines of a page, and fails on a line that is not
// labelled, a remark, empty, or the one of the last update.
func lines(t *testing.T, page []byte) []labelled {
	t.Helper()
	if !utf8.Valid(page) {
		t.Fatalf("not UTF-8: %q", page)
	}
	text, ended := strings.CutSuffix(string(page), "\r\n")
	if !ended {
		t.Fatalf("the last line has no end: %q", page)
	}
	var out []labelled
	for l := range strings.SplitSeq(text, "\r\n") {
		if i := strings.IndexFunc(l, hidden); i >= 0 {
			t.Fatalf("a hidden character in %q", l)
		}
		switch m := aLabel.FindStringSubmatch(l); {
		case m != nil && strings.TrimSpace(m[2]) != "":
			out = append(out, labelled{m[1], m[2]})
		case l == "", strings.HasPrefix(l, "% "), strings.HasPrefix(l, ">>> Last update of WHOIS database: "):
		default:
			t.Fatalf("the line %q is neither data nor a remark", l)
		}
	}
	return out
}

func valuesOf(all []labelled, label string) []string {
	var out []string
	for _, l := range all {
		if l.label == label {
			out = append(out, l.value)
		}
	}
	return out
}

// FuzzWhoisRender puts anything where a register holds text: every value can
// be read back from its own line, and there is no line but those.
func FuzzWhoisRender(f *testing.F) {
	f.Add("Ærø Fabrik A/S", "Prøvevej 12", "+999.5550100", "a@shop.example")
	f.Add("a\r\nDomain Status: free", "% remark", "\r\n\r\n", ">>> Last update")
	f.Add("\u202e\x1b[2J", "\u2028Registrar: x", `\u{a}`, " \u00a0\u3000")
	f.Add("\xff\xfe", "", "\x00", ": ")
	rules, everything := disclose.GDPR(), disclose.Viewer{Audience: disclose.Operator}
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		about := exampleAbout()
		about.Operator = register.Operator{Name: a, Email: b, URL: c}
		about.Policies.Publication = d
		contact := &register.Contact{
			Handle: b, ROID: c, Email: d, Voice: register.Phone{Number: c, Extension: d},
			Local: register.Postal{Name: a, Organization: b, Address: register.Address{
				Street: []string{a, b, c}, City: d, Province: a, Code: c, Country: b,
			}},
			Facts: register.Facts{Holder: register.HolderLegal},
		}
		domain := &register.Domain{
			Name: "shop.example", ROID: a, Registrant: "C1", Statuses: []string{b, c}, Sponsor: "R1",
			Suspension: &register.Proceeding{Ground: a}, DS: []register.DS{{Digest: d}},
		}
		sponsor := &register.Registrar{ID: "R1", Name: d, URL: b, AbuseEmail: a}
		record := &disclose.Record{Domain: domain, Registrar: sponsor, Contacts: []*register.Contact{contact}}
		view := rules.Domain(everything, record)
		page := domainPage(&lookup.DomainAnswer{About: about, Domain: &view}, false).Body

		all := lines(t, page)
		for label, want := range map[string][]string{
			"Registry Domain ID": {a}, "Domain Status": {b, c}, "Registrar": {d}, "Registrar URL": {b},
			"Registrar Abuse Contact Email": {a}, "Registry Registrant ID": {b}, "Registrant Name": {a},
			"Registrant Organization": {b}, "Registrant Street": {a, b, c}, "Registrant City": {d},
			"Registrant State/Province": {a}, "Registrant Postal Code": {c}, "Registrant Country": {b},
			"Registrant Phone": {c}, "Registrant Phone Ext": {d}, "Registrant Email": {d}, "Domain Name": {"shop.example"},
		} {
			switch {
			case label == "Registrar" && d == "":
				want = []string{"R1"} // the id stands in for the name
			case label == "Registrant Phone Ext" && c == "":
				want = nil // of no number
			}
			if got := readAllBack(t, valuesOf(all, label)); !slices.Equal(got, visible(want)) {
				t.Errorf("%s: read back %q, want %q", label, got, visible(want))
			}
		}
	})
}

const explained = " https://icann.org/epp#" // what follows a status

func readAllBack(t *testing.T, values []string) []string {
	var out []string
	for _, v := range values {
		v, _, _ = strings.Cut(v, explained)
		out = append(out, readBack(t, v))
	}
	return out
}

// visible is what of the values has a line: those that are not blank.
func visible(values []string) []string {
	var out []string
	for _, v := range values {
		v, _, _ = strings.Cut(strings.TrimFunc(string([]rune(v)), blank), explained)
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}
