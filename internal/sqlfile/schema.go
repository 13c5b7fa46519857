package sqlfile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
)

// migrate applies the steps that the file does not have yet, all or none.
func (c Config) migrate(ctx context.Context, db *sql.DB) error {
	steps, err := fs.Glob(c.Schema, "migrations/*.sql")
	if err != nil {
		return err
	}
	if len(steps) == 0 {
		return errors.New("no schema is given")
	}
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	have, err := c.recognise(ctx, t)
	switch {
	case err != nil:
		return err
	case have > len(steps):
		return fmt.Errorf("its schema %d was written by a newer program; this one knows %d", have, len(steps))
	case have == len(steps):
		return nil
	case c.ReadOnly:
		return fmt.Errorf("its schema %d is older than this program's, %d, and it is opened for reading only", have, len(steps))
	}
	for _, f := range steps[have:] {
		step, err := fs.ReadFile(c.Schema, f)
		if err != nil {
			return err
		}
		if _, err := t.ExecContext(ctx, string(step)); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
	}
	if _, err := t.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", c.Mark, len(steps))); err != nil {
		return err
	}
	return t.Commit()
}

// recognise is how many steps the file has, if it is what it should be: ours, or empty
// and to be made.
func (c Config) recognise(ctx context.Context, t *sql.Tx) (have int, err error) {
	var mark, tables int
	for query, to := range map[string]*int{
		"PRAGMA application_id": &mark, "PRAGMA user_version": &have, "SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := t.QueryRowContext(ctx, query).Scan(to); err != nil {
			return 0, err
		}
	}
	empty := mark == 0 && have == 0 && tables == 0
	switch {
	case mark == int(c.Mark):
		return have, nil
	case !empty:
		return 0, fmt.Errorf("the file is not one of registerd's %s", c.Holds)
	case !c.Create:
		return 0, fmt.Errorf("the file is empty, and not one of registerd's %s", c.Holds)
	}
	return 0, nil
}
