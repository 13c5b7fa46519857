package fairness

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"registerd/ratelimit"
)

// defaults are what could be tightened, each by a factor.
var defaults = []struct {
	name    string
	tighten func(s *ratelimit.Settings, by float64)
}{
	{"questions, rate", func(s *ratelimit.Settings, by float64) { s.Budgets[ratelimit.Lookup].Rate /= by }},
	{"questions, at once", func(s *ratelimit.Settings, by float64) { cut(&s.Budgets[ratelimit.Lookup].Burst, by) }},
	{"availability, rate", func(s *ratelimit.Settings, by float64) { s.Budgets[ratelimit.Availability].Rate /= by }},
	{"availability, at once", func(s *ratelimit.Settings, by float64) { cut(&s.Budgets[ratelimit.Availability].Burst, by) }},
	{"personal", func(s *ratelimit.Settings, by float64) { both(&s.Budgets[ratelimit.Personal], by) }},
	{"misses", func(s *ratelimit.Settings, by float64) { both(&s.Budgets[ratelimit.Miss], by) }},
	{"IPv4 /24", func(s *ratelimit.Settings, by float64) { wider(s.IPv4, by) }},
	{"IPv6 /56 and wider", func(s *ratelimit.Settings, by float64) { wider(s.IPv6, by) }},
	{"account", func(s *ratelimit.Settings, by float64) { s.Account = max(1, s.Account/by) }},
	{"whole server", func(s *ratelimit.Settings, by float64) { both(&s.Server, by) }},
	{"persons told to all", func(s *ratelimit.Settings, by float64) { both(&s.Everybody, by) }},
}

// TestTheWatchHasRoomForTheHonest: what it counts is an estimate, and so this
// is no row of the table.
func TestTheWatchHasRoomForTheHonest(t *testing.T) {
	office := []*recording{readRecording(t, "office")}
	breadth := func(s *ratelimit.Settings, by float64) { cut(&s.Watch.Distinct, by) }
	if hurt := whoIsHurt(t, office, breadth, 2); hurt != nil {
		t.Errorf("at half as many different names: %v", hurt)
	}
	early := func(s *ratelimit.Settings, by float64) {
		cut(&s.Watch.Distinct, by)
		cut(&s.Watch.After, by)
	}
	if hurt := whoIsHurt(t, office, early, 16); hurt == nil {
		t.Errorf("at a sixteenth nobody: the recording does not notice")
	}
}

func cut(n *int, by float64) { *n = max(1, int(float64(*n)/by)) }

func both(b *ratelimit.Budget, by float64) {
	b.Rate /= by
	cut(&b.Burst, by)
}

func wider(w []ratelimit.Width, by float64) {
	for i := range w[1:] {
		w[i+1].Times = max(1, w[i+1].Times/by)
	}
}

// TestEveryDefaultHasTheRoomThatTheDocumentSays halves each until an honest
// client is hurt within two days. It shows as well that the recordings notice.
func TestEveryDefaultHasTheRoomThatTheDocumentSays(t *testing.T) {
	if raceEnabled {
		t.Skip("one after the other, and slow with the race detector")
	}
	var all []*recording
	for _, m := range models {
		all = append(all, readRecording(t, m.name))
	}
	rows := [][]string{{"default", "nobody is hurt at", "at half of that hurt"}}
	for _, def := range defaults {
		row := []string{def.name, "1/16", "nobody"}
		for by := 2.0; by <= 32; by *= 2 {
			if hurt := whoIsHurt(t, all, def.tighten, by); len(hurt) > 0 {
				row = []string{def.name, share(by / 2), strings.Join(hurt, ", ")}
				break
			}
		}
		rows = append(rows, row)
	}
	table(t, "room", 0, rows...)
}

func share(by float64) string {
	if by == 1 {
		return "what is shipped"
	}
	return "1/" + strconv.FormatFloat(by, 'f', -1, 64)
}

func whoIsHurt(t *testing.T, all []*recording, tighten func(*ratelimit.Settings, float64), by float64) []string {
	var hurt []string
	for _, r := range all {
		s := ratelimit.Defaults().Settings
		s.IPv4, s.IPv6 = slices.Clone(s.IPv4), slices.Clone(s.IPv6)
		tighten(&s, by)
		p := replay(r)
		newDesk(t, s).run(2*day, p)
		want := asSaid[r.name]
		if p.tally.paused > 0 || p.tally.price > want.price || !want.refused && p.tally.refusals() > 0 {
			hurt = append(hurt, r.name)
		}
	}
	return hurt
}
