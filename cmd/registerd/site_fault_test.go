//go:build fault && linux

package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"registerd/audit"
	"registerd/internal/example"
)

// site is all that an operator has: the program with every file that it keeps, each in a
// folder that can be a disk of its own. What it answered when all was well is what it is
// held to.
type site struct {
	t      *testing.T
	dir    string
	token  string // of an authority
	oracle map[string]string
	disks  map[string]*disk // by folder, or "" for one that holds all of it

	at    map[string]string // by window
	cmd   *exec.Cmd
	said  *lines
	heard int // how many lines of its log were waited for

	serial uint64 // of the last change
	number int    // counts names that are to be new
	cases  atomic.Int64
}

// siteFolders are where each of its files is.
var siteFolders = []string{"register", "journal", "accounts", "requests", "links", "limits", "statistics"}

const siteConfig = `
db = "register/register.db"
accounts = "accounts/accounts.db"
holder_links = "links/links.db"
statistics = "statistics/numbers"
control = "control"
kept_answers = -1
max_data_age = "0s"
audit.dir = "journal/audit"
requests = { dir = "requests/desk", open_limit = 100000, open_per_network = 100000 }
limits.state = "limits/state"
limits.network = [{ prefix = "127.0.0.0/8", unlimited = true, until = 2100-01-01, note = "this test" }]
limits.account = 1000 # many rounds ask in its name
whois = { listen = "127.0.0.1:0", max_per_network = -1, connections_per_second = -1 }
das = { listen = "127.0.0.1:0", max_per_network = -1, connections_per_second = -1 }
rdap = { listen = "127.0.0.1:0", base = "http://rdap.nic.example/", max_per_network = -1, connections_per_second = -1 }
private.listen = "127.0.0.1:0"
`

// newSite fills the folders, which the caller has made to be disks or not.
func newSite(t *testing.T, dir string) *site {
	t.Helper()
	s := &site{t: t, dir: dir, serial: 22}
	for _, place := range siteFolders {
		must(t, os.MkdirAll(filepath.Join(dir, place), 0o700))
	}
	must(t, os.WriteFile(filepath.Join(dir, "registerd.toml"), []byte(siteConfig), 0o600))
	must(t, example.Build(t.Context(), filepath.Join(dir, "register", "register.db")))
	s.must("account", "add", "police", "--config", "registerd.toml", "--kind", "authority", "--organization", "Example Police",
		"--purpose", "legalActions", "--approved-by", "Jens Jensen")
	said := s.must("token", "new", "--account", "police", "--config", "registerd.toml")
	s.token = regexp.MustCompile(`registerd_\S+`).FindString(said)
	return s
}

func (s *site) run(args ...string) (string, error) {
	cmd := exec.Command("registerd", args...) // TestMain has put it on the path
	cmd.Dir, cmd.Env = s.dir, append(os.Environ(), "GORACE=atexit_sleep_ms=0", "TMPDIR="+s.dir)
	said, err := cmd.CombinedOutput()
	return string(said), err
}

func (s *site) must(args ...string) string {
	s.t.Helper()
	said, err := s.run(args...)
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", args, err, said)
	}
	return said
}

// serve starts the server.
func (s *site) serve(environment ...string) {
	s.t.Helper()
	if !s.starts(environment...) {
		s.t.Fatalf("it did not come up:\n%s", s.said)
	}
}

// starts reports whether the server comes up.
func (s *site) starts(environment ...string) bool {
	s.t.Helper()
	s.cmd, s.said, s.heard, s.at = exec.Command("registerd", "serve", "--config", "registerd.toml"), new(lines), 0, map[string]string{}
	s.cmd.Dir, s.cmd.Env = s.dir, append(append(os.Environ(), "GORACE=atexit_sleep_ms=0"), environment...)
	errs, err := s.cmd.StderrPipe()
	must(s.t, err)
	must(s.t, s.cmd.Start())
	cmd := s.cmd
	s.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	go s.said.copy(errs)
	_, err = s.said.await(0, func(text string) bool {
		var line struct{ Msg, Window, Address string }
		if json.Unmarshal([]byte(text), &line) == nil && line.Msg == "serving" {
			s.at[line.Window] = line.Address
		}
		return line.Window == "private"
	})
	return err == nil
}

// end has it end by itself, with nothing to complain of.
func (s *site) end() {
	s.t.Helper()
	must(s.t, s.cmd.Process.Signal(syscall.SIGTERM))
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("it ended with %v\n%s", err, s.said)
	}
}

// hears waits for the next line of the log with these words.
func (s *site) hears(words string) {
	s.t.Helper()
	var err error
	for deadline := time.Now().Add(90 * time.Second); ; { // some things are tried once a minute
		if s.heard, err = s.said.await(s.heard, func(line string) bool { return strings.Contains(line, words) }); err == nil {
			return
		}
		if time.Now().After(deadline) || s.cmd.ProcessState != nil {
			s.t.Fatalf("its log does not say %q: %v\n%s", words, err, s.said)
		}
	}
}

// change is the next line of the feed: it adds so many names.
func (s *site) change(names int) string {
	serial := s.serial + 1
	var puts []string
	for i := range names {
		puts = append(puts, fmt.Sprintf(`{"domain":{"name":"%s.example","sponsor":"fjord"}}`, s.changed(serial, i)))
	}
	return fmt.Sprintf(`{"serial":%d,"prev":%d,"time":"%s","put":[%s]}`+"\n", serial, s.serial,
		siteTime(serial), strings.Join(puts, ","))
}

func (s *site) changed(serial uint64, i int) string { return fmt.Sprintf("fed-%d-%d", serial, i) }

// feeds applies a change of so many names, which is there afterwards, or not at all.
func (s *site) feeds(names int) (said string, err error) {
	s.t.Helper()
	must(s.t, os.WriteFile(filepath.Join(s.dir, "change"), []byte(s.change(names)), 0o600))
	said, err = s.run("import", "--db", "register/register.db", "--changes", "change")
	want := "404 "
	if err == nil {
		s.serial++
		want = "200 "
	}
	serial := s.serial
	if err != nil {
		serial++
	}
	for _, i := range []int{0, names / 2, names - 1} {
		answer, asked := s.ask("rdap /domain/" + s.changed(serial, i) + ".example")
		if asked != nil || !strings.HasPrefix(answer, want) {
			s.t.Errorf("after a change (%v, %s) name %d is %s, %v", err, said, i, answer, asked)
		}
	}
	return said, err
}

const siteRequest = `{"requester": {"kind": "other", "organisation": "Brands", "person": "Ida Lund", "email": "ida@brands.example", "country": "DK"},
"purpose": "legalActions", "basis": "Trade Marks Act", "why": "We need to know, for the %dth time, who sells there.",
"objects": [{"domain": "karin.example"}], "fields": ["contact name"], "evidence": []}`

// submits sends a request to the desk.
func (s *site) submits() (status int, text string, err error) {
	s.number++
	text = strings.Replace(fmt.Sprintf(siteRequest, s.number), "Brands", fmt.Sprint("Brands ", s.number), 1)
	return s.http(http.MethodPost, "/requests", http.Header{"Content-Type": {"application/json"}}, []byte(text))
}

// add makes an account, of a new name.
func (s *site) add() (name, said string, err error) {
	s.number++
	name = fmt.Sprint("police-", s.number)
	said, err = s.run("account", "add", name, "--config", "registerd.toml", "--kind", "authority", "--organization", "Police",
		"--purpose", "legalActions", "--approved-by", "Jens Jensen")
	return name, said, err
}

// works wants everything to be done that is done there, and remembers the answers anew.
func (s *site) works(when string) {
	s.t.Helper()
	if said, err := s.feeds(3); err != nil {
		s.t.Errorf("%s: a change: %v\n%s", when, err, said)
	}
	s.awaitPrivately(when, http.StatusOK)
	if status, text, err := s.submits(); status != http.StatusCreated {
		s.t.Errorf("%s: a request: %d %s %v", when, status, text, err)
	}
	if _, said, err := s.add(); err != nil {
		s.t.Errorf("%s: an account: %v\n%s", when, err, said)
	}
	if said, err := s.run("holder", "link", "--config", "registerd.toml", "CANARY-KA1"); err != nil {
		s.t.Errorf("%s: a link: %v\n%s", when, err, said)
	}
	s.remember()
}

// journalHolds wants a sound journal with all of these cases.
func (s *site) journalHolds(told map[string]bool) {
	s.t.Helper()
	dir := filepath.Join(s.dir, "journal", "audit")
	verdict, err := audit.Verify(audit.VerifyConfig{Dir: dir})
	if err != nil || len(verdict.Findings) > 0 {
		s.t.Errorf("the journal: %+v, %v", verdict, err)
	}
	held := map[string]bool{}
	must(s.t, audit.Walk(dir, func(r audit.Record) error { held[r.Case] = true; return nil }))
	for number := range told {
		if !held[number] {
			s.t.Errorf("%s was told, and the journal does not know it", number)
		}
	}
}

// whole wants a register without a fault.
func (s *site) whole() {
	s.t.Helper()
	if said, err := s.run("verify", "--db", "register/register.db"); err != nil {
		s.t.Errorf("the register: %v\n%s", err, said)
	}
}

// siteTime is when a change was made. Many rounds make hundreds of thousands, a second
// apart, and one from the future is refused.
func siteTime(serial uint64) string {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(serial) * time.Second).Format(time.RFC3339)
}

// siteSnapshot is a register of so many names, all of which tell its serial, and one of
// a person.
func siteSnapshot(serial uint64, names int) string {
	var body strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&body, format+"\n", args...) }
	line(`{"snapshot":1,"zones":["example"],"serial":%d,"watermark":"%s","counts":{"domains":%d,"reserved":0,"contacts":1,"hosts":0,"registrars":1}}`,
		serial, siteTime(serial), names+1)
	for i := range names {
		line(`{"domain":{"name":"name-%d.example","roid":"S%d-EXAMPLE","registrant":"c1","sponsor":"fjord"}}`, i, serial)
	}
	line(`{"domain":{"name":"protected.example","roid":"S%d-EXAMPLE","registrant":"c1","sponsor":"fjord"}}`, serial)
	line(`{"registrar":{"id":"fjord","name":"Fjord"}}`)
	line(`{"contact":{"handle":"c1","roid":"C1-EX","sponsor":"fjord","local":{"name":"Canary %d","address":{"country":"SE"}},"facts":{"holder":"natural","protection":"none"}}}`, serial)
	return body.String() + fmt.Sprintf(`{"end":true,"digest":"sha256:%x"}`+"\n", sha256.Sum256([]byte(body.String())))
}

// file writes a file of the test's own.
func (s *site) file(name, text string) string {
	must(s.t, os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600))
	return name
}

func deposit(t *testing.T) string {
	path, err := filepath.Abs(filepath.Join("..", "..", "testdata", "example.xml"))
	must(t, err)
	return path
}

// refuses wants a command to fail, and to say these words.
func (s *site) refuses(what, words string, args ...string) {
	s.t.Helper()
	if said, err := s.run(args...); err == nil || !strings.Contains(said, words) {
		s.t.Errorf("%s: %v, want words with %q\n%s", what, err, words, said)
	}
}
