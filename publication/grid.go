package publication

import (
	"fmt"
	"slices"
	"strings"
)

// grid is a table that says once what is alike.
type grid struct {
	heads []string   // of the columns
	names []string   // of the rows
	cells [][]string // row by row
}

// set fills in a cell. All cells of a column are set before the next column's,
// in the same order of rows.
func (g *grid) set(column, row, cell string) {
	if len(g.heads) == 0 || g.heads[len(g.heads)-1] != column {
		g.heads = append(g.heads, column)
	}
	at := slices.Index(g.names, row)
	if at < 0 {
		at = len(g.names)
		g.names, g.cells = append(g.names, row), append(g.cells, nil)
	}
	g.cells[at] = append(g.cells[at], cell)
}

// String is the table in Markdown: rows that are alike are one, and columns
// too. everything and everybody name what is left where all are alike.
func (g *grid) String(everything, everybody string) string {
	heads, names, cells := g.heads, g.names, g.cells
	names, cells = merge(names, cells)
	heads, columns := merge(heads, turn(cells))
	cells = turn(columns)
	if len(names) == 1 {
		names[0] = everything
	}
	if len(heads) == 1 {
		heads[0] = everybody
	}
	var t strings.Builder
	fmt.Fprintf(&t, "| | %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat(" --- |", len(heads)+1))
	for i, name := range names {
		fmt.Fprintf(&t, "| %s | %s |\n", name, strings.Join(cells[i], " | "))
	}
	return t.String()
}

// merge makes one line of those with the same cells, under all their names.
func merge(names []string, lines [][]string) (mergedNames []string, merged [][]string) {
	for i, line := range lines {
		at := slices.IndexFunc(merged, func(other []string) bool { return slices.Equal(other, line) })
		if at < 0 {
			mergedNames, merged = append(mergedNames, names[i]), append(merged, line)
		} else {
			mergedNames[at] += ", " + names[i]
		}
	}
	return mergedNames, merged
}

// turn makes columns of rows.
func turn(lines [][]string) [][]string {
	var out [][]string
	for i := range lines[0] {
		var turned []string
		for _, line := range lines {
			turned = append(turned, line[i])
		}
		out = append(out, turned)
	}
	return out
}
