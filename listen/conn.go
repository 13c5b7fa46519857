package listen

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"
)

// lingerBytes is how much unread input CloseCleanly takes off a connection; a
// client that sends more after its answer is not waiting for one.
const lingerBytes = 64 << 10

// conn is a connection that counts towards the caps until it is closed.
type conn struct {
	net.Conn
	remote  net.Addr
	release func()
	once    sync.Once
}

// RemoteAddr is the client's address, in the form that [ClientAddr] promises.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// Close gives the place back before the client can see the end, so that a client
// that waits for the end and calls again is not one too many.
func (c *conn) Close() error {
	c.once.Do(c.release)
	return c.Conn.Close()
}

// CloseWrite ends our half of the connection.
func (c *conn) CloseWrite() error { return closeWrite(c.Conn) }

func closeWrite(c net.Conn) error {
	half, ok := c.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}

// ClientAddr is the address of the client at the other end of c, never
// IPv4-mapped and without a zone, so that it compares equal to the same client
// seen elsewhere. It is the zero Addr if c has no IP address at its other end.
// The RemoteAddr of an [net/http.Request] served from a [Listener] is this
// address with a port.
func ClientAddr(c net.Conn) netip.Addr { return canonical(c.RemoteAddr()).Addr() }

func canonical(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := tcp.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap().WithZone(""), ap.Port())
}

// CloseCleanly ends c so that the client can read everything written to it: it
// ends our half, takes in what the client still sends until the client closes
// too, and then closes. Closing with unread input would send a reset, which makes
// the client's system throw away an answer that it has not read yet. It waits at
// most for the time wait and for 64 KiB.
func CloseCleanly(c net.Conn, wait time.Duration) error {
	if closeWrite(c) == nil && c.SetReadDeadline(time.Now().Add(wait)) == nil {
		io.CopyN(io.Discard, c, lingerBytes)
	}
	return c.Close()
}
