package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"registerd/register"
	"registerd/store"
)

// printTable prints a line for all fields and holders of which the same is to
// be said.
func (c *comparison) printTable(out io.Writer) error {
	fmt.Fprintln(out)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	heading := "FOR\tCHANGE\tOF\tFIELDS"
	if c.counted {
		heading = "FOR\tCHANGE\tOF\tHOW MANY\tFOR EXAMPLE\tFIELDS"
	}
	fmt.Fprintln(table, heading)
	all := c.sorted()
	fields := gather(all, func(t transition) (string, string) { return c.around(t, t.of), t.field })
	seen := map[string]bool{}
	whole := func(t transition) string { return c.around(t, "\x00") + "\t" + join(fields[c.around(t, t.of)]) }
	of := gather(all, func(t transition) (string, string) { return whole(t), t.of })
	for _, t := range all {
		if line := whole(t); !seen[line] {
			seen[line] = true
			fmt.Fprintln(table, strings.Replace(line, "\x00", join(of[line]), 1))
		}
	}
	return table.Flush()
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
func (c *comparison) sorted() []transition {
	order := map[string]int{}
	for i, b := range c.beholders {
		order[b.name] = i
	}
	return slices.SortedFunc(maps.Keys(c.found), func(a, b transition) int {
		return cmp.Or(cmp.Compare(order[a.beholder], order[b.beholder]), -cmp.Compare(a.to, b.to),
			cmp.Compare(a.from, b.from), cmp.Compare(a.of, b.of), cmp.Compare(a.field, b.field))
	})
}

// around is a line but for its fields.
func (c *comparison) around(t transition, of string) string {
	n := c.found[t]
	if n.not > 0 {
		of += " in some cases"
	}
	line := fmt.Sprintf("%s\t%s -> %s\t%s", t.beholder, t.from, t.to, of)
	if c.counted {
		line += fmt.Sprintf("\t%d\t%s", n.happens, join(n.examples))
	}
	return line
}

// roleSet is the roles in which domains name a contact, a bit each.
type roleSet uint8

// of are the places in which such a contact is shown. By its handle, any is.
func (s roleSet) of(all []place) []place {
	roles := map[register.Role]bool{}
	for _, at := range all {
		roles[at.role] = true
	}
	if len(roles) == 1 { // the rules do not tell roles apart
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(at place) bool {
		return at.role != register.RoleNone && s>>at.role&1 == 0
	})
}

// rolesIn reads in which roles each contact is named, by its key, if the rules
// look at roles.
func (c *comparison) rolesIn(ctx context.Context, reader store.Reader) (map[string]roleSet, error) {
	used := map[string]roleSet{}
	if !slices.ContainsFunc(c.places, func(at place) bool { return at.role == register.RoleNone }) {
		return used, nil
	}
	return used, reader.Walk(ctx, store.Names, func(o store.Object) error {
		if o.Tag() == register.TagReserved {
			return nil
		}
		d, err := register.DecodeDomain(o.Bytes)
		if err != nil {
			return err
		}
		for _, r := range d.Roles() {
			if key, err := register.HandleKey(r.Handle); err == nil {
				used[key] |= 1 << r.Role
			}
		}
		return nil
	})
}
