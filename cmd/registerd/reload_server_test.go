package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"registerd/internal/example"
	"registerd/service"
)

// reloadable is a server whose configuration file a test replaces.
type reloadable struct {
	dir  string
	said *lines
	at   map[string]string // the address of each window
	http *http.Client
}

// serveReloadable runs serve, signals and all, on the configuration that write puts
// into its file.
func serveReloadable(t *testing.T, write func(path string), args ...string) *reloadable {
	t.Helper()
	s := &reloadable{dir: t.TempDir(), said: new(lines), at: map[string]string{}, http: &http.Client{Timeout: 20 * time.Second}}
	write(s.file())
	if err := example.Build(t.Context(), filepath.Join(s.dir, "register.db")); err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	go s.said.copy(r)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		defer w.Close()
		all := append([]string{"serve", "--config", s.file(), "--db", filepath.Join(s.dir, "register.db"), "--whois", "127.0.0.1:0",
			"--das", "127.0.0.1:0", "--rdap", "127.0.0.1:0", "--private", "127.0.0.1:0", "--max-data-age", "0s"}, args...)
		ended <- run(ctx, all, console{in: nil, out: io.Discard, err: w})
	}()
	t.Cleanup(func() {
		cancel()
		s.http.CloseIdleConnections()
		if status := <-ended; status != ok {
			t.Errorf("serve ended with %d\n%s", status, s.said)
		}
	})
	_, err := s.said.await(0, func(text string) bool {
		var line logged
		if json.Unmarshal([]byte(text), &line) == nil && line.Msg == "serving" {
			s.at[line.Window] = line.Address
		}
		return line.Window == "private"
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, s.said)
	}
	return s
}

func (s *reloadable) file() string { return filepath.Join(s.dir, "registerd.toml") }

// logged is a line of the log.
type logged struct{ Msg, Window, Address string }

// hangUp sends SIGHUP, and returns why the file was not taken.
func (s *reloadable) hangUp(t *testing.T) error {
	t.Helper()
	before := s.lastReload(t).At
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		switch last := s.lastReload(t); {
		case last.At.Equal(before):
		case last.Failure != "":
			return errors.New(last.Failure)
		default:
			return nil
		}
	}
	t.Fatalf("the signal came to nothing\n%s", s.said)
	return nil
}

// lastReload is what the server says of it.
func (s *reloadable) lastReload(t *testing.T) service.ReloadStatus {
	t.Helper()
	var shown service.Status
	server := controlled{Control: s.control()}
	if err := server.call(t.Context(), http.MethodGet, "/status", nil, &shown); err != nil {
		t.Fatal(err)
	}
	if shown.Reload == nil {
		return service.ReloadStatus{}
	}
	return *shown.Reload
}

func (s *reloadable) control() string { return filepath.Join(s.dir, "register.db.control") }

// tell has the file read by ctl, and returns why it was not taken.
func (s *reloadable) tell(t *testing.T) error {
	t.Helper()
	_, err := s.ctl(t, "ctl", "reload")
	return err
}

// ctl runs a command that speaks with the server.
func (s *reloadable) ctl(t *testing.T, words ...string) (out string, err error) {
	t.Helper()
	var said, wrong bytes.Buffer
	all := append(words, "--control", s.control())
	if status := run(t.Context(), all, console{in: nil, out: &said, err: &wrong}); status != ok {
		err = fmt.Errorf("status %d: %s", status, wrong.String())
	}
	return said.String(), err
}

// askedOf is how a window is asked.
type askedOf struct {
	window, line string
	unsigned     bool // it says nothing of who keeps the register
}

// everywhere are questions of all sorts, on all windows.
var everywhere = []askedOf{
	{window: "whois", line: "bakery.example"}, {window: "whois", line: "free.example"}, {window: "whois", line: "help"},
	{window: "whois", line: "two words here"},
	{window: "rdap", line: "domain/bakery.example"}, {window: "rdap", line: "domain/free.example"}, {window: "rdap", line: "help"},
	{window: "rdap", line: "nonsense"}, {window: "rdap", line: "nameserver/ns1.havn.example"},
	{window: "rdap", line: "availability/bakery.example", unsigned: true}, {window: "rdap", line: "availability/a?x=%zz", unsigned: true},
	{window: "das", line: "bakery.example", unsigned: true}, {window: "das", line: "free.example", unsigned: true},
}

// ask returns an answer that is whole, or why there is none.
func (s *reloadable) ask(q askedOf) (string, error) {
	if q.window == "rdap" {
		return s.get("http://" + s.at["rdap"] + "/" + q.line)
	}
	c, err := net.Dial("tcp", s.at[q.window])
	if err != nil {
		return "", err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, q.line+"\r\n"); err != nil {
		return "", err
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(c)
	if err == nil && (len(answer) == 0 || answer[len(answer)-1] != '\n') {
		err = fmt.Errorf("%s %q: a short answer: %q", q.window, q.line, answer)
	}
	return string(answer), err
}

func (s *reloadable) get(address string) (string, error) {
	response, err := s.http.Get(address)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && !json.Valid(body) {
		err = fmt.Errorf("%s: a short answer: %q", address, body)
	}
	return response.Status + "\n" + response.Header.Get("ETag") + "\n" + string(body), err
}
