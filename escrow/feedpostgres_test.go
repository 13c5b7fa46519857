package escrow

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"registerd/register"
	"registerd/store"
)

// postgres is a server of the system's PostgreSQL, on a socket in a directory
// of its own.
type postgres struct {
	*testing.T
	bin, dir string
	as       *syscall.SysProcAttr
}

// newPostgres skips the test where there is no server, or nobody to run it.
func newPostgres(t *testing.T) *postgres {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if path, err := exec.LookPath("initdb"); err == nil && len(found) == 0 {
		found = append(found, path)
	}
	if len(found) == 0 || testing.Short() {
		t.Skip("no PostgreSQL server is installed, or -short")
	}
	p := &postgres{T: t, bin: filepath.Dir(found[len(found)-1]), as: &syscall.SysProcAttr{}}
	dir, err := os.MkdirTemp("", "feed") // the socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	p.dir = dir
	t.Cleanup(func() { os.RemoveAll(dir) })
	if os.Getuid() == 0 {
		p.giveAway()
	}
	p.run("initdb", "-D", p.dir+"/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
	p.run("pg_ctl", "-D", p.dir+"/data", "-l", p.dir+"/log", "-w", "-o", "-k "+p.dir+" -c listen_addresses= -c fsync=off", "start")
	t.Cleanup(func() {
		// The test's context is done by now.
		_ = p.command(context.Background(), "pg_ctl", "-D", p.dir+"/data", "-m", "immediate", "-w", "stop").Run()
	})
	return p
}

// giveAway lets the user postgres own the directory: the server does not run
// as root.
func (p *postgres) giveAway() {
	p.Helper()
	u, err := user.Lookup("postgres")
	if err != nil {
		p.Skip("root cannot run PostgreSQL, and there is no user postgres")
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(p.dir, uid, gid); err != nil {
		p.Fatal(err)
	}
	p.as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func (p *postgres) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, filepath.Join(p.bin, name), args...)
	c.SysProcAttr, c.Dir = p.as, p.dir
	return c
}

func (p *postgres) run(name string, args ...string) []byte {
	p.Helper()
	out, err := p.command(p.Context(), name, args...).Output()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		p.Fatalf("%s: %v\n%s", name, err, failed.Stderr)
	} else if err != nil {
		p.Fatal(err)
	}
	return out
}

// psql runs as docs/feed.md says.
func (p *postgres) psql(sql string) []byte {
	p.Helper()
	return p.run("psql", "-AtX", "-h", p.dir, "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-c", sql)
}

// outbox is a PostgreSQL server with the registry of docs/feed.md.
func outbox(t *testing.T) (p *postgres, feed string) {
	p = newPostgres(t)
	blocks := map[string]string{}
	for _, block := range documented(t, "sql") {
		name := strings.Trim(strings.SplitN(block, "\n", 2)[0], "- ")
		name, _, _ = strings.Cut(name, ":")
		blocks[name] = block
	}
	p.psql(blocks["registry.sql"])
	p.psql(blocks["outbox.sql"])
	p.psql(blocks["daily.sql"])
	return p, blocks["feed.sql"]
}

func TestTheRecipeForPostgreSQLWorks(t *testing.T) {
	t.Parallel()
	p, feed := outbox(t)
	r := newFeedRegister(t)
	r.Now = time.Now
	p.psql(`INSERT INTO registrar VALUES ('r1', 'One', 9001);
		INSERT INTO contact (handle, roid, registrar, name, street, is_company, protected, identified_at)
		VALUES ('c1', 'C1-EX', 'r1', 'A "quoted" \ name', E'Street 1\nFlat 2', false, false, '2026-01-02 03:04:05.678+01');
		INSERT INTO host VALUES ('ns1.provider.test', '{192.0.2.1,2001:db8::1}', 'r1');
		INSERT INTO domain VALUES ('one.example', 'c1', 'c1', 'r1', now(), now());
		INSERT INTO delegation VALUES ('one.example', 'ns1.provider.test')`)

	snapshot := p.psql("SELECT line FROM registerd_snapshot")
	sum := sha256.Sum256(snapshot)
	snapshot = append(snapshot, `{"end":true,"digest":"sha256:`+hex.EncodeToString(sum[:])+"\"}\n"...)
	if report, err := r.Snapshot(t.Context(), bytes.NewReader(snapshot)); err != nil {
		t.Fatalf("%v %v\n%s", err, report.Problems, snapshot)
	}
	c := r.contact("c1")
	if c.Local.Name != `A "quoted" \ name` || len(c.Local.Address.Street) != 2 || c.Facts.Holder != register.HolderNatural ||
		c.Facts.Protection != register.NotProtected || c.Facts.Verification.Time.Nanosecond() != 678e6 {
		t.Errorf("the contact is %+v", c)
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	path := filepath.Join(p.dir, "feed.sql")
	if err := os.WriteFile(path, []byte(strings.Replace(feed, `\watch 1`, `\watch 0.1`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	psql := p.command(ctx, "psql", "-AtX", "-h", p.dir, "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-f", path)
	lines, err := psql.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := psql.Start(); err != nil {
		t.Fatal(err)
	}
	// A transaction that began first and ends last must not be lost, and many
	// objects must come in an order that never leaves a reference dangling.
	applied := make(chan uint64, 1000)
	r.Progress = func(string, int, int) { applied <- r.state().Serial }
	ended := make(chan error, 1)
	go func() {
		_, err := r.Changes(ctx, lines, FeedOptions{})
		ended <- err
	}()
	p.psql(`BEGIN; INSERT INTO contact (handle, registrar) SELECT 'm' || i, 'r1' FROM generate_series(1, 600) i;
		INSERT INTO domain SELECT 'm' || i || '.example', 'm' || i, NULL, 'r1', now(), now() FROM generate_series(1, 600) i;
		DELETE FROM domain WHERE name = 'one.example'; DELETE FROM contact WHERE handle = 'c1'; DELETE FROM host; COMMIT`)
	p.psql(`UPDATE contact SET company = 'Late Ltd', is_company = true WHERE handle = 'm600'`)
	want := register.Counts{Domains: 600, Contacts: 600, Registrars: 1}
	for r.state().Counts != want || r.contact("m600").Local.Organization != "Late Ltd" {
		select {
		case <-applied:
		case err := <-ended:
			t.Fatalf("the feed ended: %v; %+v", err, r.state())
		case <-t.Context().Done():
			t.Fatal(r.state())
		}
	}
	if r.find(store.Names, "one.example").There() {
		t.Error("the deleted domain is there")
	}
	cancel()
	<-ended
	_ = psql.Wait()
}
