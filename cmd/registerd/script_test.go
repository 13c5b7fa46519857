package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"registerd": main})
}

// TestScripts runs testdata/scripts: what the program does, in text that can be
// read without Go. Beside the commands of testscript a script has:
//
//	demo [FLAG...]            starts registerd demo on free ports of loopback
//	serve FLAG...             starts registerd serve, with all windows on free ports
//	hup                       sends it SIGHUP
//	term                      sends it SIGTERM
//	stop                      sends it SIGTERM; it must end with status 0
//	log REGEXP                waits until serve's log has a line that matches
//	whois WORD...             asks on WHOIS, and prints the answer
//	hold WORD...              begins a question on WHOIS, and does not end the line
//	release                   ends that line, and prints the answer
//	das NAME...               asks on the availability port, all names at once
//	get [-X METHOD] [-H HEADER]... PATH|URL
//	                          asks over RDAP, and prints status, headers and the answer
//	card ROLE|object          prints the party with that role, or the object itself,
//	                          of get's last answer: one line for each thing that is said
//	redacted                  prints what that answer says is withheld, how and why
//	capture NAME FILE REGEXP  sets a variable to the first group of the match
//	repeat N COMMAND...       does one of these N times
//
// What the public is answered is searched for the marker that stands in every
// private value of the example register.
func TestScripts(t *testing.T) {
	words := map[string]func(*testscript.TestScript, bool, []string){
		"demo":     func(ts *testscript.TestScript, _ bool, args []string) { start(ts, "demo", args) },
		"serve":    func(ts *testscript.TestScript, _ bool, args []string) { start(ts, "serve", args) },
		"hup":      func(ts *testscript.TestScript, _ bool, _ []string) { signalServer(ts, syscall.SIGHUP) },
		"term":     func(ts *testscript.TestScript, _ bool, _ []string) { signalServer(ts, syscall.SIGTERM) },
		"stop":     stopServer,
		"log":      awaitLog,
		"whois":    askWHOIS,
		"hold":     holdWHOIS,
		"release":  releaseWHOIS,
		"das":      askDAS,
		"get":      askRDAP,
		"card":     printCard,
		"redacted": printRedacted,
		"capture":  capture,
	}
	words["repeat"] = func(ts *testscript.TestScript, neg bool, args []string) {
		n, err := strconv.Atoi(args[0])
		ts.Check(err)
		for range n {
			words[args[1]](ts, neg, args[2:])
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "scripts"),
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Values[serverKey] = new(runningServer)
			root, err := filepath.Abs(filepath.Join("..", "..", "testdata"))
			e.Setenv("TESTDATA", root)
			return err
		},
		Cmds: words,
	})
}

const serverKey = "server"

// runningServer is the program that a script started, and what the script
// is doing with it.
type runningServer struct {
	cmd    *exec.Cmd
	said   lines    // on standard error
	held   net.Conn // a question that is not complete
	answer []byte   // the last over RDAP
	public bool     // whether it went to the public
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
	s.cmd = exec.Command(program, append(all, args...)...)
	s.cmd.Dir = ts.Getenv("WORK")
	s.cmd.Env = append(os.Environ(), "TMPDIR="+ts.Getenv("WORK"))
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
	windows := 3
	if slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "--private=") }) {
		windows = 4
	}
	awaitWindows(ts, s, windows)
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
		ts.Fatalf("the demo did not say where it serves:\n%s%s", text.String(), &serverOf(ts).said)
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

// awaitWindows reads serve's log until so many windows are announced.
func awaitWindows(ts *testscript.TestScript, s *runningServer, n int) {
	seen := map[string]bool{}
	err := s.said.await(func(text string) bool {
		var line struct{ Msg, Window, Address string }
		if json.Unmarshal([]byte(text), &line) == nil && line.Msg == "serving" {
			ts.Setenv(strings.ToUpper(line.Window), line.Address)
			seen[line.Window] = true
		}
		return len(seen) == n
	})
	if err != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
		ts.Fatalf("serve did not come up: %v\n%s", err, &s.said)
	}
}

func signalServer(ts *testscript.TestScript, sig os.Signal) {
	s := serverOf(ts)
	if s.cmd == nil {
		ts.Fatalf("no server runs")
	}
	ts.Check(s.cmd.Process.Signal(sig))
}

func stopServer(ts *testscript.TestScript, _ bool, _ []string) {
	signalServer(ts, syscall.SIGTERM)
	s := serverOf(ts)
	err := s.cmd.Wait()
	s.cmd = nil
	if err != nil {
		ts.Fatalf("ending: %v\n%s", err, &s.said)
	}
}

// say prints an answer as the script's standard output.
func say(ts *testscript.TestScript, public bool, text string) {
	for _, marker := range []string{"canary", "226279", "02:26:27"} {
		if public && strings.Contains(strings.ToLower(text), marker) {
			ts.Fatalf("a private value was answered to the public:\n%s", text)
		}
	}
	_, err := io.WriteString(ts.Stdout(), text)
	ts.Check(err)
}

// ask sends a text to a line window and reads to the end.
func ask(ts *testscript.TestScript, address, text string) string {
	c, err := net.DialTimeout("tcp", address, 5*time.Second)
	ts.Check(err)
	defer c.Close()
	ts.Check(c.SetDeadline(time.Now().Add(10 * time.Second)))
	_, err = io.WriteString(c, text)
	ts.Check(err)
	ts.Check(c.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(c)
	ts.Check(err)
	return strings.ReplaceAll(string(answer), "\r\n", "\n")
}

func askWHOIS(ts *testscript.TestScript, _ bool, args []string) {
	say(ts, true, ask(ts, ts.Getenv("WHOIS"), strings.Join(args, " ")+"\r\n"))
}

func askDAS(ts *testscript.TestScript, _ bool, args []string) {
	say(ts, true, ask(ts, ts.Getenv("DAS"), strings.Join(args, "\r\n")+"\r\n"))
}

func askRDAP(ts *testscript.TestScript, _ bool, args []string) {
	method, header, path := http.MethodGet, http.Header{}, ""
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "-X" && i+1 < len(args):
			i++
			method = args[i]
		case args[i] == "-H" && i+1 < len(args):
			i++
			name, value, _ := strings.Cut(args[i], ":")
			header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		default:
			path = args[i]
		}
	}
	if !strings.HasPrefix(path, "http://") {
		path = "http://" + ts.Getenv("RDAP") + path
	}
	request, err := http.NewRequest(method, path, nil)
	ts.Check(err)
	request.Header = header
	client := &http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(request)
	ts.Check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	ts.Check(err)
	s := serverOf(ts)
	s.answer, s.public = body, header.Get("Authorization") == ""
	var text bytes.Buffer
	fmt.Fprintln(&text, response.Status)
	names := make([]string, 0, len(response.Header))
	for name := range response.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&text, "%s: %s\n", name, strings.Join(response.Header[name], ", "))
	}
	text.WriteByte('\n')
	if json.Valid(body) {
		ts.Check(json.Indent(&text, body, "", "  "))
	} else {
		text.Write(body)
	}
	text.WriteByte('\n')
	say(ts, s.public, text.String())
}
