package statistics

// The figures of a month.
var figures = []struct {
	id string
	of func(*Month) Value
}{
	{"domains", total(totalDomains)},
	{"domains new", (*Month).created},
	{"domains deleted", (*Month).deleted},
	{"domains expired", func(m *Month) Value { return m.happened("expired") }},
	{"domains transferred", func(m *Month) Value { return m.happened("transferred") }},
	{"domains leaving", one("state", "leaving")},
	{"domains signed", one("dnssec", "signed")},
	{"domains internationalised", total(totalIDNs)},
	{"reserved names", total(totalReserved)},
	{"contacts", total(totalContacts)},
	{"contacts verified", one("verification", "verified")},
	{"contacts complete", one("completeness", "complete")},
	{"name servers", total(totalHosts)},
	{"registrars", total(totalRegistrars)},
	{"questions", (*Month).questions},
	{"questions answered percent", (*Month).answered},
}

func summary(m *Month) Table {
	t := Table{ID: "summary", Title: "The month", Columns: []string{"figure"},
		Note: "New, expired and transferred are of domains that were registered when the month was counted last. " +
			"Deleted are domains that were registered when it began and not when it ended, or again."}
	if came, _, _ := m.moved(); came != unmeasured {
		t.Note = "New and deleted are all domains that came and went in the month, as the register counted them. " +
			"Expired and transferred are of domains that were registered when the month was counted last."
	}
	for _, f := range figures {
		t.add(f.of(m), f.id)
	}
	return t
}

// trend is the figures by month.
func trend(months []*Month) Table {
	t := Table{ID: "trend", Title: "Months", Columns: []string{"figure", "month"}}
	for _, f := range figures {
		for _, m := range months {
			t.add(f.of(m), f.id, m.Start.Format(monthForm))
		}
	}
	return t
}

func total(kind string) func(*Month) Value { return one("total", kind) }

// one is a row of a sheet as the sheet's table has it.
func one(id, name string) func(*Month) Value {
	return func(m *Month) Value {
		if m.Last == nil {
			return unmeasured
		}
		for _, r := range sheetOf(id).table(m.Last).Rows {
			if r.Keys[0] == name {
				return r.Value
			}
		}
		return unmeasured
	}
}

// happened counts what a sheet has of the month itself.
func (m *Month) happened(id string) Value {
	if m.Last == nil {
		return unmeasured
	}
	return number(m.Last.Sheets[id][m.Start.Format(monthForm)])
}

// chained reports that there is a census at both ends, the second of which knows of the
// first.
func (m *Month) chained() bool {
	return m.First != nil && m.Last != nil && m.Last.Since.Equal(m.First.AsOf)
}

// moved is what came and went as the register counted it, and whether it did. It is not
// measured if it came to less than nothing, as in a register that was restored from a
// backup, or made anew.
func (m *Month) moved() (came, went Value, counted bool) {
	if m.First == nil || m.Last == nil || m.unsaid || m.First.Said == nil {
		return unmeasured, unmeasured, false
	}
	gone := m.Last.Said.Removed - m.First.Said.Removed
	more := m.Last.Said.Domains - m.First.Said.Domains + gone
	if gone < 0 || more < 0 {
		return unmeasured, unmeasured, true
	}
	return number(more), number(gone), true
}

// created is what came as the register counted it, or else was added since the month
// before was counted last; without that, what has a date of the month.
func (m *Month) created() Value {
	if came, _, _ := m.moved(); came != unmeasured {
		return came
	}
	if m.chained() {
		return number(m.Last.CreatedSince)
	}
	return m.happened("created")
}

// deleted is what went as the register counted it. Where it did not, it is what is missing
// at the end of what was there at the beginning, or was added since.
func (m *Month) deleted() Value {
	if _, went, counted := m.moved(); counted {
		return went
	}
	if !m.chained() {
		return unmeasured
	}
	gone := m.First.Total(totalDomains) + m.Last.CreatedSince - m.Last.Total(totalDomains)
	if gone < 0 { // domains came that were created elsewhere before
		return unmeasured
	}
	return number(gone)
}
