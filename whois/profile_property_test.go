package whois

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

// nasty draws texts that would forge lines if they could.
var nasty = rapid.Custom(func(t *rapid.T) string {
	pieces := rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom([]string{
			"\r\n", "\n", "\r", "\t", "\x00", "\u0085", "\u2028", "\u2029", "\u202e", "\u2066", "\u009b31m", "\x1b[2J", ":", ": ", "%", "# ",
			"% ", "Domain Status: free", "Status: available", "\r\nRegistrar: x\r\n", "Handle:", "registrar:    x", "\"", "\\", `\u{a}`, "{name}",
			"Not found", "：", "\u037e", "\u2260", "å", "ł", "日", "\U0001f600", "\xff", "\u00a0", "\u3000", "e\u0301", ">>> Last update", "}",
		}),
		rapid.StringN(0, 6, 12),
	), 0, 4).Draw(t, "pieces")
	return strings.Join(pieces, "")
})

// plainly is what stands in the place of a text to compare with.
func plainly(s string) string {
	if trim(s) == "" {
		return s
	}
	return "x"
}

// drawnValues are a register's free texts.
type drawnValues [12]string

func (v drawnValues) each(f func(string) string) drawnValues {
	for i := range v {
		v[i] = f(v[i])
	}
	return v
}

// pagesOf are the answers about objects with these texts, to somebody who sees
// them all.
func pagesOf(form *Profile, v drawnValues) [][]byte {
	about := exampleAbout()
	about.Form = form
	everything := disclose.Viewer{Audience: disclose.Operator}
	contact := &register.Contact{
		Handle: v[0], ROID: "C1", Email: v[1], Voice: register.Phone{Number: v[2], Extension: v[3]},
		Local: register.Postal{Name: v[4], Organization: v[5], Address: register.Address{
			Street: []string{v[6], v[7]}, City: v[8], Province: v[9], Code: v[10], Country: v[11],
		}},
		Facts: register.Facts{Holder: register.HolderLegal},
	}
	agent := &register.Registrar{
		ID: v[1], Name: v[2], URL: v[3], AbuseEmail: v[4], Email: v[5], Voice: register.Phone{Number: v[6], Extension: v[7]},
		Local: register.Address{Street: []string{v[8], v[9]}, City: v[10], Code: v[11]},
	}
	domain := &register.Domain{
		Name: "shop.example", ROID: v[0], Registrant: "C1", Sponsor: "R1", Statuses: []string{v[1], v[2]}, RGP: []string{v[3]},
		DS: []register.DS{{Digest: v[4]}}, IDNTable: v[5], Contacts: []register.DomainRole{{Role: register.RoleTech, Handle: "C1"}},
		Hosts: []register.NameServer{{Name: "ns1.test"}},
	}
	rules := disclose.GDPR()
	name := rules.Domain(everything, &disclose.Record{
		Domain: domain, Registrar: agent, Contacts: []*register.Contact{contact, contact}, Hosts: []*register.Host{nil},
	})
	person, _ := rules.Contact(everything, contact)
	by := rules.Registrar(everything, agent)
	host := rules.Host(everything, &register.Host{
		Name: "ns1.test", ROID: v[0], Sponsor: "R1", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1")},
	}, agent)
	return [][]byte{
		domainPage(&lookup.DomainAnswer{About: about, Domain: &name}, true).Body,
		entityPage(&lookup.EntityAnswer{About: about, Contact: &person}, true),
		entityPage(&lookup.EntityAnswer{About: about, Registrar: &by}, true),
		hostPage(&lookup.HostAnswer{About: about, Host: host}),
		notFound(about, query{kind: lookup.KindEntity, text: v[0]}),
		notFound(about, query{kind: lookup.KindDomain, text: "free.example"}),
	}
}

// Whatever a register holds, an answer has the lines that it has for plain
// values, with the same labels, and nothing that is not seen.
func TestNoValueForgesALine(t *testing.T) {
	profiles := allShipped(t)
	rapid.Check(t, func(t *rapid.T) {
		var values drawnValues
		for i := range values {
			values[i] = nasty.Draw(t, "value")
		}
		form := profiles[rapid.IntRange(0, len(profiles)-1).Draw(t, "profile")]
		cs := rapid.SampledFrom([]charset{utf8Charset, latin1Charset, asciiCharset}).Draw(t, "charset")
		plain := pagesOf(form, values.each(plainly))
		for i, page := range pagesOf(form, values) {
			sent := form.seal(page, cs)
			checkWire(t, sent, cs)
			if form.json {
				checkShape(t, sent, plain[i], cs)
			} else {
				checkLines(t, form, sent, plain[i])
			}
		}
	})
}

// checkWire refuses bytes that steer a terminal, or are not of the charset.
func checkWire(t *rapid.T, sent []byte, cs charset) {
	text := string(sent)
	if cs != utf8Charset {
		text = fromLatin1(text)
	} else if !utf8.ValidString(text) {
		t.Fatalf("not UTF-8: %q", sent)
	}
	text = strings.ReplaceAll(text, "\r\n", "")
	if i := strings.IndexFunc(text, func(r rune) bool { return hidden(r) || r > cs.last() }); i >= 0 {
		t.Fatalf("%q in %q", text[i:], sent)
	}
}

// checkLines compares what the lines begin with. Notes on the charset come last.
func checkLines(t *rapid.T, form *Profile, sent, plain []byte) {
	got, want := beginnings(form, sent), beginnings(form, plain)
	for len(got) > len(want) && got[len(got)-1] == form.comment {
		got = got[:len(got)-1]
	}
	if !reflect.DeepEqual(got[:min(len(got), len(want))], want) || len(got) != len(want) {
		t.Fatalf("the lines begin with %q, want %q", got, want)
	}
}

// beginnings are of each line its label, that it is a remark, or the whole.
func beginnings(form *Profile, page []byte) (out []string) {
	for l := range bytes.SplitSeq(page, []byte(form.lineEnd)) {
		whole := string(l)
		for _, sections := range [][]section{form.domain, form.nameserver, form.holder, form.registrar} {
			for i := range sections {
				for _, line := range sections[i].lines() {
					if label := string(line.label); strings.HasPrefix(string(l), label) && len(whole) > len(label) {
						whole = label
					}
				}
			}
		}
		if strings.HasPrefix(whole, form.comment) {
			whole = form.comment
		}
		if bytes.Contains(l, []byte("No match for ")) {
			whole = "No match for "
		}
		out = append(out, whole)
	}
	for out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

// checkShape compares the members of two objects, and not their values.
func checkShape(t *rapid.T, sent, plain []byte, cs charset) {
	if cs == latin1Charset {
		sent = []byte(fromLatin1(string(sent)))
	}
	var got, want any
	if err := json.Unmarshal(sent, &got); err != nil {
		t.Fatalf("%v in %q", err, sent)
	}
	if err := json.Unmarshal(plain, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(shapeOf(got), shapeOf(want)) {
		t.Fatalf("the members of %s are not those of %s", sent, plain)
	}
}

func shapeOf(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = shapeOf(v[key])
		}
		return v
	case []any:
		for i := range v {
			v[i] = shapeOf(v[i])
		}
		return v
	}
	return "a value"
}
