package fairness

import (
	"fmt"
	"testing"

	"registerd/ratelimit"
)

// TestUnderPressureItIsAsTheDocumentSays: what 10,000 scattered addresses get
// at several prices, and what the honest suffer if it never ends.
func TestUnderPressureItIsAsTheDocumentSays(t *testing.T) {
	if raceEnabled {
		t.Skip("one after the other, and slow with the race detector")
	}
	honest := []string{"office", "browser", "household"}
	head := []string{"price under pressure", "persons on day 1", "on day 2"}
	for _, name := range honest {
		head = append(head, "refused of the "+name)
	}
	rows := [][]string{head}
	shipped := ratelimit.Defaults().Settings
	for _, price := range []float64{1, shipped.Pressed, 5 * shipped.Pressed} {
		s := shipped
		s.Pressed = price
		h := &harvester{order: "shuffled list", persons: true, sources: sourcesOf(wheres[len(wheres)-1])}
		newDesk(t, s).run(2*day, h)
		row := []string{number(price), thousands(h.days[0].persons), thousands(h.days[1].persons)}
		// Others take whatever comes back of the common budget.
		s.Everybody = ratelimit.Budget{Rate: 1e-6, Burst: 1}
		for _, name := range honest {
			p := replay(readRecording(t, name))
			newDesk(t, s).run(week, p)
			row = append(row, percent(&p.tally))
		}
		rows = append(rows, row)
	}
	table(t, "pressure", 0.1, rows...)
}

func percent(of *tally) string {
	if of.refusals() == 0 {
		return "none"
	}
	return fmt.Sprintf("%.0f %%", max(1, 100*float64(of.refusals())/float64(of.asked)))
}
