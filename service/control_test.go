package service

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"registerd/config"
)

func TestASocketThatAServerLeftIsReplacedAndNothingElseIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control")
	left, err := listenControl(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := listenControl(path); err == nil || !strings.Contains(err.Error(), "another server answers there") {
		t.Errorf("beside one that answers: %v", err)
	}
	left.(*net.UnixListener).SetUnlinkOnClose(false) // it was killed
	left.Close()
	if _, err := os.Lstat(path); err != nil {
		t.Fatal(err)
	}
	again, err := listenControl(path)
	if err != nil {
		t.Fatalf("in place of one that is left: %v", err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
	again.Close()
	for name, put := range map[string]func() error{
		"file":   func() error { return os.WriteFile(path, []byte("mine"), 0o600) },
		"folder": func() error { return os.Mkdir(path, 0o700) },
		"link":   func() error { return os.Symlink("elsewhere", path) },
	} {
		if err := put(); err != nil {
			t.Fatal(err)
		}
		if _, err := listenControl(path); err == nil || !strings.Contains(err.Error(), "no socket") {
			t.Errorf("in place of a %s: %v", name, err)
		}
		if err := os.Remove(path); err != nil {
			t.Errorf("the %s is gone: %v", name, err)
		}
	}
}

func TestAPathThatIsTooLongForASocketIsRefusedInWords(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("long", 40))
	_, err := listenControl(path)
	if err == nil || !strings.Contains(err.Error(), "and a socket's at most 107; set control to a shorter one") {
		t.Errorf("got %v", err)
	}
}

// controlOf serves the control socket of a service without anything else.
func controlOf(t *testing.T, log *slog.Logger) (path string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "control-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path = filepath.Join(dir, "control")
	c := new(config.Config)
	c.Control, c.Limits.State = path, "-"
	s := &Service{log: log, metrics: newMetrics()}
	if s.named, err = newNamed(c, time.Now, log); err != nil {
		t.Fatal(err)
	}
	if err := s.openLimits(c); err != nil {
		t.Fatal(err)
	}
	s.openControl(c)
	if s.control == nil {
		t.Fatal("there is no socket")
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { s.serveControl(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait(); s.close() })
	return path
}

func TestNobodyButRootAndTheServersUserIsAnswered(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	path := controlOf(t, slog.New(slog.DiscardHandler))
	// The file's mode is taken away, so that the server alone decides.
	if err := errors.Join(os.Chmod(filepath.Dir(path), 0o755), os.Chmod(path, 0o666)); err != nil {
		t.Fatal(err)
	}
	if status := askAs(t, path, 0); status != http.StatusOK {
		t.Errorf("root is answered %d", status)
	}
	if status := askAs(t, path, 65534); status != http.StatusForbidden {
		t.Errorf("nobody is answered %d, want 403", status)
	}
}

// askAs connects as another user, which the system knows of each thread.
func askAs(t *testing.T, path string, uid int) int {
	t.Helper()
	type dialed struct {
		c   net.Conn
		err error
	}
	result := make(chan dialed)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, ^uintptr(0), uintptr(uid), ^uintptr(0)); errno != 0 {
			result <- dialed{nil, errno}
			return
		}
		c, err := net.Dial("unix", path)
		result <- dialed{c, err}
	}()
	d := <-result
	if d.err != nil {
		t.Fatal(d.err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) {
		return d.c, nil
	}}}
	response, err := client.Get("http://registerd/limits/top")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func TestWhatTheControlSocketDoesNotKnowIsRefusedInWords(t *testing.T) {
	var log strings.Builder
	socket := controlOf(t, slog.New(slog.NewTextHandler(&log, nil)))
	for _, c := range []struct{ method, at, client, want string }{
		{http.MethodGet, "/limits/show", "nobody", `"nobody" is no address, no network, and not the id of an account`},
		{http.MethodPost, "/limits/clear", "", "is no address"},
		{http.MethodGet, "/limits/clear", "192.0.2.1", "405"},
		{http.MethodGet, "/limits/everything", "", "404"},
	} {
		err := Call(t.Context(), socket, c.method, c.at, url.Values{"client": {c.client}}, new(any))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s %q: %v, want %q", c.method, c.at, c.client, err, c.want)
		}
	}
	if log.Len() > 0 {
		t.Errorf("it was said:\n%s", &log)
	}
}

// A server that hangs has its socket still: the kernel takes the connection for it.
func TestAServerThatIsSilentIsNoServerThatAnswers(t *testing.T) {
	dir, err := os.MkdirTemp("", "control-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "control")
	silent, err := net.Listen("unix", path)
	must(t, err)
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	err = Call(ctx, path, http.MethodGet, "/status", nil, new(Status))
	if !errors.Is(err, ErrNoServer) || !strings.HasSuffix(err.Error(), "control: no server answers there in time: it hangs, or has far too much to do") {
		t.Errorf("got %v", err)
	}
}

func TestAnAddressIsFoundHoweverItIsWritten(t *testing.T) {
	socket := controlOf(t, slog.New(slog.DiscardHandler))
	for text, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "192.0.2.77/24": "192.0.2.0", "2001:DB8::1": "2001:db8::1",
		"fe80::1%eth0": "fe80::1", "2001:db8:7::/48": "2001:db8:7::",
	} {
		var shown Standing
		if err := Call(t.Context(), socket, http.MethodGet, "/limits/show", url.Values{"client": {text}}, &shown); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if shown.Client != want || len(shown.Networks) == 0 {
			t.Errorf("%s is %s, want %s", text, shown.Client, want)
		}
	}
}
