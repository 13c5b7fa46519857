//go:build fault

package main

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"registerd/audit"
)

func TestALargerRegisterComesBackFromACompressedBackup(t *testing.T) {
	d := newDrill(t)
	d.must("seed", "--db", filepath.Join(d.dir, "register.db"), "--domains", "20000")
	d.flags = []string{"--compress"}
	d.drill(t, 8)
}

// Killed at any point, a restore leaves what was there, or what the next one ends.
func TestARestoreThatIsKilledAnywhereIsEndedByTheNext(t *testing.T) {
	t.Parallel()
	d := newDrill(t)
	d.must("seed", "--db", filepath.Join(d.dir, "register.db"), "--domains", "300")
	d.must("ask", "--config", "registerd.toml", "--as", "operator", "--purpose", "repair", drillName())
	d.must("backup", "--config", "registerd.toml", "backup")
	want := d.objects(t)
	took := d.restores()
	random := rand.New(rand.NewPCG(9, 18))
	killed := 0
	for range number(t, "REGISTERD_TEST_KILLS", 12) {
		cmd := d.command("restore", "--config", "registerd.toml", "--replace", "--older", "backup")
		must(t, cmd.Start())
		timer := time.AfterFunc(time.Duration(random.Int64N(int64(took)*5/4)), func() { _ = cmd.Process.Kill() })
		if cmd.Wait() != nil {
			killed++
		}
		timer.Stop()
		// What was interrupted while things were put into place is refused until it is ended.
		took = d.restores()
		if got := d.objects(t); !maps.Equal(got, want) {
			t.Fatalf("%d objects are there, of %d, or they are others", len(got), len(want))
		}
		verdict, err := audit.Verify(audit.VerifyConfig{Dir: filepath.Join(d.dir, "audit")})
		if err != nil || len(verdict.Findings) > 0 {
			t.Fatalf("%+v, %v", verdict, err)
		}
		for _, left := range []string{"*.restoring*", "*/.restoring", "register.db.restore"} {
			if paths, _ := filepath.Glob(filepath.Join(d.dir, left)); len(paths) > 0 {
				t.Errorf("left behind: %q", paths)
			}
		}
		asides, _ := filepath.Glob(filepath.Join(d.dir, "*before-*"))
		more, _ := filepath.Glob(filepath.Join(d.dir, "*", "before-*"))
		for _, path := range append(asides, more...) {
			must(t, os.RemoveAll(path))
		}
	}
	if killed == 0 {
		t.Error("none was killed")
	}
}

// restores puts the backup in the place of what is there, and says how long that took.
func (d *drill) restores() time.Duration {
	d.t.Helper()
	began := time.Now()
	d.must("restore", "--config", "registerd.toml", "--replace", "--older", "backup")
	return time.Since(began)
}

// The server's user could not read what is root's alone.
func TestRootBacksUpNothingOfOthersAndRestoresForThem(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("NOT TESTED: only root can give files away")
	}
	const server = 65534
	d := newDrill(t)
	d.must("seed", "--db", filepath.Join(d.dir, "register.db"), "--domains", "5")
	d.must("backup", "--config", "registerd.toml", "backup")
	must(t, os.Chown(d.dir, server, server))
	d.lose(t)
	d.must("restore", "--config", "registerd.toml", "backup")
	for _, path := range []string{"register.db", "accounts.db", "audit", "audit/journal.jsonl", "audit/keys", "audit/checkpoint.key"} {
		info, err := os.Stat(filepath.Join(d.dir, path))
		must(t, err)
		if s := info.Sys().(*syscall.Stat_t); s.Uid != server || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is of user %d, mode %o", path, s.Uid, info.Mode())
		}
	}
	said, err := d.command("backup", "--config", "registerd.toml", "second").CombinedOutput()
	if err == nil || !strings.Contains(string(said), "run this as that user") {
		t.Errorf("%v, %s", err, said)
	}
}
