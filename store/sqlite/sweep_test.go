package sqlite

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A register that a feed fills may not be loaded again for years. What a load that was
// killed has written is not kept that long, and one that is under way is left alone.
func TestWhatAKilledLoadLeftGoesWithoutAnotherLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w, err := OpenWriter(path, Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	publishOf(t, w, "served", 20)
	begun, err := w.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l := begun.(*load)
	for i := range 20 {
		for _, o := range marked("killed", i) {
			if err := l.Put(o, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := l.Seal(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	purge := func() {
		t.Helper()
		if err := w.Purge(t.Context(), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	purge()
	if !bytes.Contains(bytesOf(t, path), []byte("<killed-")) {
		t.Fatal("a load was taken away while it was under way")
	}
	if err := l.lock.Close(); err != nil { // as a kill would
		t.Fatal(err)
	}
	purge()
	if b := bytesOf(t, path); bytes.Contains(b, []byte("<killed-")) || !bytes.Contains(b, []byte("<served-")) {
		t.Error("what a load that was killed wrote is still there, or what is served is not")
	}
	if _, err := os.Stat(loadDir(path)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its folder is still there: %v", err)
	}
}
