package main

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode"
)

// writeCSV writes rows (RFC 4180) that a spreadsheet takes for texts: none of the
// cells is a formula to it.
func writeCSV(out io.Writer, rows ...[]string) error {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = safeCell(cell)
		}
		if err := w.Write(safe); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// safeCell has an apostrophe before every line that a spreadsheet could begin to
// calculate with: it takes what comes after one for text.
func safeCell(cell string) string {
	var out strings.Builder
	for line := range strings.Lines(cell) {
		if begins(line) {
			out.WriteByte('\'')
		}
		out.WriteString(line)
	}
	return out.String()
}

// begins reports a line that begins with what makes a formula, blanks and what
// cannot be seen aside. The wide signs are taken for the others by some.
func begins(line string) bool {
	if strings.ContainsRune("\t\r\n", rune(line[0])) {
		return true
	}
	line = strings.TrimLeftFunc(line, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	})
	return line != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(line)[0])
}
