package whois

import (
	"strings"
	"testing"

	"registerd/disclose"
	"registerd/lookup"
)

// TestOfDataThatIsLateEveryProfileSaysSo: in a remark, or a member; in what was
// found, in what was not, and in help. It is nothing that a parser takes for an answer.
func TestOfDataThatIsLateEveryProfileSaysSo(t *testing.T) {
	for _, form := range allShipped(t) {
		for _, stale := range []bool{false, true} {
			about := exampleAbout()
			about.Form, about.Stale = form, stale
			domain := domainFor(anyone, organizationsDomain)
			domain.About = about
			for name, page := range map[string][]byte{
				"found":  domainPage(domain, false).Body,
				"absent": notFound(about, query{kind: lookup.KindDomain, text: "ledig.example"}),
				"help":   help(about),
			} {
				line := "The data may be out of date, it is as of 2026-01-02 03.04 UTC"
				says := strings.Contains(string(page), line) || strings.Contains(string(page), `"outOfDate": "yes"`)
				if says != stale {
					t.Errorf("%s, %s, stale %v:\n%s", form.name, name, stale, page)
				}
				if word, misread := disclose.ReadsAsAnswer(line); misread {
					t.Errorf("%q reads as an answer", word)
				}
			}
		}
	}
}
