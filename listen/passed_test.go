package listen

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

	"golang.org/x/sys/unix"
)

// pass lays sockets side by side, as a service manager does for the process that it
// starts, and returns the first descriptor and the environment.
func pass(t *testing.T, names string, sockets ...interface{ File() (*os.File, error) }) (first int, getenv func(string) string) {
	t.Helper()
	first = 200
	for i, s := range sockets {
		f, err := s.File()
		if err != nil {
			t.Fatal(err)
		}
		fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD, first+i)
		if err != nil || fd != first+i {
			t.Fatalf("descriptor %d: %v", fd, err)
		}
		f.Close()
	}
	env := map[string]string{
		"LISTEN_PID": strconv.Itoa(os.Getpid()), "LISTEN_FDS": strconv.Itoa(len(sockets)), "LISTEN_FDNAMES": names,
	}
	return first, func(key string) string { return env[key] }
}

func kept(t *testing.T) *net.TCPListener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.(*net.TCPListener)
}

func TestASocketThatWasPassedIsServedAndOutlivesItsServer(t *testing.T) {
	manager := kept(t)
	for range 3 {
		first, getenv := pass(t, "whois", manager)
		passed, err := passedSockets(getenv, first)
		if err != nil {
			t.Fatal(err)
		}
		inner, err := passed.Take("whois")
		if err != nil {
			t.Fatal(err)
		}
		l, err := Listen(Config{Inner: inner, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- Serve(ctx, l, hang, echo) }()
		c := call(t, l, "127.0.0.1")
		say(t, c, "example.test\r\n")
		if got, want := hear(t, c), "you said example.test\r\n"; got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
		c.Close()
		end()
		if err := <-served; err != nil {
			t.Errorf("Serve = %v", err)
		}
		// Nobody serves now, and the door is open: who comes waits for the next.
		waiting, err := net.Dial("tcp", manager.Addr().String())
		if err != nil {
			t.Fatalf("the socket has ended with its server: %v", err)
		}
		waiting.Close()
	}
}

func TestWhoComesBetweenTwoServersIsAnsweredByTheSecond(t *testing.T) {
	manager := kept(t)
	waiting, err := net.Dial("tcp", manager.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer waiting.Close()
	say(t, waiting, "example.test\r\n")
	first, getenv := pass(t, "whois", manager)
	passed, err := passedSockets(getenv, first)
	if err != nil {
		t.Fatal(err)
	}
	l := open(t, Config{Inner: passed["whois"]})
	go func() {
		if c, err := l.Accept(); err == nil {
			defer c.Close()
			echo(context.Background(), c)
		}
	}()
	if got, want := hear(t, waiting), "you said example.test\r\n"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
}

func TestSocketsThatNoWindowCouldServeAreRefused(t *testing.T) {
	local, err := net.Listen("unix", filepath.Join(t.TempDir(), "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	open := kept(t)
	client, err := net.Dial("tcp", open.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	type socket = interface{ File() (*os.File, error) }
	for _, tt := range []struct {
		names   string
		sockets []socket
		says    string
	}{
		{"whois:whois", []socket{open, open}, `two sockets named "whois"`},
		{"whois", []socket{local.(*net.UnixListener)}, "it is not of TCP"},
		{"whois", []socket{client.(*net.TCPConn)}, "it is not listening"},
		{"whois", []socket{open, open}, "there are 2, and names of 1"},
	} {
		first, getenv := pass(t, tt.names, tt.sockets...)
		passed, err := passedSockets(getenv, first)
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, %v, want %q", tt.names, passed, err, tt.says)
		}
		for i := range tt.sockets { // what was not taken over is this process's again
			_ = unix.Close(first + i)
		}
	}
}

func TestSocketsOfAnotherProcessAreLeftAlone(t *testing.T) {
	env := map[string]string{"LISTEN_PID": "1", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "a:b"}
	passed, err := PassedSockets(func(key string) string { return env[key] })
	if err != nil || len(passed) != 0 {
		t.Errorf("%v, %v", passed, err)
	}
}

func TestASocketThatIsMissingIsSaidBesideThoseThatAreThere(t *testing.T) {
	first, getenv := pass(t, "whois:das", kept(t), kept(t))
	passed, err := passedSockets(getenv, first)
	if err != nil {
		t.Fatal(err)
	}
	defer passed.Close()
	if !slices.Equal(passed.Names(), []string{"das", "whois"}) {
		t.Errorf("Names = %v", passed.Names())
	}
	if _, err := passed.Take("who1s"); err == nil || !strings.Contains(err.Error(), `no socket "who1s"; not taken: das, whois`) {
		t.Errorf("Take = %v", err)
	}
	if _, err := (Passed)(nil).Take("whois"); err == nil || !strings.Contains(err.Error(), "started with its socket units") {
		t.Errorf("Take of nothing = %v", err)
	}
}
