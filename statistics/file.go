package statistics

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"registerd/internal/sqlfile"
	"registerd/register"
)

// Kept is how many months of numbers the file has, before the one of the last census.
const Kept = 37

//go:embed migrations
var migrations embed.FS

// File keeps numbers from day to day, in an SQLite file. Several servers may keep theirs
// in one file, which then has the sums.
type File struct{ db *sql.DB }

// mark is the file's application_id: "RGST".
const mark = 0x52475354

// OpenFile opens the file, and makes it if there is none.
func OpenFile(ctx context.Context, path string) (*File, error) {
	return openFile(ctx, sqlfile.Config{Path: path, Create: true})
}

// ReadFile opens the file for reading. If there is none it is empty.
func ReadFile(ctx context.Context, path string) (*File, error) {
	f, err := openFile(ctx, sqlfile.Config{Path: path, ReadOnly: true})
	if errors.Is(err, fs.ErrNotExist) {
		return &File{}, nil
	}
	return f, err
}

func openFile(ctx context.Context, c sqlfile.Config) (*File, error) {
	c.Mark, c.Holds, c.Schema = mark, "statistics", migrations
	db, err := sqlfile.Open(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("statistics: %w", err)
	}
	return &File{db: db}, nil
}

// Close closes the file.
func (f *File) Close() error {
	if f.db == nil {
		return nil
	}
	return f.db.Close()
}

// inside runs g in a transaction. An empty file has none.
func (f *File) inside(ctx context.Context, what string, g func(*sql.Tx) error) error {
	if f.db == nil {
		return nil
	}
	t, err := f.db.BeginTx(ctx, nil)
	if err == nil {
		defer t.Rollback()
		if err = g(t); err == nil {
			err = t.Commit()
		}
	}
	if err != nil {
		return fmt.Errorf("statistics: %s: %w", what, err)
	}
	return nil
}

// goneAtOnce is how many days of a table go at once. Data that claims to be of years
// ahead then costs the oldest days, which were next anyway, and not all of them.
const goneAtOnce = 8

// Keep keeps a census as that of the day that its data is of, in place of an earlier
// one of that day. What is older than Kept months goes, a few days with each census.
func (f *File) Keep(ctx context.Context, c *Census) error {
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("statistics: %w", err)
	}
	return f.inside(ctx, "keeping a census", func(t *sql.Tx) error {
		if _, err := t.ExecContext(ctx, "INSERT OR REPLACE INTO census (day, body) VALUES (?, ?)", dayOf(c.AsOf), string(body)); err != nil {
			return err
		}
		for _, table := range []string{"census", "question", "service"} {
			if _, err := t.ExecContext(ctx, "DELETE FROM "+table+" WHERE day < ? AND day IN (SELECT DISTINCT day FROM "+table+" ORDER BY day LIMIT ?)",
				dayOf(monthOf(c.AsOf).AddDate(0, -Kept, 0)), goneAtOnce); err != nil {
				return err
			}
		}
		return nil
	})
}

// Count takes a census that knows of the one before its month.
func (f *File) Count(ctx context.Context, how Counting) (*Census, error) {
	e, err := how.Reader.Edition(ctx)
	if err != nil {
		return nil, fmt.Errorf("statistics: %w", err)
	}
	month, err := f.Month(ctx, asOf(e.State, how.Now))
	if err != nil {
		return nil, err
	}
	if month.First != nil {
		how.Since = month.First.AsOf
	}
	return take(ctx, how)
}

// Counted reports whether the file has a census of what the register holds now.
func (f *File) Counted(ctx context.Context, state *register.State, now time.Time) (bool, error) {
	at := asOf(state, now)
	month, err := f.Month(ctx, at)
	return err == nil && month.Last != nil && month.Last.AsOf.Equal(at), err
}

// eachCensus reads those of the days from one up to another, that one not included.
func eachCensus(ctx context.Context, t *sql.Tx, from, to time.Time, f func(*Census)) error {
	return each(ctx, t, func(rows *sql.Rows) error {
		var body string
		if err := rows.Scan(&body); err != nil {
			return err
		}
		c := new(Census)
		if err := json.Unmarshal([]byte(body), c); err != nil {
			return err
		}
		f(c)
		return nil
	}, "SELECT body FROM census WHERE day >= ? AND day < ? ORDER BY day", dayOf(from), dayOf(to))
}

func each(ctx context.Context, t *sql.Tx, f func(*sql.Rows) error, query string, args ...any) error {
	rows, err := t.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// add adds what was counted to the days it was counted in.
func (f *File) add(ctx context.Context, days map[string]*counted) error {
	return f.inside(ctx, "keeping counts", func(t *sql.Tx) error {
		for day, c := range days {
			if err := c.write(ctx, t, day); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *counted) write(ctx context.Context, t *sql.Tx, day string) error {
	for a, n := range c.asked {
		if _, err := t.ExecContext(ctx, `INSERT INTO question VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET number = number + excluded.number, slow = slow + excluded.slow`,
			day, a.Window, a.Kind, a.Audience, a.Outcome, a.Refused, n.Number, n.Slow); err != nil {
			return err
		}
	}
	up, failing, err := readMinutes(ctx, t, day)
	if err != nil {
		return err
	}
	up.join(&c.up)
	failing.join(&c.failing)
	_, err = t.ExecContext(ctx, "INSERT OR REPLACE INTO service (day, up, failing) VALUES (?, ?, ?)", day, up[:], failing[:])
	return err
}

// readMinutes are those of a day; none if the file has none.
func readMinutes(ctx context.Context, t *sql.Tx, day string) (up, failing minutes, err error) {
	err = each(ctx, t, func(rows *sql.Rows) error {
		var a, b []byte
		if err := rows.Scan(&a, &b); err != nil {
			return err
		}
		copy(up[:], a)
		copy(failing[:], b)
		return nil
	}, "SELECT up, failing FROM service WHERE day = ?", day)
	return up, failing, err
}
