package request

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestACopyOfTheDeskIsADeskWithAllThatIsThere(t *testing.T) {
	s := newScene(t)
	r := s.submit()
	s.must(s.attach(r.Secret))
	// What a crash left of a key, and one that is being erased.
	s.must(os.WriteFile(s.keys.keyPath("R-2026-000008")+unfinished, []byte("half"), 0o600))
	s.must(os.WriteFile(s.keys.keyPath("R-2026-000009"), make([]byte, 32), 0o600))
	to := filepath.Join(t.TempDir(), "copy")
	s.must(Copy(t.Context(), s.cfg.Dir, to))

	copied := *s
	copied.Desk = s.open(to)
	got := copied.show(r.Number)
	if got.File == nil || got.File.Submission.Requester != s.show(r.Number).File.Submission.Requester {
		t.Errorf("%+v", got)
	}
	file, err := copied.Evidence(t.Context(), r.Number, 1, "anna")
	if err != nil || !bytes.Equal(file, evidence) {
		t.Errorf("the evidence is %q, %v", file, err)
	}
	keys, err := os.ReadDir(filepath.Join(to, "keys"))
	if err != nil || len(keys) != 2 {
		t.Errorf("keys: %v, %v", keys, err)
	}
	// What was erased in the original, at its time, is erased in the copy at that time.
	s.must(copied.does(Refuse, r))
	s.now = s.now.Add(defaultKeep + time.Second)
	if n, err := copied.Expire(t.Context()); n != 1 || err != nil || copied.show(r.Number).File != nil {
		t.Errorf("erased %d, %v", n, err)
	}
}
