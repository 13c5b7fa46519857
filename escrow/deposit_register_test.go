package escrow

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

// testRegister is a register in a file of its own.
type testRegister struct {
	writer store.Writer
	reader store.Reader
	closed bool
}

// today is the clock of these tests.
var today = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func newTestRegister(t testing.TB) *testRegister {
	t.Helper()
	path := filepath.Join(t.TempDir(), "register.db")
	w, err := sqlite.OpenWriter(path, sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	r, err := sqlite.OpenReader(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	reg := &testRegister{writer: w, reader: r}
	t.Cleanup(func() { reg.close(t) })
	return reg
}

func (r *testRegister) close(t testing.TB) {
	t.Helper()
	if r.closed {
		return
	}
	r.closed = true
	if err := r.reader.Close(); err != nil {
		t.Error(err)
	}
	if err := r.writer.Close(); err != nil {
		t.Error(err)
	}
}

// importer works on the register. By its rule the public sees more of a
// contact when a restriction falls, a consent or a permit comes, a protection
// ends or the holder becomes legal: stricter than any rules will be.
func (r *testRegister) importer(t testing.TB, change func(*Config)) *Importer {
	t.Helper()
	c := Config{Writer: r.writer, Reader: r.reader, Wider: testWider, Now: func() time.Time { return today }}
	if change != nil {
		change(&c)
	}
	im, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

func testWider(was, is register.Traits) bool {
	for c := register.ClassName; c <= register.ClassEmail; c++ {
		if was.Restricts(c) && !is.Restricts(c) || !was.Permits(c) && is.Permits(c) || !was.Consents(c) && is.Consents(c) {
			return true
		}
	}
	return was.Protected() && !is.Protected() || was.Holder() != register.HolderLegal && is.Holder() == register.HolderLegal
}

func (r *testRegister) find(t testing.TB, ask store.Ask) store.Found {
	t.Helper()
	found, _, err := r.reader.Find(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	return found[0]
}

// version is that of the published register, 0 if there is none.
func (r *testRegister) version(t testing.TB) uint64 {
	t.Helper()
	e, err := r.reader.Edition(t.Context())
	if err != nil && !errors.Is(err, store.ErrEmpty) {
		t.Fatal(err)
	}
	return e.Version
}

func (r *testRegister) state(t testing.TB) register.State {
	t.Helper()
	e, err := r.reader.Edition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return *e.State
}

func (r *testRegister) contact(t testing.TB, handle string) *register.Contact {
	t.Helper()
	key, err := register.HandleKey(handle)
	if err != nil {
		t.Fatal(err)
	}
	found := r.find(t, store.Ask{Ref: store.Ref{Kind: store.Contacts, Key: key}})
	if !found.There() {
		return nil
	}
	c, err := register.DecodeContact(found.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (r *testRegister) domain(t testing.TB, name string) *register.Domain {
	t.Helper()
	found := r.find(t, store.Ask{Ref: store.Ref{Kind: store.Names, Key: name}})
	if !found.There() {
		return nil
	}
	d, err := register.DecodeDomain(found.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
