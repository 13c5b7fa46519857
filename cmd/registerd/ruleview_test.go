package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"registerd/audit"
	"registerd/disclose"
)

func TestEveryFieldOfAViewHasAWord(t *testing.T) {
	for _, view := range []any{
		disclose.Domain{}, disclose.Contact{}, disclose.Host{}, disclose.NameServer{}, disclose.RegistrarView{}, disclose.Reserved{},
	} {
		for _, d := range disclose.Explain(view) {
			if fieldWords[d.Field] == "" {
				t.Errorf("%T: %s has no word", view, d.Field)
			}
		}
	}
}

func TestEveryWordOfThePublishedTextIsThereInDanish(t *testing.T) {
	var all []string
	for _, w := range fieldWords {
		all = append(all, w)
	}
	for _, h := range holders {
		all = append(all, holderName(h))
	}
	for s := disclose.Withheld; s <= disclose.Replaced; s++ {
		all = append(all, seen(s).String())
	}
	for _, b := range beholders() {
		all = append(all, b.name)
	}
	everything := person{protected: true, restricted: true, permitted: true, consented: true, roleEmail: true, locked: true}
	all = append(all, everything.conditions()...)
	for everything.verification = 1; everything.verification <= 3; everything.verification++ {
		all = append(all, everything.conditions()...)
	}
	for _, w := range all {
		if danish[w] == "" {
			t.Errorf("%q is not there in Danish", w)
		}
	}
}

// shippedRules are all that come with the program, and rules that show nothing.
func shippedRules(t *testing.T) []*disclose.Policy {
	t.Helper()
	nothing, err := disclose.NewPolicy("nothing-1", nil)
	if err != nil {
		t.Fatal(err)
	}
	out := []*disclose.Policy{nothing}
	for _, name := range disclose.ShippedNames() {
		r, err := readRules(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r.policy)
	}
	return out
}

// TestTheDifferenceFindsAllThatWidens holds two ways to the same result against
// each other: the comparison by views, and that of the decisions themselves.
func TestTheDifferenceFindsAllThatWidens(t *testing.T) {
	usual, err := readRules(defaultRules)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range shippedRules(t) {
		for _, pair := range [][2]*disclose.Policy{{p, usual.policy}, {usual.policy, p}} {
			old, new := pair[0], pair[1]
			c := newComparison(old, new)
			c.beholders = c.beholders[:1] // the public
			c.everyContact()
			c.others(nil)
			more := false
			for tr := range c.found {
				more = more || tr.to > tr.from && tr.to != disclose.Replaced
			}
			if wider := new.WiderThan(old); more != (len(wider) > 0) {
				t.Errorf("%s -> %s: the difference says %t, wider are %v", old.Version(), new.Version(), more, wider)
			}
		}
	}
}

func TestEveryTableOfThePublishedTextIsWhole(t *testing.T) {
	for _, name := range disclose.ShippedNames() {
		r, err := readRules(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, language := range r.policy.Languages {
			text := newBooklet(r.policy, language).write()
			columns := 0
			for line := range strings.Lines(text) {
				n := strings.Count(line, "|")
				if columns > 0 && n > 0 && n != columns {
					t.Errorf("%s in %s: %d columns in place of %d: %s", name, language, n, columns, line)
				}
				columns = n
			}
		}
	}
}

func TestAChangeThatIsNotJournaledIsNotTaken(t *testing.T) {
	dir := t.TempDir()
	f, err := readInForce(dir)
	if err != nil {
		t.Fatal(err)
	}
	next := lessRules(t)
	if _, err := f.take(t.Context(), next, approved, audit.None()); err == nil {
		t.Error("it was taken")
	}
	if f.rules.policy.Version() == next.policy.Version() {
		t.Error("it is in force")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestACopyThatCannotBeKeptLeavesTheRulesAsTheyWere(t *testing.T) {
	dir := t.TempDir()
	journal, err := audit.OpenJournal(audit.JournalConfig{Dir: dir, Now: time.Now, Logger: consoleLog(console{err: t.Output()})})
	if err != nil {
		t.Fatal(err)
	}
	defer journal.Close()
	f, err := readInForce(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, inForceName), 0o700); err != nil {
		t.Fatal(err)
	}
	next := lessRules(t)
	if _, err := f.take(t.Context(), next, approved, journal); err == nil {
		t.Error("it was taken")
	}
	if f.rules.policy.Version() == next.policy.Version() {
		t.Error("it is in force")
	}
	left, err := os.ReadDir(dir)
	if err != nil || slices.ContainsFunc(left, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") }) {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// lessRules show the public nothing.
func lessRules(t *testing.T) *rules {
	t.Helper()
	r, err := parseRules("less.toml", []byte(`format = 1
name = "less"
version = "1"
effective = 2026-01-01
operator = "Example Registry"
languages = ["en"]
protection = { basis = "Art. 21", reason = { en = "Protected." } }
[[rule]]
id = "authority"
basis = "Art. 6"
reason.en = "Disclosed to an authority."
audience = ["authority"]
fields = ["*"]
do = "show"
`))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
