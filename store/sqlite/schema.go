package sqlite

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
)

// applicationID marks the file as a register of this program: "RGDB".
const applicationID = 0x52474442

// errNotRegister says that a file is a database of something else, or none.
var errNotRegister = errors.New("the file is not a register of registerd")

//go:embed migrations
var migrations embed.FS

// steps are the migrations in order. The schema's number is how many were applied.
func steps() ([]string, error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var all []string
	for i, f := range files {
		if want := fmt.Sprintf("%04d.sql", i+1); path.Base(f) != want {
			return nil, fmt.Errorf("migration %s: expected %s", f, want)
		}
		b, err := migrations.ReadFile(f)
		if err != nil {
			return nil, err
		}
		all = append(all, string(b))
	}
	return all, nil
}

// schema is the number of the file's schema; 0 for an empty file.
func schema(c *conn, newest int) (int, error) {
	id, err := c.number("PRAGMA application_id")
	if err != nil {
		return 0, err
	}
	number, err := c.number("PRAGMA user_version")
	if err != nil {
		return 0, err
	}
	switch {
	case id == 0 && number == 0:
		tables, err := c.number("SELECT count(*) FROM sqlite_schema")
		if err == nil && tables != 0 {
			err = errNotRegister
		}
		return 0, err
	case id != applicationID || number < 1:
		return 0, errNotRegister
	case number > int64(newest):
		return 0, fmt.Errorf("its schema %d was written by a newer program; this one knows %d", number, newest)
	}
	return int(number), nil
}

// migrate brings the schema up to date, in one transaction.
func migrate(c *conn) error {
	all, err := steps()
	if err != nil {
		return err
	}
	return c.inside(beginWrite, func() error {
		have, err := schema(c, len(all))
		if err != nil || have == len(all) {
			return err
		}
		for i := have; i < len(all); i++ {
			if err := c.script(all[i]); err != nil {
				return fmt.Errorf("migration %04d: %w", i+1, err)
			}
		}
		return c.script("PRAGMA application_id = " + strconv.Itoa(applicationID) +
			"; PRAGMA user_version = " + strconv.Itoa(len(all)))
	})
}

// current refuses a file whose schema this program cannot read as it is.
func current(c *conn) error {
	all, err := steps()
	if err != nil {
		return err
	}
	have, err := schema(c, len(all))
	switch {
	case err != nil:
		return err
	case have == 0:
		return errNotRegister
	case have < len(all):
		return fmt.Errorf("an older program wrote it (schema %d, now %d): any import brings it up to date", have, len(all))
	}
	return nil
}
