package sqlite

import (
	"path/filepath"
	"testing"

	"registerd/store"
	"registerd/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (store.Writer, func() store.Reader) {
		path := filepath.Join(t.TempDir(), "register.db")
		return openWriter(t, path), func() store.Reader { return openReader(t, path) }
	})
}

func openWriter(t *testing.T, path string) *Writer {
	t.Helper()
	w, err := OpenWriter(path, Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func openReader(t *testing.T, path string) *Reader {
	t.Helper()
	r, err := OpenReader(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}
