//go:build fault

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestARestartLosesNoQuestionThatWasAccepted ends the program again and again
// while clients of every window ask. A client may find the door shut; one whose
// connection was taken is answered, wholly and rightly.
func TestARestartLosesNoQuestionThatWasAccepted(t *testing.T) {
	program, db := ourProgram(t), filepath.Join(t.TempDir(), "register.db")
	if out, err := exec.Command(program, "import", "--db", db, filepath.Join("..", "..", "testdata", "example.xml")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whois, rdap := freeAddress(t), freeAddress(t)
	for round := range 5 {
		cmd := exec.Command(program, "serve", "--db", db, "--whois", whois, "--rdap", rdap, "--das", freeAddress(t), "--no-limits")
		errs, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		awaitServing(t, errs)
		var asked atomic.Int64
		ending := make(chan struct{})
		var clients sync.WaitGroup
		for range 8 {
			clients.Go(func() { askUntil(t, ending, &asked, func() error { return askOnceWHOIS(whois) }) })
			clients.Go(func() { askUntil(t, ending, &asked, func() error { return askOnceRDAP(rdap) }) })
		}
		for asked.Load() < 2000 {
			time.Sleep(time.Millisecond)
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("round %d: it ended with %v", round, err)
		}
		close(ending)
		clients.Wait()
	}
}

// errShut says that a connection was not taken: nothing was lost.
var errShut = errors.New("the door is shut")

// askUntil asks until the end, or until the door is shut.
func askUntil(t *testing.T, ending <-chan struct{}, asked *atomic.Int64, ask func() error) {
	for {
		select {
		case <-ending:
			return
		default:
		}
		switch err := ask(); {
		case errors.Is(err, errShut):
			return
		case err != nil:
			t.Error(err)
			return
		}
		asked.Add(1)
	}
}

func askOnceWHOIS(address string) error {
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return errShut
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(c, "bakery.example\r\n"); err != nil {
		return fmt.Errorf("whois: asking: %w", err)
	}
	answer, err := io.ReadAll(c)
	if err != nil || !strings.Contains(string(answer), "Domain Name: bakery.example") || !strings.Contains(string(answer), ">>> Last update") {
		return fmt.Errorf("whois: %d bytes, %w", len(answer), err)
	}
	return nil
}

func askOnceRDAP(address string) error {
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return errShut
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(c, "GET /domain/bakery.example HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		return fmt.Errorf("rdap: asking: %w", err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return fmt.Errorf("rdap: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || !strings.HasSuffix(string(body), "}") {
		return fmt.Errorf("rdap: %s, %d bytes, %w", answer.Status, len(body), err)
	}
	return nil
}

// ourProgram is the program as TestMain has put it on the path.
func ourProgram(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("registerd")
	must(t, err)
	return program
}

// freeAddress is an address of loopback that nobody listens on now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func awaitServing(t *testing.T, errs io.Reader) {
	t.Helper()
	lines, serving := bufio.NewScanner(errs), 0
	for serving < 3 && lines.Scan() {
		if strings.Contains(lines.Text(), `"msg":"serving"`) {
			serving++
		}
	}
	if serving < 3 {
		t.Fatal("it did not come up")
	}
	go func() { _, _ = io.Copy(os.Stderr, errs) }()
}
