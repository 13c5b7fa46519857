package das_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"registerd/das"
	"registerd/ratelimit"
	"registerd/register"
)

// FuzzBody posts anything in each form: it is refused, or each name has one row,
// in order, and free is said only of a good name directly below a zone.
func FuzzBody(f *testing.F) {
	for _, body := range []string{
		`["free.example","shop.example"]`, `{"names":["blåbær.test"]}`, "free.example\n\nshop.example\r\n", "\"free.example\"\n{\"name\":\"a\tb\"}",
		`["\u0000\u202e\ud800"]`, "a\x1b[31m\tb\n\xff", `[null]`, `[[]]`, strings.Repeat("[", 20), `{"names":null}`, "a b\tc",
	} {
		for form := range uint8(9) {
			f.Add(body, form)
		}
	}
	h, err := das.NewHTTP(das.HTTPConfig{Desk: deskOver(f, registerOf(f), ratelimit.Unlimited()), Base: "https://rdap.example/", Log: quiet})
	check(f, err)
	forms := []string{formJSON, formLines, formText}
	f.Fuzz(func(t *testing.T, body string, form uint8) {
		asked, answered := forms[form%3], forms[form/3%3]
		r := httptest.NewRequest("POST", "/availability", strings.NewReader(body))
		r.Header.Set("Content-Type", asked)
		r.Header.Set("Accept", answered)
		w := httptest.NewRecorder()
		h.Beside(http.NotFoundHandler()).ServeHTTP(w, r)
		if w.Code == 400 || w.Code == 413 {
			return
		}
		text := w.Body.String()
		if w.Code != 200 || !utf8.ValidString(text) {
			t.Fatalf("%d %q", w.Code, text)
		}
		rows := 0
		for line := range strings.Lines(text) {
			var row struct{ Name, State string }
			if answered == formText {
				columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
				row.State, row.Name = columns[0], columns[1]
			} else if err := json.Unmarshal([]byte(strings.TrimSuffix(line, ",\n")), &row); err != nil {
				continue // the brackets around an array
			}
			rows++
			name, err := register.ParseName(row.Name)
			below := err == nil && (name.DirectlyUnder("example") || name.DirectlyUnder("test"))
			if row.State == "" || row.State == "unknown" || row.State == "free" && !below {
				t.Fatalf("%q is %q: %q", row.Name, row.State, text)
			}
		}
		if rows == 0 || asked == formText && rows != len(strings.FieldsFunc(blanksGone(body), func(r rune) bool { return r == '\n' })) {
			t.Fatalf("%d rows for %q: %q", rows, body, text)
		}
	})
}

// blanksGone is a text without what surrounds the names in its lines.
func blanksGone(text string) string {
	return strings.NewReplacer(" ", "", "\t", "", "\r", "").Replace(text)
}
