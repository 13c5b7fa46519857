package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"registerd/internal/idp"
	"registerd/internal/pki"
)

// runningServer is the program that a script started, and what the script
// is doing with it.
type runningServer struct {
	cmd    *exec.Cmd
	said   *lines   // on standard error
	from   string   // the client's address that a front end would tell; "" without one
	held   net.Conn // a question that is not complete
	answer []byte   // the last over RDAP
	public bool     // whether it went to the public

	authority *pki.Authority // that clients trust; nil until it is needed
	publisher *httptest.Server
	provider  *idp.Provider
}

func serverOf(ts *testscript.TestScript) *runningServer {
	return ts.Value(serverKey).(*runningServer)
}

var (
	sayingAddress = regexp.MustCompile(`(?m)^(WHOIS|Availability|RDAP|Private)\s+(?:http://)?(127\.0\.0\.1:\d+)`)
	sayingToken   = regexp.MustCompile(`Bearer (\S+)'`)
)

// start runs the program and waits until it says where its windows are.
func start(ts *testscript.TestScript, command string, args []string) {
	s := serverOf(ts)
	if s.cmd != nil {
		ts.Fatalf("a server runs already")
	}
	program, err := exec.LookPath("registerd")
	ts.Check(err)
	all := []string{command}
	for _, w := range []string{"--whois", "--das", "--rdap"} {
		if !slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, w+"=") }) {
			all = append(all, w+"=127.0.0.1:0")
		}
	}
	if command == "serve" && !slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "--max-data-age=") }) {
		all = append(all, "--max-data-age=0s") // the example's data is of one day for ever
	}
	s.said = new(lines)
	s.cmd = exec.Command(program, append(all, args...)...)
	s.cmd.Dir = ts.Getenv("WORK")
	s.cmd.Env = append(os.Environ(), "TMPDIR="+ts.Getenv("WORK"), "GORACE="+ts.Getenv("GORACE"),
		"SSL_CERT_FILE="+ts.Getenv("SSL_CERT_FILE"))
	out, err := s.cmd.StdoutPipe()
	ts.Check(err)
	errs, err := s.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(s.cmd.Start())
	ts.Defer(func() {
		if s.cmd != nil {
			_ = s.cmd.Process.Kill()
			_ = s.cmd.Wait()
		}
	})
	go s.said.copy(errs)
	if command == "demo" {
		readAnnouncement(ts, out)
		return
	}
	last := "rdap"
	if slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "--private=") }) {
		last = "private"
	}
	awaitWindows(ts, s, last)
}

var variables = map[string]string{
	"WHOIS": "WHOIS", "Availability": "DAS", "RDAP": "RDAP", "Private": "PRIVATE",
}

// readAnnouncement reads what the demo tells people.
func readAnnouncement(ts *testscript.TestScript, out io.Reader) {
	var text strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Fprintln(&text, lines.Text())
		if strings.HasPrefix(lines.Text(), "Metrics,") || strings.HasPrefix(lines.Text(), "Private ") {
			break
		}
	}
	found := sayingAddress.FindAllStringSubmatch(text.String(), -1)
	if len(found) < 3 {
		ts.Fatalf("the demo did not say where it serves:\n%s%s", text.String(), serverOf(ts).said)
	}
	for _, f := range found {
		ts.Setenv(variables[f[1]], f[2])
	}
	if tokens := sayingToken.FindAllStringSubmatch(text.String(), -1); len(tokens) == 2 {
		ts.Setenv("REGISTRAR_TOKEN", tokens[0][1])
		ts.Setenv("AUTHORITY_TOKEN", tokens[1][1])
	}
	_, err := io.WriteString(ts.Stdout(), text.String())
	ts.Check(err)
	go func() { _, _ = io.Copy(io.Discard, out) }()
}

// awaitWindows reads serve's log until the last window is announced.
func awaitWindows(ts *testscript.TestScript, s *runningServer, last string) {
	_, err := s.said.await(0, func(text string) bool {
		var line struct{ Msg, Window, Address string }
		if json.Unmarshal([]byte(text), &line) == nil && line.Msg == "serving" {
			ts.Setenv(strings.ToUpper(line.Window), line.Address)
		}
		return line.Window == last
	})
	if err != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
		ts.Fatalf("serve did not come up: %v\n%s", err, s.said)
	}
}

func signalServer(ts *testscript.TestScript, sig os.Signal) {
	s := serverOf(ts)
	if s.cmd == nil {
		ts.Fatalf("no server runs")
	}
	ts.Check(s.cmd.Process.Signal(sig))
}

func stopServer(ts *testscript.TestScript, fails bool, _ []string) {
	s := serverOf(ts)
	if s.cmd == nil {
		ts.Fatalf("no server runs")
	}
	if fails {
		err := s.cmd.Wait() // of itself
		s.cmd = nil
		if err == nil {
			ts.Fatalf("it ended with status 0\n%s", s.said)
		}
		return
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); !errors.Is(err, os.ErrProcessDone) {
		ts.Check(err)
	}
	err := s.cmd.Wait()
	s.cmd = nil
	if err != nil {
		ts.Fatalf("ending: %v\n%s", err, s.said)
	}
}

// patience bounds every wait of a script. Nothing is proved by how long one took.
const patience = 20 * time.Second

// lines are what a program says, as it says it.
type lines struct {
	mu    sync.Mutex
	all   []string
	ended bool
	read  int           // how many were waited for
	more  chan struct{} // closed when there is more
}

func (l *lines) copy(r io.Reader) {
	for scanner := bufio.NewScanner(r); scanner.Scan(); {
		l.add(func() { l.all = append(l.all, scanner.Text()) })
	}
	l.add(func() { l.ended = true })
}

func (l *lines) add(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	if l.more != nil {
		close(l.more)
		l.more = nil
	}
}

// await gives each line to enough, from number next, until that is content. It
// returns the number of the line after that.
func (l *lines) await(next int, enough func(string) bool) (int, error) {
	timeout := time.After(patience)
	for {
		l.mu.Lock()
		fresh := l.all[next:]
		ended := l.ended
		if l.more == nil {
			l.more = make(chan struct{})
		}
		more := l.more
		l.mu.Unlock()
		if i := slices.IndexFunc(fresh, enough); i >= 0 {
			return next + i + 1, nil
		}
		next += len(fresh)
		if ended {
			return next, errors.New("the program ended")
		}
		select {
		case <-more:
		case <-timeout:
			return next, errors.New("waited in vain")
		}
	}
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.all, "\n")
}

func awaitLog(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: log REGEXP")
	}
	want, err := regexp.Compile(args[0])
	ts.Check(err)
	said := serverOf(ts).said
	if said.read, err = said.await(said.read, want.MatchString); err != nil {
		ts.Fatalf("no line of the log matches %s: %v\n%s", want, err, said)
	}
}
