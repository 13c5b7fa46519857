package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// comparison is in what the answers of two servers differ. It holds labels and
// names, and never a value.
type comparison struct {
	There      string             `json:"there"`
	Here       string             `json:"here"`
	Asked      int                `json:"asked"`
	Compared   int                `json:"compared"`
	Same       int                `json:"same"` // but for comments
	Unanswered sides              `json:"unanswered"`
	Throttled  sides              `json:"throttled"`
	OutOfOrder sides              `json:"outOfOrder"`
	States     []*stateDifference `json:"states"`
	Labels     []*labelDifference `json:"labels"`
	Comments   concerned          `json:"comments"`
	Ended      string             `json:"ended,omitempty"` // why, before the last name
}

// sides counts names by server.
type sides struct {
	There int `json:"there"`
	Here  int `json:"here"`
}

// concerned are names: how many, and the first of them.
type concerned struct {
	Names    int      `json:"names"`
	Examples []string `json:"examples,omitempty"`
}

const maxExamples = 3

func (c *concerned) add(name string) {
	c.Names++
	if len(c.Examples) < maxExamples {
		c.Examples = append(c.Examples, name)
	}
}

type stateDifference struct {
	There string `json:"there"`
	Here  string `json:"here"`
	concerned
}

type labelDifference struct {
	Label     string    `json:"label"`
	OnlyThere concerned `json:"onlyThere"`
	OnlyHere  concerned `json:"onlyHere"`
	Different concerned `json:"different"`
}

func newComparison(there, here string) *comparison {
	return &comparison{There: there, Here: here, States: []*stateDifference{}, Labels: []*labelDifference{}}
}

// compare takes two answers for a name. Throttled and failed answers say nothing
// of it.
func (r *comparison) compare(name string, there, here *whoisPage) {
	if r.count(&r.Throttled, throttled, there, here) || r.count(&r.OutOfOrder, outOfOrder, there, here) {
		return
	}
	r.Compared++
	if !sameValues(there.comments, here.comments) {
		r.Comments.add(name)
	}
	if there.state != here.state || there.state == unclear {
		r.state(there.state, here.state).add(name)
		return
	}
	if there.state == registered && r.compareLabels(name, there, here) || there.state != registered {
		r.Same++
	}
}

func (r *comparison) count(n *sides, state whoisState, there, here *whoisPage) bool {
	if there.state == state {
		n.There++
	}
	if here.state == state {
		n.Here++
	}
	return there.state == state || here.state == state
}

func (r *comparison) compareLabels(name string, there, here *whoisPage) (same bool) {
	same = true
	for label, values := range there.labels {
		others, both := here.labels[label]
		switch {
		case !both:
			r.label(label).OnlyThere.add(name)
		case !sameValues(values, others):
			r.label(label).Different.add(name)
		default:
			continue
		}
		same = false
	}
	for label := range here.labels {
		if _, both := there.labels[label]; !both {
			r.label(label).OnlyHere.add(name)
			same = false
		}
	}
	return same
}

func (r *comparison) state(there, here whoisState) *concerned {
	for _, s := range r.States {
		if s.There == there.String() && s.Here == here.String() {
			return &s.concerned
		}
	}
	s := &stateDifference{There: there.String(), Here: here.String()}
	r.States = append(r.States, s)
	return &s.concerned
}

// moreLabels is what is counted together once there are too many labels to keep apart.
const moreLabels = "(other labels)"

func (r *comparison) label(label string) *labelDifference {
	named := func(l *labelDifference) bool { return l.Label == label }
	i := slices.IndexFunc(r.Labels, named)
	if i < 0 && len(r.Labels) >= maxLabels {
		label = moreLabels
		i = slices.IndexFunc(r.Labels, named)
	}
	if i >= 0 {
		return r.Labels[i]
	}
	l := &labelDifference{Label: label}
	r.Labels = append(r.Labels, l)
	return l
}

// sort puts what concerns most names first.
func (r *comparison) sort() {
	slices.SortFunc(r.States, func(a, b *stateDifference) int {
		return cmp.Or(cmp.Compare(b.Names, a.Names), cmp.Compare(a.There, b.There), cmp.Compare(a.Here, b.Here))
	})
	slices.SortFunc(r.Labels, func(a, b *labelDifference) int {
		return cmp.Or(cmp.Compare(b.names(), a.names()), cmp.Compare(a.Label, b.Label))
	})
}

func (l *labelDifference) names() int {
	return l.OnlyThere.Names + l.OnlyHere.Names + l.Different.Names
}

func (r *comparison) writeJSON(out io.Writer) error {
	r.sort()
	to := json.NewEncoder(out)
	to.SetIndent("", "  ")
	return to.Encode(r)
}

func (r *comparison) writeText(out io.Writer) error {
	r.sort()
	t := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(t, "there\t%s\nhere\t%s\n\n", r.There, r.Here)
	fmt.Fprintf(t, "%d names asked, %d compared, %d the same\n", r.Asked, r.Compared, r.Same)
	for _, n := range []struct {
		what string
		sides
	}{{"not answered", r.Unanswered}, {"throttled", r.Throttled}, {"out of order", r.OutOfOrder}} {
		if n.There+n.Here > 0 {
			fmt.Fprintf(t, "%s: %d there, %d here\n", n.what, n.There, n.Here)
		}
	}
	if len(r.States) > 0 {
		fmt.Fprint(t, "\nstate there\tstate here\tnames\texamples\n")
		for _, s := range r.States {
			fmt.Fprintf(t, "%s\t%s\t%d\t%s\n", s.There, s.Here, s.Names, s.inWords())
		}
	}
	if len(r.Labels) > 0 {
		fmt.Fprint(t, "\nlabel\tdifference\tnames\texamples\n")
		for _, l := range r.Labels {
			l.write(t)
		}
	}
	if r.Comments.Names > 0 {
		fmt.Fprintf(t, "\nother remarks: %d names\n", r.Comments.Names)
	}
	return t.Flush()
}

func (l *labelDifference) write(out io.Writer) {
	for _, d := range []struct {
		what string
		concerned
	}{{"only there", l.OnlyThere}, {"only here", l.OnlyHere}, {"different", l.Different}} {
		if d.Names > 0 {
			fmt.Fprintf(out, "%s\t%s\t%d\t%s\n", printable(l.Label), d.what, d.Names, d.inWords())
		}
	}
}

func (c *concerned) inWords() string { return printable(strings.Join(c.Examples, ", ")) }
