package statistics

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// JSON is the report for programs.
func (r *Report) JSON() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	err := e.Encode(r)
	return out.Bytes(), err
}

// keyColumns is how many columns of Records are for keys.
const keyColumns = 4

// Records are the report for spreadsheets: a head, and a record for each number. They
// are to be written so that no cell can be a formula.
func (r *Report) Records() [][]string {
	out := [][]string{{"month", "table", "key1", "key2", "key3", "key4", "value", "missing"}}
	for _, t := range r.Tables {
		if t.Missing != "" {
			out = append(out, record(r.Month, t.ID, nil, "", t.Missing))
		}
		for _, row := range t.Rows {
			value := ""
			if row.Why == "" {
				value = row.Value.String()
			}
			out = append(out, record(r.Month, t.ID, row.Keys, value, row.Why))
		}
	}
	return out
}

func record(month, table string, keys []string, value, missing string) []string {
	out := append([]string{month, table}, keys...)
	out = append(out, make([]string, keyColumns-len(keys))...)
	return append(out, value, missing)
}

// Text writes the report for people at a terminal. Tables by day are left out.
func (r *Report) Text(out io.Writer) error {
	fmt.Fprintf(out, "Statistics of %s%s\n", r.Month, r.asOf())
	for _, t := range r.Tables {
		if t.daily() {
			continue
		}
		fmt.Fprintf(out, "\n%s\n", t.Title)
		if len(t.Rows) == 0 {
			fmt.Fprintln(out, t.empty())
			continue
		}
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintf(table, "%s\tNUMBER\n", strings.ToUpper(strings.Join(t.Columns, "\t")))
		for _, row := range t.Rows {
			fmt.Fprintf(table, "%s\t%s\n", strings.Join(printable(row.Keys), "\t"), row.Value)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// printable are keys that a terminal and a picture can be shown, none of them empty.
func printable(keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Noncharacter_Code_Point, r) {
				return ' ' // it would steer the terminal, turn the line around, or be no XML
			}
			return r
		}, k)
		if out[i] == "" {
			out[i] = "-"
		}
	}
	return out
}

// empty is what a table without rows says.
func (t Table) empty() string { return cmp.Or(t.Missing, none.String()) }

func (t Table) daily() bool { return strings.HasSuffix(t.ID, "-by-day") }

// asOf says what the register's numbers are as of.
func (r *Report) asOf() string {
	if r.AsOf.IsZero() {
		return ", without numbers of the register"
	}
	return ", the register as of " + r.AsOf.Format(time.RFC3339)
}
