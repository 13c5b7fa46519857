package fairness

import (
	"strings"
	"testing"
	"time"

	"registerd/ratelimit"
)

const week = 7 * day

// asSaid is what docs/limits.md says of the honest: none is refused but the
// one who asks without a pause, and that one is slowed and never paused.
var asSaid = map[string]struct {
	price   float64 // the highest that it meets
	refused bool
}{
	"browser":    {price: 1},
	"household":  {price: 1},
	"office":     {price: 1},
	"university": {price: 1},
	"carrier":    {price: 1},
	"monitor":    {price: 4}, // order and breadth
	"shop":       {price: 1},
	"researcher": {price: 2}, // breadth
	"script":     {price: 2, refused: true},
	"registrar":  {price: 1}, // exempt
}

func TestNobodyHonestIsRefused(t *testing.T) {
	rows := [][]string{{"client", "who", "asked in a week", "persons told", "refused", "highest price"}}
	for _, m := range models {
		t.Run(m.name, func(t *testing.T) {
			recorded := readRecording(t, m.name)
			r := replay(recorded)
			newDesk(t, ratelimit.Defaults().Settings).run(week, r)
			checkHonest(t, m.name, &r.tally)
			refused := thousands(r.tally.refusals())
			if asSaid[m.name].refused {
				refused = "told to wait, never paused"
			}
			rows = append(rows, []string{
				m.name, strings.Join(recorded.about, " "), thousands(r.tally.answered),
				thousands(r.tally.persons), refused, "×" + number(r.tally.price),
			})
		})
	}
	table(t, "honest", 0, rows...)
}

func checkHonest(t *testing.T, name string, got *tally) {
	t.Helper()
	want := asSaid[name]
	if !want.refused && got.refusals() > 0 {
		t.Errorf("%d of %d refused: %v; told to wait up to %v", got.refusals(), got.asked, got.refused, got.waited)
	}
	if got.paused > 0 {
		t.Errorf("paused %d times", got.paused)
	}
	if got.price != want.price {
		t.Errorf("a price of %v, want %v", got.price, want.price)
	}
}

// TestTheHonestTogetherAreNotRefused: they share the server's budgets.
func TestTheHonestTogetherAreNotRefused(t *testing.T) {
	d := newDesk(t, ratelimit.Defaults().Settings)
	var all []*replayed
	var agents []agent
	for _, m := range models {
		r := replay(readRecording(t, m.name))
		all, agents = append(all, r), append(agents, r)
	}
	d.run(week, agents...)
	for i, m := range models {
		t.Run(m.name, func(t *testing.T) { checkHonest(t, m.name, &all[i].tally) })
	}
}

// TestAScriptThatWaitsIsOnlySlowed says exactly how long its list takes: the
// burst at once and the rest at the rate.
func TestAScriptThatWaitsIsOnlySlowed(t *testing.T) {
	r := replay(readRecording(t, "script"))
	list := len(r.questions) / 7
	r.questions = r.questions[:list]
	newDesk(t, ratelimit.Defaults().Settings).run(day, r)
	took := r.tally.finished - r.questions[0].at
	b := ratelimit.Defaults().Budgets[ratelimit.Lookup]
	atPrice := func(p float64) time.Duration {
		return time.Duration(p * float64(list-b.Burst) / b.Rate * float64(time.Second))
	}
	if took < atPrice(1) || took > atPrice(2)+time.Minute {
		t.Errorf("%d names took %v, want %v to %v", list, took, atPrice(1), atPrice(2))
	}
}
