package listen

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// loopbackFrontEnds are those that a test can be.
var loopbackFrontEnds = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("127.0.1.0/24")}

// serveForwarded serves until the test ends.
func serveForwarded(t *testing.T, l *Listener, cfg ForwardingConfig) *Forwarding {
	t.Helper()
	cfg.From = loopbackFrontEnds
	cfg.Refuse = func(w http.ResponseWriter, _ *http.Request, why error) { http.Error(w, why.Error(), http.StatusTeapot) }
	f, err := NewForwarding(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server, served := &http.Server{Handler: f}, make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return f
}

// whoAmI is answered with whom the server takes its caller for.
var whoAmI = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	fmt.Fprint(w, at.Addr(), " ", PastFrontEnds(r))
})

// request sends one on c, with lines of a header, and returns the answer's body.
func request(t *testing.T, c net.Conn, lines ...string) string {
	t.Helper()
	say(t, c, "GET / HTTP/1.1\r\nHost: test\r\n"+strings.Join(append(lines, "\r\n"), "\r\n"))
	return answered(t, c)
}

func answered(t *testing.T, c net.Conn) string {
	t.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestRequestsOfAFrontEndAreItsClientsAndOthersAreTheirOwn(t *testing.T) {
	l := open(t, Config{ForwardedFrom: loopbackFrontEnds})
	f := serveForwarded(t, l, ForwardingConfig{Handler: whoAmI})
	const claim = "X-Forwarded-For: 192.0.2.7"
	frontEnd := call(t, l, "127.0.0.1")
	for header, want := range map[string]string{
		claim:                                  "192.0.2.7 false",
		"x-forwarded-for: 192.0.2.7,127.0.1.9": "192.0.2.7 false",
		`Forwarded: for="[2001:db8::7]:4711"`:  "2001:db8::7 false",
		"X-Forwarded-For: 203.0.113.1\r\nX-Real-IP: 192.0.2.7": "203.0.113.1 false",
	} {
		if got := request(t, frontEnd, header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	stranger := call(t, l, "127.0.0.2")
	for _, header := range []string{"Accept: */*", claim, claim + "\r\n" + claim, "Forwarded: for=192.0.2.7"} {
		if got := request(t, stranger, header); got != "127.0.0.2 true" {
			t.Errorf("past the front ends, with %s: %q", header, got)
		}
	}
	for _, header := range []string{"Accept: */*", claim + "\r\n" + claim, "X-Forwarded-For: 127.0.0.1"} {
		if got := request(t, frontEnd, header); !strings.HasPrefix(got, "listen: who is asking: ") {
			t.Errorf("%s: %q", header, got)
		}
	}
	if got, want := f.Stats(), (ForwardingStats{Unnamed: 3}); got != want {
		t.Errorf("Stats = %+v, want %+v", got, want)
	}
}

func TestWhoComesPastTheFrontEndsIsAnsweredByAHandlerOfTheirOwn(t *testing.T) {
	l := open(t, Config{ForwardedFrom: loopbackFrontEnds})
	serveForwarded(t, l, ForwardingConfig{Handler: whoAmI, Past: NewStreams(1, 0, http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "past ", PastFrontEnds(r)) }))})
	const claim = "X-Forwarded-For: 192.0.2.7"
	for from, want := range map[string]string{"127.0.0.1": "192.0.2.7 false", "127.0.0.2": "past true"} {
		if got := request(t, call(t, l, from), claim); got != want {
			t.Errorf("from %s: %q, want %q", from, got, want)
		}
	}
}

func TestAPROXYHeaderMayLeadToAFrontEnd(t *testing.T) {
	l := behind(t, Config{ForwardedFrom: loopbackFrontEnds})
	serveForwarded(t, l, ForwardingConfig{Handler: whoAmI})
	const claim = "X-Forwarded-For: 192.0.2.7"
	for client, want := range map[string]string{
		"127.0.1.5": "192.0.2.7 false", "203.0.113.1": "203.0.113.1 true",
	} {
		c := call(t, l, "127.0.0.1")
		say(t, c, "PROXY TCP4 "+client+" 198.51.100.1 4711 80\r\n")
		if got := request(t, c, claim); got != want {
			t.Errorf("over PROXY as %s: %q, want %q", client, got, want)
		}
	}
}

func TestAClientMayHaveSoManyRequestsAtOnceAndOthersTheirOwn(t *testing.T) {
	l := open(t, Config{MaxConns: 20, MaxPerNetwork: 2, ForwardedFrom: loopbackFrontEnds})
	working, finish := make(chan struct{}), make(chan struct{})
	f := serveForwarded(t, l, ForwardingConfig{MaxAtOnce: 4, MaxPerNetwork: 2, Handler: http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			working <- struct{}{}
			<-finish
			whoAmI(w, r)
		})})
	var atWork []net.Conn
	begin := func(client string) {
		c := call(t, l, "127.0.0.1")
		say(t, c, "GET / HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: "+client+"\r\n\r\n")
		<-working
		atWork = append(atWork, c)
	}
	begin("2001:db8::1")
	begin("2001:db8::2")
	if got := request(t, call(t, l, "127.0.0.1"), "X-Forwarded-For: 2001:db8::3"); !strings.HasPrefix(got, ErrCrowded.Error()) {
		t.Errorf("the third of a /64: %q", got)
	}
	begin("192.0.2.1")
	begin("198.51.100.1")
	if got := request(t, call(t, l, "127.0.0.1"), "X-Forwarded-For: 203.0.113.1"); !strings.HasPrefix(got, ErrFull.Error()) {
		t.Errorf("the fifth of all: %q", got)
	}
	if got, want := f.Stats(), (ForwardingStats{Full: 1, Crowded: 1}); got != want {
		t.Errorf("Stats = %+v, want %+v", got, want)
	}
	close(finish)
	for _, c := range atWork {
		answered(t, c)
	}
	go func() { <-working }()
	if got := request(t, call(t, l, "127.0.0.1"), "X-Forwarded-For: 2001:db8::3"); got != "2001:db8::3 false" {
		t.Errorf("when all is answered: %q", got)
	}
	if n := len(f.caps.byNetwork); n > 2 {
		t.Errorf("%d networks are still remembered", n)
	}
}

func TestAFrontEndHasAsManyConnectionsAsThereAre(t *testing.T) {
	l := open(t, Config{MaxConns: 12, MaxPerNetwork: 1, PerSecond: 12, ForwardedFrom: loopbackFrontEnds, Refusal: []byte(refusal)})
	accepted := acceptAll(t, l)
	for range 10 {
		call(t, l, "127.0.0.1")
		defer (<-accepted).Close()
	}
	call(t, l, "127.0.0.2") // of the same site: the front end's are not counted in it
	defer (<-accepted).Close()
	if got := hear(t, call(t, l, "127.0.0.2")); got != refusal {
		t.Errorf("a stranger's second heard %q", got)
	}
	call(t, l, "127.0.0.1")
	c := <-accepted
	if got := hear(t, call(t, l, "127.0.0.1")); got != refusal {
		t.Errorf("one more than there are heard %q", got)
	}
	if got, want := l.Stats(), (Stats{Open: 12, Full: 1, Crowded: 1}); got != want {
		t.Errorf("Stats = %+v, want %+v", got, want)
	}
	c.Close()
	if got := l.Stats().Open; got != 11 {
		t.Errorf("%d are open", got)
	}
}

func TestABadForwardingConfigIsRefused(t *testing.T) {
	good := ForwardingConfig{
		From: loopbackFrontEnds, Handler: whoAmI, Refuse: func(http.ResponseWriter, *http.Request, error) {},
	}
	if _, err := NewForwarding(good); err != nil {
		t.Fatal(err)
	}
	everybody := []netip.Prefix{netip.MustParsePrefix("::/0")}
	for name, spoil := range map[string]func(*ForwardingConfig){
		"nobody":               func(c *ForwardingConfig) { c.From = nil },
		"everybody":            func(c *ForwardingConfig) { c.From = everybody },
		"no handler":           func(c *ForwardingConfig) { c.Handler = nil },
		"no refusal":           func(c *ForwardingConfig) { c.Refuse = nil },
		"negative cap":         func(c *ForwardingConfig) { c.MaxAtOnce = -1 },
		"negative network cap": func(c *ForwardingConfig) { c.MaxPerNetwork = -1 },
	} {
		c := good
		spoil(&c)
		if _, err := NewForwarding(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if l, err := Listen(Config{Inner: newScripted(), ForwardedFrom: everybody}); err == nil {
		l.Close()
		t.Error("a listener took it")
	}
}
