package whois

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

func parsers(t testing.TB) []Parser {
	t.Helper()
	all, err := ReadParsers(os.DirFS("../testdata"), "parsers")
	if err != nil || len(all) < 9 {
		t.Fatalf("%d parsers: %v", len(all), err)
	}
	return all
}

// records are the answers that hold one of a name; all other answers but absent,
// limited and crowded are to be read as nothing.
var records = []string{"person", "organisation", "handles", "protected", "idn", "bare", "left"}

func TestEveryAnswerIsReadAsWhatItIs(t *testing.T) {
	for _, form := range allShipped(t) {
		understood := map[Reading]bool{}
		for name, page := range answers(t, form) {
			for _, r := range parsers(t) {
				read := r.Read(string(page))
				understood[read] = true
				if may := mayRead(&r, form, name); !slices.Contains(may, read) {
					t.Errorf("%s reads %s of %s as %s, not as one of %q:\n%s", r.Name, name, form.name, read, may, page)
				}
			}
		}
		for _, want := range []Reading{ReadsAbsent, ReadsLimit} {
			if !understood[want] {
				t.Errorf("%s: nothing is read as %s", form.name, want)
			}
		}
	}
}

// mayRead is what a parser may make of an answer.
func mayRead(r *Parser, form *Profile, answer string) []Reading {
	switch {
	case slices.Contains(records, answer):
		if slices.Contains(r.Finds, form.name) {
			return []Reading{ReadsRecord}
		}
		return []Reading{ReadsRecord, ReadsNothing}
	case slices.Contains([]string{"host", "registrar", "contact"}, answer):
		return []Reading{ReadsRecord, ReadsNothing}
	case answer == "absent":
		return []Reading{ReadsAbsent, ReadsNothing}
	case strings.HasPrefix(answer, "limited") || answer == "crowded":
		return []Reading{ReadsLimit, ReadsNothing}
	}
	return []Reading{ReadsNothing}
}

// Those who have a word for "not there" and a class for the layout find it.
func TestAnAbsenceIsReadByThoseWhoKnowTheLayout(t *testing.T) {
	for _, form := range allShipped(t) {
		page := string(answers(t, form)["absent"])
		for _, r := range parsers(t) {
			if slices.Contains(r.Finds, form.name) && len(r.Absent) > 0 && r.Read(page) != ReadsAbsent {
				t.Errorf("%s does not read it in %s:\n%s", r.Name, form.name, page)
			}
		}
	}
}

func TestAShippedProfileHasNoTrapThatItDoesNotAccept(t *testing.T) {
	for _, form := range allShipped(t) {
		for _, trap := range form.Traps(parsers(t)) {
			if !trap.Accepted {
				t.Errorf("%s: %s: %s", form.name, trap.Where, trap.What)
			}
		}
	}
}

func TestEveryAnswerInJSONIsOneObject(t *testing.T) {
	for name, page := range answers(t, shipped(t, "json")) {
		var object map[string]any
		if err := json.Unmarshal(page, &object); err != nil {
			t.Errorf("%s: %v\n%s", name, err, page)
		} else if object["profile"] != "json-1.0.0" || object["result"] == nil || object["register"] == nil {
			t.Errorf("%s: a member is missing:\n%s", name, page)
		}
	}
}

// What a profile writes of a name that somebody has never reads as "not there".
func TestWordsOfARecordThatReadAsNotThereAreTraps(t *testing.T) {
	for _, tt := range []struct{ profile, from, to, want string }{
		{"dk", `otherwise = "Active"`, `otherwise = "Free"`, `likexian reads "Status: Free" of a record as not there`},
		{"dk", `say = "Deactivated"`, `say = "Not available"`, `likexian reads "Status: Not available" of a record as not there`},
		{"dk", `unsigned = "Unsigned delegation"`, `unsigned = "no match"`, `reads "DNSSEC: no match" of a record as not there`},
		{"dk", `"attention", withheld = ""`, `"attention", withheld = "Not found"`, `reads "Attention: Not found" of a record as not there`},
		{"dk", `"DATA REDACTED"`, `"Limit exceeded"`, `likexian reads "Limit exceeded" of a record as a limit`},
		{"icann", `label = "Suspension"`, `label = "Not available"`, `reads "Not available: " of a record as not there`},
		{"icann", `withheld_as = "Registrant"`, `withheld_as = "Holder status"`, `the label "Holder status" ends in "status"`},
	} {
		good, err := ShippedProfile(tt.profile)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(good), tt.from, tt.to, 1)
		form, err := ReadProfile([]byte(text))
		if err != nil || text == string(good) {
			t.Fatalf("%q for %q: %v", tt.to, tt.from, err)
		}
		told := slices.ContainsFunc(form.Traps(parsers(t)), func(trap Trap) bool {
			return !trap.Accepted && strings.Contains(trap.What, tt.want)
		})
		if !told {
			t.Errorf("%q for %q: nothing says %q of it", tt.to, tt.from, tt.want)
		}
	}
}
