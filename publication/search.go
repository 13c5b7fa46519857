package publication

import (
	"fmt"
	"slices"
	"strings"

	"registerd/disclose"
)

// searchers are all whom rules tell apart in a search. It is of no object, so
// that no registrar is that of record, and nobody the holder.
func searchers(all []beholder) []beholder {
	var out []beholder
	for _, who := range all {
		if who.viewer.Registrar == theSponsor || who.viewer.Audience == disclose.Holder {
			continue
		}
		if who.viewer.Audience == disclose.Registrar {
			who.name = "registrars"
		}
		out = append(out, who)
	}
	return out
}

// searchWindows are those over which searches are asked.
var searchWindows = []disclose.Window{disclose.RDAP, disclose.Console}

// ofSearches is the kind of object under which searches are compared.
const ofSearches = "searches"

// decidedOfSearches are the decisions on who may search for what.
func decidedOfSearches(p *disclose.Policy, v disclose.Viewer) []disclose.Explained {
	var out []disclose.Explained
	for f := disclose.SearchDomainsByName; f <= disclose.SearchByPart; f++ {
		d := disclose.Explained{Field: strings.TrimPrefix(f.String(), "search ")}
		rule, may := p.MaySearch(v, f)
		if d.Rule = rule; may {
			d.Status = disclose.Shown
		}
		out = append(out, d)
	}
	return out
}

// inSearch is a decision on a search in words.
func inSearch(s disclose.Status) string {
	if s == disclose.Withheld {
		return "refused"
	}
	return "allowed"
}

// searches prints who may search for what: once, if all windows are alike.
func (b *booklet) searches() {
	b.say("\n## %s\n\n%s\n", b.word("Who may search for what"),
		b.word("A search looks only at what the one who asks may see. Where search by part is allowed too, the beginning of a name or handle is enough."))
	tables := make([]string, len(searchWindows))
	alike := true
	for i, w := range searchWindows {
		tables[i] = b.searchTable(w)
		alike = alike && tables[i] == tables[0]
	}
	if alike {
		b.say("\n%s", tables[0])
		return
	}
	for i, w := range searchWindows {
		b.say("\n### %s\n\n%s", w, tables[i])
	}
}

func (b *booklet) searchTable(w disclose.Window) string {
	t := new(grid)
	public := decidedOfSearches(b.policy, thePublic.viewer.At(w))
	for _, who := range searchers(beholders(b.policy.Rules...)) {
		decided := decidedOfSearches(b.policy, who.viewer.At(w))
		if who.viewer.Audience == disclose.Seeker && slices.Equal(decided, public) {
			continue
		}
		for _, d := range decided {
			cell := b.word(inSearch(d.Status))
			if d.Rule != nil {
				cell += fmt.Sprintf(" (%d)", b.number[d.Rule.ID])
			}
			t.set(b.beholder(who), b.word(d.Field), cell)
		}
	}
	return t.String(b.word("everything"), b.word("everybody"))
}

// searches compares who may search for what.
func (d *Difference) searches() {
	for _, who := range searchers(d.beholders) {
		for _, w := range searchWindows {
			before, after := decidedOfSearches(d.old, who.viewer.At(w)), decidedOfSearches(d.new, who.viewer.At(w))
			for i := range before {
				t := transition{who.name, ofSearches, before[i].Status, after[i].Status, before[i].Field}
				if t.from != t.to && !who.asThePublic(t, d.has) {
					d.tally(t)
				}
			}
		}
	}
}

// said is what happens to a field, or to a search.
func (t transition) said(s disclose.Status) string {
	if t.of == ofSearches {
		return inSearch(s)
	}
	return s.String()
}
