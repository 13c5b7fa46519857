package service

import (
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"registerd/config"
	"registerd/ratelimit"
)

// stingy is a limiter whose clients may be told of so many persons.
func stingy(t *testing.T, persons int) *ratelimit.Limiter {
	t.Helper()
	limits := ratelimit.Defaults()
	limits.Memory = 4 << 20
	limits.Budgets[ratelimit.Personal] = ratelimit.Budget{Rate: float64(persons) / 86400, Burst: persons}
	l, err := ratelimit.New(limits)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var somebody = ratelimit.Client{Addr: netip.MustParseAddr("192.0.2.1")}

// tellOf charges a question whose answer tells of n persons.
func tellOf(t *testing.T, l *ratelimit.Limiter, n int) error {
	t.Helper()
	ticket, err := l.Admit(somebody, ratelimit.Lookup)
	if err != nil {
		t.Fatal(err)
	}
	return ticket.Charge(ratelimit.Cost{Personal: n})
}

func keeping(t *testing.T, path string, l *ratelimit.Limiter, log *strings.Builder) *keptLimits {
	k := &keptLimits{path: path, limiter: l, log: slog.New(slog.NewTextHandler(log, nil)), now: time.Now}
	t.Cleanup(func() { _ = k.close() })
	return k
}

func TestACrashForgivesWhatWasUsedSinceTheLastSaving(t *testing.T) {
	path, log := filepath.Join(t.TempDir(), "limits"), new(strings.Builder)
	before := stingy(t, 10)
	k := keeping(t, path, before, log)
	k.load() // there is none yet
	if err := tellOf(t, before, 6); err != nil {
		t.Fatal(err)
	}
	k.save()
	if err := tellOf(t, before, 3); err != nil {
		t.Fatal(err)
	}
	// Nobody says goodbye, and a file is half written.
	if err := os.WriteFile(path+".new", []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.close(); err != nil {
		t.Fatal(err)
	}
	after := stingy(t, 10)
	again := keeping(t, path, after, log)
	again.load()
	if left := after.Standing(somebody, ratelimit.Personal).Left; left != 4 {
		t.Errorf("%d left of 10 after 6 were saved and 3 were not, want 4", left)
	}
	again.save()
	if log.Len() > 0 {
		t.Errorf("it was said:\n%s", log)
	}
}

func TestOnlyOneServerKeepsBudgetsInAFileAndTheNextTakesOver(t *testing.T) {
	path, log := filepath.Join(t.TempDir(), "limits"), new(strings.Builder)
	first := keeping(t, path, stingy(t, 10), new(strings.Builder))
	first.save()
	used := stingy(t, 10)
	if err := tellOf(t, used, 5); err != nil {
		t.Fatal(err)
	}
	second := keeping(t, path, used, log)
	second.save()
	second.save()
	if n := strings.Count(log.String(), "another server keeps its budgets there"); n != 1 {
		t.Errorf("said %d times, want once:\n%s", n, log)
	}
	if second.saved.Load() != 0 {
		t.Error("it says that it saved")
	}
	if err := first.close(); err != nil {
		t.Fatal(err)
	}
	second.save()
	if !strings.Contains(log.String(), "budgets are written again") || second.saved.Load() == 0 {
		t.Errorf("it did not take over:\n%s", log)
	}
	after := stingy(t, 10)
	keeping(t, path, after, log).load()
	if left := after.Standing(somebody, ratelimit.Personal).Left; left != 5 {
		t.Errorf("%d left, want the 5 of the second", left)
	}
}

func TestWhatKeepsBudgetsFromBeingWrittenIsSaidOnceAndAgainWhenItChanges(t *testing.T) {
	dir, log := t.TempDir(), new(strings.Builder)
	path := filepath.Join(dir, "there", "limits")
	k := keeping(t, path, stingy(t, 10), log)
	k.save()
	k.save()
	if n := strings.Count(log.String(), "budgets cannot be written"); n != 1 {
		t.Errorf("said %d times, want once:\n%s", n, log)
	}
	if err := os.MkdirAll(path, 0o700); err != nil { // in the file's place
		t.Fatal(err)
	}
	k.save()
	k.save()
	if n := strings.Count(log.String(), "budgets cannot be written"); n != 2 {
		t.Errorf("said %d times, want once for each reason:\n%s", n, log)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	k.save()
	if !strings.Contains(log.String(), "budgets are written again") {
		t.Errorf("that it is well again is not said:\n%s", log)
	}
	if _, err := os.Stat(path + ".new"); err == nil {
		t.Error("a half written file is left")
	}
}

func TestAPipeInPlaceOfTheStateHoldsUpNoStart(t *testing.T) {
	path, log := filepath.Join(t.TempDir(), "limits"), new(strings.Builder)
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	k := keeping(t, path, stingy(t, 10), log)
	k.load()
	if !strings.Contains(log.String(), "all begin full") || !strings.Contains(log.String(), "it is no file") {
		t.Errorf("it is not told:\n%s", log)
	}
	k.save()
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		t.Errorf("budgets are not kept there afterwards: %v", err)
	}
}

func TestTheStateAndTheControlSocketAreBesideTheRegisterUnlessSaid(t *testing.T) {
	for _, c := range []struct{ said, want string }{{"", "/r/register.db.limits"}, {"-", ""}, {"/run/limits", "/run/limits"}} {
		config := config.Config{DB: "/r/register.db", Limits: config.Limits{State: c.said}}
		if got := config.LimitsPath(); got != c.want {
			t.Errorf("%q is at %q, want %q", c.said, got, c.want)
		}
	}
	if got := (&config.Config{DB: "/r/register.db"}).ControlPath(); got != "/r/register.db.control" {
		t.Errorf("the control socket is at %q", got)
	}
}
