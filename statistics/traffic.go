package statistics

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// sum adds up what was counted, by some of the words of each question.
func (m *Month) sum(key func(day string, a Asked) []string) Table {
	sums := map[string]int64{}
	keys := map[string][]string{}
	for day, asked := range m.asked {
		for a, n := range asked {
			k := key(day, a)
			if k == nil {
				continue
			}
			id := fmt.Sprintf("%q", k)
			sums[id], keys[id] = sums[id]+n.Number, k
		}
	}
	t := Table{Rows: []Row{}}
	if !m.measured() {
		t.Missing = NotMeasured
	}
	for _, id := range slices.SortedFunc(maps.Keys(sums), func(a, b string) int { return slices.Compare(keys[a], keys[b]) }) {
		t.add(number(sums[id]), keys[id]...)
	}
	return t
}

func questions(m *Month) Table {
	t := m.sum(func(_ string, a Asked) []string { return []string{a.Window, a.Kind, a.Audience, a.Outcome} })
	t.ID, t.Title, t.Columns = "questions", "Questions", []string{"window", "kind", "audience", "outcome"}
	return t
}

const dayNote = "By day, all who asked are taken together."

// questionDays does not tell who asked: that an authority asked on a certain day may be
// confidential. A day in which no server ran has a row that says so: no row would say
// that nobody asked.
func questionDays(m *Month) Table {
	t := m.sum(func(day string, a Asked) []string { return []string{day, a.Window, a.Outcome} })
	for _, day := range m.days() {
		if _, ran := m.served[day]; t.Missing == "" && !ran && m.asked[day] == nil {
			t.add(unmeasured, day, "", "")
		}
	}
	slices.SortStableFunc(t.Rows, func(a, b Row) int { return cmp.Compare(a.Keys[0], b.Keys[0]) })
	t.ID, t.Title, t.Note, t.Columns = "questions-by-day", "Questions by day", dayNote, []string{"day", "window", "outcome"}
	return t
}

// limits are the questions that a limit refused, by its name.
func limits(m *Month) Table {
	t := m.sum(func(_ string, a Asked) []string {
		if a.Refused == "" {
			return nil
		}
		return []string{a.Window, a.Refused}
	})
	t.ID, t.Title, t.Columns = "limits", "Questions refused, by limit", []string{"window", "limit"}
	return t
}

// measured reports whether a server kept its numbers in this month.
func (m *Month) measured() bool { return len(m.served) > 0 }

// total adds up the questions that fit.
func (m *Month) total(fits func(Asked) bool) (all amount) {
	for _, asked := range m.asked {
		for a, n := range asked {
			if fits(a) {
				all.Number, all.Slow = all.Number+n.Number, all.Slow+n.Slow
			}
		}
	}
	return all
}

func (m *Month) questions() Value {
	if !m.measured() {
		return unmeasured
	}
	return number(m.total(func(Asked) bool { return true }).Number)
}

// answered is the part of the questions that the server did not fail to answer.
func (m *Month) answered() Value {
	return m.share(func(a Asked) bool { return a.Outcome != Failed }, func(Asked) bool { return true })
}

// share is how many in a hundred of some questions are others, rounded down, so that
// "all" is not said of almost all.
func (m *Month) share(part, all func(Asked) bool) Value {
	return percent(m.total(part).Number, m.total(all).Number)
}

func percent(part, all int64) Value {
	if all == 0 {
		return unmeasured
	}
	return Value{N: math.Floor(float64(part)/float64(all)*100_000) / 1000}
}

// service is what there is to say of the service levels that ICANN's agreements set
// (base registry agreement, specification 10), as far as the server itself can know.
func service(m *Month) Table {
	t := Table{ID: "service", Title: "Service", Columns: []string{"figure", "window"}, Note: serviceNote, Rows: []Row{}}
	up, failing := unmeasured, unmeasured
	if m.measured() {
		var sum served
		for _, s := range m.served {
			sum.up, sum.failing = sum.up+s.up, sum.failing+s.failing
		}
		up, failing = number(sum.up), number(sum.failing)
	}
	t.add(number(int(m.end().Sub(m.Start)/time.Minute)), "minutes of the month", "")
	t.add(up, minutesRun, "")
	t.add(failing, minutesFailing, "")
	windows := map[string]bool{}
	for _, asked := range m.asked {
		for a := range asked {
			windows[a.Window] = true
		}
	}
	for _, w := range slices.SortedFunc(maps.Keys(windows), cmp.Compare[string]) {
		here := func(a Asked) bool { return a.Window == w }
		t.add(m.share(func(a Asked) bool { return here(a) && a.Outcome != Failed }, here), "answered percent", w)
		all := m.total(here)
		t.add(percent(all.Number-all.Slow, all.Number), "within 2 seconds percent", w)
	}
	return t
}

// The rows of minutes.
const (
	minutesRun     = "minutes in which a server ran"
	minutesFailing = "minutes in which a question failed"
)

const serviceNote = "As the server itself knows it: minutes in which it ran are not minutes in which it could be reached, " +
	"and the time to answer is that at the desk. Refusals by a limit are answers. The agreements of ICANN ask for at most 864 minutes " +
	"without service in a month, and for 95 % of the questions to be answered within 2 seconds on WHOIS."

func serviceDays(m *Month) Table {
	t := Table{ID: "service-by-day", Title: "Service by day", Columns: []string{"day", "figure"}, Rows: []Row{}}
	for _, day := range m.days() {
		up, failing := unmeasured, unmeasured
		if s, ok := m.served[day]; ok {
			up, failing = number(s.up), number(s.failing)
		}
		t.add(up, day, minutesRun)
		t.add(failing, day, minutesFailing)
	}
	return t
}
