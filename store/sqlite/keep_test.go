package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"registerd/register"
	"registerd/store"
)

// publishOf replaces the register by one of n contacts and names that all hold a text.
func publishOf(t *testing.T, w *Writer, text string, n int) {
	t.Helper()
	l, err := w.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		for j, o := range marked(text, i) {
			if err := l.Put(o, int64(2*i+j)); err != nil {
				t.Fatal(err)
			}
		}
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
}

// marked is a contact and its name with a mark in all that is written of them.
// Some are longer than a page.
func marked(text string, i int) []store.Object {
	mark := fmt.Sprintf("<%s-%d>", text, i)
	c := contact(nthContact(i), strings.Repeat(mark, 1+i%40*30))
	c.Alias, c.Terms = mark, []register.Term{{Index: register.IndexName, Value: mark}}
	return []store.Object{c, name(mark+".example", c.Ref)}
}

// bytesOf are the files of a register. Another process reads them: see the
// package comment.
func bytesOf(t *testing.T, path string) []byte {
	t.Helper()
	b, err := exec.Command("cat", path, path+"-wal").Output()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatIsPurgedIsInNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	r := openReader(t, path) // as a server has it, so that the log is there
	publishOf(t, w, "old", 150)
	publishOf(t, w, "new", 150)
	var gone []string
	for round := range 30 {
		err := w.Change(t.Context(), func(tx store.Tx) error {
			i := round * 7 % 150
			mark := fmt.Sprintf("<body-%d>", round)
			gone = append(gone, fmt.Sprintf("<new-%d>", i), mark)
			if err := tx.Log(store.Entry{Serial: uint64(round + 1), Time: time.Unix(int64(round), 0), Body: []byte(mark)}); err != nil {
				return err
			}
			if _, err := tx.Delete(store.Ref{Kind: store.Names, Key: fmt.Sprintf("<new-%d>.example", i)}); err != nil {
				return err
			}
			if round%3 == 0 {
				_, err := tx.Delete(store.Ref{Kind: store.Contacts, Key: nthContact(i)})
				return err
			}
			return tx.Put(marked(fmt.Sprintf("newer-%d", round), i)[0])
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err := w.Change(t.Context(), func(tx store.Tx) error { return tx.Forget(time.Unix(1e6, 0)) })
	if err != nil {
		t.Fatal(err)
	}
	before := bytesOf(t, path)
	for _, mark := range append(gone, "<old-") {
		if !bytes.Contains(before, []byte(mark)) {
			t.Fatalf("%s is in no file before the purge: the test shows nothing", mark)
		}
	}
	if err := w.Purge(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	after := bytesOf(t, path)
	for _, mark := range append(gone, "<old-") {
		if at := bytes.Index(after, []byte(mark)); at >= 0 {
			t.Errorf("%s is in page %d", mark, at/pageSize)
		}
	}
	if f := ask(t, r, store.Names, "<new-2>.example"); !f.There() || len(f.With[0].Bytes) == 0 {
		t.Error("what is served is not whole")
	}
	clean(t, path)
}

func TestAPurgeThatCannotOverwriteSaysSoAndLeavesNothingHeld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	r := openReader(t, path)
	publishOf(t, w, "old", 20)
	publishOf(t, w, "new", 20)
	purged := false
	err := r.Walk(t.Context(), store.Names, func(store.Object) error {
		if purged {
			return nil
		}
		purged = true
		if err := w.Purge(t.Context(), time.Now()); !errors.Is(err, store.ErrInUse) {
			t.Errorf("purging while an older version is read: %v", err)
		}
		change(t, w, name("between.example"))
		return nil
	})
	if err != nil || !purged {
		t.Fatal(purged, err)
	}
	if all, err := r.Generations(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%d generations: %v", len(all), err)
	}
	if err := w.Purge(t.Context(), time.Now()); err != nil {
		t.Error(err)
	}
	if bytes.Contains(bytesOf(t, path), []byte("<old-")) {
		t.Error("it is still in a file")
	}
}

func TestTheFileDoesNotGrowWithTheNumberOfLoads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	pages := func() int64 {
		n, err := w.conn.number("PRAGMA page_count")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	publishOf(t, w, "first", 60)
	one := pages()
	for round := range 2 + store.MaxKept {
		publishOf(t, w, fmt.Sprintf("load-%d", round), 60)
	}
	full := pages()
	for round := range 4 {
		publishOf(t, w, fmt.Sprintf("more-%d", round), 60)
	}
	if n := pages(); n > full+full/20 || full > one*(2+store.MaxKept)+one/2 {
		t.Errorf("%d pages after one load, %d after six, %d after ten", one, full, n)
	}
	if n := unpublished(t, w); n == 0 {
		t.Error("nothing is kept")
	}
	clean(t, path)
}

func TestAKeptGenerationThatIsDamagedIsFoundAndNotRevived(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	publishOf(t, w, "old", 20)
	publishOf(t, w, "new", 20)
	r := openReader(t, path)
	all, err := r.Generations(t.Context())
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	flip := func(sql string) {
		t.Helper()
		if n, err := w.conn.exec(sql, int64(all[1].ID)); err != nil || n == 0 {
			t.Fatal(n, err)
		}
	}
	flip("DELETE FROM key_hash WHERE hash = (SELECT max(hash) FROM key_hash WHERE gen = ?1) AND gen = ?1")
	if v, err := Verify(t.Context(), path, nil); err != nil || v.Total != 2 { // one object, and the sum
		t.Errorf("%d problems: %v %v", v.Total, v.Problems, err)
	}
	flip("UPDATE generation SET replaced = replaced + 1 WHERE gen = ?")
	if _, err := r.Generations(t.Context()); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("listing: %v", err)
	}
	if _, err := w.Revive(t.Context(), all[1].ID); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("reviving: %v", err)
	}
	if f := ask(t, r, store.Names, "<new-1>.example"); !f.There() {
		t.Error("what is served is gone")
	}
	publishOf(t, w, "newer", 20)
	if err := w.Purge(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	clean(t, path)
}

func TestAClockThatGoesBackDoesNotMixUpWhatIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	w, err := OpenWriter(path, Options{Create: true, Now: func() time.Time { at = at.Add(-time.Hour); return at }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	for i := range 3 + store.MaxKept {
		publishOf(t, w, "load", 5+i)
	}
	all, err := openReader(t, path).Generations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range all {
		if want := 5 + 2 + store.MaxKept - i; g.State.Counts.Domains != want {
			t.Errorf("generation %d has %d domains, want %d", g.ID, g.State.Counts.Domains, want)
		}
	}
	if len(all) != 1+store.MaxKept || !all[0].Published.Equal(at) || !all[1].Replaced.Equal(at) {
		t.Errorf("%+v", all)
	}
}
