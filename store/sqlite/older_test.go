package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"registerd/store"
)

// older writes the register at path as a program did that knew of no terms.
func older(t *testing.T, path string, from *Writer) {
	t.Helper()
	all, err := steps()
	if err != nil {
		t.Fatal(err)
	}
	if err := create(path); err != nil {
		t.Fatal(err)
	}
	c, err := open(writerDSN(path, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	copied := all[0] + fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = 1; ATTACH '%s' AS new;", applicationID, from.path) + `
		INSERT INTO generation (gen) SELECT gen FROM new.generation;
		INSERT INTO edition SELECT * FROM new.edition;
		INSERT INTO object SELECT * FROM new.object;
		INSERT INTO key_hash SELECT * FROM new.key_hash;
		INSERT INTO uses SELECT * FROM new.uses;
		INSERT INTO change SELECT * FROM new.change;`
	if err := c.script(copied); err != nil {
		t.Fatal(err)
	}
	var ids []int64
	var records [][]byte
	err = c.each(func(d []driver.Value) error {
		gen, _ := d[1].(int64)
		kind, _ := d[2].(int64)
		ref := store.Ref{Kind: store.Kind(kind)}
		ref.Key, _ = d[3].(string)
		body, _ := d[4].([]byte)
		var r record
		if err := c.sealer.decode(gen, ref, body, &r); err != nil {
			return err
		}
		r.terms = nil
		id, _ := d[0].(int64)
		ids, records = append(ids, id), append(records, c.sealer.encode(gen, ref, &r))
		return nil
	}, "SELECT id, gen, kind, key, record FROM object")
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		if _, err := c.exec("UPDATE object SET record = ? WHERE id = ?", records[i], id); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnOlderFileIsKeptAsItIsAndSearchedOnceItIsLoadedAgain(t *testing.T) {
	source, path := filepath.Join(t.TempDir(), "new.db"), filepath.Join(t.TempDir(), "old.db")
	objects := example(t, source)
	all := questions(t, source, objects)
	older(t, path, openWriter(t, source))
	if _, err := OpenReader(path, Options{}); err == nil || !strings.Contains(err.Error(), "older") {
		t.Errorf("a reader of the old schema: %v", err)
	}
	w := openWriter(t, path)
	r := openReader(t, path)
	if refused, _ := interrogate(t, r, all, "an older file"); refused != 0 {
		t.Errorf("%d questions were refused", refused)
	}
	clean(t, path)
	unindexed := func() {
		t.Helper()
		if _, _, err := r.Search(t.Context(), contacts(0)); !errors.Is(err, store.ErrUnindexed) {
			t.Errorf("error is %v", err)
		}
		if all, err := r.Indexed(t.Context()); err != nil || all {
			t.Errorf("it is said to be indexed: %v, %v", all, err)
		}
		clean(t, path)
	}
	unindexed()

	// A change of a contact writes a record of today, and leaves those of its
	// users as they are but for its copy.
	change(t, w, classed(nthContact(4), 0))
	if got := ask(t, r, store.Names, nthName(1)); string(got.With[1].Bytes[1:]) != "of "+nthContact(4) {
		t.Errorf("the name shows %q", got.With[1].Bytes)
	}
	unindexed()
	change(t, w, classed(nthContact(4), 1))
	err := w.Change(t.Context(), func(tx store.Tx) error {
		_, err := tx.Delete(store.Ref{Kind: store.Contacts, Key: nthContact(5)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	unindexed()
	if _, err := w.conn.exec("UPDATE generation SET indexed = 1"); err != nil {
		t.Fatal(err)
	}
	if v, err := Verify(t.Context(), path, nil); err != nil || v.Total == 0 {
		t.Errorf("verifying does not notice that terms are missing: %v", err)
	}
	if _, err := w.conn.exec("UPDATE generation SET indexed = 0"); err != nil {
		t.Fatal(err)
	}

	l, err := w.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Put(classed("c", 0), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Seal(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := l.Publish(t.Context(), func(store.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if all, err := r.Indexed(t.Context()); err != nil || !all {
		t.Errorf("after a load it is said to be indexed: %v, %v", all, err)
	}
	if got := searchKeys(t, r, contacts(0)); got != "c " {
		t.Errorf("found %q", got)
	}
	clean(t, path)
}
