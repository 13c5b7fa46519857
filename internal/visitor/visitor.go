// Package visitor calls a window over TCP and talks with it, for tests.
package visitor

import (
	"io"
	"net"
	"testing"
	"time"
)

// hang bounds a test that would otherwise wait for ever; no test passes because
// of it.
const hang = time.Minute

// Call connects to l, until the test ends.
func Call(t testing.TB, l net.Listener) *net.TCPConn {
	t.Helper()
	c, err := net.DialTimeout("tcp", l.Addr().String(), hang)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(hang)); err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

// Say says text.
func Say(t testing.TB, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

// Hear hears all that is said, to the end.
func Hear(t testing.TB, c net.Conn) string {
	t.Helper()
	text, err := io.ReadAll(c)
	if err != nil {
		t.Fatalf("hearing to the end: %v, after %d bytes that begin %q", err, len(text), text[:min(len(text), 200)])
	}
	return string(text)
}
