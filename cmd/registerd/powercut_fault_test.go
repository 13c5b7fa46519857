//go:build fault && linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"registerd/audit"
	"registerd/store"
	"registerd/store/sqlite"
)

// acknowledged is what somebody was told that it is done.
type acknowledged struct {
	mu       sync.Mutex
	round    int
	over     bool // the power is cut: what is told now is told nobody
	told     map[string]bool
	accounts []string
	requests []string
	backups  []string
	serial   uint64    // of the register, as the public was told
	either   [2]uint64 // of loads: the serial of the last one, and of the one under way
}

// note notes something, unless the power is cut. It reports whether it is not.
func (a *acknowledged) note(f func()) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.over {
		f()
	}
	return !a.over
}

// The power is cut while the server answers an authority, a feed is applied, accounts are
// made, requests come and backups are written; or while loads take each other's place and
// are taken back. Whatever was acknowledged is there afterwards, and nothing is damaged.
func TestAfterAPowerCutAllThatWasAcknowledgedIsThere(t *testing.T) {
	t.Parallel()
	d := onDisk(t, filepath.Join(t.TempDir(), "site"), 400)
	endure(t, newSite(t, d.dir), number(t, "REGISTERD_TEST_CUTS", 6), d.settle, d.cut, func() { d.again("errors=remount-ro") })
}

// The same for the server and all commands, killed at once.
func TestAfterAKillAllThatWasAcknowledgedIsThere(t *testing.T) {
	t.Parallel()
	nothing := func() {}
	endure(t, newSite(t, t.TempDir()), number(t, "REGISTERD_TEST_KILLS", 24)/4, nothing, nothing, nothing)
}

// endure has everything done at a site that goes down so many times.
func endure(t *testing.T, s *site, rounds int, settle, cut, again func()) {
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 6))
	must(t, os.Mkdir(filepath.Join(s.dir, "backups"), 0o700))
	s.serial = 100
	s.load(s.serial)
	for round := range rounds {
		settle()
		a := &acknowledged{round: round, told: map[string]bool{}, either: [2]uint64{s.serial, s.serial}}
		s.serve()
		base := s.serial
		loads := round%2 == 1
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		work := func(f func(context.Context, *acknowledged)) { all.Go(func() { f(ctx, a) }) }
		work(s.keepAsking)
		if loads {
			work(s.keepLoading)
		} else {
			work(s.keepFeeding)
			work(s.keepAdding)
			work(s.keepSubmitting)
			work(s.keepSaving)
		}
		s.awaitStarted(a, base, loads)
		time.Sleep(time.Duration(random.IntN(600)) * time.Millisecond) // to be anywhere
		a.note(func() { a.over = true; cut() })
		stop()
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		all.Wait()
		again()
		s.accusesNobody()
		s.serve() // which mends what was being written
		s.end()
		s.whole()
		s.serial = s.registerHolds(base, a, loads)
		s.journalHolds(a.told)
		s.restHolds(a)
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
		t.Logf("round %d: serial %d after %d, of which %d was told; %d answers, %d accounts, %d requests, %d backups",
			round, s.serial, base, max(a.serial, a.either[0]), len(a.told), len(a.accounts), len(a.requests), len(a.backups))
	}
}

// accusesNobody wants a journal that was being written not to be taken for a forged one.
func (s *site) accusesNobody() {
	s.t.Helper()
	verdict, err := audit.Verify(audit.VerifyConfig{Dir: filepath.Join(s.dir, "journal", "audit")})
	must(s.t, err)
	for _, f := range verdict.Findings {
		if !strings.Contains(f, "ends in") { // something unfinished
			s.t.Errorf("before it is mended: %s", f)
		}
	}
}

// load replaces the register.
func (s *site) load(serial uint64) {
	s.t.Helper()
	s.must(s.loading(serial)...)
}

func (s *site) loading(serial uint64) []string {
	return []string{"import", "--db", "register/register.db", "--accept-shrink", "--accept-widen", "--keep", "1h",
		"--snapshot", s.file("snapshot", siteSnapshot(serial, 400))}
}

// awaitStarted waits until each of those who work has been told something.
func (s *site) awaitStarted(a *acknowledged, base uint64, loads bool) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		started := false
		a.note(func() {
			started = len(a.told) > 0 && (loads && (a.round%4 == 3 || a.either[0] != base) || a.serial > base && len(a.accounts) > 0 && len(a.requests) > 0 && (a.round%4 > 0 || len(a.backups) > 0))
		})
		if started {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("nothing was done: %+v\n%s", a, s.said)
		}
	}
}

var saysSerial = regexp.MustCompile(`Serial: (\d+)`)

// keepAsking asks for what is journaled, and what the serial is.
func (s *site) keepAsking(ctx context.Context, a *acknowledged) {
	for ctx.Err() == nil {
		status, text, number, err := s.privately()
		if status != http.StatusOK || err != nil {
			if a.note(func() {}) {
				s.t.Errorf("above public: %d %s %v", status, text, err)
			}
			return
		}
		a.note(func() { a.told[number] = true })
		answer, err := s.ask("rdap /domain/free.example")
		if said := saysSerial.FindStringSubmatch(answer); err == nil && said != nil {
			serial, _ := strconv.ParseUint(said[1], 10, 64)
			a.note(func() { a.serial = serial })
		}
	}
}

func (s *site) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "registerd", args...)
	cmd.Dir, cmd.Env = s.dir, append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	return cmd
}

func (s *site) keepFeeding(ctx context.Context, a *acknowledged) {
	feed := s.command(ctx, "import", "--db", "register/register.db", "--changes", "-")
	in, err := feed.StdinPipe()
	var said bytes.Buffer
	feed.Stderr = &said
	if err == nil {
		err = feed.Start()
	}
	if err != nil {
		s.t.Error(err)
		return
	}
	for err == nil && ctx.Err() == nil {
		_, err = io.WriteString(in, s.change(1))
		s.serial++
	}
	early := a.note(func() {})
	_ = feed.Wait()
	if early {
		s.t.Errorf("the feed ended: %v, %s", err, &said)
	}
}

func (s *site) keepAdding(ctx context.Context, a *acknowledged) {
	for i := 0; ctx.Err() == nil; i++ {
		name := fmt.Sprintf("police-%d-%d", a.round, i)
		if s.command(ctx, "account", "add", name, "--config", "registerd.toml", "--kind", "authority", "--organization", "Police",
			"--purpose", "legalActions", "--approved-by", "Jens Jensen").Run() == nil {
			a.note(func() { a.accounts = append(a.accounts, name) })
		}
	}
}

var saysNumber = regexp.MustCompile(`"number": ?"([^"]+)"`)

func (s *site) keepSubmitting(ctx context.Context, a *acknowledged) {
	for ctx.Err() == nil {
		if status, text, err := s.submits(); err == nil && status == http.StatusCreated {
			a.note(func() { a.requests = append(a.requests, saysNumber.FindStringSubmatch(text)[1]) })
		}
	}
}

func (s *site) keepSaving(ctx context.Context, a *acknowledged) {
	for i := 0; ctx.Err() == nil; i++ {
		path := filepath.Join("backups", fmt.Sprint(i))
		if s.command(ctx, "backup", "--config", "registerd.toml", path).Run() == nil {
			a.note(func() { a.backups = append(a.backups, path) })
		}
	}
}

// keepLoading replaces the register, goes back, and goes on.
func (s *site) keepLoading(ctx context.Context, a *acknowledged) {
	serials := []uint64{s.serial}
	for i := 0; ctx.Err() == nil; i++ {
		last := serials[len(serials)-1]
		next := s.serial + 1
		args := s.loading(next)
		back := i%3 == 2
		if back {
			next = serials[len(serials)-2]
			args = []string{"rollback", "--db", "register/register.db", "--accept-shrink", "--accept-widen", "--as-it-was"}
		}
		a.note(func() { a.either = [2]uint64{last, next} })
		if said, err := s.command(ctx, args...).CombinedOutput(); err != nil {
			if a.note(func() {}) {
				s.t.Errorf("%q: %v\n%s", args, err, said)
			}
			return
		}
		a.note(func() { a.either = [2]uint64{next, next} })
		serials = append(serials, next)
		s.serial = max(s.serial, next)
	}
}

// registerHolds wants one whole register, as late as it was told. It gives its serial.
func (s *site) registerHolds(base uint64, a *acknowledged, loads bool) uint64 {
	s.t.Helper()
	path := filepath.Join(s.dir, "register", "register.db")
	reader, err := sqlite.OpenReader(path, sqlite.Options{})
	must(s.t, err)
	defer reader.Close()
	edition, err := reader.Edition(s.t.Context())
	must(s.t, err)
	serial := edition.State.Serial
	if loads && serial != a.either[0] && serial != a.either[1] || !loads && serial < max(a.serial, base) {
		s.t.Errorf("the register has serial %d; told was %d, or of loads %v", serial, a.serial, a.either)
	}
	names := map[string]string{}
	must(s.t, reader.Walk(s.t.Context(), store.Names, func(o store.Object) error { names[o.Key] = string(o.Bytes); return nil }))
	for name, bytes := range names {
		if loads && serial != base && !strings.Contains(bytes, fmt.Sprintf("S%d-EXAMPLE", serial)) {
			s.t.Fatalf("%s is not of the load %d", name, serial)
		}
	}
	for at := base + 1; !loads && at <= serial+10; at++ {
		if _, there := names[s.changed(at, 0)+".example"]; there != (at <= serial) {
			s.t.Errorf("change %d is there: %t, and the serial is %d", at, there, serial)
		}
	}
	return serial
}

// restHolds wants everything else that was acknowledged.
func (s *site) restHolds(a *acknowledged) {
	s.t.Helper()
	for what, has := range map[string][]string{"account": a.accounts, "request": a.requests} {
		list := s.must(what, "list", "--config", "registerd.toml")
		for _, one := range has {
			if !strings.Contains(list, one) {
				s.t.Errorf("the %s %s is not there:\n%s", what, one, list)
			}
		}
	}
	for _, path := range a.backups {
		s.must("restore", "--verify", path)
	}
	left, _ := filepath.Glob(filepath.Join(s.dir, "backups", "*"))
	for _, path := range left {
		must(s.t, os.RemoveAll(path))
	}
}
