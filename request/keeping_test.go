package request

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestWhatIsNotRecordedIsNotDone(t *testing.T) {
	s := newScene(t)
	full := errors.New("the disk is full")
	s.deaf = full
	if _, err := s.Submit(t.Context(), submission()); !errors.Is(err, full) {
		t.Errorf("submitted: %v", err)
	}
	s.deaf = nil
	r := s.submit()
	if r.Number != "R-2026-000001" {
		t.Errorf("the number of what was not done is gone: %s", r.Number)
	}
	s.mustGrant(r.Number, "anna")
	s.deaf = full
	if token, err := s.PickUp(t.Context(), r.Secret); !errors.Is(err, full) || token != (Token{}) {
		t.Errorf("picked up %+v: %v", token, err)
	}
	if n, err := s.Expire(t.Context()); n != 0 || err != nil {
		t.Errorf("erased %d: %v", n, err)
	}
	s.now = s.now.Add(1000 * 24 * time.Hour)
	if n, err := s.Expire(t.Context()); n != 0 || !errors.Is(err, full) || s.show(r.Number).File == nil {
		t.Errorf("erased %d: %v", n, err)
	}
}

// Nothing that tells of a person can be read in the files but with the key; and
// after it is erased, not at all.
func TestWhatTellsOfAPersonIsSealedAndGoesWithTheKey(t *testing.T) {
	s := newScene(t)
	r := s.submit()
	s.must(s.attach(r.Secret))
	s.must(s.does(Refuse, r))
	secrets := []string{"canary", "Canary", "karin.example", "brands.example", r.Secret, "192.0.2", "There is no infringement", "%PDF"}
	s.searchFiles(secrets)
	s.now = s.now.Add(defaultKeep - time.Second)
	if n, err := s.Expire(t.Context()); n != 0 || err != nil {
		t.Fatalf("too early: %d, %v", n, err)
	}
	s.now = s.now.Add(time.Second)
	if n, err := s.Expire(t.Context()); n != 1 || err != nil {
		t.Fatalf("in time: %d, %v", n, err)
	}
	got := s.show(r.Number)
	if got.File != nil || got.Erased.IsZero() || got.Outcome != None || got.Country != "DK" || got.Kind != KindTradeMarkHolder {
		t.Errorf("%+v", got)
	}
	if got.secret != nil || got.same != nil || got.network != nil || got.digest != nil {
		t.Error("what it was known by is kept")
	}
	for _, path := range []string{s.keys.keyPath(r.Number), s.keys.evidencePath(r.Number, sha256.Sum256(evidence))} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	if _, err := s.StateFor(t.Context(), r.Secret); !errors.Is(err, ErrNotFound) {
		t.Errorf("the link: %v", err)
	}
	if _, err := s.Evidence(t.Context(), r.Number, 1, "anna"); !errors.Is(err, ErrErased) {
		t.Errorf("the evidence: %v", err)
	}
	if n, err := s.Expire(t.Context()); n != 0 || err != nil {
		t.Errorf("a second time: %d, %v", n, err)
	}
}

func TestAClockThatJumpsAheadErasesAFewRequestsAlone(t *testing.T) {
	s := newScene(t)
	var numbers []string
	for range 10 {
		r := s.submit()
		s.must(s.does(Refuse, r))
		numbers = append(numbers, r.Number)
	}
	erased := func(run, want, all int) {
		t.Helper()
		if n, err := s.Expire(t.Context()); n != want || err != nil {
			t.Errorf("run %d erased %d: %v", run, n, err)
		}
		for i, number := range numbers {
			if gone := s.show(number).File == nil; gone != (i < all) {
				t.Errorf("after run %d it is %v that %s is erased", run, gone, number)
			}
		}
	}
	back := s.now
	s.now = back.Add(2 * defaultKeep)
	erased(1, 8, 8)
	s.now = back
	erased(2, 0, 8)
	s.now = back.Add(2 * defaultKeep)
	erased(3, 2, 10)
}

func (s *scene) searchFiles(secrets []string) {
	s.t.Helper()
	files := 0
	err := filepath.WalkDir(s.cfg.Dir, func(path string, e fs.DirEntry, err error) error {
		info, statErr := e.Info()
		if err = errors.Join(err, statErr); err != nil {
			return err
		}
		if mode := info.Mode().Perm(); path != s.cfg.Dir && mode&0o077 != 0 {
			s.t.Errorf("%s can be read by others: %o", path, mode)
		}
		if e.IsDir() {
			return nil
		}
		files++
		text, err := os.ReadFile(path)
		for _, secret := range secrets {
			if bytes.Contains(text, []byte(secret)) || strings.Contains(path, secret) {
				s.t.Errorf("%s tells %q", path, secret)
			}
		}
		return err
	})
	if err != nil || files < 4 {
		s.t.Fatalf("read %d files: %v", files, err)
	}
}

func TestACrashBetweenTheKeyAndTheRowIsMended(t *testing.T) {
	s := newScene(t)
	r := s.submit()
	s.must(s.does(Refuse, r))
	s.must(s.keys.erase(r.Number)) // and the power fails
	if _, err := s.StateFor(t.Context(), r.Secret); !errors.Is(err, ErrNotFound) {
		t.Errorf("meanwhile: %v", err)
	}
	s.now = s.now.Add(defaultKeep)
	if n, err := s.Expire(t.Context()); n != 1 || err != nil {
		t.Errorf("erased %d: %v", n, err)
	}
}

func TestAKeyOfARequestThatWasNeverKeptIsReplaced(t *testing.T) {
	s := newScene(t)
	if _, err := s.keys.makeKey("R-2026-000001"); err != nil { // and the power fails
		t.Fatal(err)
	}
	r := s.submit()
	if got := s.show(r.Number); got.File == nil {
		t.Error("it cannot be opened")
	}
}

func TestTheDeskIsTheSameAfterARestartAndForTwoPrograms(t *testing.T) {
	s := newScene(t)
	r := s.submit()
	other := s.open(s.cfg.Dir)
	s.must(other.Take(t.Context(), r.Number, "anna"))
	if got := s.show(r.Number).State; got != Taken {
		t.Errorf("the first sees it as %s", got)
	}
	if _, err := other.Submit(t.Context(), submission()); !errors.Is(err, ErrDuplicate) {
		t.Errorf("the second takes it again: %v", err)
	}
}

func TestADeskThatOthersMayWriteToIsRefused(t *testing.T) {
	for _, folder := range []string{".", "keys", "evidence"} {
		s := newScene(t)
		if err := os.Chmod(filepath.Join(s.cfg.Dir, folder), 0o770); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(context.Background(), s.cfg); err == nil || !strings.Contains(err.Error(), "chmod 700") {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

func TestAFileOfSomethingElseIsRefused(t *testing.T) {
	s := newScene(t)
	for what, query := range map[string]string{"another program's": "PRAGMA application_id = 1", "a newer one": "PRAGMA user_version = 99"} {
		c := s.cfg
		c.Dir = t.TempDir()
		d := s.open(c.Dir)
		if _, err := d.db.Exec(query); err != nil {
			t.Fatal(err)
		}
		s.must(d.Close())
		if _, err := Open(t.Context(), c); err == nil {
			t.Errorf("%s is opened", what)
		}
	}
}
