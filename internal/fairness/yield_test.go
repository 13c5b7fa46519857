package fairness

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"registerd/ratelimit"
)

// strategy is a way to harvest.
type strategy struct {
	order   string
	greedy  bool
	persons bool
	batch   int
}

func (s strategy) String() string {
	words := []string{s.order}
	if s.batch > 0 {
		words = append(words, "availability")
	} else if !s.persons {
		words = append(words, "without persons")
	}
	if s.greedy {
		return strings.Join(append(words, "greedy"), ", ")
	}
	return strings.Join(append(words, "patient"), ", ")
}

// forPersons are the ways to collect persons; the others are after what is
// registered, of which some know a list and some do not.
var (
	forPersons = []strategy{
		{"shuffled list", false, true, 0},
		{"sorted list", false, true, 0},
		{"sorted list", true, true, 0},
		{"shuffled list", true, true, 0},
		{"dictionary", false, true, 0},
		{"dictionary", true, true, 0},
	}
	byList         = strategy{"shuffled list", false, false, 0}
	byDictionary   = strategy{"dictionary", false, false, 0}
	byAvailability = strategy{"dictionary", false, false, 100}
)

func (s strategy) harvest(t testing.TB, w where, until time.Duration) *harvester {
	h := &harvester{
		order: s.order, greedy: s.greedy, persons: s.persons, batch: s.batch,
		sources: sourcesOf(w), together: w.together,
	}
	newDesk(t, ratelimit.Defaults().Settings).run(until, h)
	return h
}

// TestAHarvesterGetsWhatTheDocumentSays, by the best of its ways.
func TestAHarvesterGetsWhatTheDocumentSays(t *testing.T) {
	if raceEnabled {
		t.Skip("one after the other, and slow with the race detector")
	}
	rows := [][]string{{
		"from", "persons on day 1", "on day 7", "the same in order", "all of them after",
		"names of a list looked up on day 1", "names found on day 1 by look-ups", "by availability",
	}}
	for _, w := range wheres {
		row := append([]string{w.name}, collected(t, w)...)
		if w.n >= 10_000 && !w.together {
			// They may ask 10,000 questions a second, and have it all within the hour.
			rows = append(rows, append(row, "all", "all", "all"))
			continue
		}
		rows = append(rows, append(row,
			thousands(byList.harvest(t, w, day).days[0].questions),
			thousands(byDictionary.harvest(t, w, day).days[0].names),
			thousands(byAvailability.harvest(t, w, day).days[0].names)))
	}
	table(t, "yield", 0.25, rows...)
}

// collected is what the best way to collect persons brings, which is to shuffle
// the list and to wait as told, and what the list brings in its own order.
func collected(t *testing.T, w where) []string {
	strategies := forPersons
	if !w.together && w.n > 1 {
		// From there it takes long to try them.
		strategies = forPersons[:1]
	}
	var all []*harvester
	for _, s := range strategies {
		all = append(all, s.harvest(t, w, week))
	}
	for i, h := range all[1:] {
		if float64(h.days[6].persons) > 1.05*float64(all[0].days[6].persons) {
			t.Errorf("from %s, %v is better: %d persons, and not %d", w.name, strategies[i+1], h.days[6].persons, all[0].days[6].persons)
		}
	}
	if greedy := all[len(all)-1]; greedy.greedy && w.n == 1 && 10*greedy.days[6].persons > 7*all[0].days[6].persons {
		t.Errorf("from %s, not to wait brings %d persons of %d", w.name, greedy.days[6].persons, all[0].days[6].persons)
	}
	row := []string{thousands(all[0].days[0].persons), thousands(all[0].days[6].persons), "–", untilAll(all[0])}
	if len(all) > 1 {
		row[2] = thousands(all[1].days[6].persons)
	}
	if all[0].days[6].persons == 0 {
		row[1] = "–"
	}
	return row
}

// untilAll is how long it takes to have all, if it goes on as on the last day.
func untilAll(h *harvester) string {
	got := 0
	for i, y := range h.days {
		if got += y.persons; got >= persons {
			return fmt.Sprintf("%d days", i+1)
		}
	}
	days := 7 + (persons-got)/h.days[6].persons
	if days > 730 {
		return fmt.Sprintf("%.1f years", float64(days)/365.25)
	}
	return fmt.Sprintf("%d days", days)
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
