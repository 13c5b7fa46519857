package sqlite

import (
	"bytes"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"registerd/register"
	"registerd/store"
)

// classed is a contact that is found by its key.
func classed(key string, class register.Traits) store.Object {
	o := contact(key, "of "+key)
	o.Terms = []register.Term{{Index: register.IndexName, Class: class, Value: "x" + key}}
	return o
}

// contacts scans the contacts of classes up to one.
func contacts(upTo register.Traits) store.Scan {
	return store.Scan{
		Kind: store.Contacts, Prefixes: []store.Prefix{{Index: register.IndexName, Value: "x"}}, Limit: 1000,
		Sees: func(_ register.Index, class register.Traits) bool { return class <= upTo },
	}
}

func searchKeys(t *testing.T, r *Reader, s store.Scan) (keys string) {
	t.Helper()
	found, _, err := r.Search(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range found {
		keys += m.Key + " "
	}
	return keys
}

func TestADamagedTermIsNoMatchAndUnseenClassesAreNotRead(t *testing.T) {
	for what, sql := range map[string]string{
		"of an object that is not there": `UPDATE term SET key = 'none' WHERE key = 'protected'`,
		"of another object":              `UPDATE term SET key = 'other' WHERE key = 'protected'`,
		"with another value":             `UPDATE term SET value = x'7879' WHERE key = 'protected'`,
		"of another index":               `UPDATE term SET idx = 1 WHERE key = 'elsewhere'`,
		"in another class":               `UPDATE term SET class = 7 WHERE key = 'protected'`,
	} {
		t.Run(what, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "register.db")
			w := openWriter(t, path)
			elsewhere := classed("elsewhere", 7)
			elsewhere.Terms[0].Index = register.IndexHandle
			change(t, w, classed("open", 0), classed("other", 0), classed("protected", 8), elsewhere)
			if n, err := w.conn.exec(sql); err != nil || n != 1 {
				t.Fatal(n, err)
			}
			r := openReader(t, path)
			if got := searchKeys(t, r, contacts(6)); got != "open other " {
				t.Errorf("%s are found where the damage is not seen", got)
			}
			if _, _, err := r.Search(t.Context(), contacts(8)); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("where it is seen the error is %v", err)
			}
			if v, err := Verify(t.Context(), path, nil); err != nil || v.Total == 0 {
				t.Errorf("verifying found nothing: %v", err)
			}
		})
	}
}

func TestAPageOfTheIndexThatIsOutOfOrderIsSeen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w, err := OpenWriter(path, Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 9 {
		change(t, w, classed(fmt.Sprintf("contact-%d", i), 0))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	row := []byte("xcontact-5contact-5") // value and key stand side by side in the index alone
	if bytes.Count(whole, row) != 1 {
		t.Fatalf("the row is in the file %d times", bytes.Count(whole, row))
	}
	if err := os.WriteFile(path, bytes.Replace(whole, row, []byte("xcontact-1contact-1"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	r := openReader(t, path)
	for _, descending := range []bool{false, true} {
		s := contacts(0)
		s.KeysOnly, s.Descending = true, descending
		if _, _, err := r.Search(t.Context(), s); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("error is %v", err)
		}
	}
}

func TestEveryStatementOfASearchIsOneRangeOfTheIndex(t *testing.T) {
	w := openWriter(t, filepath.Join(t.TempDir(), "register.db"))
	const span = "PRIMARY KEY (gen=? AND kind=? AND idx=? AND (class,value,key)>(?,?,?) AND (class,value,key)<(?,?,?))"
	for _, c := range []struct {
		sql    string
		params int
		want   string
	}{
		{spanAscending, 10, span}, {spanDescending, 10, span},
		{nextClass, 4, "PRIMARY KEY (gen=? AND kind=? AND idx=? AND class>?)"},
		{pickedSQL, 2 + readTogether, "SEARCH o USING INDEX object_key (gen=? AND kind=? AND key=?) LEFT-JOIN"},
	} {
		var plan strings.Builder
		err := w.conn.each(func(d []driver.Value) error {
			fmt.Fprintln(&plan, d[3])
			return nil
		}, "EXPLAIN QUERY PLAN "+c.sql, make([]any, c.params)...)
		if err != nil {
			t.Fatal(err)
		}
		if got := plan.String(); !strings.Contains(got, c.want) || strings.Contains(got, "SCAN t") || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("%s\nis planned as\n%s", c.sql, got)
		}
	}
}

func TestWhatASearchReadsIsBoundedByItsLimitAndItsRanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	const classes, each = 20, 150
	var all []store.Object
	for i := range classes * each {
		class := register.Traits(i % classes)
		if i > classes*each/2 {
			class = 3 // one class has most
		}
		all = append(all, classed(fmt.Sprintf("c%05d", i*7919%(classes*each)), class))
	}
	change(t, w, all...)
	v, err := readView(w.conn)
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int{1, 10, 100, 1000} {
		s := contacts(classes)
		s.Limit = limit
		spans, err := v.spans(w.conn, &s)
		if err != nil || len(spans) != classes {
			t.Fatalf("%d ranges, %v", len(spans), err)
		}
		m := merge{ctx: t.Context(), c: w.conn, view: v, scan: &s}
		if err := m.begin(spans); err != nil {
			t.Fatal(err)
		}
		ahead := func() (n int) {
			for _, s := range spans {
				n += len(s.places)
			}
			return n
		}
		if n := ahead(); n > limit+spareRows*classes {
			t.Errorf("of %d, %d rows are read at first", limit, n)
		}
		for range limit {
			if s, _, err := m.next(); err != nil || s == nil {
				t.Fatal(s, err)
			}
		}
		if n := ahead() + limit; n > 3*limit+spareRows*classes {
			t.Errorf("of %d, %d rows are read in all", limit, n)
		}
	}
}

func TestAViewThatIsOutOfDateGivesNothing(t *testing.T) {
	w := openWriter(t, filepath.Join(t.TempDir(), "register.db"))
	change(t, w, classed("a", 0), classed("b", 0), classed("c", 0))
	begun := func(v *view) (*merge, error) {
		s := contacts(0)
		s.Limit = 1
		spans, err := v.spans(w.conn, &s)
		if err != nil {
			return nil, err
		}
		m := &merge{ctx: t.Context(), c: w.conn, view: v, scan: &s}
		return m, m.begin(spans)
	}
	moved := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, errMoved) {
			t.Errorf("%s: error is %v", what, err)
		}
	}
	views := make([]*view, 2)
	for i := range views {
		var err error
		if views[i], err = readView(w.conn); err != nil {
			t.Fatal(err)
		}
	}
	m, err := begun(views[0])
	if err != nil {
		t.Fatal(err)
	}
	if at, _, err := m.next(); at == nil || err != nil {
		t.Fatal(at, err)
	}
	change(t, w, classed("d", 0))
	_, _, err = m.next()
	moved("the next rows", err)
	_, err = begun(views[0])
	moved("the first rows", err)
	_, err = views[1].classesOf(w.conn, scanned{store.Contacts, register.IndexName})
	moved("classes", err)
	s := contacts(0)
	_, err = views[1].search(t.Context(), w.conn, &s)
	moved("a search", err)
}

func TestAnIndexThatAnOlderProgramDidNotKnowIsNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	c := classed("c", 0)
	c.Terms = append(c.Terms, register.Term{Index: register.IndexEmail, Value: "xc"})
	change(t, w, c)
	byEmail := contacts(0)
	byEmail.Prefixes = []store.Prefix{{Index: register.IndexEmail, Value: "x"}}
	if got := searchKeys(t, openReader(t, path), byEmail); got != "c " {
		t.Errorf("found %q", got)
	}
	if _, err := w.conn.exec("UPDATE generation SET indexed = ?", int64(indexedNames)); err != nil {
		t.Fatal(err)
	}
	r := openReader(t, path)
	if got := searchKeys(t, r, contacts(0)); got != "c " {
		t.Errorf("by an index that it knew, found %q", got)
	}
	if _, _, err := r.Search(t.Context(), byEmail); !errors.Is(err, store.ErrUnindexed) {
		t.Errorf("error is %v", err)
	}
}

func TestASearchOfTooManyRangesIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	change(t, openWriter(t, path), classed("c", 0))
	s := contacts(0)
	s.Prefixes = make([]store.Prefix, maxSpans+1)
	for i := range s.Prefixes {
		s.Prefixes[i].Index = register.IndexName
	}
	if _, _, err := openReader(t, path).Search(t.Context(), s); err == nil {
		t.Error("it was not refused")
	}
}

func TestLookUpsAndSearchesDoNotWaitForEachOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	change(t, openWriter(t, path), classed("c", 0))
	r := openReader(t, path)
	all := func(p *pool, f func()) {
		var lent []*conn
		for range cap(p.idle) {
			lent = append(lent, <-p.idle)
		}
		f()
		for _, c := range lent {
			p.idle <- c
		}
	}
	all(&r.searches, func() { // each would hang if it waited
		ask(t, r, store.Contacts, "c")
		if _, err := r.Edition(t.Context()); err != nil {
			t.Error(err)
		}
	})
	all(&r.lookups, func() {
		if got := searchKeys(t, r, contacts(0)); got != "c " {
			t.Errorf("found %q", got)
		}
	})
}
