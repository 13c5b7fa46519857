package listen

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"
)

// FuzzPROXYHeader holds the listener to what it is for: whatever is sent, a window
// sees the peer, or whom a listed front end named, and nobody else.
func FuzzPROXYHeader(f *testing.F) {
	v2 := func(command proxyproto.ProtocolVersionAndCommand, source, destination string) string {
		text, err := (&proxyproto.Header{
			Version: 2, Command: command, TransportProtocol: proxyproto.TCPv6,
			SourceAddr: tcp(source), DestinationAddr: tcp(destination),
		}).Format()
		if err != nil {
			f.Fatal(err)
		}
		return string(text)
	}
	f.Add(byte(1), header1+"example.test\r\n")
	f.Add(byte(2), header1)
	f.Add(byte(1), "PROXY TCP6 ::ffff:192.0.2.7 2001:db8::1 4711 43\r\n")
	f.Add(byte(1), "PROXY UNKNOWN\r\n")
	f.Add(byte(1), v2(proxyproto.PROXY, "[2001:db8::7]:1", "[2001:db8::1]:43"))
	f.Add(byte(1), v2(proxyproto.LOCAL, "[2001:db8::7]:1", "[2001:db8::1]:43"))
	f.Add(byte(1), "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x07\xc0\x00\x02\x01\x00\x01\x00\x2b")
	front := netip.MustParseAddr("192.0.2.1")
	f.Fuzz(func(t *testing.T, last byte, text string) {
		peer := netip.AddrFrom4([4]byte{192, 0, 2, last})
		inner := newScripted()
		l := open(t, Config{Inner: inner, ProxyFrom: []netip.Prefix{netip.PrefixFrom(front, 32)}, ProxyTimeout: time.Second})
		server, client := net.Pipe()
		defer client.Close()
		go func() {
			_, _ = io.WriteString(client, text)
			client.Close()
		}()
		inner.results <- from{server, net.TCPAddrFromAddrPort(netip.AddrPortFrom(peer, 4000))}
		l.Close()
		for {
			c, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			seen := ClientAddr(c)
			c.Close()
			if peer != front {
				t.Errorf("a stranger is seen as %v", seen)
			}
			if named, ok := readNaively(text); !ok || seen != named && (named.IsValid() || seen != peer) {
				t.Errorf("%q from %v is seen as %v, want %v", text, peer, seen, named)
			}
		}
	})
}

// readNaively reads a header as the specification draws it, and takes much that it
// forbids. The zero address is the front end itself.
func readNaively(text string) (client netip.Addr, ok bool) {
	if rest, v1 := strings.CutPrefix(text, "PROXY TCP"); v1 {
		words := strings.SplitN(rest, " ", 3)
		if len(words) < 3 {
			return client, false
		}
		client, err := netip.ParseAddr(words[1])
		return client.Unmap(), err == nil
	}
	rest, v2 := strings.CutPrefix(text, "\r\n\r\n\x00\r\nQUIT\n")
	if !v2 || len(rest) < 4 || rest[0]>>4 != 2 {
		return client, false
	}
	command, family, body := rest[0]&15, rest[1]>>4, rest[4:]
	if n := int(binary.BigEndian.Uint16([]byte(rest[2:4]))); n <= len(body) {
		body = body[:n]
	}
	switch {
	case command == 0:
		return client, true
	case family == 1 && len(body) >= 12:
		return netip.AddrFrom4([4]byte([]byte(body[:4]))), true
	case family == 2 && len(body) >= 36:
		return netip.AddrFrom16([16]byte([]byte(body[:16]))).Unmap(), true
	}
	return client, false
}
