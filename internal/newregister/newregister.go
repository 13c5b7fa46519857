// Package newregister makes a register in a file, for tests. It holds nothing: what
// is put into it is theirs.
package newregister

import (
	"path/filepath"
	"testing"

	"registerd/store/sqlite"
)

// Open makes one in a folder of the test. It is closed when the test ends.
func Open(t testing.TB) (*sqlite.Writer, *sqlite.Reader) {
	t.Helper()
	return At(t, filepath.Join(t.TempDir(), "register.db"))
}

// At opens the one in the file at path, which is made if it is missing.
func At(t testing.TB, path string) (*sqlite.Writer, *sqlite.Reader) {
	t.Helper()
	w, err := sqlite.OpenWriter(path, sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	r, err := sqlite.OpenReader(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return w, r
}
