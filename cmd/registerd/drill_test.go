package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
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
)

// A backup is proven by restoring it: it is made while the server is asked and a feed
// is applied; then all is lost. What was restored, and the rest of the feed, are the
// register that was lost: object by object, and on every window.
func TestAllThatIsLostComesBackFromABackupAndTheFeed(t *testing.T) {
	d := newDrill(t)
	d.must("seed", "--db", filepath.Join(d.dir, "register.db"), "--domains", "40")
	d.drill(t, 2)
}

const drillConfig = `
db = "register.db"
accounts = "accounts.db"
max_data_age = "0s"
audit.dir = "audit"
whois.listen = "127.0.0.1:0"
das.listen = "127.0.0.1:0"
rdap = { listen = "127.0.0.1:0", base = "http://rdap.nic.example/" }
`

// drill is a register in a folder, with programs that work on it.
type drill struct {
	t            *testing.T
	dir, program string
	token        string // of an authority
	feed         []string
	flags        []string // of the backup

	mu    sync.Mutex
	told  map[string]bool // cases in which somebody was told what is not public
	cases int
	turn  chan struct{} // the feed goes on with the answers, however fast they are
}

func newDrill(t *testing.T) *drill {
	t.Helper()
	program, err := exec.LookPath("registerd")
	must(t, err)
	d := &drill{t: t, dir: t.TempDir(), program: program, told: map[string]bool{}, turn: make(chan struct{})}
	must(t, os.WriteFile(filepath.Join(d.dir, "registerd.toml"), []byte(drillConfig), 0o600))
	d.must("account", "add", "police", "--config", "registerd.toml", "--kind", "authority", "--organization", "Example Police",
		"--purpose", "legalActions", "--approved-by", "Jens Jensen")
	said := d.must("token", "new", "--account", "police", "--config", "registerd.toml")
	d.token = regexp.MustCompile(`registerd_\S+`).FindString(said)
	return d
}

func (d *drill) command(args ...string) *exec.Cmd {
	cmd := exec.Command(d.program, args...)
	cmd.Dir, cmd.Env = d.dir, append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	return cmd
}

// must runs the program to its end, and gives what it said.
func (d *drill) must(args ...string) string {
	d.t.Helper()
	said, err := d.command(args...).CombinedOutput()
	if err != nil {
		d.t.Fatalf("%s: %v\n%s", args, err, said)
	}
	return string(said)
}

// drill makes a backup under load, loses everything, and brings it back.
func (d *drill) drill(t *testing.T, clients int) {
	stop := d.underLoad(t, clients)
	d.await(t, clients)
	before := d.toldSoFar()
	d.must(append([]string{"backup", "--config", "registerd.toml", "backup"}, d.flags...)...)
	d.await(t, clients) // the backup has held up nobody
	stop()
	want, answers := d.objects(t), d.answers(t)

	d.lose(t)
	d.must("restore", "--config", "registerd.toml", "backup")
	d.replay(t)
	got := d.objects(t)
	for key := range got {
		if got[key] != want[key] {
			t.Errorf("%s was %q and came back as %q", key, want[key], got[key])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d objects came back, of %d", len(got), len(want))
	}
	if got := d.answers(t); got != answers {
		t.Errorf("answered before:\n%s\nand afterwards:\n%s", answers, got)
	}
	d.journalHolds(t, before)
}

// lose removes all that the server keeps.
func (d *drill) lose(t *testing.T) {
	t.Helper()
	for _, lost := range []string{"register.db*", "accounts.db*", "audit"} {
		paths, err := filepath.Glob(filepath.Join(d.dir, lost))
		must(t, err)
		for _, path := range paths {
			must(t, os.RemoveAll(path))
		}
	}
}

// underLoad serves, asks and feeds until stop is called.
func (d *drill) underLoad(t *testing.T, clients int) (stop func()) {
	at, end := d.serve(t)
	in, pipe, err := os.Pipe()
	must(t, err)
	fed := d.command("import", "--db", "register.db", "--changes", "-", "--start", "1")
	var said bytes.Buffer
	fed.Stdin, fed.Stdout, fed.Stderr = in, &said, &said
	must(t, fed.Start())
	must(t, in.Close())
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-d.turn:
			}
			line := d.change()
			if _, err := io.WriteString(pipe, line); err != nil {
				t.Errorf("the feed: %v\n%s", err, said.String())
				return
			}
			d.feed = append(d.feed, line)
		}
	})
	for range clients {
		all.Go(func() {
			for ctx.Err() == nil {
				d.ask(t, at["rdap"])
				select {
				case d.turn <- struct{}{}:
				default:
				}
			}
		})
	}
	return func() {
		cancel()
		all.Wait()
		must(t, pipe.Close())
		if err := fed.Wait(); err != nil {
			t.Errorf("the feed: %v\n%s", err, said.String())
		}
		end()
	}
}

// change is the next line of the feed: names come, change and go.
func (d *drill) change() string {
	n := len(d.feed) + 2
	at := time.Date(2026, 11, 2, 0, 0, n, 0, time.UTC).Format(time.RFC3339)
	if n%3 == 0 {
		return fmt.Sprintf(`{"serial":%d,"prev":%d,"time":"%s","delete":[{"domain":"fed-%d.example"}]}`+"\n", n, n-1, at, n-1)
	}
	return fmt.Sprintf(`{"serial":%d,"prev":%d,"time":"%s","put":[{"domain":{"name":"fed-%d.example","roid":"F%d-EXAMPLE","statuses":["ok"],`+
		`"sponsor":"registrar-1","created":"2026-11-02T00:00:00Z","expires":"2027-11-02T00:00:00Z"}}]}`+"\n", n, n-1, at, n, n)
}

// ask asks for what only an authority is told, and notes that it was.
func (d *drill) ask(t *testing.T, rdap string) {
	d.mu.Lock()
	d.cases++
	number := "case-" + strconv.Itoa(d.cases)
	d.mu.Unlock()
	status, _ := d.get(t, rdap, "/domain/"+drillName(), number)
	if status != http.StatusOK {
		t.Errorf("answered with %d", status)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told[number] = true
}

func (d *drill) get(t *testing.T, rdap, path, number string) (int, string) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+rdap+path, nil)
	must(t, err)
	if number != "" {
		r.Header = http.Header{"Authorization": {"Bearer " + d.token}, "Rdap-Purpose": {"legalActions"}, "Rdap-Case": {number}}
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Errorf("asking: %v", err)
		return 0, ""
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	return answer.StatusCode, string(body)
}

func (d *drill) toldSoFar() map[string]bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.told)
}

// await waits until every client could have been answered once more, and the feed has
// gone on.
func (d *drill) await(t *testing.T, clients int) {
	t.Helper()
	want, serial := len(d.toldSoFar())+2*clients, d.serial(t)
	for deadline := time.Now().Add(patience); len(d.toldSoFar()) < want || d.serial(t) == serial; time.Sleep(time.Millisecond) {
		if t.Failed() || time.Now().After(deadline) {
			t.Fatal("nobody is answered any more")
		}
	}
}

// replay applies what came after the backup.
func (d *drill) replay(t *testing.T) {
	t.Helper()
	at := int(d.serial(t))
	if at < 2 || at > len(d.feed) {
		t.Errorf("the backup is at serial %d, of a feed to %d: it was not made meanwhile", at, len(d.feed)+1)
	}
	rest := filepath.Join(d.dir, "rest")
	must(t, os.WriteFile(rest, []byte(strings.Join(d.feed[max(at-1, 0):], "")), 0o600))
	d.must("import", "--db", "register.db", "--changes", rest)
}

// journalHolds wants a journal with everybody who was told something before the
// backup, and nobody who was not.
func (d *drill) journalHolds(t *testing.T, before map[string]bool) {
	t.Helper()
	dir := filepath.Join(d.dir, "audit")
	verdict, err := audit.Verify(audit.VerifyConfig{Dir: dir})
	if err != nil || len(verdict.Findings) > 0 {
		t.Errorf("%+v, %v", verdict, err)
	}
	held := map[string]bool{}
	must(t, audit.Walk(dir, func(r audit.Record) error { held[r.Case] = true; return nil }))
	for number := range before {
		if !held[number] {
			t.Errorf("%s was told before the backup, and the journal does not know it", number)
		}
	}
	if len(before) == 0 {
		t.Error("nobody was told anything before the backup")
	}
}
