package listen

import (
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"
)

// behind is a listener that believes front ends on 127.0.0.1 only.
func behind(t *testing.T, cfg Config) *Listener {
	cfg.ProxyFrom = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	return open(t, cfg)
}

// header2 is a PROXY header of version 2.
func header2(t *testing.T, command proxyproto.ProtocolVersionAndCommand, source, destination net.Addr) string {
	t.Helper()
	h := proxyproto.HeaderProxyFromAddrs(2, source, destination)
	h.Command = command
	text, err := h.Format()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func tcp(addrPort string) net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(addrPort))
}

const header1 = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 43\r\n"

func TestAFrontEndNamesTheClient(t *testing.T) {
	for _, tt := range []struct{ name, header, want string }{
		{"version 1, IPv4", header1, "192.0.2.7"},
		{"version 1, IPv6", "PROXY TCP6 2001:db8::7 2001:db8::1 4711 43\r\n", "2001:db8::7"},
		{"version 1, mapped", "PROXY TCP6 ::ffff:192.0.2.7 2001:db8::1 4711 43\r\n", "192.0.2.7"},
		{"version 2, IPv4", header2(t, proxyproto.PROXY, tcp("192.0.2.7:1"), tcp("198.51.100.1:43")), "192.0.2.7"},
		{"version 2, IPv6", header2(t, proxyproto.PROXY, tcp("[2001:db8::7]:1"), tcp("[2001:db8::1]:43")), "2001:db8::7"},
		{"version 2, for itself", header2(t, proxyproto.LOCAL, tcp("192.0.2.7:1"), tcp("198.51.100.1:43")), "127.0.0.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := behind(t, Config{})
			client := call(t, l, "127.0.0.1")
			say(t, client, tt.header+"example.test\r\n")
			client.CloseWrite()
			c := accept(t, l)
			if got := ClientAddr(c); got.String() != tt.want {
				t.Errorf("client is %v, want %s", got, tt.want)
			}
			if got, want := hear(t, c), "example.test\r\n"; got != want {
				t.Errorf("after the header came %q, want %q", got, want)
			}
		})
	}
}

func TestAHeaderFromElsewhereIsNeverBelieved(t *testing.T) {
	l := behind(t, Config{})
	accepted := acceptAll(t, l)
	for _, text := range []string{header1, "", "example.test\r\n"} {
		stranger := call(t, l, "127.0.0.2")
		io.WriteString(stranger, text)
		if got, _ := io.ReadAll(stranger); len(got) > 0 {
			t.Errorf("a stranger who said %q heard %q", text, got)
		}
	}
	say(t, call(t, l, "127.0.0.1"), header1)
	c := <-accepted
	defer c.Close()
	if got := ClientAddr(c).String(); got != "192.0.2.7" {
		t.Errorf("accepted %s, want only the client of the front end", got)
	}
	if got, want := l.Stats(), (Stats{Open: 1, Dropped: 3}); got != want {
		t.Errorf("Stats = %+v, want %+v", got, want)
	}
}

func TestWithoutFrontEndsAHeaderIsOnlyText(t *testing.T) {
	l := open(t, Config{})
	client := call(t, l, "127.0.0.1")
	say(t, client, header1)
	client.CloseWrite()
	c := accept(t, l)
	if got := ClientAddr(c).String(); got != "127.0.0.1" {
		t.Errorf("client is %s, want 127.0.0.1", got)
	}
	if got := hear(t, c); got != header1 {
		t.Errorf("read %q, want %q", got, header1)
	}
}

func TestAHeaderThatNamesNoClientIsRefused(t *testing.T) {
	socket := func(name string) net.Addr { return &net.UnixAddr{Net: "unix", Name: name} }
	udp := func(addrPort string) net.Addr {
		return net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addrPort))
	}
	for name, header := range map[string]string{
		"none":              "example.test\r\n",
		"unknown":           "PROXY UNKNOWN\r\n",
		"unknown, named":    "PROXY UNKNOWN 192.0.2.7 198.51.100.1 4711 43\r\n",
		"unspecified":       "PROXY TCP4 0.0.0.0 198.51.100.1 4711 43\r\n",
		"mapped zero":       "PROXY TCP6 ::ffff:0.0.0.0 2001:db8::1 4711 43\r\n",
		"multicast":         "PROXY TCP6 ff02::1 2001:db8::1 4711 43\r\n",
		"zone":              "PROXY TCP6 fe80::1%lo 2001:db8::1 4711 43\r\n",
		"bare LF":           "PROXY TCP4 192.0.2.7 198.51.100.1 4711 43\n",
		"too long":          "PROXY TCP4 " + strings.Repeat("1", 200) + "\r\n",
		"version 2, UDP":    header2(t, proxyproto.PROXY, udp("192.0.2.7:1"), udp("198.51.100.1:43")),
		"version 2, socket": header2(t, proxyproto.PROXY, socket("a"), socket("b")),
		"version 2, none":   header2(t, proxyproto.PROXY, nil, nil),
		"version 2, length": "\r\n\r\n\x00\r\nQUIT\n\x21\x11\xff\xff",
	} {
		t.Run(name, func(t *testing.T) {
			l := behind(t, Config{})
			accepted := acceptAll(t, l)
			c := call(t, l, "127.0.0.1")
			say(t, c, header)
			if got, _ := io.ReadAll(c); len(got) > 0 {
				t.Errorf("heard %q", got)
			}
			select {
			case c := <-accepted:
				t.Errorf("accepted as %v", ClientAddr(c))
				c.Close()
			default:
			}
			if got, want := l.Stats(), (Stats{Dropped: 1}); got != want {
				t.Errorf("Stats = %+v, want %+v", got, want)
			}
		})
	}
}

func TestASlowHeaderHoldsUpNobody(t *testing.T) {
	l := behind(t, Config{ProxyTimeout: time.Minute})
	for range 50 {
		call(t, l, "127.0.0.1") // says nothing
	}
	half := call(t, l, "127.0.0.1")
	say(t, half, "\r\n\r\n\x00")
	say(t, call(t, l, "127.0.0.1"), header1)
	if got := ClientAddr(accept(t, l)).String(); got != "192.0.2.7" {
		t.Errorf("client is %s, want 192.0.2.7", got)
	}
	l.abort()
}

func TestAFrontEndThatSaysNothingIsClosed(t *testing.T) {
	l := behind(t, Config{ProxyTimeout: time.Millisecond})
	if got := hear(t, call(t, l, "127.0.0.1")); got != "" {
		t.Errorf("heard %q", got)
	}
}

func TestCapsCountTheClientsAndNotTheFrontEnd(t *testing.T) {
	l := behind(t, Config{MaxPerNetwork: 1, Refusal: []byte(refusal)})
	accepted := acceptAll(t, l)
	say(t, call(t, l, "127.0.0.1"), "PROXY TCP6 2001:db8::1 2001:db8::f 4711 43\r\n")
	defer (<-accepted).Close()

	neighbour := call(t, l, "127.0.0.1")
	say(t, neighbour, "PROXY TCP6 2001:db8::2 2001:db8::f 4711 43\r\nexample.test\r\n")
	if got := hear(t, neighbour); got != refusal {
		t.Errorf("second client of the /64 heard %q, want %q", got, refusal)
	}
	say(t, call(t, l, "127.0.0.1"), "PROXY TCP6 2001:db8:0:1::1 2001:db8::f 4711 43\r\n")
	defer (<-accepted).Close()
	if got, want := l.Stats(), (Stats{Open: 2, Crowded: 1}); got != want {
		t.Errorf("Stats = %+v, want %+v", got, want)
	}
}

func TestHeadersBeingReadAreBounded(t *testing.T) {
	l := behind(t, Config{MaxConns: 2, ProxyTimeout: time.Minute, Refusal: []byte(refusal)})
	first := call(t, l, "127.0.0.1")
	call(t, l, "127.0.0.1")
	if got := hear(t, call(t, l, "127.0.0.1")); got != refusal {
		t.Errorf("a third connection heard %q", got)
	}
	if got, want := l.Stats(), (Stats{Full: 1}); got != want {
		t.Errorf("Stats = %+v, want %+v", got, want)
	}
	say(t, first, header1)
	if got := ClientAddr(accept(t, l)).String(); got != "192.0.2.7" {
		t.Errorf("client is %s, want 192.0.2.7", got)
	}
	l.abort()
}

func TestAnAcceptedConnectionMakesRoomForTheNextHeader(t *testing.T) {
	l := behind(t, Config{MaxConns: 2})
	for range 5 {
		say(t, call(t, l, "127.0.0.1"), header1)
		accept(t, l).Close()
	}
	if got, want := l.Stats(), (Stats{}); got != want {
		t.Errorf("Stats = %+v, want %+v", got, want)
	}
}

func TestAConnectionAcceptedBeforeCloseIsNotLost(t *testing.T) {
	l := behind(t, Config{ProxyTimeout: time.Minute})
	late := call(t, l, "127.0.0.1")
	say(t, call(t, l, "127.0.0.1"), header1)
	accept(t, l) // so the earlier call has been accepted too
	l.Close()
	say(t, late, "PROXY TCP4 192.0.2.8 198.51.100.1 4711 43\r\n")
	if got := ClientAddr(accept(t, l)).String(); got != "192.0.2.8" {
		t.Errorf("client is %s, want 192.0.2.8", got)
	}
	if _, err := l.Accept(); err != net.ErrClosed {
		t.Errorf("Accept = %v, want net.ErrClosed", err)
	}
}
