package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	modernc "modernc.org/sqlite"

	"registerd/register"
	"registerd/store"
)

func contact(key, text string) store.Object {
	return store.Object{Ref: store.Ref{Kind: store.Contacts, Key: key}, Alias: key + "-ex", Bytes: append([]byte{byte(register.TagContact)}, text...)}
}

func name(key string, refs ...store.Ref) store.Object {
	return store.Object{Ref: store.Ref{Kind: store.Names, Key: key}, Bytes: append([]byte{byte(register.TagDomain)}, key...), Refs: refs}
}

func change(t *testing.T, w *Writer, objects ...store.Object) {
	t.Helper()
	err := w.Change(t.Context(), func(tx store.Tx) error {
		for _, o := range objects {
			if err := tx.Put(o); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryConnectionHasItsPragmas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	is := func(c *conn, pragma string, want int64) {
		t.Helper()
		if got, err := c.number("PRAGMA " + pragma); err != nil || got != want {
			t.Errorf("%s is %d (%v), want %d", pragma, got, err, want)
		}
	}
	is(w.conn, "synchronous", 2)
	is(w.conn, "page_size", pageSize)
	is(w.conn, "busy_timeout", busyTimeout)
	if n, err := w.conn.number("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"); err != nil || n != 1 {
		t.Errorf("the journal is not a write-ahead log: %v", err)
	}
	r, err := OpenReader(path, Options{Connections: 8, MMapSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for range 8 {
		c, err := r.lookups.open()
		if err != nil {
			t.Fatal(err)
		}
		defer c.close()
		is(c, "query_only", 1)
		is(c, "busy_timeout", busyTimeout)
		is(c, "mmap_size", 1<<20)
		is(c, "trusted_schema", 0)
	}
}

func TestAReaderCannotWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	openWriter(t, path)
	c, err := openReader(t, path).lookups.open()
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if _, err := c.exec("PRAGMA query_only = 0"); err != nil {
		t.Fatal(err)
	}
	_, err = c.exec("INSERT INTO generation DEFAULT VALUES")
	var e *modernc.Error
	if !errors.As(err, &e) || e.Code()&0xff != 8 {
		t.Errorf("error is %v, want SQLITE_READONLY", err)
	}
}

func TestOnlyItsOwnerCanReadTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	change(t, w, name("a.example"))
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("register.db%s has mode %o", suffix, mode)
		}
	}
}

func TestAnyPathIsTakenAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?mode=memory#c%20d&e+f.db")
	change(t, openWriter(t, path), name("a.example"))
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	if f := ask(t, openReader(t, path), store.Names, "a.example"); !f.There() {
		t.Error("the name is not there")
	}
}

func ask(t *testing.T, r *Reader, kind store.Kind, key string) store.Found {
	t.Helper()
	found, _, err := r.Find(t.Context(), store.Ask{Ref: store.Ref{Kind: kind, Key: key}})
	if err != nil {
		t.Fatal(err)
	}
	return found[0]
}

func TestWhatIsClosedFailsAndDoesNotHang(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	r := openReader(t, path)
	for range 2 {
		if err := errors.Join(r.Close(), w.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Edition(t.Context()); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("reader: %v", err)
	}
	if err := w.Change(t.Context(), func(store.Tx) error { return nil }); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("writer: %v", err)
	}
}

func TestAMissingFileIsNotMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	if _, err := OpenReader(path, Options{}); err == nil {
		t.Error("a reader opened it")
	}
	if _, err := OpenWriter(path, Options{}); err == nil {
		t.Error("a writer opened it")
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("it was made: %v", err)
	}
}

func TestAFileThatIsNoRegisterOfThisProgramIsRefused(t *testing.T) {
	for what, c := range map[string]struct{ sql, want string }{
		"newer schema":     {"PRAGMA user_version = 99", "newer program"},
		"other program":    {"PRAGMA application_id = 7", errNotRegister.Error()},
		"nobody's":         {"PRAGMA application_id = 0; PRAGMA user_version = 0", errNotRegister.Error()},
		"without a schema": {"PRAGMA user_version = 0", errNotRegister.Error()},
	} {
		t.Run(what, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "register.db")
			if err := openWriter(t, path).conn.script(c.sql); err != nil {
				t.Fatal(err)
			}
			if _, err := OpenReader(path, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("reader: %v", err)
			}
			if _, err := OpenWriter(path, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("writer: %v", err)
			}
		})
	}
	path := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("This is no database. ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReader(path, Options{}); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("text: %v", err)
	}
}

// unpublished counts the rows of all tables that belong to a generation which is not published.
func unpublished(t *testing.T, w *Writer) (n int64) {
	t.Helper()
	for table, column := range map[string]string{"object": "gen", "key_hash": "gen", "uses": "gen", "term": "gen", "generation": "gen"} {
		found, err := w.conn.number(fmt.Sprintf("SELECT count(*) FROM %s WHERE %s NOT IN (SELECT generation FROM edition UNION SELECT 0)", table, column))
		if err != nil {
			t.Fatal(err)
		}
		n += found
	}
	return n
}

func TestALoadThatWasLeftBehindIsRemovedByTheNext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	change(t, w, name("old.example"))
	started, err := w.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l := started.(*load)
	fill(t, l.Put, 300)
	if _, err := l.Seal(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if unpublished(t, w) == 0 {
		t.Fatal("the load left nothing to remove")
	}
	if err := l.lock.Close(); err != nil { // as the end of the process would
		t.Fatal(err)
	}
	next, err := w.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := unpublished(t, w); n != 1 { // the number that the new load took
		t.Errorf("%d rows are left", n)
	}
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	if n := unpublished(t, w); n != 0 {
		t.Errorf("%d rows are left in the end", n)
	}
	if left, err := filepath.Glob(path + ".load.d*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestALoadGreaterThanItsMemoryIsTheSame(t *testing.T) {
	const n = 120
	var texts [2]string
	for i := range texts {
		path := filepath.Join(t.TempDir(), "register.db")
		w := openWriter(t, path)
		started, err := w.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l := started.(*load)
		if i == 1 {
			for _, s := range []*sorter{&l.objects, &l.aliases, &l.hashes, &l.targets} {
				s.bytes, s.records = 16_000, 80
			}
		}
		fill(t, l.Put, n)
		if spilled := len(l.objects.runs) > 1; spilled != (i == 1) {
			t.Fatalf("objects were written to %d files", len(l.objects.runs))
		}
		report, err := l.Seal(t.Context(), nil)
		if err != nil || report.DanglingTotal+report.DuplicatesTotal > 0 {
			t.Fatalf("%+v, %v", report, err)
		}
		if err := l.Publish(t.Context(), func(store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if n := unpublished(t, w); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		r := openReader(t, path)
		for j := range n {
			f := ask(t, r, store.Names, nthName(j))
			texts[i] += fmt.Sprintf("%q %v\n", f.Bytes, f.With)
		}
		clean(t, path)
	}
	if texts[0] != texts[1] {
		t.Error("the answers differ")
	}
}

func clean(t *testing.T, path string) {
	t.Helper()
	v, err := Verify(t.Context(), path, nil)
	if err != nil || v.Total != 0 || v.Objects == 0 {
		t.Errorf("%d objects, %d problems: %v %q", v.Objects, v.Total, err, v.Problems)
	}
}

func TestAChangeMayBeLongAndTakesNoMoreMemory(t *testing.T) {
	w := openWriter(t, filepath.Join(t.TempDir(), "register.db"))
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	const n, limit = 2000, 200_000
	long := strings.Repeat("l", 240)
	err := w.Change(t.Context(), func(tx store.Tx) error {
		before := heap()
		for i := range n {
			if err := tx.Put(name(fmt.Sprintf("%s-%d.example", long, i))); err != nil {
				return err
			}
		}
		if more := heap() - before; more > limit {
			t.Errorf("%d objects of a change take %d bytes", n, more)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
