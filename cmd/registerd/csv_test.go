package main

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestNoCellIsAFormula(t *testing.T) {
	for cell, want := range map[string]string{
		"":                         "",
		"Example Police":           "Example Police",
		"a=1":                      "a=1",
		"'quoted":                  "'quoted",
		"=1+1":                     "'=1+1",
		"+45 1":                    "'+45 1",
		"-1":                       "'-1",
		"@SUM(A1)":                 "'@SUM(A1)",
		" \u00a0=1":                "' \u00a0=1",
		"\u200b=1":                 "'\u200b=1",
		"\t1":                      "'\t1",
		"\r=1":                     "'\r=1",
		"＝1":                       "'＝1",
		"one\n=2":                  "one\n'=2",
		"-- \n":                    "'-- \n",
		"=HYPERLINK(\"http://x\")": "'=HYPERLINK(\"http://x\")",
	} {
		if got := safeCell(cell); got != want {
			t.Errorf("%q became %q, want %q", cell, got, want)
		}
	}
}

func TestRowsAreReadBackAsTheyWere(t *testing.T) {
	rows := [][]string{{"a", "b"}, {`say "hi", twice`, "one; two"}, {"æ", "line\nline"}}
	var out bytes.Buffer
	if err := writeCSV(&out, rows...); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(&out).ReadAll()
	if diff := cmp.Diff(rows, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func FuzzNoCellIsAFormula(f *testing.F) {
	for _, s := range []string{"=1", " =1", "a\n=1", "\ufeff@x", "\x00=", "\xff=1", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var out bytes.Buffer
		if err := writeCSV(&out, []string{s, "end"}); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(rows) != 1 || len(rows[0]) != 2 {
			t.Fatalf("%q is not read back: %q, %v", s, rows, err)
		}
		for line := range strings.Lines(rows[0][0]) {
			seen := strings.TrimLeftFunc(line, func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) })
			if seen != "" && strings.ContainsRune("=+-@", rune(seen[0])) {
				t.Errorf("%q has a line that a spreadsheet calculates: %q", s, line)
			}
		}
	})
}
