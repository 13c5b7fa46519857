package statistics

import (
	"slices"
	"time"
)

// Report is the statistics of a month, to be published. It is the same whenever it is
// made of the same numbers.
type Report struct {
	Schema  string `json:"schema"`
	Version int    `json:"version"`
	Month   string `json:"month"` // YYYY-MM, in UTC

	// AsOf is what the numbers of the register are as of; zero if none were taken.
	AsOf time.Time `json:"as_of,omitzero"`

	Tables []Table `json:"tables"`
}

// Table is numbers of one sort.
type Table struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Note    string   `json:"note,omitempty"` // how they are to be read
	Columns []string `json:"columns"`        // of Row.Keys
	Rows    []Row    `json:"rows"`

	// Missing is NotMeasured if there are no numbers: no row would say that all are 0.
	Missing string `json:"missing,omitempty"`
}

// Row is one number, and what it is of.
type Row struct {
	Keys  []string `json:"keys"`
	Value Value    `json:"value"`             // null if there is none
	Why   string   `json:"missing,omitempty"` // NotMeasured, fewerThan10 or withheld, if there is none
}

func row(v Value, keys ...string) Row { return Row{Keys: keys, Value: v, Why: v.Says} }

func (t *Table) add(v Value, keys ...string) { t.Rows = append(t.Rows, row(v, keys...)) }

// Add adds a number.
func (t *Table) Add(n float64, keys ...string) { t.add(Value{N: n}, keys...) }

// New makes the report of a month. Others are earlier months, for the trend; more are
// tables of what is not counted here.
func New(m *Month, others []*Month, more ...Table) *Report {
	r := &Report{Schema: schemaName, Version: schemaVersion, Month: m.Start.Format(monthForm), Tables: []Table{summary(m)}}
	if len(others) > 0 {
		r.Tables = append(r.Tables, trend(append(slices.Clone(others), m)))
	}
	r.Tables = append(r.Tables, daily(m))
	if m.Last != nil {
		r.AsOf = m.Last.AsOf
	}
	for _, s := range sheets {
		if s.id != "total" {
			r.Tables = append(r.Tables, s.table(m.Last))
		}
	}
	r.Tables = append(r.Tables, questions(m), questionDays(m), limits(m), service(m), serviceDays(m))
	r.Tables = append(r.Tables, more...)
	return r
}

// table is one of the report's tables by its id; an empty one if it has none.
func (r *Report) table(id string) Table {
	for _, t := range r.Tables {
		if t.ID == id {
			return t
		}
	}
	return Table{ID: id}
}

// table is a sheet of a census as it may be published; of none, if there is no census.
func (s sheet) table(c *Census) Table {
	if c == nil {
		return Table{ID: s.id, Title: s.title, Columns: []string{s.row}, Rows: []Row{}, Missing: NotMeasured}
	}
	rows := s.words
	if rows == nil {
		for name := range c.Sheets[s.id] {
			rows = append(rows, name)
		}
		slices.Sort(rows)
	}
	t := Table{ID: s.id, Title: s.title, Columns: []string{s.row}, Rows: []Row{}}
	values := s.values(c, rows)
	for i, name := range rows {
		keys := []string{name}
		if s.id == "registrar" {
			keys = append(keys, c.Registrars[name])
		}
		t.add(values[i], keys...)
	}
	if s.id == "registrar" {
		t.Columns = append(t.Columns, "name")
	}
	if s.holders {
		t.Note = "Numbers of holders below ten are not told, nor those that they could be computed with."
	}
	return t
}

func (s sheet) values(c *Census, rows []string) []Value {
	numbers := make([]int, len(rows))
	for i, name := range rows {
		numbers[i] = c.Sheets[s.id][name]
	}
	if s.holders {
		return guard(numbers)
	}
	out := make([]Value, len(rows))
	for i, n := range numbers {
		out[i] = number(n)
	}
	return out
}

// daily are the domains day by day. A day without data of that day has no number.
func daily(m *Month) Table {
	t := Table{ID: "domains-by-day", Title: "Domains by day", Columns: []string{"day"}, Rows: []Row{}}
	for _, day := range m.days() {
		v := unmeasured
		if n, ok := m.domains[day]; ok {
			v = number(n)
		}
		t.add(v, day)
	}
	return t
}

// days are all of the month.
func (m *Month) days() (out []string) {
	for at := m.Start; at.Before(m.end()); at = at.AddDate(0, 0, 1) {
		out = append(out, dayOf(at))
	}
	return out
}
