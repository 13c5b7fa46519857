package sqlfile_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"registerd/internal/sqlfile"
)

// first and second are the schema of a program and of the one after it.
var (
	first  = fstest.MapFS{"migrations/0001.sql": {Data: []byte("CREATE TABLE word (text TEXT NOT NULL) STRICT;")}}
	second = fstest.MapFS{
		"migrations/0001.sql": first["migrations/0001.sql"],
		"migrations/0002.sql": {Data: []byte("ALTER TABLE word ADD COLUMN times INTEGER NOT NULL DEFAULT 1;")},
	}
)

func config(path string) sqlfile.Config {
	return sqlfile.Config{Path: path, Mark: 0x52474141, Holds: "words", Schema: first, Create: true}
}

func open(t *testing.T, c sqlfile.Config) *sql.DB {
	t.Helper()
	db, err := sqlfile.Open(t.Context(), c)
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryConnectionKeepsWhatItCommitsAndRemovesWhatItDeletes(t *testing.T) {
	db := open(t, config(filepath.Join(t.TempDir(), "a ?#%.db")))
	db.SetMaxOpenConns(8)
	for range 8 {
		conn, err := db.Conn(t.Context())
		must(t, err)
		defer conn.Close()
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "trusted_schema": "0",
			"foreign_keys": "1", "busy_timeout": "10000", "query_only": "0",
		} {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s is %s, want %s: %v", pragma, got, want, err)
			}
		}
	}
}

func TestAFileForReadingCannotBeWritten(t *testing.T) {
	c := config(filepath.Join(t.TempDir(), "words.db"))
	open(t, c)
	c.Create, c.ReadOnly = false, true
	db := open(t, c)
	if _, err := db.Exec("INSERT INTO word VALUES ('x')"); err == nil {
		t.Error("it was written")
	}
	c.Schema = second
	if _, err := sqlfile.Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), "older") {
		t.Errorf("an older schema: %v", err)
	}
}

func TestAMissingFileIsNotMadeUnlessItIsAskedFor(t *testing.T) {
	c := config(filepath.Join(t.TempDir(), "words.db"))
	c.Create = false
	if _, err := sqlfile.Open(t.Context(), c); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := os.Stat(c.Path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is there now: %v", err)
	}
	must(t, os.WriteFile(c.Path, nil, 0o600))
	if _, err := sqlfile.Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("an empty file: %v", err)
	}
}

func TestTheFilesAreTheirOwnersAlone(t *testing.T) {
	c := config(filepath.Join(t.TempDir(), "words.db"))
	db := open(t, c)
	_, err := db.Exec("INSERT INTO word VALUES ('x')")
	must(t, err)
	found, err := filepath.Glob(c.Path + "*")
	must(t, err)
	if len(found) != 3 {
		t.Errorf("found %q", found)
	}
	for _, f := range found {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %o, %v", f, info.Mode(), err)
		}
	}
	must(t, db.Close())
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o602, 0o666} {
		must(t, os.Chmod(c.Path, mode))
		if _, err := sqlfile.Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
}

// Who else may is in TestWhoseFilesAreTaken.
func TestRootTakesTheFileOfTheServicesUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give a file away")
	}
	c := config(filepath.Join(t.TempDir(), "words.db"))
	must(t, open(t, c).Close())
	must(t, os.Chown(c.Path, 65534, 65534))
	open(t, c)
}

func TestFilesOfSomethingElseAreRefusedAsTheyAre(t *testing.T) {
	for what, make := range map[string]func(path string) error{
		"a folder":              func(path string) error { return os.Mkdir(path, 0o700) },
		"text":                  func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("text ", 1000)), 0o600) },
		"another program's":     with("PRAGMA application_id = 7"),
		"nobody's":              with("CREATE TABLE x (y)"),
		"one with a number":     with("PRAGMA user_version = 1"),
		"a newer program's":     with("PRAGMA application_id = 0x52474141; PRAGMA user_version = 2"),
		"half of it, by a hand": with("PRAGMA application_id = 0x52474141; CREATE TABLE word (x)"),
	} {
		path := filepath.Join(t.TempDir(), "x.db")
		must(t, make(path))
		before, _ := os.ReadFile(path)
		if _, err := sqlfile.Open(t.Context(), config(path)); err == nil {
			t.Errorf("%s: taken", what)
		}
		if after, _ := os.ReadFile(path); len(after) != len(before) {
			t.Errorf("%s: changed", what)
		}
	}
}

// with makes a file by SQL.
func with(text string) func(path string) error {
	return func(path string) error {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			return err
		}
		db, err := sql.Open("sqlite", "file:"+path)
		if err != nil {
			return err
		}
		_, err = db.Exec(text)
		return errors.Join(err, db.Close())
	}
}

func TestANewerProgramBringsTheSchemaUpToDateOrLeavesItAsItWas(t *testing.T) {
	c := config(filepath.Join(t.TempDir(), "words.db"))
	db := open(t, c)
	_, err := db.Exec("INSERT INTO word VALUES ('x')")
	must(t, err)
	must(t, db.Close())

	broken := c
	broken.Schema = fstest.MapFS{
		"migrations/0001.sql": first["migrations/0001.sql"],
		"migrations/0002.sql": {Data: []byte("ALTER TABLE word ADD COLUMN times INTEGER; ALTER TABLE nothing ADD COLUMN x;")},
	}
	if _, err := sqlfile.Open(t.Context(), broken); err == nil || !strings.Contains(err.Error(), "0002.sql") {
		t.Errorf("a step that fails: %v", err)
	}
	c.Schema = second
	var times int
	must(t, open(t, c).QueryRow("SELECT times FROM word WHERE text = 'x'").Scan(&times))
	if times != 1 {
		t.Errorf("times is %d", times)
	}
	c.Schema = first
	if _, err := sqlfile.Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("the older program: %v", err)
	}
}

func TestAConfigurationWithAPartMissingIsRefused(t *testing.T) {
	for what, drop := range map[string]func(*sqlfile.Config){
		"path":    func(c *sqlfile.Config) { c.Path = "" },
		"mark":    func(c *sqlfile.Config) { c.Mark = 0 },
		"content": func(c *sqlfile.Config) { c.Holds = "" },
		"schema":  func(c *sqlfile.Config) { c.Schema = nil },
		"steps":   func(c *sqlfile.Config) { c.Schema = fstest.MapFS{} },
		"both":    func(c *sqlfile.Config) { c.ReadOnly = true },
	} {
		c := config(filepath.Join(t.TempDir(), "words.db"))
		drop(&c)
		if _, err := sqlfile.Open(t.Context(), c); err == nil {
			t.Errorf("%s: taken", what)
		}
	}
}
