// Package publication is the text by which a register publishes its rules, and
// the difference between two sets of rules: what is seen, by whom, of which
// kinds of holder. It asks the rules themselves about every kind that they can
// tell apart, so that the text says what is decided and not what is meant.
//
// It decides nothing: package disclose does. It does not know how records are
// kept: whoever wants a difference counted brings them.
package publication

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"registerd/disclose"
)

// Text is the text for the public of rules, in Markdown: tables that a citizen
// can read, and the rules with their bases and reasons. In a language that the
// rules do not name, their reasons are in their first, and our words in English.
func Text(p *disclose.Policy, language string) string {
	b := &booklet{policy: p, language: language, number: map[string]int{}}
	for i := range p.Rules {
		b.number[p.Rules[i].ID] = i + 1
	}
	return b.write()
}

// booklet is the published text of rules.
type booklet struct {
	policy   *disclose.Policy
	language string
	text     strings.Builder
	number   map[string]int // of a rule, by its id; the floor, which is not listed in the file, is 0
	floor    *disclose.Rule // as far as it was met
}

func (b *booklet) say(format string, args ...any) { fmt.Fprintf(&b.text, format, args...) }

// word is one of ours in the booklet's language.
func (b *booklet) word(s string) string { return translated(b.language, s) }

func (b *booklet) write() string {
	p := b.policy
	b.say("# %s: %s\n\n", b.word("Publication rules"), p.Version())
	b.fact("Register", p.Operator)
	b.fact("Effective", p.Effective.Format(time.DateOnly))
	b.fact("Controller", p.Controller)
	if p.ApprovedBy != "" {
		b.fact("Approved", p.ApprovedBy+", "+p.ApprovedOn.Format(time.DateOnly))
	}
	if p.Unreviewed {
		b.say("- **%s**\n", b.word("An example that nobody has reviewed."))
	}
	b.say("\n%s\n", b.word("The numbers name the rule that decides, in the list at the end. Where several conditions of a cell hold, the last of them decides. What no rule speaks of is withheld."))
	if seekers(b.policy.Rules...) {
		b.say("\n%s\n", b.word("Who is named below with a purpose has an account with the register and says that purpose. In all that is not told of them, they see what the public sees."))
	}
	b.contacts()
	b.others()
	b.searches()
	b.list()
	return b.text.String()
}

func (b *booklet) fact(what, value string) {
	if value != "" {
		b.say("- %s: %s\n", b.word(what), value)
	}
}

// contacts prints what is seen of contacts: once for all audiences, and once
// for all places, that are alike.
func (b *booklet) contacts() {
	var texts []string
	of := map[string][]string{}
	for _, who := range beholders(b.policy.Rules...) {
		t := b.contactTables(who)
		if of[t] == nil {
			texts = append(texts, t)
		}
		of[t] = append(of[t], b.beholder(who))
	}
	for _, t := range texts {
		b.say("\n## %s %s\n%s", b.word("What is seen of contacts by"), strings.Join(of[t], ", "), t)
	}
}

// contactTables are of all places that the rules for the beholder tell apart. Of a
// seeker only those are told where it is not as one of the public.
func (b *booklet) contactTables(who beholder) string {
	all := places(b.rulesFor(who.viewer)...)
	var tables []string
	of := map[string][]place{}
	for _, at := range all {
		t := b.contactTable(who, at)
		if who.viewer.Audience == disclose.Seeker && len(all) > 1 && t == b.contactTable(thePublic, at) {
			continue
		}
		if of[t] == nil {
			tables = append(tables, t)
		}
		of[t] = append(of[t], at)
	}
	var text strings.Builder
	for _, t := range tables {
		if len(tables) > 1 || len(of[t]) < len(all) {
			fmt.Fprintf(&text, "\n### %s\n", b.placesInWords(of[t], all))
		}
		fmt.Fprintf(&text, "\n%s", t)
	}
	return text.String()
}

// rulesFor are the rules that are for such a viewer.
func (b *booklet) rulesFor(v disclose.Viewer) []disclose.Rule {
	return slices.DeleteFunc(slices.Clone(b.policy.Rules), func(r disclose.Rule) bool { return !r.For(v) })
}

// beholder names an audience; a purpose is a word of the rules.
func (b *booklet) beholder(who beholder) string {
	name, purpose, is := strings.Cut(strings.TrimSuffix(who.name, ")"), " (")
	if is {
		return b.word(name) + " (" + strings.ReplaceAll(b.word(purpose), "|", `\|`) + ")" // in a table it would end the cell
	}
	return b.word(name)
}

// placesInWords names windows, and roles where a window does not have them all.
func (b *booklet) placesInWords(some, all []place) string {
	roles := 0
	for _, at := range all {
		if at.window == all[0].window {
			roles++
		}
	}
	var out []string
	for i := 0; i < len(some); {
		j := i
		var names []string
		for ; j < len(some) && some[j].window == some[i].window; j++ {
			names = append(names, b.word(cmp.Or(some[j].role.String(), "by its handle")))
		}
		switch window := some[i].window.String(); {
		case len(all) == roles: // the rules do not tell windows apart
			out = append(out, strings.Join(names, ", "))
		case len(names) == roles:
			out = append(out, window)
		default:
			out = append(out, window+" ("+strings.Join(names, ", ")+")")
		}
		i = j
	}
	return strings.Join(out, ", ")
}

// contactTable has a row for each field and a column for each kind of holder.
func (b *booklet) contactTable(who beholder, at place) string {
	t := new(grid)
	for _, h := range holders {
		names, column := b.column(who.viewer, at, h)
		for i, c := range column {
			t.set(b.word(holderName(h)), b.word(names[i]), b.cell(c))
		}
	}
	return t.String(b.word("everything"), b.word("any holder"))
}

// others prints what everybody sees of all that is no contact.
func (b *booklet) others() {
	all := beholders(b.policy.Rules...)
	var windows []disclose.Window
	for _, at := range places(b.policy.Rules...) {
		if !slices.Contains(windows, at.window) {
			windows = append(windows, at.window)
		}
	}
	b.say("\n## %s\n", b.word("What is seen of all else"))
	before := ""
	for _, w := range windows {
		t := b.othersTable(all, w)
		if t == before {
			continue
		}
		before = t
		if len(windows) > 1 {
			b.say("\n### %s\n", w)
		}
		b.say("\n%s", t)
	}
}

// othersTable is a table for each kind of object.
func (b *booklet) othersTable(all []beholder, w disclose.Window) string {
	var objects []string
	tables := map[string]*grid{}
	public := decidedOfOthers(b.policy, thePublic.viewer.At(w))
	for _, who := range all {
		decided := decidedOfOthers(b.policy, who.viewer.At(w))
		if who.viewer.Audience == disclose.Seeker && slices.Equal(decided, public) {
			continue
		}
		for _, d := range decided {
			object, field, _ := strings.Cut(d.Field, ": ")
			if tables[object] == nil {
				tables[object] = new(grid)
				objects = append(objects, object)
			}
			tables[object].set(b.beholder(who), b.word(field), b.outcome(d.Explained))
		}
	}
	var text []string
	for _, object := range objects {
		text = append(text, "**"+b.word(object)+"**\n\n"+tables[object].String(b.word("everything"), b.word("everybody")))
	}
	return strings.Join(text, "\n")
}

// list prints the rules with their bases and reasons, in the order in which
// they decide.
func (b *booklet) list() {
	b.say("\n## %s\n\n", b.word("The rules, in order"))
	if b.floor != nil {
		b.say("0. **%s**: %s %s. %s\n", b.floor.ID, b.floor.ReasonIn(b.language), b.floor.Basis,
			b.word("It beats every rule that would show a protected contact, unless that rule says on which basis not."))
	}
	for i := range b.policy.Rules {
		r := &b.policy.Rules[i]
		b.say("%d. **%s**: %s %s.", i+1, r.ID, r.ReasonIn(b.language), r.Basis)
		if r.DespiteProtection != "" {
			b.say(" %s: %s", b.word("Despite protection"), r.DespiteProtection)
		}
		if r.Outcome == disclose.Replace {
			b.say(" %s: `%s`", b.word("In its place"), r.With)
		}
		b.say("\n")
	}
}

// outcome is what is decided of a field, and by which rule.
func (b *booklet) outcome(d disclose.Explained) string {
	word := b.word(seen(d.Status).String())
	if d.Rule == nil {
		return word
	}
	n, listed := b.number[d.Rule.ID]
	if !listed && d.Rule.Outcome == disclose.Withhold {
		b.floor = d.Rule
	}
	return fmt.Sprintf("%s (%d)", word, n)
}
