package statistics

import (
	"context"
	"database/sql"
	"time"

	"registerd/register"
)

// Month is what there is of a month: what a report is made of.
type Month struct {
	Start time.Time // its first moment, in UTC

	First *Census // the last one before it, at most two days; nil if there is none
	Last  *Census // the last one in it; nil if there is none

	unsaid  bool           // a census of the month has no Said: an older program was at work
	domains map[string]int // by day
	asked   map[string]map[Asked]amount
	served  map[string]served
}

// served are the minutes of a day in which a server ran, and those in which it failed
// to answer a question.
type served struct{ up, failing int }

// Month reads what the file has of the month that at is in.
func (f *File) Month(ctx context.Context, at time.Time) (*Month, error) {
	m := &Month{Start: monthOf(at), domains: map[string]int{}, asked: map[string]map[Asked]amount{}, served: map[string]served{}}
	err := f.inside(ctx, "reading a month", func(t *sql.Tx) error {
		if err := eachCensus(ctx, t, m.Start.AddDate(0, 0, -2), m.Start, func(c *Census) { m.First = c }); err != nil {
			return err
		}
		if err := eachCensus(ctx, t, m.Start, m.end(), m.Add); err != nil {
			return err
		}
		if err := m.readAsked(ctx, t); err != nil {
			return err
		}
		return m.readServed(ctx, t)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Month) end() time.Time { return m.Start.AddDate(0, 1, 0) }

func (m *Month) holds(at time.Time) bool { return !at.Before(m.Start) && at.Before(m.end()) }

// Holds reports whether a register's data is of the month.
func (m *Month) Holds(state *register.State, now time.Time) bool { return m.holds(asOf(state, now)) }

// Add takes a census, if it is of the month and not older than the last one.
func (m *Month) Add(c *Census) {
	if !m.holds(c.AsOf) || m.Last != nil && c.AsOf.Before(m.Last.AsOf) {
		return
	}
	m.Last = c
	m.unsaid = m.unsaid || c.Said == nil
	m.domains[dayOf(c.AsOf)] = c.Total(totalDomains)
}

func (m *Month) readAsked(ctx context.Context, t *sql.Tx) error {
	return each(ctx, t, func(rows *sql.Rows) error {
		var day string
		var a Asked
		var n amount
		if err := rows.Scan(&day, &a.Window, &a.Kind, &a.Audience, &a.Outcome, &a.Refused, &n.Number, &n.Slow); err != nil {
			return err
		}
		if m.asked[day] == nil {
			m.asked[day] = map[Asked]amount{}
		}
		m.asked[day][a] = n
		return nil
	}, `SELECT day, window, kind, audience, outcome, refused, number, slow FROM question
		WHERE day >= ? AND day < ?`, dayOf(m.Start), dayOf(m.end()))
}

func (m *Month) readServed(ctx context.Context, t *sql.Tx) error {
	return each(ctx, t, func(rows *sql.Rows) error {
		var day string
		var up, failing []byte
		if err := rows.Scan(&day, &up, &failing); err != nil {
			return err
		}
		var a, b minutes
		copy(a[:], up)
		copy(b[:], failing)
		m.served[day] = served{a.count(), b.count()}
		return nil
	}, "SELECT day, up, failing FROM service WHERE day >= ? AND day < ?", dayOf(m.Start), dayOf(m.end()))
}
