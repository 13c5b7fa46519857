package publication

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Write lists the changes, those that show more to the public first, and says
// of how many objects if it was counted. Examples are handles; it has no values.
func (d *Difference) Write(out io.Writer) error {
	fmt.Fprintf(out, "%s -> %s\n", d.old.Version(), d.new.Version())
	var wider []string
	for _, field := range d.new.WiderThan(d.old) {
		wider = append(wider, field.String())
	}
	if len(wider) > 0 {
		fmt.Fprintf(out, "The public can see more: %s.\n", join(wider))
	} else {
		fmt.Fprintln(out, "The public can see nothing more.")
	}
	if len(d.found) == 0 {
		_, err := fmt.Fprintln(out, "Nobody sees more or less of a field.")
		return err
	}
	return d.table(out)
}

// table prints a line for all fields and holders of which the same is to
// be said.
func (d *Difference) table(out io.Writer) error {
	fmt.Fprintln(out)
	lines := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	heading := "FOR\tCHANGE\tOF\tFIELDS"
	if d.counted {
		heading = "FOR\tCHANGE\tOF\tHOW MANY\tFOR EXAMPLE\tFIELDS"
	}
	fmt.Fprintln(lines, heading)
	all := d.sorted()
	fields := gather(all, func(t transition) (string, string) { return d.around(t, t.of), t.field })
	seen := map[string]bool{}
	whole := func(t transition) string { return d.around(t, "\x00") + "\t" + join(fields[d.around(t, t.of)]) }
	of := gather(all, func(t transition) (string, string) { return whole(t), t.of })
	for _, t := range all {
		if line := whole(t); !seen[line] {
			seen[line] = true
			fmt.Fprintln(lines, strings.Replace(line, "\x00", join(of[line]), 1))
		}
	}
	return lines.Flush()
}

func join(list []string) string { return strings.Join(list, ", ") }

// gather collects words under keys, each once.
func gather(all []transition, f func(transition) (key, word string)) map[string][]string {
	out := map[string][]string{}
	for _, t := range all {
		key, word := f(t)
		if !slices.Contains(out[key], word) {
			out[key] = append(out[key], word)
		}
	}
	return out
}

// sorted lists what shows more first, audience by audience.
func (d *Difference) sorted() []transition {
	order := map[string]int{}
	for i, b := range slices.Concat(d.beholders, searchers(d.beholders)) {
		if _, known := order[b.name]; !known {
			order[b.name] = i
		}
	}
	return slices.SortedFunc(maps.Keys(d.found), func(a, b transition) int {
		return cmp.Or(cmp.Compare(order[a.beholder], order[b.beholder]), -cmp.Compare(a.to, b.to),
			cmp.Compare(a.from, b.from), cmp.Compare(a.of, b.of), cmp.Compare(a.field, b.field))
	})
}

// around is a line but for its fields.
func (d *Difference) around(t transition, of string) string {
	n := d.found[t]
	if n.not > 0 {
		of += " in some cases"
	}
	line := fmt.Sprintf("%s\t%s -> %s\t%s", t.beholder, t.said(t.from), t.said(t.to), of)
	switch {
	case d.counted && t.of == ofSearches:
		line += "\t-\t" // a search is of no object
	case d.counted:
		line += fmt.Sprintf("\t%d\t%s", n.happens, join(n.examples))
	}
	return line
}
