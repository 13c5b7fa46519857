package service

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestNoSpellingChangesTheAnswer asks for every name and handle of the example
// in other spellings: alternating case, as the ICANN tool does (-10403), with a
// trailing dot, in percent-encoding, and in Unicode.
func TestNoSpellingChangesTheAnswer(t *testing.T) {
	s := serveExample(t, nil)
	unicode := 0
	for _, path := range s.objects(t) {
		kind, name, _ := strings.Cut(path, "/")
		want := s.get(t, path)
		spellings := []string{alternating(name), strings.ToUpper(name), encoded(name)}
		if kind != "entity" {
			spellings = append(spellings, name+".", alternating(name)+".")
			var o struct{ UnicodeName string }
			if err := json.Unmarshal(want.Body, &o); err != nil {
				t.Fatal(err)
			}
			if o.UnicodeName != "" {
				unicode++
				spellings = append(spellings, encoded(o.UnicodeName), encoded(strings.ToUpper(o.UnicodeName)), encoded(o.UnicodeName)+".")
			}
		}
		for _, spelling := range spellings {
			got := s.get(t, kind+"/"+spelling)
			if got.Status != want.Status {
				t.Errorf("%s: %s is %d, %s is %d", kind, name, want.Status, spelling, got.Status)
				continue
			}
			if a, b := leveled(t, want.Body), leveled(t, got.Body); a != b {
				t.Errorf("%s: %s is\n%s\nand %s is\n%s", kind, name, a, spelling, b)
			}
		}
	}
	if unicode < 3 {
		t.Errorf("only %d names in Unicode", unicode)
	}
}

// TestTwoAnswersDifferWhereTheyMay proves that the comparison can fail.
func TestTwoAnswersDifferWhereTheyMay(t *testing.T) {
	const one = `{"status":["a","b"],"vcardArray":["vcard",[["version"],["fn"]]],"events":[{"eventAction":"last update of RDAP database","eventDate":"1"}]}`
	for other, alike := range map[string]bool{
		`{"events":[{"eventAction":"last update of RDAP database","eventDate":"2"}],"vcardArray":["vcard",[["version"],["fn"]]],"status":["b","a"]}`: true,
		strings.Replace(one, `"a","b"`, `"a"`, 1):                               false,
		strings.Replace(one, `["version"],["fn"]`, `["fn"],["version"]`, 1):     false,
		strings.Replace(one, "last update of RDAP database", "last changed", 1): false,
	} {
		if (leveled(t, []byte(one)) == leveled(t, []byte(other))) != alike {
			t.Errorf("%s: alike should be %v", other, alike)
		}
	}
}

// alternating is a spelling with every second letter in upper case.
func alternating(s string) string {
	b := []byte(s)
	for i := range b {
		if i%2 == 1 && 'a' <= b[i] && b[i] <= 'z' {
			b[i] -= 'a' - 'A'
		}
	}
	return string(b)
}

// encoded is a spelling with every byte in percent-encoding.
func encoded(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02x", s[i])
	}
	return b.String()
}

// leveled is a body as two answers to one question may not differ: whatever the
// order of arrays, but for a jCard's, and whenever the data was updated.
func leveled(t *testing.T, body []byte) string {
	t.Helper()
	var root any
	if err := json.Unmarshal(body, &root); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(sorted(root))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func sorted(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if name != "vcardArray" {
				v[name] = sorted(inner)
			}
		}
		if v["eventAction"] == "last update of RDAP database" {
			delete(v, "eventDate")
		}
	case []any:
		for i := range v {
			v[i] = sorted(v[i])
		}
		slices.SortFunc(v, func(a, b any) int { return strings.Compare(text(a), text(b)) })
	}
	return v
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
