package fairness

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"registerd/ratelimit"
)

// TestTheNumbersOfTheDocumentAreTheShippedOnes holds its tables and sentences
// to ratelimit.Defaults.
func TestTheNumbersOfTheDocumentAreTheShippedOnes(t *testing.T) {
	s := ratelimit.Defaults().Settings
	why := map[ratelimit.Class]string{
		ratelimit.Lookup:       "more than anybody reads; a minute's worth at once lets a page of links be opened",
		ratelimit.Availability: "nothing personal is told, and shops try many spellings",
		ratelimit.Failure:      "a broken script is told often enough to be noticed; a guesser gets nowhere",
		ratelimit.Personal:     "nobody who reads them reads more; a collector would need years for a large register",
		ratelimit.Miss:         "people mistype; a dictionary is wrong nearly always",
	}
	rows := [][]string{{"budget", "at once", "comes back", "full again after", "why so much"}}
	for class, b := range s.Budgets {
		c := ratelimit.Class(class)
		rows = append(rows, []string{c.String(), thousands(b.Burst), pace(b.Rate), lasting(refill(b)), why[c]})
	}
	table(t, "budgets", 0, rows...)

	rows = [][]string{{"who", "times the budget", "records of persons a day"}}
	add := func(who string, times float64) {
		rows = append(rows, []string{who, "×" + number(times), thousands(int(times*perDay(s.Budgets[ratelimit.Personal]) + 0.5))})
	}
	for _, w := range s.IPv4 {
		add(fmt.Sprintf("IPv4 /%d", w.Bits), w.Times)
	}
	for _, w := range s.IPv6 {
		add(fmt.Sprintf("IPv6 /%d", w.Bits), w.Times)
	}
	add("account", s.Account)
	table(t, "widths", 0, rows...)

	table(t, "common", 0,
		[]string{"budget", "at once", "comes back", "what it is for"},
		[]string{"whole server", thousands(s.Server.Burst), pace(s.Server.Rate), "refusing in time; a refusal by it says that it is not the client's doing"},
		[]string{"persons told to all unnamed callers", thousands(s.Everybody.Burst), pace(s.Everybody.Rate), "pressure, below"})

	rows = [][]string{{"strike", "pause"}, {fmt.Sprintf("1 to %d", s.Pauses.Free), "none"}}
	pause := s.Pauses.First
	for n := s.Pauses.Free + 1; pause < s.Pauses.Longest; n, pause = n+1, 2*pause {
		rows = append(rows, []string{strconv.Itoa(n), lasting(pause)})
	}
	rows = append(rows, []string{"every later one", lasting(s.Pauses.Longest)})
	table(t, "pauses", 0, rows...)

	says(t,
		fmt.Sprintf("after the first %d questions", s.Watch.After),
		fmt.Sprintf("more than %s different names in a day", thousands(s.Watch.Distinct)),
		fmt.Sprintf("costs each of them %s tokens", number(s.Pressed)),
		fmt.Sprintf("It has %s times the budgets", number(s.Account)),
		fmt.Sprintf("One is forgotten every %s.", lasting(s.Pauses.Forget)),
		fmt.Sprintf("%d MiB, about %d million buckets", ratelimit.Defaults().Memory>>20, ratelimit.Defaults().Memory/16/1_000_000),
		fmt.Sprintf("and %s times as wide", map[float64]string{10: "ten"}[s.Budgets[ratelimit.Availability].Rate/s.Budgets[ratelimit.Lookup].Rate]))
}

// says looks for sentences, however their lines are broken.
func says(t *testing.T, sentences ...string) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	flat := strings.Join(strings.Fields(string(text)), " ")
	for _, s := range sentences {
		if !strings.Contains(flat, s) {
			t.Errorf("docs/limits.md does not say %q", s)
		}
	}
}

func perDay(b ratelimit.Budget) float64 { return b.Rate * day.Seconds() }

func refill(b ratelimit.Budget) time.Duration {
	return time.Duration(float64(b.Burst)/b.Rate*float64(time.Second) + 0.5).Round(time.Second)
}

// pace says a rate in the unit that makes it at least one.
func pace(perSecond float64) string {
	switch {
	case perSecond >= 1:
		return number(perSecond) + " a second"
	case perSecond*60 >= 1:
		return number(perSecond*60) + " a minute"
	}
	return number(perSecond*day.Seconds()) + " a day"
}

func number(f float64) string {
	if whole := int(f + 0.5); f-float64(whole) < 1e-9 && float64(whole)-f < 1e-9 {
		return thousands(whole)
	}
	return strconv.FormatFloat(f, 'g', 3, 64)
}

func lasting(d time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if d >= unit.of {
			n := number(float64(d*10/unit.of) / 10)
			if n == "1" {
				return n + " " + unit.name
			}
			return n + " " + unit.name + "s"
		}
	}
	return d.String()
}
