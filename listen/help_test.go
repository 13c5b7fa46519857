package listen

import (
	"io"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// hang bounds a test that would otherwise wait for ever; no test passes because
// of it.
const hang = 20 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, cfg Config) *Listener {
	t.Helper()
	if cfg.Inner == nil {
		cfg.Address = "127.0.0.1:0"
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	l, err := Listen(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// call connects to l from the given loopback address.
func call(t *testing.T, l *Listener, from string) *net.TCPConn {
	t.Helper()
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(from), 0))}
	c, err := d.DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(hang))
	t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

// hear reads what c says up to its end.
func hear(t *testing.T, c net.Conn) string {
	t.Helper()
	text, err := io.ReadAll(c)
	if err != nil {
		t.Fatalf("reading to the end: %v (after %q)", err, text)
	}
	return string(text)
}

func accept(t *testing.T, l *Listener) net.Conn {
	t.Helper()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(hang))
	t.Cleanup(func() { c.Close() })
	return c
}

// acceptAll takes connections until l is closed, which it is when the test ends.
func acceptAll(t *testing.T, l *Listener) <-chan net.Conn {
	accepted := make(chan net.Conn, 1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.SetDeadline(time.Now().Add(hang))
			accepted <- c
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
		close(accepted)
		for c := range accepted {
			c.Close()
		}
	})
	return accepted
}

// scripted is a listener that returns what the test sends it.
type scripted struct {
	results chan any // net.Conn or error
	closed  chan struct{}
}

func newScripted() *scripted {
	return &scripted{results: make(chan any), closed: make(chan struct{})}
}

func (s *scripted) Accept() (net.Conn, error) {
	select {
	case r := <-s.results:
		if err, ok := r.(error); ok {
			return nil, err
		}
		return r.(net.Conn), nil
	case <-s.closed:
		return nil, &net.OpError{Op: "accept", Err: net.ErrClosed}
	}
}

func (s *scripted) Close() error   { close(s.closed); return nil }
func (s *scripted) Addr() net.Addr { return &net.TCPAddr{} }

// from is a connection that claims to come from addr.
type from struct {
	net.Conn
	addr net.Addr
}

func (f from) RemoteAddr() net.Addr { return f.addr }

// piped is a connection from a documentation address, and the client's end.
func piped() (server, client net.Conn) {
	server, client = net.Pipe()
	return from{server, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 4000}}, client
}
