package whois

import (
	"bytes"
	"slices"
	"testing"
)

// rowsOf are the lines without their ends.
func rowsOf(b []byte) (out []string) {
	for line := range bytes.Lines(b) {
		out = append(out, string(bytes.TrimRight(line, "\r\n")))
	}
	return out
}

func notEmpty(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(s string) bool { return s == "" })
}

func FuzzApart(f *testing.F) {
	for _, answer := range []string{"a\r\nb\r\n", "a\r\n\r\n\r\n\r\nb\r\n\r\n", "\n\na\n", "{\n}\n", "\r\n"} {
		f.Add(answer)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		answer += "\n" // as every page ends
		if len(notEmpty(rowsOf([]byte(answer)))) == 0 {
			return // no answer is
		}
		got := apart([]byte(answer))
		lines := rowsOf(got)
		if n := len(lines); n < 2 || lines[n-1] != "" || lines[n-2] != "" {
			t.Fatalf("%q does not end with two empty lines", got)
		}
		for i := 1; i < len(lines)-1; i++ {
			if lines[i] == "" && lines[i-1] == "" {
				t.Fatalf("%q has two empty lines before its end", got)
			}
		}
		if !slices.Equal(notEmpty(lines), notEmpty(rowsOf([]byte(answer)))) {
			t.Fatalf("%q became %q", answer, got)
		}
	})
}
