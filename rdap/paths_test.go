package rdap_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// meant are paths that are answered, with what they may be spelled as.
var meant = []struct {
	path     string
	text     string // behind the path
	other    string // the same name as people write it
	trailing string // what may stand at the end
}{
	{"domain/", "shop.example", "", "."},
	{"domain/", "xn--bcher-kva.example", "b\u00fccher.example", "."},
	{"nameserver/", "ns1.shop.example", "", "."},
	{"entity/", "f1-ex", "", ""},
	{"entity/", "reg-a", "", ""},
	{"help", "", "", ""},
}

// TestNoSpellingChangesAnAnswer: whatever of a path is escaped, in whichever case and
// form of Unicode, the answer has the same bytes and the same tag.
func TestNoSpellingChangesAnAnswer(t *testing.T) {
	w := open(t, setup{kept: 10})
	plain := map[string]reply{}
	for _, m := range meant {
		plain[m.path+m.text] = w.ask(t, "GET", m.path+m.text)
	}
	rapid.Check(t, func(r *rapid.T) {
		m := rapid.SampledFrom(meant).Draw(r, "path")
		text := m.text
		if m.other != "" && rapid.Bool().Draw(r, "in Unicode") {
			text = m.other
			if rapid.Bool().Draw(r, "decomposed") {
				text = norm.NFD.String(text)
			}
		}
		if m.trailing != "" && rapid.Bool().Draw(r, "absolute") {
			text += m.trailing
		}
		path := escaped(r, m.path, false) + escaped(r, text, true)
		if rapid.Bool().Draw(r, "parameters") {
			path += "?" + rapid.StringMatching(`[a-z]{1,8}(=[a-zA-Z0-9%&;+*]{0,12})?`).Draw(r, "query")
		}
		want := plain[m.path+m.text]
		got := w.ask(t, "GET", path)
		if got.status != 200 || !bytes.Equal(got.body, want.body) || got.header.Get("ETag") != want.header.Get("ETag") {
			r.Fatalf("%s: %d, another answer than to %s", path, got.status, m.path+m.text)
		}
	})
}

// escaped spells s in random cases, with random characters escaped. A slash
// that is escaped is another character, and is left.
func escaped(r *rapid.T, s string, anyCase bool) string {
	if anyCase && rapid.Bool().Draw(r, "upper") {
		s = strings.ToUpper(s)
	}
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '/', c < 0x80 && rapid.IntRange(0, 3).Draw(r, "escape") > 0:
			b.WriteByte(c)
		case rapid.Bool().Draw(r, "lower digits"):
			fmt.Fprintf(&b, "%%%02x", c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// TestAPathThatIsAlmostAQuestionIsNone: paths are compared as they are (RFC 3986
// section 6.2.2.1), and what climbs or hides in one is not resolved for it.
func TestAPathThatIsAlmostAQuestionIsNone(t *testing.T) {
	w := open(t, setup{})
	for _, path := range []string{
		"/domain/shop.example", "./domain/shop.example", "../domain/shop.example", "domain/./shop.example", "domain/../domain/shop.example",
		"%2e/domain/shop.example", "%2E%2e/domain/shop.example", "x/../domain/shop.example", "domain//shop.example", "domain%2fshop.example",
		"domain%2Fshop.example", "domain/%2fshop.example", "domain/shop.example%2f", "domain/shop.example%00", "domain/%00shop.example",
		"domain/shop.example;x", "domain;x/shop.example", "domain/shop.example%3Fx", "domain/shop.example%23x", "Domain/shop.example", "DOMAIN/shop.example",
		"%44omain/shop.example", "domain/shop.example%20", "domain/%20shop.example", "domain/shop%09.example", "domain/shop.example%0d%0a", `domain\shop.example`,
		"domain/shop.example..", "domain/.shop.example", "domain/.", "domain/..", "help/", "help;x", "help%2f", "Help", "%48elp",
		"domain/%", "domain/%7", "domain/%zz.example", "domain/%u0073hop.example", "domain/%c0%ae.example",
	} {
		what := "GET /" + path
		answers := w.send(t, "GET /"+path+" HTTP/1.1\r\nHost: rdap.nic.example\r\nConnection: close\r\n\r\n")
		if len(answers) != 1 || answers[0].status != 400 {
			t.Errorf("%s: %v", what, answers)
			continue
		}
		if answers[0].header.Get("Content-Type") == "text/plain; charset=utf-8" {
			continue // it is no HTTP, and was refused before us
		}
		checkReply(t, what, answers[0])
	}
}
