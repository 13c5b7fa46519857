package statistics

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"
)

// Data of a day that is years ahead, as by a clock that was wrong for a minute, does not
// take the numbers of three years along. What is past its time goes all the same.
func TestACensusOfYearsAheadTakesTheOldestDaysAlone(t *testing.T) {
	f := newFile(t)
	c := &clock{november}
	tally := newTally(t, f, c)
	keep := func(at time.Time) {
		t.Helper()
		if err := f.Keep(t.Context(), &Census{AsOf: at, Sheets: map[string]map[string]int{}}); err != nil {
			t.Fatal(err)
		}
	}
	for range 30 {
		tally.Count(plain, 0)
		keep(c.at)
		c.at = c.at.AddDate(0, 0, 1)
		flush(t, tally)
	}
	days := func() (censuses, asked, ran int) {
		m := monthIn(t, f, november)
		return len(m.domains), len(m.asked), len(m.served)
	}
	keep(november.AddDate(14, 0, 0))
	if a, b, c := days(); a != 22 || b != 22 || c < 22 {
		t.Errorf("%d, %d and %d days are left of 30, want those but 8", a, b, c)
	}
	for range 3 {
		keep(november.AddDate(14, 0, 0))
	}
	if a, b, c := days(); a+b+c != 0 {
		t.Errorf("%d, %d and %d days are left after their time", a, b, c)
	}
}

// Names of registrars are what a registry lets them be.
func TestNoNameOfARegistrarBreaksAPictureOrALine(t *testing.T) {
	c := exampleCensus(t)
	c.Registrars["fjord"] = "a\uFFFE\uFFFF\x00\x1b\u0085\u202E\u2066z ]]>--><svg onload=x>"
	m := monthIn(t, newFile(t), november)
	m.Add(c)
	r := New(m, nil)
	for _, p := range r.Plots() {
		var any struct{}
		if svg := p.SVG(); xml.Unmarshal([]byte(svg), &any) != nil || strings.Contains(svg, "\u202E") {
			t.Errorf("%s", svg)
		}
	}
	var out strings.Builder
	if err := r.Text(&out); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\u0085\u202E\u2066\uFFFF") {
		t.Errorf("%q", out.String())
	}
}

// A row that is not there is 0: of a day on which nobody could ask, that would be a lie.
func TestADayWithoutAServerIsNotOneWithoutQuestions(t *testing.T) {
	f := newFile(t)
	c := &clock{november}
	tally := newTally(t, f, c)
	for _, day := range []int{0, 2, 3} { // on the last of them nobody asks
		c.at = november.AddDate(0, 0, day)
		flush(t, tally)
		if day != 3 {
			tally.Count(plain, 0)
		}
		c.at = c.at.Add(time.Minute)
		flush(t, tally)
	}
	r := New(monthIn(t, f, november), nil)
	said := map[string]string{}
	for _, row := range r.table("questions-by-day").Rows {
		said[row.Keys[0]] = row.Value.String()
	}
	for day, want := range map[string]string{"2026-11-01": "1", "2026-11-02": NotMeasured, "2026-11-03": "1", "2026-11-04": "", "2026-11-30": NotMeasured} {
		if said[day] != want {
			t.Errorf("%s: %q, want %q", day, said[day], want)
		}
	}
	for _, p := range r.Plots() {
		if p.ID == "questions" && p.Rows[1].Why != NotMeasured {
			t.Errorf("the picture has %s on a day without a server", p.Rows[1].Value)
		}
	}
}
