package service

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"registerd/config"
)

// listenForNotices plays a service manager that is told.
func listenForNotices(t *testing.T) (path string, next func() []string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	must(t, err)
	t.Cleanup(func() { c.Close() })
	return path, func() []string {
		t.Helper()
		text := make([]byte, 4096)
		must(t, c.SetReadDeadline(time.Now().Add(patience)))
		n, err := c.Read(text)
		must(t, err)
		return strings.Split(string(text[:n]), "\n")
	}
}

func notifierAt(t *testing.T, env map[string]string) *Notifier {
	t.Helper()
	n, err := NewNotifier(func(key string) string { return env[key] }, slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { n.Close() })
	return n
}

func TestTheServiceManagerIsToldInItsWords(t *testing.T) {
	path, next := listenForNotices(t)
	n := notifierAt(t, map[string]string{"NOTIFY_SOCKET": path})
	n.ready("serving whois\nand more")
	if got := next(); !slices.Equal(got, []string{"READY=1", "STATUS=serving whois; and more"}) {
		t.Errorf("ready: %q", got)
	}
	n.reloading()
	got := next()
	if len(got) != 3 || got[0] != "RELOADING=1" || !strings.HasPrefix(got[1], "MONOTONIC_USEC=") {
		t.Fatalf("reloading: %q", got)
	}
	if usec, err := strconv.ParseInt(strings.TrimPrefix(got[1], "MONOTONIC_USEC="), 10, 64); err != nil || usec <= 0 {
		t.Errorf("reloading: %q", got)
	}
	n.stopping("ending")
	if got := next(); !slices.Equal(got, []string{"STOPPING=1", "STATUS=ending"}) {
		t.Errorf("stopping: %q", got)
	}
}

func TestSignsOfLifeComeWhileTheDeskAnswersAndNoLonger(t *testing.T) {
	path, next := listenForNotices(t)
	n := notifierAt(t, map[string]string{"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "2000", "WATCHDOG_PID": strconv.Itoa(os.Getpid())})
	ctx, end := context.WithCancel(t.Context())
	looks, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		n.live(ctx, func(context.Context) { looks <- struct{}{} })
	}()
	for range 3 {
		<-looks
		if got := next(); !slices.Equal(got, []string{"WATCHDOG=1"}) {
			t.Errorf("told %q", got)
		}
	}
	// Now it looks and does not come back. What is told next is what the test says.
	n.stopping("hanging")
	if got := next(); got[0] != "STOPPING=1" {
		t.Errorf("a sign of life of one that hangs: %q", got)
	}
	<-looks
	end()
	<-ended
}

func TestTheServiceManagerIsToldThatAReloadWasRefusedUntilOneIsTaken(t *testing.T) {
	s := serveExample(t, nil).service
	const refused = "; the last reload was refused: this server was started without a configuration"
	if words := s.inWords(t.Context()); strings.Contains(words, "refused") {
		t.Errorf("at first: %q", words)
	}
	if _, err := s.Reload(t.Context(), "test"); err == nil {
		t.Fatal("it was taken")
	}
	if words := s.inWords(t.Context()); !strings.HasPrefix(words, "serving 3 windows, data as of ") || !strings.Contains(words, refused) {
		t.Errorf("after a reload that was refused: %q", words)
	}
	s.reloading.read = func() (*config.Config, error) { return s.config, nil }
	_, err := s.Reload(t.Context(), "test")
	must(t, err)
	if words := s.inWords(t.Context()); strings.Contains(words, "refused") {
		t.Errorf("after one that was taken: %q", words)
	}
}

func TestNobodyIsToldWhoDoesNotWantToBe(t *testing.T) {
	if n := notifierAt(t, nil); n != nil {
		t.Fatalf("%+v", n)
	}
	var n *Notifier
	n.ready("serving")
	n.reloading()
	n.stopping("ending")
	n.live(t.Context(), nil)
	path, _ := listenForNotices(t)
	other := notifierAt(t, map[string]string{"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"})
	other.live(t.Context(), nil) // the watchdog is another process's
	if _, err := NewNotifier(func(string) string { return filepath.Join(t.TempDir(), "gone") }, slog.Default()); err == nil {
		t.Error("a manager that cannot be told is no error")
	}
}
