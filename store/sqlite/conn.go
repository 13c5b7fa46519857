package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"

	modernc "modernc.org/sqlite"

	"registerd/store"
)

// conn is one connection with its prepared statements. It serves one goroutine
// at a time.
//
// Statements run without a context: the driver would start a goroutine for
// each, and none of them is long. Who runs many looks at the context between.
type conn struct {
	raw    driver.Conn
	stmts  map[string]statement
	args   []driver.NamedValue
	sealer sealer
}

type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// The primary result codes of SQLite that mean a damaged file.
const (
	codeCorrupt = 11
	codeNotADB  = 26
)

func open(dsn string) (*conn, error) {
	modernc.StrictPragmas(true)
	connector, err := modernc.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	raw, err := connector.Connect(context.Background())
	if err != nil {
		return nil, failure(err)
	}
	return &conn{raw: raw, stmts: make(map[string]statement), sealer: newSealer()}, nil
}

// close closes the statements first, as SQLite wants it.
func (c *conn) close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, c.raw.Close())...)
}

// failure marks the errors by which SQLite says that the file is damaged.
func failure(err error) error {
	var e *modernc.Error
	if errors.As(err, &e) {
		if code := e.Code() & 0xff; code == codeCorrupt || code == codeNotADB {
			return fmt.Errorf("%w: %w", store.ErrDamaged, err)
		}
	}
	return err
}

func (c *conn) prepare(sql string) (statement, error) {
	if s, ok := c.stmts[sql]; ok {
		return s, nil
	}
	prepared, err := c.raw.Prepare(sql)
	if err != nil {
		return nil, failure(err)
	}
	s, ok := prepared.(statement)
	if !ok {
		return nil, errors.Join(errors.New("the driver's statements lack methods"), prepared.Close())
	}
	c.stmts[sql] = s
	return s, nil
}

// bind reuses its result: the driver copies the values before it returns.
func (c *conn) bind(args []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, a := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.args
}

// exec runs a statement and returns how many rows it changed. Arguments are
// int64, string, []byte or nil.
func (c *conn) exec(sql string, args ...any) (int64, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(context.Background(), c.bind(args))
	if err != nil {
		return 0, failure(err)
	}
	return result.RowsAffected()
}

// script runs statements that are separated by semicolons.
func (c *conn) script(sql string) error {
	e, ok := c.raw.(driver.ExecerContext)
	if !ok {
		return errors.New("the driver cannot run a script")
	}
	_, err := e.ExecContext(context.Background(), sql, nil)
	return failure(err)
}

// row reads the first row of an answer into dest, and reports whether there is one.
func (c *conn) row(dest []driver.Value, sql string, args ...any) (bool, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return false, err
	}
	rows, err := s.QueryContext(context.Background(), c.bind(args))
	if err != nil {
		return false, failure(err)
	}
	err = rows.Next(dest)
	closing := rows.Close()
	switch {
	case err == io.EOF:
		return false, failure(closing)
	case err != nil:
		return false, failure(err)
	}
	return true, failure(closing)
}

// number reads the one number that a statement answers; 0 for none.
func (c *conn) number(sql string, args ...any) (int64, error) {
	var dest [1]driver.Value
	if _, err := c.row(dest[:], sql, args...); err != nil {
		return 0, err
	}
	n, _ := dest[0].(int64)
	return n, nil
}

// each calls f with every row. The slice is reused, its values are not.
func (c *conn) each(f func([]driver.Value) error, sql string, args ...any) error {
	s, err := c.prepare(sql)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), c.bind(args))
	if err != nil {
		return failure(err)
	}
	dest := make([]driver.Value, len(rows.Columns()))
	for err == nil {
		if err = rows.Next(dest); err != nil {
			err = failure(err)
			break
		}
		err = f(dest)
	}
	closing := rows.Close()
	if err == io.EOF {
		return failure(closing)
	}
	return err
}

// inside runs f in a transaction that begins with begin.
func (c *conn) inside(begin string, f func() error) (err error) {
	if _, err := c.exec(begin); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			// Without effect if SQLite rolled back itself, as on a full disk.
			_, _ = c.exec("ROLLBACK")
		}
	}()
	if err := f(); err != nil {
		return err
	}
	if _, err := c.exec("COMMIT"); err != nil {
		return err
	}
	done = true
	return nil
}

const (
	beginRead  = "BEGIN"
	beginWrite = "BEGIN IMMEDIATE"
)

// bulk inserts many rows of a table with few statements.
type bulk struct {
	c         *conn
	one, many string
	columns   int
	args      []any
}

const bulkRows = 64

// newBulk prepares for rows of so many columns; head is "INSERT … VALUES ".
func newBulk(c *conn, head string, columns int) *bulk {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", columns), ",") + ")"
	return &bulk{
		c: c, columns: columns,
		one:  head + row,
		many: head + strings.TrimSuffix(strings.Repeat(row+",", bulkRows), ","),
	}
}

func (b *bulk) add(args ...any) error {
	b.args = append(b.args, args...)
	if len(b.args) < bulkRows*b.columns {
		return nil
	}
	_, err := b.c.exec(b.many, b.args...)
	b.args = b.args[:0]
	return err
}

// flush writes what is left; it must be called before the transaction ends.
func (b *bulk) flush() error {
	for i := 0; i < len(b.args); i += b.columns {
		if _, err := b.c.exec(b.one, b.args[i:i+b.columns]...); err != nil {
			return err
		}
	}
	b.args = b.args[:0]
	return nil
}
