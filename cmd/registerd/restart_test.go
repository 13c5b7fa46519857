package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"registerd/internal/example"
	"registerd/internal/pki"
)

// passedWindows are the sockets that a service manager passes in, by the name of
// each and in the order of their descriptors.
var passedWindows = []string{"whois", "das", "http", "https", "certificates", "private"}

const passedConfig = `
db = "register.db"
drain = "10ms"
control = "-"
whois.listen = "systemd:whois"
das.listen = "systemd:das"
private.listen = "systemd:private"
[rdap]
listen = "systemd:https"
redirect = "systemd:http"
base = "https://rdap.nic.example/"
tls = { certificate = "chain.pem", key = "key.pem" }
certificates = { listen = "systemd:certificates", ca = "issuer.pem" }
`

// manager plays the service manager: it keeps the listening sockets, and starts and
// ends the program.
type manager struct {
	dir     string
	at      map[string]string // the address of each window
	sockets []*os.File
	path    string          // where it is told
	next    func() []string // what it is told
	trust   *pki.Authority

	program string
	through []string // a program that becomes this one, with its arguments
	cmd     *exec.Cmd
	said    bytes.Buffer // on standard error; to be read when it has ended
}

// newManager opens the sockets and makes the files of the program.
func newManager(t *testing.T) *manager {
	t.Helper()
	m := &manager{dir: t.TempDir(), at: map[string]string{}}
	m.path, m.next = listenForNotices(t)
	var err error
	m.program, err = exec.LookPath("registerd")
	must(t, err)
	m.trust, err = pki.New()
	must(t, err)
	chain, key, err := m.trust.Issue(pki.Order{Hosts: []string{"127.0.0.1", "127.0.43.1", "rdap.nic.example"}})
	must(t, err)
	for name, text := range map[string][]byte{
		"chain.pem": chain, "key.pem": key, "issuer.pem": m.trust.Issuer(),
	} {
		must(t, os.WriteFile(filepath.Join(m.dir, name), text, 0o600))
	}
	m.configure(t, passedConfig)
	must(t, example.Build(t.Context(), filepath.Join(m.dir, "register.db")))
	for _, name := range passedWindows {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		t.Cleanup(func() { l.Close() })
		f, err := l.(*net.TCPListener).File()
		must(t, err)
		t.Cleanup(func() { f.Close() })
		m.at[name], m.sockets = l.Addr().String(), append(m.sockets, f)
	}
	return m
}

func (m *manager) configure(t *testing.T, text string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(m.dir, "registerd.toml"), []byte(text), 0o600))
}

// start starts the program, and waits until it says that it is ready.
func (m *manager) start(t *testing.T) {
	t.Helper()
	m.run(t)
	words := fmt.Sprintf("serving %d windows", len(passedWindows))
	if told := strings.Join(m.next(), " "); !strings.Contains(told, "READY=1") || !strings.Contains(told, words) {
		t.Fatalf("told %q", told)
	}
}

// run starts the program with the sockets.
func (m *manager) run(t *testing.T) {
	t.Helper()
	m.said.Reset()
	// Only the new process knows its own number.
	words := append([]string{"-c", `LISTEN_PID=$$ exec "$@"`, "sh"}, m.through...)
	m.cmd = exec.Command("sh", append(words, m.program, "serve", "--config", filepath.Join(m.dir, "registerd.toml"), "--no-limits")...)
	m.cmd.ExtraFiles = m.sockets
	m.cmd.Env = append(os.Environ(), "LISTEN_FDS="+strconv.Itoa(len(m.sockets)), "LISTEN_FDNAMES="+strings.Join(passedWindows, ":"),
		"NOTIFY_SOCKET="+m.path, "GORACE=atexit_sleep_ms=0")
	m.cmd.Stderr = &m.said
	must(t, m.cmd.Start())
	t.Cleanup(func() {
		if m.cmd.ProcessState == nil {
			_ = m.cmd.Process.Kill()
			_ = m.cmd.Wait()
		}
		if t.Failed() {
			t.Logf("the program said:\n%s", &m.said)
		}
	})
}

// end has the program end, as a manager does, and waits until it has.
func (m *manager) end(t *testing.T) {
	t.Helper()
	must(t, m.cmd.Process.Signal(syscall.SIGTERM))
	if told := m.next(); !slices.Contains(told, "STOPPING=1") {
		t.Errorf("told %q", told)
	}
	if err := m.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	for line := range strings.Lines(m.said.String()) {
		if strings.Contains(line, `"level":"ERROR"`) || strings.Contains(line, "cutting") {
			t.Errorf("it says: %s", line)
		}
	}
}

// restart ends and starts the program n times while so many clients of each window and
// way ask without a pause. All of a way have answers between all restarts.
func (m *manager) restart(t *testing.T, n, clients int) {
	t.Helper()
	m.start(t)
	load := m.load(t, clients)
	for range n {
		load.await(t, 5)
		m.end(t)
		m.start(t)
	}
	load.await(t, 5)
	load.end(t)
	m.end(t)
	counts := load.counts()
	words := make([]string, 0, len(counts))
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%s %d", name, counts[name]))
	}
	t.Logf("%d restarts; answers: %s", n, strings.Join(words, ", "))
}

// TestARestartRefusesNobodyWhenTheSocketsArePassedIn: a client of a program that is
// started again meets no shut door, no reset and no short answer.
func TestARestartRefusesNobodyWhenTheSocketsArePassedIn(t *testing.T) {
	newManager(t).restart(t, 3, 1)
}

func TestASocketThatIsMissingEndsTheStart(t *testing.T) {
	m := newManager(t)
	m.configure(t, strings.Replace(passedConfig, "systemd:whois", "systemd:who1s", 1))
	var status *exec.ExitError
	m.run(t)
	if err := m.cmd.Wait(); !errors.As(err, &status) || status.ExitCode() != failed {
		t.Errorf("it ended with %v", err)
	}
	const says = `registerd: whois: listen: the service manager has passed no socket "who1s"; not taken: certificates, das, http, https, private, whois`
	if !strings.Contains(m.said.String(), says) {
		t.Errorf("it said %s", &m.said)
	}
}

func TestASocketThatNoWindowHasIsWarnedOf(t *testing.T) {
	m := newManager(t)
	m.configure(t, strings.Replace(passedConfig, `"systemd:http"`, `""`, 1))
	m.run(t)
	m.next()
	m.end(t)
	if !strings.Contains(m.said.String(), `who connects there waits in vain","socket":"http"`) {
		t.Errorf("it said %s", &m.said)
	}
}
