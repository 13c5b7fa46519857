package publication

import (
	"strings"
	"testing"

	"registerd/disclose"
)

// researchers lets the public search over ask what it may not over RDAP, and
// registrars for domains by the beginnings of their names.
const researchers = `format = 1
name = "researchers"
version = "1"
effective = 2026-01-01
operator = "Example Registry"
languages = ["en"]
protection = { basis = "Art. 21", reason = { en = "Protected." } }
[[rule]]
id = "registrars"
basis = "Contract"
reason.en = "Registrars look for names."
audience = ["other-registrar"]
fields = ["search domains by name", "search by part"]
do = "show"
[[rule]]
id = "on-paper"
basis = "Art. 6"
reason.en = "The registry answers letters."
audience = ["public"]
window = ["ask"]
fields = ["search domains by name"]
do = "show"
[[rule]]
id = "court"
basis = "Code of procedure"
reason.en = "For proceedings."
audience = ["authority"]
purpose = ["legalActions"]
fields = ["search *"]
do = "show"
[[rule]]
id = "rest"
basis = "Art. 5"
reason.en = "Nothing else is searched."
audience = ["public", "other-registrar", "authority"]
fields = ["search *"]
do = "withhold"
`

func TestThePublishedTextSaysWhoMaySearchForWhat(t *testing.T) {
	_, text, _ := strings.Cut(Text(read(t, researchers), "en"), "## Who may search for what")
	text, _, _ = strings.Cut(text, "\n## ")
	_, text, _ = strings.Cut(text, "\n\n") // what a search is
	_, text, _ = strings.Cut(text, "\n\n")
	const want = `### rdap

| | the public, an authority (another purpose) | registrars | an authority (legalActions) |
| --- | --- | --- | --- |
| domains by name, by part | refused (4) | allowed (1) | allowed (3) |
| domains by name server, domains by address, name servers by name, name servers by address, entities by name, entities by handle, domains by contact | refused (4) | refused (4) | allowed (3) |

### ask

| | the public | registrars | an authority (legalActions) | an authority (another purpose) |
| --- | --- | --- | --- | --- |
| domains by name | allowed (2) | allowed (1) | allowed (3) | refused (4) |
| domains by name server, domains by address, name servers by name, name servers by address, entities by name, entities by handle, domains by contact | refused (4) | refused (4) | allowed (3) | refused (4) |
| by part | refused (4) | allowed (1) | allowed (3) | refused (4) |
`
	if text != want {
		t.Errorf("it says\n%s\nin place of\n%s", text, want)
	}
}

func TestWhatASearchIsStandsInTheReadersLanguage(t *testing.T) {
	if text := Text(shipped(t, "gdpr"), "da"); strings.Contains(text, "A search") || !strings.Contains(text, "En søgning ser kun på") {
		t.Error("the Danish text says in English what a search is")
	}
}

func TestWhatNoRuleSpeaksOfIsASearchThatIsRefused(t *testing.T) {
	text := Text(nothing(t), "en")
	if want := "\n| | everybody |\n| --- | --- |\n| everything | refused |\n"; !strings.Contains(text, want) {
		t.Errorf("it does not say %q:\n%s", want, text)
	}
}

// Searches are told apart in a difference, and counted in no register.
func TestTheDifferenceTellsWhoMaySearchMore(t *testing.T) {
	const plain = `nothing-1 -> researchers-1
The public can see more: search domains by name.

FOR                          CHANGE              OF        FIELDS
the public                   refused -> allowed  searches  domains by name
an authority (legalActions)  refused -> allowed  searches  by part, domains by address, domains by contact, domains by name, domains by name server, entities by handle, entities by name, name servers by address, name servers by name
registrars                   refused -> allowed  searches  by part, domains by name
`
	counted, err := CompareIn(nothing(t), read(t, researchers), twoContacts())
	if err != nil {
		t.Fatal(err)
	}
	if got := written(t, Compare(nothing(t), read(t, researchers))); got != plain {
		t.Errorf("it says\n%s\nin place of\n%s", got, plain)
	}
	inRegister := "registrars refused -> allowed searches - by part, domains by name"
	if got := strings.Join(strings.Fields(written(t, counted)), " "); !strings.HasSuffix(got, inRegister) {
		t.Errorf("counted it says\n%s\nwhich does not end with\n%s", got, inRegister)
	}
	if got := written(t, Compare(read(t, researchers), nothing(t))); !strings.Contains(got, "allowed -> refused") || !strings.Contains(got, "nothing more") {
		t.Errorf("the other way it says\n%s", got)
	}
}

func written(t *testing.T, d *Difference) string {
	t.Helper()
	var text strings.Builder
	if err := d.Write(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// A search is no field of an object, and is not explained as one.
func TestNoObjectIsExplainedWithSearches(t *testing.T) {
	p := read(t, researchers)
	searches := map[string]bool{}
	for _, d := range decidedOfSearches(p, disclose.Viewer{Window: disclose.RDAP}) {
		searches[d.Field] = true
	}
	for _, view := range []any{disclose.Domain{}, disclose.Contact{}, disclose.Host{}, disclose.RegistrarView{}, disclose.Reserved{}} {
		for _, d := range InWords(disclose.Explain(view)) {
			if searches[d.Field] || strings.Contains(d.Field, "search") {
				t.Errorf("%T is explained with %q", view, d.Field)
			}
		}
	}
}
