package whois

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

var update = flag.Bool("update", false, "write the golden answers anew")

// answers are every kind of answer there is, by a profile. The keys are the
// names of the golden files.
func answers(t testing.TB, form *Profile) map[string][]byte {
	t.Helper()
	about := exampleAbout()
	about.Form, about.Languages, about.Language = form, []string{"en"}, "en"
	domain := func(d *register.Domain, handles bool) []byte {
		a := domainFor(anyone, d)
		a.About = about
		return domainPage(a, handles).Body
	}
	reservedName, host, registrar := reservedAnswer(), hostAnswer(), registrarAnswer()
	reservedName.About, host.About, registrar.About = about, about, about
	contact, ok := disclose.GDPR().Contact(anyone, organization)
	if !ok {
		t.Fatal("the organisation may not be known")
	}
	asked := query{kind: lookup.KindDomain, text: "ledig.example"}
	pages := map[string][]byte{
		"person":       domain(renamed(personsDomain, "person.example"), false),
		"organisation": domain(organizationsDomain, false),
		"handles":      domain(organizationsDomain, true),
		"protected":    domain(protectedDomain(), false),
		"idn":          domain(personsDomain, false),
		"bare":         domain(&register.Domain{Name: "bare.example"}, false),
		"reserved":     domainPage(reservedName, false).Body,
		"host":         hostPage(host),
		"registrar":    entityPage(registrar, false),
		"contact":      entityPage(&lookup.EntityAnswer{About: about, Contact: &contact}, false),
		"absent":       notFound(about, asked),
		"blocked":      vacant(about, &lookup.Name{State: lookup.Blocked, Says: "A variant of it is taken"}),
		"policy":       vacant(about, &lookup.Name{State: lookup.OutOfPolicy, Says: "It has fewer than 3 characters"}),
		"crowded":      crowded(about),
		"failed":       failed(about),
		"elsewhere":    elsewhere(about, asked, lookup.ErrElsewhere, ""),
		"zone":         zone(about),
		"error":        problem(about, errConflict),
		"help":         help(about),
		"standing":     form.standing(told(about, limitsTopic), sampleStandings),
		"left":         form.standing(domain(organizationsDomain, false), sampleStandings[:2]),
	}
	for name, x := range refusals {
		pages[name] = limited(about, x)
	}
	for name, page := range pages {
		pages[name] = form.seal(page, 0)
	}
	return pages
}

func renamed(d *register.Domain, name register.Name) *register.Domain {
	c := *d
	c.Name = name
	return &c
}

// protectedDomain is of a person who is protected.
func protectedDomain() *register.Domain {
	d := renamed(personsDomain, "protected.example")
	d.Registrant, d.Contacts, d.Suspension = protectedPerson.Handle, nil, nil
	d.Statuses = []string{"clientHold"}
	return d
}

// TestGoldenAnswers compares whole answers: labels, their order and line ends
// are what scripts depend on.
func TestGoldenAnswers(t *testing.T) {
	for _, form := range allShipped(t) {
		for name, page := range answers(t, form) {
			if !bytes.HasSuffix(page, []byte("\r\n")) || bytes.Count(page, []byte("\n")) != bytes.Count(page, []byte("\r\n")) {
				t.Errorf("%s, %s: a line does not end in CR LF: %q", form.name, name, page)
			}
			got := strings.ReplaceAll(string(page), "\r\n", "\n")
			path := filepath.Join("testdata", "golden", form.name, name+".txt")
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		}
	}
}

func TestNoGoldenAnswerTellsWhatIsWithheld(t *testing.T) {
	for _, form := range allShipped(t) {
		for name, page := range answers(t, form) {
			if strings.Contains(strings.ToUpper(string(page)), canary) {
				t.Errorf("%s, %s:\n%s", form.name, name, page)
			}
		}
	}
}

func TestAProfileMayEndItsLinesWithLF(t *testing.T) {
	text, err := ShippedProfile("dk")
	if err != nil {
		t.Fatal(err)
	}
	form, err := ReadProfile(bytes.Replace(text, []byte(`line_end = "crlf"`), []byte(`line_end = "lf"`), 1))
	if err != nil {
		t.Fatal(err)
	}
	crlf := answers(t, shipped(t, "dk"))
	for name, page := range answers(t, form) {
		if want := strings.ReplaceAll(string(crlf[name]), "\r\n", "\n"); string(page) != want {
			t.Errorf("%s (-want +got):\n%s", name, cmp.Diff(want, string(page)))
		}
	}
}
