// Package storetest is the contract of package store as a suite of tests. A
// store that passes keeps the register as the rest of the program expects it.
//
// It knows nothing of how a store works inside: what only one store promises
// is tested with that store.
package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registerd/register"
	"registerd/store"
)

// Open makes an empty store for a test: its writer, and a function that opens
// a reader. It closes what it opens when the test ends.
type Open func(t *testing.T) (store.Writer, func() store.Reader)

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for _, group := range [][]sentence{reading, changing, referring, loading, keeping, searching, together} {
		for _, s := range group {
			t.Run(s.name, func(t *testing.T) {
				w, reader := open(t)
				s.test(&desk{T: t, w: w, open: reader, r: reader()})
			})
		}
	}
}

// sentence is one sentence of the contract and its test.
type sentence struct {
	name string
	test func(*desk)
}

// desk is a store under test.
type desk struct {
	*testing.T
	w    store.Writer
	r    store.Reader
	open func() store.Reader
}

// The objects of the tests. Bytes are a tag and anything: a store does not
// understand them.

func name(key string, refs ...store.Ref) store.Object {
	return object(store.Names, key, register.TagDomain, "of "+key, refs...)
}

func object(kind store.Kind, key string, tag register.Tag, text string, refs ...store.Ref) store.Object {
	return store.Object{Ref: store.Ref{Kind: kind, Key: key}, Bytes: append([]byte{byte(tag)}, text...), Refs: refs}
}

func contact(key, text string) store.Object {
	return object(store.Contacts, key, register.TagContact, text)
}

func host(key, text string) store.Object { return object(store.Hosts, key, register.TagHost, text) }

func registrar(key, text string) store.Object {
	return object(store.Registrars, key, register.TagRegistrar, text)
}

func kept(key, text string) store.Object { return object(store.Kept, key, register.TagFacts, text) }

func aliased(o store.Object, alias string) store.Object {
	o.Alias = alias
	return o
}

func ref(kind store.Kind, key string) store.Ref { return store.Ref{Kind: kind, Key: key} }

func nth(i int) string { return fmt.Sprintf("n%05d.example", i) }

// errStop is a caller's own error.
var errStop = errors.New("stop")

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// change makes changes that must succeed.
func (d *desk) change(f func(tx store.Tx)) {
	d.Helper()
	d.must(d.w.Change(d.Context(), func(tx store.Tx) error {
		f(tx)
		return nil
	}))
}

// put puts objects in one change.
func (d *desk) put(objects ...store.Object) {
	d.Helper()
	d.change(func(tx store.Tx) {
		for _, o := range objects {
			d.must(tx.Put(o))
		}
	})
}

// load begins a load with these objects, lines counting from 1.
func (d *desk) load(objects ...store.Object) store.Load {
	d.Helper()
	l, err := d.w.Load(d.Context())
	d.must(err)
	for i, o := range objects {
		d.must(l.Put(o, int64(i+1)))
	}
	return l
}

func (d *desk) seal(l store.Load) store.Report {
	d.Helper()
	report, err := l.Seal(d.Context(), nil)
	d.must(err)
	return report
}

func nothing(store.Tx) error { return nil }

// publish loads and publishes these objects and no others.
func (d *desk) publish(objects ...store.Object) {
	d.Helper()
	l := d.load(objects...)
	d.seal(l)
	d.must(l.Publish(d.Context(), nothing))
	d.must(l.Close())
}

// find asks for one object, which may be absent.
func (d *desk) find(kind store.Kind, key string) store.Found {
	d.Helper()
	found, _, err := d.r.Find(d.Context(), store.Ask{Ref: ref(kind, key)})
	d.must(err)
	return found[0]
}

func (d *desk) edition() store.Edition {
	d.Helper()
	e, err := d.r.Edition(d.Context())
	d.must(err)
	return e
}

func (d *desk) absent(kind store.Kind, key string) {
	d.Helper()
	if f := d.find(kind, key); f.There() {
		d.Errorf("%s %q is there: %q", kind, key, f.Bytes)
	}
}

// shows checks what an object's text is; the tag is left out.
func (d *desk) shows(kind store.Kind, key, want string) {
	d.Helper()
	f := d.find(kind, key)
	if !f.There() || text(f.Object) != want {
		d.Errorf("%s %q is %q, want %q", kind, key, text(f.Object), want)
	}
}

// with checks the texts of those an object refers to, in order; "" is absent.
func (d *desk) with(key string, want ...string) {
	d.Helper()
	var got []string
	for _, o := range d.find(store.Names, key).With {
		got = append(got, text(o))
	}
	d.same(got, want)
}

func text(o store.Object) string {
	if len(o.Bytes) == 0 {
		return ""
	}
	return string(o.Bytes[1:])
}

func (d *desk) same(got, want any) {
	d.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		d.Errorf("got what was not wanted (-want +got):\n%s", diff)
	}
}

func (d *desk) fails(err, want error) {
	d.Helper()
	if !errors.Is(err, want) {
		d.Errorf("error is %v, want %v", err, want)
	}
}

func (d *desk) refused(err error, what string) {
	d.Helper()
	if err == nil {
		d.Errorf("%s was not refused", what)
	}
}

var noon = time.Date(2024, 5, 17, 12, 0, 0, 0, time.UTC)
