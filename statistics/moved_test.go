package statistics

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"registerd/escrow"
	"registerd/internal/newregister"
	"registerd/internal/sqlfile"
	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

// registry feeds a register, and counts it.
type registry struct {
	*testing.T
	path   string
	reader *sqlite.Reader
	im     *escrow.Importer
	serial int
	file   *File
}

// newRegistry has a register with a registrar, and no domain, as of October.
func newRegistry(t *testing.T) *registry {
	t.Helper()
	g := &registry{T: t, path: filepath.Join(t.TempDir(), "register.db"), file: newFile(t)}
	w := g.open()
	err := w.Change(t.Context(), func(tx store.Tx) error {
		tx.SetState(register.State{Zones: []register.Name{"example"}, Watermark: november.AddDate(0, -1, 0)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	g.feed(november.AddDate(0, 0, -20), `"put":[{"registrar":{"id":"r1","name":"One","iana":9001}}]`)
	return g
}

func (g *registry) open() (w *sqlite.Writer) {
	g.Helper()
	w, g.reader = newregister.At(g.T, g.path)
	var err error
	g.im, err = escrow.New(escrow.Config{
		Writer: w, Reader: g.reader, AcceptShrink: true, Now: func() time.Time { return november.AddDate(0, 2, 0) },
		Wider: func(_, _ register.Traits) bool { return false },
	})
	if err != nil {
		g.Fatal(err)
	}
	return w
}

func (g *registry) feed(at time.Time, members string) {
	g.Helper()
	line := fmt.Sprintf(`{"serial":%d,"prev":%d,"time":%q,%s}`+"\n", g.serial+1, g.serial, at.Format(time.RFC3339), members)
	if _, err := g.im.Changes(g.Context(), strings.NewReader(line), escrow.FeedOptions{}); err != nil {
		g.Fatal(err)
	}
	g.serial++
}

func (g *registry) register(at time.Time, name string) {
	g.Helper()
	g.feed(at, fmt.Sprintf(`"put":[{"domain":{"name":%q,"created":%q,"sponsor":"r1"}}]`, name, at.Format(time.RFC3339)))
}

func (g *registry) delete(at time.Time, name string) {
	g.Helper()
	g.feed(at, fmt.Sprintf(`"delete":[{"domain":%q}]`, name))
}

// count takes a census of the register as it is, and keeps it as the server does.
func (g *registry) count(change func(*Census)) {
	g.Helper()
	c, err := g.file.Count(g.Context(), Counting{Reader: g.reader, Now: november})
	if err == nil {
		change(c)
		err = g.file.Keep(g.Context(), c)
	}
	if err != nil {
		g.Fatal(err)
	}
}

func (g *registry) says(domains, came, went string) {
	g.Helper()
	t := summary(monthIn(g.T, g.file, november))
	for i, want := range []string{domains, came, went} {
		if got := t.Rows[i].Value.String(); got != want {
			g.Errorf("%s: %s, want %s", t.Rows[i].Keys[0], got, want)
		}
	}
	if counted := strings.Contains(t.Note, "as the register counted them"); counted != (went != NotMeasured) {
		g.Errorf("deleted is %s, and the note says %s", went, t.Note)
	}
}

// empty is a snapshot of a register without domains.
func (g *registry) empty(at time.Time) string {
	body := fmt.Sprintf(`{"snapshot":1,"zones":["example"],"serial":%d,"watermark":%q,"counts":{"domains":0,"reserved":0,"contacts":0,"hosts":0,"registrars":1}}`,
		g.serial, at.Format(time.RFC3339)) + "\n" + `{"registrar":{"id":"r1","name":"One","iana":9001}}` + "\n"
	return fmt.Sprintf("%s{\"end\":true,\"digest\":\"sha256:%x\"}\n", body, sha256.Sum256([]byte(body)))
}

func asItIs(*Census) {}

// byOlder is a census as a program made it that did not know of the register's count.
func byOlder(c *Census) { c.Said = nil }

func day(n int) time.Time { return november.AddDate(0, 0, n-1) }

func TestADomainThatIsThereForADayIsNewAndDeleted(t *testing.T) {
	g := newRegistry(t)
	g.register(day(-3), "old.example")
	g.delete(day(-3), "old.example")
	g.register(day(-2), "a.example")
	g.register(day(0), "b.example")
	g.count(asItIs)
	g.register(day(2), "short.example")
	g.delete(day(3), "short.example")
	g.register(day(5), "short.example")
	g.delete(day(6), "short.example")
	g.delete(day(7), "a.example")
	g.register(day(8), "a.example")
	g.count(asItIs)
	g.says("2", "3", "3")
	g.count(byOlder)
	m := monthIn(t, g.file, november)
	if m.created() != number(1) || m.deleted() != number(1) {
		t.Errorf("without the register's count new %s, deleted %s; want what two counts show, 1 and 1", m.created(), m.deleted())
	}
}

// What an older program was at work on in between may have changed unseen.
func TestAMonthInWhichAnOlderProgramCountedIsNotCounted(t *testing.T) {
	g := newRegistry(t)
	g.register(day(0), "a.example")
	g.count(asItIs)
	g.register(day(2), "b.example")
	g.count(byOlder)
	g.register(day(4), "c.example")
	g.count(asItIs)
	if m := monthIn(t, g.file, november); m.created() != number(2) {
		t.Errorf("new %s", m.created())
	} else if _, _, counted := m.moved(); counted {
		t.Error("it is said to be counted")
	}
}

func TestARegisterOfABackupIsCountedWhenItHasCaughtUp(t *testing.T) {
	g := newRegistry(t)
	g.register(day(-1), "a.example")
	g.register(day(-1), "b.example")
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := sqlfile.Copy(context.Background(), g.path, backup); err != nil {
		t.Fatal(err)
	}
	then := g.serial
	g.delete(day(0), "a.example")
	g.count(asItIs)

	g.path, g.serial = backup, then
	g.open()
	g.register(day(3), "c.example")
	g.count(asItIs)
	g.says("3", "1", NotMeasured) // and new is by the dates of creation
	if m := monthIn(t, g.file, november); m.deleted() != unmeasured {
		t.Errorf("deleted %s", m.deleted())
	}

	// What was lost comes again, and is counted again.
	g.delete(day(4), "a.example")
	g.delete(day(5), "b.example")
	g.count(asItIs)
	g.says("1", "1", "1")
}

func TestALoadThatIsTakenBackDeletesNothing(t *testing.T) {
	g := newRegistry(t)
	for i := range 9 {
		g.register(day(0), fmt.Sprintf("n%d.example", i))
	}
	g.count(asItIs)
	if report, err := g.im.Snapshot(t.Context(), strings.NewReader(g.empty(day(4)))); err != nil {
		t.Fatalf("%v: %v", err, report.Problems)
	}
	g.count(asItIs)
	g.says("0", "0", "9")
	g.delete(day(5), "n4.example") // it is not there, as far as this register knows
	if report, err := g.im.Rollback(t.Context(), escrow.RollbackOptions{}); err != nil {
		t.Fatalf("%v: %v", err, report.Problems)
	}
	g.count(asItIs)
	g.says("8", "0", "1")
}

// What there was, and what came, is what there is and what went.
func TestWhatTheRegisterCountedAccountsForTheDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, last := Said{}, Said{}
		for _, n := range []*int{&first.Domains, &first.Removed, &last.Domains, &last.Removed} {
			*n = rapid.IntRange(0, 50).Draw(t, "number")
		}
		m := &Month{First: &Census{Said: &first}, Last: &Census{Said: &last}}
		came, went, counted := m.moved()
		switch {
		case !counted:
			t.Error("it is not counted")
		case came == unmeasured || went == unmeasured:
			if came != went || last.Removed >= first.Removed && last.Domains+last.Removed >= first.Domains+first.Removed {
				t.Errorf("from %v to %v: new %s, deleted %s", first, last, came, went)
			}
		case float64(first.Domains)+came.N-went.N != float64(last.Domains), came.N < 0, went.N < 0:
			t.Errorf("from %v to %v: new %s, deleted %s", first, last, came, went)
		}
	})
}
