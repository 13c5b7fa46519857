package fairness

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const document = "../../docs/limits.md"

// table holds a table of the document to its rows. It stands there between
// <!-- NAME: made by internal/fairness --> and <!-- end -->. Numbers may differ
// by so much of themselves, and percents by so much of a hundred: the limiter
// hashes by chance, and a measured number is never twice the same.
func table(t *testing.T, name string, differ float64, rows ...[]string) {
	t.Helper()
	var want strings.Builder
	for i, row := range rows {
		want.WriteString("| " + strings.Join(row, " | ") + " |\n")
		if i == 0 {
			want.WriteString(strings.Repeat("| --- ", len(row)) + "|\n")
		}
	}
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	begin := "<!-- " + name + ": made by internal/fairness -->\n"
	before, rest, ok := strings.Cut(string(text), begin)
	had, after, ended := strings.Cut(rest, "<!-- end -->")
	switch {
	case !ok || !ended:
		t.Fatalf("docs/limits.md has no place for the table %q", name)
	case os.Getenv("UPDATE") != "":
		if err := os.WriteFile(document, []byte(before+begin+want.String()+"<!-- end -->"+after), 0o644); err != nil {
			t.Fatal(err)
		}
	case !alike(had, want.String(), differ):
		t.Errorf("docs/limits.md says\n%s\nand it is\n%s\nUPDATE=1 go test ./internal/fairness writes it", had, want.String())
	}
}

var numeral = regexp.MustCompile(`[0-9][0-9,.]*( %)?`)

// alike compares the words exactly and the numbers nearly.
func alike(a, b string, differ float64) bool {
	if differ == 0 {
		return a == b
	}
	if numeral.ReplaceAllString(a, "#") != numeral.ReplaceAllString(b, "#") {
		return false
	}
	as, bs := numeral.FindAllString(a, -1), numeral.FindAllString(b, -1)
	for i := range as {
		x, y := value(as[i]), value(bs[i])
		room := differ * max(x, y)
		if strings.HasSuffix(as[i], "%") {
			room = differ * 100
		}
		if math.Abs(x-y) > room {
			return false
		}
	}
	return true
}

func value(s string) float64 {
	f, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSuffix(s, " %"), ",", ""), 64)
	if err != nil {
		panic(err)
	}
	return f
}

func TestNearlyTheSameIsAlike(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		alike bool
	}{
		{"| 1,000 | 20 % | a |", "| 1,090 | 28 % | a |", true},
		{"| 1,000 |", "| 1,200 |", false},
		{"| 20 % |", "| 31 % |", false},
		{"| none |", "| 1 % |", false},
		{"| 10 days |", "| 10 years |", false},
	} {
		if got := alike(c.a, c.b, 0.1); got != c.alike {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}
