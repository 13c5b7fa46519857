package sqlite

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registerd/register"
	"registerd/store"
)

// example writes a small register with objects of every kind at path.
func example(t *testing.T, path string) []store.Object {
	t.Helper()
	var all []store.Object
	put := func(o store.Object, _ int64) error {
		all = append(all, o)
		return nil
	}
	fill(t, put, 8)
	for i := range 66 {
		all = append(all, name(fmt.Sprintf("many-%d.example", i), store.Ref{Kind: store.Contacts, Key: nthContact(0)}))
	}
	all = append(all,
		store.Object{Ref: store.Ref{Kind: store.Names, Key: "reserved.example"}, Bytes: []byte{byte(register.TagReserved), 1}},
		name("dangling.example", store.Ref{Kind: store.Hosts, Key: "ns.none.test"}))
	w, err := OpenWriter(path, Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	change(t, w, all...)
	err = w.Change(t.Context(), func(tx store.Tx) error { return tx.Log(store.Entry{Serial: 1, Time: time.Unix(1, 0)}) })
	if err != nil {
		t.Fatal(err)
	}
	change(t, w, store.Object{Ref: store.Ref{Kind: store.Kept, Key: "k"}, Bytes: []byte{byte(register.TagFacts), 1}})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return all
}

// question is one question of the example and its true answer.
type question struct {
	ask  store.Ask
	want store.Found
	tag  register.Tag
}

func questions(t *testing.T, path string, objects []store.Object) (all []question) {
	t.Helper()
	r := openReader(t, path)
	add := func(a store.Ask, tag register.Tag) {
		found, _, err := r.Find(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, question{a, found[0], tag})
	}
	for i, o := range objects {
		add(store.Ask{Ref: o.Ref}, o.Tag())
		if o.Alias != "" {
			add(store.Ask{Ref: store.Ref{Kind: o.Kind, Key: o.Alias}, ByAlias: true}, 0)
		}
		if i%8 == 0 {
			add(store.Ask{Ref: store.Ref{Kind: o.Kind, Key: o.Key + "x"}}, 0)
		}
	}
	return all
}

func TestABitThatFlippedIsNeverAFalseAnswer(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "register.db")
	all := questions(t, path, example(t, path))
	truths := searches(t, path)
	whole, err := os.ReadFile(path) // all connections that wrote are closed
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(2024, 5))
	refused, served, flips := 0, 0, rounds(t, "REGISTERD_TEST_FLIPS", 400)
	for i := range flips {
		at, bit := rnd.IntN(len(whole)), byte(1)<<rnd.IntN(8)
		whole[at] ^= bit
		copied := filepath.Join(dir, fmt.Sprintf("copy-%d.db", i))
		if err := os.WriteFile(copied, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		whole[at] ^= bit
		r, err := OpenReader(copied, Options{Connections: 1})
		if err != nil {
			refused++
		} else {
			where := fmt.Sprintf("byte %d, bit %#x", at, bit)
			no, yes := interrogate(t, r, all, where)
			refused, served = refused+no, served+yes
			searchedAgain(t, r, truths, where)
			r.Close()
		}
		for _, suffix := range []string{"", "-wal", "-shm"} {
			os.Remove(copied + suffix)
		}
	}
	t.Logf("%d answers, %d refusals", served, refused)
	if refused == 0 || served < 20*refused {
		t.Errorf("%d answers and %d refusals: the test does not reach the data", served, refused)
	}
}

// rounds is how often a test is repeated, unless the environment says otherwise.
func rounds(t *testing.T, variable string, n int) int {
	t.Helper()
	said, err := strconv.Atoi(os.Getenv(variable))
	if err != nil {
		return n / effort
	}
	return said
}

// interrogate asks everything: each answer must be true or refused.
func interrogate(t *testing.T, r *Reader, all []question, where string) (refused, served int) {
	keys := make(map[store.Kind][]string)
	tags := make(map[store.Kind][]register.Tag)
	for _, q := range all {
		found, _, err := r.Find(t.Context(), q.ask)
		if err != nil {
			refused++
			continue
		}
		served++
		if !reflect.DeepEqual(q.want, found[0]) {
			t.Errorf("%s: a false answer (-want +got):\n%s", where, cmp.Diff(q.want, found[0]))
		}
		if !q.ask.ByAlias {
			keys[q.ask.Kind] = append(keys[q.ask.Kind], q.ask.Key)
			tags[q.ask.Kind] = append(tags[q.ask.Kind], q.tag)
		}
	}
	for kind, keys := range keys {
		got, _, err := r.Tags(t.Context(), kind, keys)
		if err != nil {
			refused++
		} else if !slices.Equal(tags[kind], got) {
			t.Errorf("%s: false tags (-want +got):\n%s", where, cmp.Diff(tags[kind], got))
		}
	}
	return refused, served
}

// truth is a scan of the example and what it truly gives.
type truth struct {
	scan    store.Scan
	matches map[store.Place]store.Match
}

func searches(t *testing.T, path string) (all []truth) {
	t.Helper()
	r := openReader(t, path)
	for _, kind := range []store.Kind{store.Names, store.Contacts, store.Hosts, store.Registrars} {
		for _, index := range []register.Index{register.IndexName, register.IndexServer, register.IndexAddress, register.IndexHandle} {
			s := store.Scan{Kind: kind, Prefixes: []store.Prefix{{Index: index}}, Limit: 1000}
			s.Sees = func(register.Index, register.Traits) bool { return true }
			found, _, err := r.Search(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			matches := make(map[store.Place]store.Match)
			for _, m := range found {
				matches[m.Place] = m
			}
			all = append(all, truth{s, matches})
		}
	}
	return all
}

// searchedAgain searches a damaged file: a match may be missing, but what is
// given must be true, its class too.
func searchedAgain(t *testing.T, r *Reader, all []truth, where string) {
	t.Helper()
	for _, is := range all {
		found, _, err := r.Search(t.Context(), is.scan)
		if err != nil {
			continue
		}
		for _, m := range found {
			if !reflect.DeepEqual(is.matches[m.Place], m) {
				t.Errorf("%s: a false match (-want +got):\n%s", where, cmp.Diff(is.matches[m.Place], m))
			}
		}
	}
}

// damages are what may happen to a file, and what must be seen of it.
var damages = []struct {
	what, sql string
	reader    bool // a reader asking for everything notices
}{
	{"a row that is gone", `DELETE FROM object WHERE key = 'name-3.example'`, true},
	{"a contact that is gone", `DELETE FROM object WHERE key = 'c0000004'`, true},
	{"a record of another", `UPDATE object SET record = (SELECT record FROM object WHERE key = 'name-4.example') WHERE key = 'name-3.example'`, true},
	{"keys exchanged", `UPDATE object SET key = CASE key WHEN 'name-3.example' THEN 'swap' ELSE 'name-3.example' END WHERE key IN ('name-3.example', 'name-4.example');
		UPDATE object SET key = 'name-4.example' WHERE key = 'swap'`, true},
	{"a mark of another", `UPDATE object SET mark = (SELECT mark FROM object WHERE key = 'name-4.example') WHERE key = 'name-3.example'`, true},
	{"an alias of another", `UPDATE object SET alias = 'c0000004-EX' WHERE key = 'c0000005'`, true},
	{"an alias that is gone", `UPDATE object SET alias = NULL WHERE key = 'c0000005'`, true},
	{"a hash that is gone", `DELETE FROM key_hash WHERE hash = (SELECT min(hash) FROM key_hash)`, false},
	{"a hash too many", `INSERT INTO key_hash (gen, hash) SELECT generation, 77 FROM edition`, false},
	{"a reference that is not noted", `DELETE FROM uses WHERE target = (SELECT min(target) FROM uses)`, false},
	{"a reference that is not there", `INSERT INTO uses (gen, target, user) SELECT generation, 77, 78 FROM edition`, false},
	{"a term that is gone", `DELETE FROM term WHERE kind = 1 AND idx = 1 AND key = 'name-3.example'`, false},
	{"a term of another", `UPDATE term SET key = 'name-4.example' WHERE kind = 1 AND idx = 1 AND key = 'name-3.example'`, false},
	{"a term too many", `INSERT INTO term (gen, kind, idx, class, value, key) SELECT generation, 2, 1, 0, x'61', 'c0000005' FROM edition`, false},
	{"a term in another class", `UPDATE term SET class = class + 1 WHERE kind = 2 AND idx = 1 AND key = 'c0000005'`, false},
	{"another kept change", `UPDATE change SET time = time + 1`, false},
	{"another generation", `UPDATE edition SET generation = generation + 1`, true},
	{"another version", `UPDATE edition SET version = version + 1`, true},
	{"another state", `UPDATE edition SET state = CAST(state || x'00' AS BLOB)`, true},
	{"no edition", `DELETE FROM edition`, true},
}

func TestEveryDamageIsSeen(t *testing.T) {
	source := filepath.Join(t.TempDir(), "register.db")
	all := questions(t, source, example(t, source))
	clean(t, source)
	whole, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range damages {
		t.Run(d.what, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "register.db")
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			w := openWriter(t, path)
			if err := w.conn.script(d.sql); err != nil {
				t.Fatal(err)
			}
			if v, err := Verify(t.Context(), path, nil); err == nil && v.Total == 0 {
				t.Error("verifying found nothing")
			}
			refused, _ := interrogate(t, openReader(t, path), all, d.what)
			if (refused > 0) != d.reader {
				t.Errorf("%d questions were refused", refused)
			}
		})
	}
}

func TestACopyThatIsOutOfDateIsFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	ref := store.Ref{Kind: store.Contacts, Key: "c"}
	change(t, w, contact("c", "Jana"), name("a.example", ref))
	clean(t, path)
	v, err := readView(w.conn)
	if err != nil {
		t.Fatal(err)
	}
	o := contact("c", "Eva")
	body := w.conn.sealer.encode(v.gen, ref, &record{alias: o.Alias, bytes: o.Bytes, terms: appendTerms(nil, nil)})
	if _, err := w.conn.exec("UPDATE object SET record = ? WHERE key = 'c'", body); err != nil {
		t.Fatal(err)
	}
	found, err := Verify(t.Context(), path, nil)
	if err != nil || found.Total != 1 {
		t.Errorf("problems %q, error %v", found.Problems, err)
	}
}

func TestADamagedRecordStopsTheChangeThatNeedsIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	ref := store.Ref{Kind: store.Contacts, Key: "c"}
	change(t, w, contact("c", "Jana"), name("a.example", ref))
	if _, err := w.conn.exec("UPDATE object SET record = CAST(record || x'00' AS BLOB) WHERE key = 'a.example'"); err != nil {
		t.Fatal(err)
	}
	err := w.Change(t.Context(), func(tx store.Tx) error { return tx.Put(contact("c", "Eva")) })
	if !errors.Is(err, store.ErrDamaged) {
		t.Errorf("error is %v", err)
	}
	if got := string(ask(t, openReader(t, path), store.Contacts, "c").Bytes[1:]); got != "Jana" {
		t.Errorf("the contact is %q", got)
	}
}
