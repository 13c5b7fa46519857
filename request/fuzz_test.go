package request

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"
)

func TestASubmissionIsReadStrictly(t *testing.T) {
	good, err := json.Marshal(submission())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSubmission(strings.NewReader(string(good))); err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{
		"nothing":            "",
		"no object":          "[]",
		"two":                string(good) + string(good),
		"more":               string(good) + " x",
		"an unknown member":  strings.Replace(string(good), `"purpose"`, `"porpoise"`, 1),
		"a number for words": strings.Replace(string(good), `"legalActions"`, `7`, 1),
		"an unknown field":   strings.Replace(string(good), `"contact name"`, `"contact shoe size"`, 1),
		"half a hash":        strings.Replace(string(good), `"sha256":"`, `"sha256":"00`, 1),
		"not UTF-8":          strings.Replace(string(good), "Canary", "\xff", 1),
		"endless":            string(good) + strings.Repeat(" ", MaxSubmission),
	} {
		_, err := ReadSubmission(strings.NewReader(text))
		var wrong *InvalidError
		if !errors.As(err, &wrong) || strings.Contains(strings.ToLower(err.Error()), "canary") || strings.Contains(err.Error(), "porpoise") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Whatever is sent is refused with a reason, or kept as it can be printed and read
// again.
func FuzzSubmission(f *testing.F) {
	good, err := json.Marshal(submission())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(good))
	f.Add(`{"objects":[{"domain":"xn--abc.example"},{"contact":"\u202e"}],"fields":["contact name"]}`)
	f.Add(`{"requester":{"email":"a@[127.0.0.1]","organisation":"\u0000"}}`)
	c := Config{Purposes: []string{"legalActions"}, MaxEvidence: 1 << 20}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ReadSubmission(strings.NewReader(text))
		if err == nil {
			err = s.take(&c)
		}
		var wrong *InvalidError
		if err != nil {
			if !errors.As(err, &wrong) || wrong.Member == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, word := range []string{s.Requester.Organisation, s.Requester.Person, s.Requester.Email, s.Requester.Phone, s.Requester.Reference} {
			if strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsGraphic(r) }) {
				t.Fatalf("%q cannot be printed", word)
			}
		}
		kept, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ReadSubmission(strings.NewReader(string(kept)))
		if err == nil {
			err = again.take(&c)
		}
		twice, _ := json.Marshal(again)
		if err != nil || string(twice) != string(kept) {
			t.Fatalf("%v:\n%s\n%s", err, kept, twice)
		}
	})
}
