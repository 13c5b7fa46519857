package backup

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// scene is a place with something old in it, another that is empty, and what is to
// be put into them.
func scene(t *testing.T) (dir string, moves []Move) {
	t.Helper()
	dir = t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{"a": "old", "a-wal": "old log", "a.new": "new", "b.new": "new"} {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, []Move{
		{From: at("a"), To: at("a.before"), Aside: true}, {From: at("a-wal"), To: at("a.before-wal"), Aside: true},
		{From: at("a.new"), To: at("a")}, {From: at("b.new"), To: at("b")},
	}
}

func placed(t *testing.T, dir, where string) {
	t.Helper()
	for name, want := range map[string]string{"a": "new", "b": "new", "a.before": "old", "a.before-wal": "old log"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); string(text) != want {
			t.Errorf("%s: %s holds %q, %v", where, name, text, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 4 {
		t.Errorf("%s: %v", where, left)
	}
}

func begun(t *testing.T, dir string) *Placing {
	t.Helper()
	p, err := Begin(filepath.Join(dir, "plan"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAllOfItIsPutIntoPlace(t *testing.T) {
	dir, moves := scene(t)
	p := begun(t, dir)
	if len(p.Left) > 0 || Interrupted(p.path) {
		t.Error("something is left before anything was done")
	}
	if _, err := Begin(p.path); !errors.Is(err, ErrHeld) {
		t.Errorf("a second at the same time: %v", err)
	}
	if err := errors.Join(p.Carry(moves), p.Close()); err != nil {
		t.Fatal(err)
	}
	placed(t, dir, "at once")
}

// Whatever was done when it was interrupted, the next one ends it. So it does if the
// moves were made, and their names did not reach the disk in that order.
func TestWhatWasInterruptedIsEndedByTheNext(t *testing.T) {
	for stop := range 5 {
		dir, moves := scene(t)
		p := begun(t, dir)
		if err := p.write(moves); err != nil {
			t.Fatal(err)
		}
		for _, m := range moves[:stop] {
			if err := m.make(); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.lock.Close(); err != nil { // as a kill would
			t.Fatal(err)
		}
		if !Interrupted(p.path) {
			t.Errorf("after %d moves it is not known to be interrupted", stop)
		}
		for again := range 2 {
			next := begun(t, dir)
			if again == 0 && len(next.Left) != len(moves) {
				t.Errorf("after %d moves %d are left", stop, len(next.Left))
			}
			if err := errors.Join(next.Finish(), next.Close()); err != nil {
				t.Fatalf("after %d moves: %v", stop, err)
			}
		}
		placed(t, dir, "interrupted")
	}
}

func TestNothingIsDoneThatCannotBeEnded(t *testing.T) {
	dir, moves := scene(t)
	p := begun(t, dir)
	if err := p.Carry(append(moves, Move{From: filepath.Join(dir, "none"), To: filepath.Join(dir, "c")})); err == nil {
		t.Error("moved what is not there")
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "a")); string(text) != "old" {
		t.Errorf("a holds %q", text)
	}
	if Interrupted(p.path) {
		t.Error("nothing was begun")
	}
}

func TestWhatSomebodyPutIntoThePlaceMeanwhileStays(t *testing.T) {
	dir, moves := scene(t)
	p := begun(t, dir)
	b := filepath.Join(dir, "b")
	if err := os.WriteFile(b, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Carry(moves); err == nil {
		t.Error("it took the place of another")
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(b); string(text) != "theirs" {
		t.Errorf("b holds %q", text)
	}
	if err := os.Remove(b); err != nil {
		t.Fatal(err)
	}
	next := begun(t, dir)
	if err := errors.Join(next.Finish(), next.Close()); err != nil {
		t.Fatal(err)
	}
	placed(t, dir, "afterwards")
}

// Who may write to the folder could else have root move, make and empty whatever he names.
func TestAPlacingDoesNotDoWhatSomebodyElseLeftThere(t *testing.T) {
	dir, moves := scene(t)
	plan, victim := filepath.Join(dir, "plan"), filepath.Join(t.TempDir(), "victim")
	if err := os.Symlink(victim, plan); err != nil {
		t.Fatal(err)
	}
	if _, err := Begin(plan); err == nil {
		t.Error("a link in the plan's place is followed")
	}
	if err := errors.Join(os.Remove(plan), os.WriteFile(victim, []byte("kept"), 0o600), os.Symlink(victim, plan+".new")); err != nil {
		t.Fatal(err)
	}
	p := begun(t, dir)
	if err := errors.Join(p.Carry(moves), p.Close()); err != nil {
		t.Fatal(err)
	}
	placed(t, dir, "past a link")
	if text, err := os.ReadFile(victim); string(text) != "kept" {
		t.Errorf("where the link led stands %q, %v", text, err)
	}
	if os.Geteuid() != 0 {
		return // only root can give files away
	}
	if err := errors.Join(os.WriteFile(plan, []byte(`[{"from":"b","to":"c"}]`), 0o600), os.Chown(plan, 65534, 65534)); err != nil {
		t.Fatal(err)
	}
	if _, err := Begin(plan); err == nil || strings.Contains(err.Error(), "remove") {
		t.Errorf("another user's plan is carried out, or to be thrown away: %v", err)
	}
}
