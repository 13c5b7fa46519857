package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"registerd/disclose"
	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

type rulesDiffCommand struct {
	DB  string `name:"db" type:"path" placeholder:"FILE" help:"Count in this register whom it concerns, with examples by handle."`
	Old string `arg:"" help:"The old rules: a file, or the name of shipped ones."`
	New string `arg:"" help:"The new rules."`
}

// Run prints what would be shown that is not, and what not that is. It looks
// at decisions: whether a value is there is of no account.
func (d *rulesDiffCommand) Run(ctx context.Context, con console) error {
	old, err := readRules(d.Old)
	if err != nil {
		return err
	}
	new, err := readRules(d.New)
	if err != nil {
		return err
	}
	c := newComparison(old.policy, new.policy)
	if d.DB == "" {
		c.everyContact()
		c.others(nil) // last: what happens there always happens
	} else if err := c.register(ctx, d.DB); err != nil {
		return err
	}
	return c.print(con.out)
}

// comparison is of two sets of rules.
type comparison struct {
	old, new  *disclose.Policy
	beholders []beholder
	places    []place
	found     map[transition]*tally
	counted   bool // in a register
}

// transition is what happens to a field of some contacts, or of other objects.
type transition struct {
	beholder string
	of       string // the kind of holder, or of object where it is no contact
	from, to disclose.Status
	field    string
}

// tally is how often it happens, and does not where it could.
type tally struct {
	happens, not int
	examples     []string
}

const maxExamples = 3

func newComparison(old, new *disclose.Policy) *comparison {
	both := slices.Concat(old.Rules, new.Rules)
	return &comparison{
		old: old, new: new, beholders: beholders(both...), places: places(both...),
		found: map[transition]*tally{},
	}
}

// transitions are what changes of a contact for anybody, in any of the places.
func (c *comparison) transitions(contact *register.Contact, places []place) []transition {
	var out []transition
	for _, b := range c.beholders {
		for _, at := range places {
			before, after := decided(c.old, b.viewer, at, contact), decided(c.new, b.viewer, at, contact)
			for i := range before {
				t := transition{b.name, holderName(contact.Traits().Holder()), seen(before[i].Status), seen(after[i].Status), before[i].Field}
				if t.from != t.to && !slices.Contains(out, t) {
					out = append(out, t)
				}
			}
		}
	}
	return out
}

// everyContact goes through all that rules can tell apart.
func (c *comparison) everyContact() {
	kinds := map[string]int{}
	both := slices.Concat(c.old.Rules, c.new.Rules)
	apart := toldApart(c.places, both)
	for _, p := range everyPerson(both) {
		for i := range apart {
			kinds[holderName(p.holder)]++
			for _, t := range c.transitions(p.contact(), apart[i:i+1]) {
				c.tally(t).happens++
			}
		}
	}
	for t, n := range c.found {
		n.not = kinds[t.of] - n.happens
	}
}

func (c *comparison) tally(t transition) *tally {
	if c.found[t] == nil {
		c.found[t] = new(tally)
	}
	return c.found[t]
}

// others compares what is decided of objects that are no contacts; counts are
// how many of each there are, if they are counted.
func (c *comparison) others(counts map[string]int) {
	for _, b := range c.beholders {
		for _, at := range c.places {
			before, after := decidedOfOthers(c.old, b.viewer, at.window), decidedOfOthers(c.new, b.viewer, at.window)
			for i := range before {
				kind, field, _ := strings.Cut(before[i].Field, ": ")
				t := transition{b.name, kind, seen(before[i].Status), seen(after[i].Status), field}
				if t.from != t.to {
					c.tally(t).happens = counts[kind]
				}
			}
		}
	}
}

// register counts the contacts of a register.
func (c *comparison) register(ctx context.Context, path string) error {
	reader, err := openRegister(path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer reader.Close()
	c.counted = true
	edition, err := reader.Edition(ctx)
	if err != nil {
		return fmt.Errorf("rules: reading the register: %w", err)
	}
	n := edition.State.Counts
	c.others(map[string]int{"domain": n.Domains, "name server": n.Hosts, "registrar": n.Registrars, "reserved name": n.Reserved})
	used, err := c.rolesIn(ctx, reader)
	if err != nil {
		return fmt.Errorf("rules: reading the register: %w", err)
	}
	type sort struct {
		traits register.Traits
		roles  roleSet
	}
	known := map[sort][]transition{}
	err = reader.Walk(ctx, store.Contacts, func(o store.Object) error {
		contact, err := register.DecodeContact(o.Bytes)
		if err != nil {
			return err
		}
		s := sort{contact.Traits(), used[o.Key]}
		if _, is := known[s]; !is {
			known[s] = c.transitions(contact, s.roles.of(c.places))
		}
		for _, t := range known[s] {
			n := c.tally(t)
			n.happens++
			if len(n.examples) < maxExamples {
				n.examples = append(n.examples, contact.Handle)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("rules: reading the register: %w", err)
	}
	return nil
}

// print lists the changes, those that show more to the public first.
func (c *comparison) print(out io.Writer) error {
	fmt.Fprintf(out, "%s -> %s\n", c.old.Version(), c.new.Version())
	if wider := c.new.WiderThan(c.old); len(wider) > 0 {
		fmt.Fprintf(out, "The public can see more: %s.\n", strings.Join(fieldNames(wider), ", "))
	} else {
		fmt.Fprintln(out, "The public can see nothing more.")
	}
	if len(c.found) == 0 {
		_, err := fmt.Fprintln(out, "Nobody sees more or less of a field.")
		return err
	}
	return c.printTable(out)
}
