package whois

import (
	"strings"
	"testing"

	"registerd/lookup"
)

func TestEveryProfileSaysWhoElseToAsk(t *testing.T) {
	for _, name := range ShippedProfileNames() {
		text, err := ShippedProfile(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := ReadProfile(text)
		if err != nil {
			t.Fatal(err)
		}
		about := exampleAbout()
		about.Form = p
		want := p.lineEnd + "refer: whois.co.test" + p.lineEnd
		if p.json {
			want = `"refer": "whois.co.test"`
		}
		q := query{kind: lookup.KindDomain, text: "shop.co.example"}
		if page := string(elsewhere(about, q, lookup.ErrElsewhere, "whois.co.test")); !strings.Contains(page, want) || strings.Contains(page, "shop") {
			t.Errorf("%s: %q", name, page)
		}
		if page := string(elsewhere(about, q, lookup.ErrElsewhere, "")); strings.Contains(page, "refer") {
			t.Errorf("%s: to nobody: %q", name, page)
		}
	}
}

func TestEveryProfileHasItsOutlines(t *testing.T) {
	for _, name := range ShippedProfileNames() {
		text, err := ShippedProfile(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := ReadProfile(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Outlines() {
			if len(o.Lines) == 0 {
				t.Errorf("%s: a %s has no lines", name, o.Kind)
			}
			for _, l := range o.Lines {
				if strings.TrimSpace(l) == "" || strings.HasSuffix(l, ":") {
					t.Errorf("%s: a line of a %s is %q", name, o.Kind, l)
				}
			}
		}
	}
}
