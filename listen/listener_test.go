package listen

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

const refusal = "too many connections\r\n"

func TestANetworkOverItsCapIsToldSoAndOthersAreServed(t *testing.T) {
	l := open(t, Config{MaxPerNetwork: 2, Refusal: []byte(refusal)})
	accepted := acceptAll(t, l)
	for range 2 {
		call(t, l, "127.0.0.1")
		defer (<-accepted).Close()
	}
	if got := hear(t, call(t, l, "127.0.0.1")); got != refusal {
		t.Errorf("third connection heard %q, want %q", got, refusal)
	}
	call(t, l, "127.0.0.2")
	c := <-accepted
	defer c.Close()
	if got, want := ClientAddr(c), netip.MustParseAddr("127.0.0.2"); got != want {
		t.Errorf("accepted %v, want %v", got, want)
	}
	if got, want := l.Stats(), (Stats{Open: 3, Crowded: 1}); got != want {
		t.Errorf("Stats = %+v, want %+v", got, want)
	}
}

func TestTheTotalCapHoldsForAllNetworksTogether(t *testing.T) {
	l := open(t, Config{MaxConns: 2, Refusal: []byte(refusal)})
	accepted := acceptAll(t, l)
	for i := range 2 {
		call(t, l, fmt.Sprintf("127.0.0.%d", i+1))
		defer (<-accepted).Close()
	}
	if got := hear(t, call(t, l, "127.0.0.3")); got != refusal {
		t.Errorf("heard %q, want %q", got, refusal)
	}
}

func TestAClosedConnectionGivesItsPlaceBackOnce(t *testing.T) {
	l := open(t, Config{MaxConns: 1, MaxPerNetwork: 1})
	for range 5 {
		client := call(t, l, "127.0.0.1")
		c := accept(t, l)
		c.Close()
		c.Close()
		hear(t, client) // the end of this connection is the promise of a free place
	}
	if got, want := l.Stats(), (Stats{}); got != want {
		t.Errorf("Stats = %+v, want %+v", got, want)
	}
	if n := len(l.caps.byNetwork); n != 0 {
		t.Errorf("%d networks are still remembered", n)
	}
}

func TestWithoutACapPerNetworkOneAddressMayHaveMany(t *testing.T) {
	l := open(t, Config{})
	accepted := acceptAll(t, l)
	for range 100 {
		call(t, l, "127.0.0.1")
		defer (<-accepted).Close()
	}
	if got, want := l.Stats(), (Stats{Open: 100}); got != want {
		t.Errorf("Stats = %+v, want %+v", got, want)
	}
}

func TestAClientThatHasAlreadyAskedStillHearsTheRefusal(t *testing.T) {
	l := open(t, Config{MaxPerNetwork: 1, Refusal: []byte(refusal)})
	accepted := acceptAll(t, l)
	call(t, l, "127.0.0.1")
	defer (<-accepted).Close()
	for range 20 {
		c := call(t, l, "127.0.0.1")
		say(t, c, strings.Repeat("x", 3000)+"\r\n")
		if got := hear(t, c); got != refusal {
			t.Fatalf("heard %q, want %q", got, refusal)
		}
	}
}

func TestARefusalThatIsAnAnswerComesAfterTheBeginningOfAQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := newScripted()
		accepted := acceptAll(t, open(t, Config{Inner: inner, MaxConns: 1, Refusal: []byte(refusal), RefusalAnswers: true}))
		connect := func() net.Conn {
			server, client := piped()
			t.Cleanup(func() { client.Close() })
			inner.results <- server
			return client
		}
		connect()
		defer (<-accepted).Close()
		c := connect()
		c.SetReadDeadline(time.Now().Add(refusalTime / 2))
		if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("before it asked it heard something, or the end: %v", err)
		}
		c.SetReadDeadline(time.Time{})
		say(t, c, "G")
		if got := hear(t, c); got != refusal {
			t.Errorf("it heard %q", got)
		}
		begin := time.Now()
		if got := hear(t, connect()); got != refusal || time.Since(begin) != refusalTime {
			t.Errorf("one that does not ask heard %q after %v", got, time.Since(begin))
		}
	})
}

func TestRefusedClientsThatStayDoNotKeepOthersOut(t *testing.T) {
	l := open(t, Config{MaxPerNetwork: 1, Refusal: []byte(refusal)})
	accepted := acceptAll(t, l)
	for range 2 * maxRefusals {
		call(t, l, "127.0.0.1") // neither reads nor closes
	}
	if got := hear(t, call(t, l, "127.0.0.1")); got != refusal {
		t.Errorf("one more of them heard %q", got)
	}
	other := call(t, l, "127.0.0.2")
	for range 2 {
		c := <-accepted
		defer c.Close()
		say(t, c, "welcome\r\n")
		closeWrite(c)
	}
	if got := hear(t, other); got != "welcome\r\n" {
		t.Errorf("a client of another network heard %q", got)
	}
	if got, want := l.Stats(), (Stats{Open: 2, Crowded: 2 * maxRefusals}); got != want {
		t.Errorf("Stats = %+v, want %+v", got, want)
	}
}

func TestANetworkIsAnIPv4AddressOrAnIPv6Slash64(t *testing.T) {
	for _, tt := range []struct{ addr, want string }{
		{"192.0.2.1", "192.0.2.1/32"},
		{"2001:db8::1", "2001:db8::/64"},
		{"2001:db8::ffff:ffff:ffff:ffff", "2001:db8::/64"},
		{"2001:db8:0:1::1", "2001:db8:0:1::/64"},
	} {
		if got := networkOf(netip.MustParseAddr(tt.addr)); got.String() != tt.want {
			t.Errorf("networkOf(%s) = %v, want %s", tt.addr, got, tt.want)
		}
	}
}

func TestAClientAddressIsNeverMappedAndHasNoZone(t *testing.T) {
	for _, tt := range []struct {
		remote net.Addr
		want   netip.Addr
	}{
		{&net.TCPAddr{IP: net.ParseIP("::ffff:192.0.2.1")}, netip.MustParseAddr("192.0.2.1")},
		{&net.TCPAddr{IP: net.ParseIP("fe80::1"), Zone: "eth0"}, netip.MustParseAddr("fe80::1")},
		{&net.UnixAddr{Name: "/socket", Net: "unix"}, netip.Addr{}},
		{nil, netip.Addr{}},
	} {
		if got := ClientAddr(from{addr: tt.remote}); got != tt.want {
			t.Errorf("ClientAddr of %v = %v, want %v", tt.remote, got, tt.want)
		}
	}
}

func TestAConnectionWithoutAnIPAddressIsClosed(t *testing.T) {
	inner := newScripted()
	acceptAll(t, open(t, Config{Inner: inner}))
	server, client := net.Pipe()
	inner.results <- server
	if got := hear(t, client); got != "" {
		t.Errorf("heard %q, want nothing", got)
	}
}

func TestAcceptOutlivesErrorsAndPausesBetweenThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := newScripted()
		l := open(t, Config{Inner: inner})
		accepted := acceptAll(t, l)
		begin, pauses := time.Now(), time.Duration(0)
		for i := range 100 {
			inner.results <- &net.OpError{Op: "accept", Err: syscall.EMFILE}
			pauses += min(firstPause<<min(i, 20), lastPause)
		}
		server, client := piped()
		defer client.Close()
		inner.results <- server
		if c := <-accepted; ClientAddr(c).String() != "192.0.2.1" {
			t.Errorf("accepted %v", ClientAddr(c))
		} else {
			c.Close()
		}
		if got := time.Since(begin); got != pauses {
			t.Errorf("paused %v in all, want %v", got, pauses)
		}
	})
}

func TestCloseEndsAPauseAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := newScripted()
		l := open(t, Config{Inner: inner})
		errs := make(chan error)
		go func() {
			_, err := l.Accept()
			errs <- err
		}()
		inner.results <- syscall.EMFILE
		synctest.Wait()
		l.Close()
		if err := <-errs; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept = %v, want net.ErrClosed", err)
		}
		if err := l.Close(); err != nil {
			t.Errorf("second Close = %v", err)
		}
	})
}

func TestABadConfigIsRefused(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	good := func(change func(*Config)) Config {
		cfg := Config{Address: "127.0.0.1:0", Log: log}
		change(&cfg)
		return cfg
	}
	prefixes := func(p netip.Prefix) func(*Config) {
		return func(c *Config) { c.ProxyFrom = []netip.Prefix{p} }
	}
	for name, cfg := range map[string]Config{
		"no log":                good(func(c *Config) { c.Log = nil }),
		"no address":            good(func(c *Config) { c.Address = "" }),
		"two places":            good(func(c *Config) { c.Inner = newScripted() }),
		"not tcp":               good(func(c *Config) { c.Network = "unix" }),
		"negative cap":          good(func(c *Config) { c.MaxConns = -1 }),
		"negative network cap":  good(func(c *Config) { c.MaxPerNetwork = -1 }),
		"negative timeout":      good(func(c *Config) { c.ProxyTimeout = -1 }),
		"not an address":        good(func(c *Config) { c.Address = "127.0.0.1:port:" }),
		"invalid front end":     good(prefixes(netip.Prefix{})),
		"everybody, IPv4":       good(prefixes(netip.MustParsePrefix("0.0.0.0/0"))),
		"everybody, IPv6":       good(prefixes(netip.MustParsePrefix("::/0"))),
		"mapped, never matches": good(prefixes(netip.MustParsePrefix("::ffff:192.0.2.0/120"))),
	} {
		if l, err := Listen(cfg); err == nil {
			l.Close()
			t.Errorf("%s: accepted", name)
		} else if !strings.HasPrefix(err.Error(), "listen: ") {
			t.Errorf("%s: error %q does not name the package", name, err)
		}
	}
}

func TestAnHTTPServerSeesTheClientBehindTheFrontEnd(t *testing.T) {
	l := open(t, Config{ProxyFrom: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, r.RemoteAddr)
	})}
	served := make(chan error)
	go func() { served <- server.Serve(l) }()

	c := call(t, l, "127.0.0.1")
	say(t, c, "PROXY TCP6 ::ffff:192.0.2.7 2001:db8::2 4711 443\r\nGET / HTTP/1.0\r\n\r\n")
	if got := hear(t, c); !strings.HasSuffix(got, "\r\n\r\n192.0.2.7:4711\n") {
		t.Errorf("the server answered %q", got)
	}
	if err := server.Shutdown(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}
