package statistics

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"registerd/internal/newregister"
	"registerd/register"
	"registerd/store"
)

// full is a month of the example register, with questions of a few days.
func full(t *testing.T) *Report {
	t.Helper()
	f := newFile(t)
	if err := f.Keep(t.Context(), exampleCensus(t)); err != nil {
		t.Fatal(err)
	}
	c := &clock{november.AddDate(0, 0, 3)}
	tally := newTally(t, f, c)
	for day := range 4 {
		for n := range 5 * (day + 1) {
			a := plain
			if n%4 == 3 {
				a.Outcome, a.Refused = "limited", "questions"
			}
			tally.Count(a, 0)
		}
		c.at = c.at.AddDate(0, 0, 1)
		flush(t, tally)
	}
	return New(monthIn(t, f, november), []*Month{monthIn(t, f, november.AddDate(0, -1, 0))})
}

func TestAReportIsTheSameWheneverItIsMade(t *testing.T) {
	r := example(t)
	var first []byte
	for range 3 {
		f := newFile(t)
		if err := f.Keep(t.Context(), censusOf(t, r)); err != nil {
			t.Fatal(err)
		}
		again, err := New(monthIn(t, f, november), nil).JSON()
		if err != nil {
			t.Fatal(err)
		}
		if first != nil && !bytes.Equal(first, again) {
			t.Fatal("it differs")
		}
		first = again
	}
}

func TestAMonthWithoutDataSaysSo(t *testing.T) {
	r := New(monthIn(t, newFile(t), november), nil)
	for _, table := range r.Tables {
		for _, row := range table.Rows {
			if row.Why != NotMeasured && row.Keys[0] != "minutes of the month" {
				t.Errorf("%s: %v: %s", table.ID, row.Keys, row.Value)
			}
		}
		if len(table.Rows) == 0 && table.Missing != NotMeasured {
			t.Errorf("%s is empty, and does not say why", table.ID)
		}
	}
}

func TestANumberThatIsMissingIsNull(t *testing.T) {
	written, err := json.Marshal(row(unmeasured, "domains deleted"))
	if err != nil || string(written) != `{"keys":["domains deleted"],"value":null,"missing":"not measured"}` {
		t.Errorf("%s, %v", written, err)
	}
	if written, err = json.Marshal(row(number(0), "domains deleted")); err != nil || string(written) != `{"keys":["domains deleted"],"value":0}` {
		t.Errorf("%s, %v", written, err)
	}
}

// What there was, and what came, is what there is and what went.
func TestDomainsThatCameAndWentAccountForTheDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		had, came := rapid.IntRange(0, 1000).Draw(t, "had"), rapid.IntRange(0, 100).Draw(t, "came")
		gone := rapid.IntRange(0, had).Draw(t, "gone")
		october := november.Add(-2 * time.Minute)
		m := &Month{
			First: &Census{AsOf: october, Sheets: map[string]map[string]int{"total": {totalDomains: had}}},
			Last:  &Census{Since: october, CreatedSince: came, Sheets: map[string]map[string]int{"total": {totalDomains: had + came - gone}}},
		}
		if m.deleted().N != float64(gone) || m.created().N != float64(came) {
			t.Errorf("new %s, deleted %s; want %d and %d", m.created(), m.deleted(), came, gone)
		}
	})
}

func TestDeletedIsNotKnownOfTwoCountsThatDoNotMeet(t *testing.T) {
	now := &Census{AsOf: november.AddDate(0, 0, 20), Since: november.AddDate(0, -2, 0), Sheets: map[string]map[string]int{}}
	for name, m := range map[string]*Month{
		"no count before":     {Start: november, Last: now},
		"another count":       {Start: november, Last: now, First: &Census{AsOf: november.Add(-time.Hour)}},
		"more than is known":  {Start: november, Last: &Census{Since: november, Sheets: map[string]map[string]int{"total": {totalDomains: 5}}}, First: &Census{AsOf: november}},
		"no count in a month": {Start: november, First: now},
	} {
		if v := m.deleted(); v != unmeasured {
			t.Errorf("%s: %s", name, v)
		}
	}
}

func TestDaysSumUpToTheMonth(t *testing.T) {
	r := full(t)
	sum := func(id string) (n float64) {
		for _, row := range r.table(id).Rows {
			n += row.Value.N
		}
		return n
	}
	if month, days := sum("questions"), sum("questions-by-day"); month != days || month != 50 {
		t.Errorf("%g in the month, %g on its days, want 50", month, days)
	}
	if refused := sum("limits"); refused != 11 {
		t.Errorf("%g refused, want 11", refused)
	}
}

func TestWhatIsOlderThanItIsKeptGoes(t *testing.T) {
	f := newFile(t)
	c := &clock{november}
	tally := newTally(t, f, c)
	tally.Count(plain, 0)
	flush(t, tally)
	for _, step := range []struct {
		months int
		there  bool
	}{{0, true}, {Kept, true}, {Kept + 1, false}} {
		c := &Census{AsOf: november.AddDate(0, step.months, 3), Sheets: map[string]map[string]int{}}
		if err := f.Keep(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if m := monthIn(t, f, november); (m.Last != nil) != step.there || m.measured() != step.there {
			t.Errorf("after %d months: a census %t, questions %t", step.months, m.Last != nil, m.measured())
		}
	}
}

func TestPicturesAreWellFormedAndSayEveryNumber(t *testing.T) {
	plots := full(t).Plots()
	if len(plots) < 6 {
		t.Fatalf("%d pictures", len(plots))
	}
	for _, p := range plots {
		var read struct {
			Title string `xml:"title"`
			Desc  string `xml:"desc"`
		}
		svg := p.SVG()
		if err := xml.Unmarshal([]byte(svg), &read); err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
		if read.Title != p.Title {
			t.Errorf("%s: the title is %q", p.ID, read.Title)
		}
		for _, r := range p.Rows {
			if !strings.Contains(read.Desc, r.label()+": "+r.Value.String()) {
				t.Errorf("%s: %v is not in the description", p.ID, r.Keys)
			}
		}
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("%s: a place that is none: %s", p.ID, svg)
		}
	}
}

func TestAPlotOfOneNumberTwiceHasALine(t *testing.T) {
	p := Plot{ID: "p", Line: true, Rows: []Row{row(number(5), "a"), row(number(5), "b"), row(unmeasured, "c")}}
	if svg := p.SVG(); !strings.Contains(svg, "<polyline") || strings.Contains(svg, "NaN") {
		t.Error(svg)
	}
}

func TestThePageIsOneFileWithoutScript(t *testing.T) {
	r := full(t)
	written, err := r.HTML(register.Operator{Name: "Registry <of> example"})
	if err != nil {
		t.Fatal(err)
	}
	text := string(written)
	for _, none := range []string{"<script", "javascript:", " src=", "<link", "@import", "url(", "CANARY", "Registry <of>"} {
		if strings.Contains(text, none) {
			t.Errorf("%s is in it", none)
		}
	}
	for _, p := range r.Plots() {
		if !strings.Contains(text, p.SVG()) {
			t.Errorf("the picture %s is not", p.ID)
		}
	}
	for _, s := range sheets {
		if s.id != "total" && !strings.Contains(text, "<caption>"+s.title+"</caption>") {
			t.Errorf("the table %s is not", s.id)
		}
	}
}

func TestTextOfARegisterStaysText(t *testing.T) {
	c := exampleCensus(t)
	c.Registrars["fjord"] = "</title><script>\x1b[2J\n=1+1"
	m := monthIn(t, newFile(t), november)
	m.Add(c)
	r := New(m, nil)
	var out bytes.Buffer
	if err := r.Text(&out); err != nil {
		t.Fatal(err)
	}
	page, err := r.HTML(register.Operator{})
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsRune(out.String(), 0x1b) || strings.Contains(string(page), "<script>") {
		t.Errorf("%s", page)
	}
	d := xml.NewDecoder(strings.NewReader(r.Plots()[0].SVG()))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// The description of the format is held to what is written.
func TestTheManualNamesEveryTable(t *testing.T) {
	manual, err := os.ReadFile("../docs/statistics.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range full(t).Tables {
		if !strings.Contains(string(manual), "| `"+table.ID+"` |") {
			t.Errorf("%s is not in it", table.ID)
		}
	}
	for _, f := range figures {
		if !strings.Contains(string(manual), "`"+f.id+"`") {
			t.Errorf("the figure %s is not in it", f.id)
		}
	}
	if !regexp.MustCompile(`"version": 1\b`).Match(manual) {
		t.Errorf("the version %d is not in it", schemaVersion)
	}
}

// Domains are deleted and created between two censuses of the file, across the end of a
// month, and the register does not know how many.
func TestAMonthBeginsWhereTheOneBeforeWasCountedLast(t *testing.T) {
	w, r := newregister.Open(t)
	f := newFile(t)
	put := func(at time.Time, created map[register.Name]time.Time, gone ...register.Name) {
		t.Helper()
		err := w.Change(t.Context(), func(tx store.Tx) error {
			tx.SetState(register.State{Zones: []register.Name{"example"}, Watermark: at, Removed: -1})
			for name, created := range created {
				d := register.Domain{Name: name, Created: created}
				if err := tx.Put(store.Object{Ref: store.Ref{Kind: store.Names, Key: string(name)}, Bytes: d.Append(nil)}); err != nil {
					return err
				}
			}
			for _, name := range gone {
				if _, err := tx.Delete(store.Ref{Kind: store.Names, Key: string(name)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		c, err := f.Count(t.Context(), Counting{Reader: r, Now: at})
		if err == nil {
			err = f.Keep(t.Context(), c)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	end := november.Add(-2 * time.Minute)
	put(end, map[register.Name]time.Time{"a.example": november.AddDate(-1, 0, 0), "b.example": november.AddDate(-2, 0, 0)})
	// c comes in the last minute of October, after the count; d in November; b is gone and
	// was registered anew, a is gone.
	put(november.AddDate(0, 0, 9), map[register.Name]time.Time{"c.example": end.Add(time.Minute), "d.example": november.AddDate(0, 0, 5), "b.example": november.AddDate(0, 0, 7)}, "a.example")
	m := monthIn(t, f, november)
	if m.Last.Total(totalDomains) != 3 || m.created().N != 3 || m.deleted().N != 2 {
		t.Errorf("%d domains, new %s, deleted %s; want 3, 3 and 2", m.Last.Total(totalDomains), m.created(), m.deleted())
	}
}
