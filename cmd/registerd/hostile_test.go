package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// An attack is what hostile clients do, all at once, for as long as a neighbour
// takes to ask all windows.
type attack struct {
	name   string
	window string
	strike func(*striker)

	fast  bool // few connections do it, each as quickly as it can
	alone bool // all come from one address, and most are over its cap
	deaf  bool // the receive buffer is as small as the system lets it be
}

// striker is one hostile connection. Everything on it fails once the attack is
// over, or once the house has had enough of it.
type striker struct {
	net.Conn
	ctx    context.Context
	landed func() // tells that what the attack is about has been sent
	trust  *tls.Config
}

// send reports whether the house still takes what is sent.
func (s *striker) send(text string) bool {
	_, err := s.Write([]byte(text))
	return err == nil
}

// hold keeps the connection, without reading, until the attack is over.
func (s *striker) hold() {
	s.landed()
	<-s.ctx.Done()
}

// listen takes in what comes, until the house closes or the attack is over.
func (s *striker) listen() {
	s.landed()
	for buffer := make([]byte, 4096); ; {
		if _, err := s.Read(buffer); err != nil {
			return
		}
	}
}

// drip sends text a byte at a time, again and again, for as long as it is taken.
func (s *striker) drip(text string) {
	for i := 0; s.send(text[i%len(text) : i%len(text)+1]); i++ {
		s.landed()
		rest(s.ctx, dripPause)
	}
}

// pour sends text again and again without reading, for as long as it is taken.
func (s *striker) pour(text string) {
	for s.send(text) {
		s.landed()
		rest(s.ctx, framePause)
	}
}

// hostileAddress is where one of many attackers is: eight to an address, which is
// what one address may have of every window, and a thousand to a /24.
func hostileAddress(i int) net.IP {
	i /= 8
	return net.IPv4(127, 66, byte(i/125), byte(1+i%125))
}

// assault lets n connections strike at once, again and again until ctx ends. It
// returns how many have landed until then.
func (h *house) assault(ctx context.Context, a attack, n int, landed *atomic.Int64) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			for ctx.Err() == nil {
				h.strike(ctx, a, i, landed)
				rest(ctx, strikePause)
			}
		})
	}
	group.Wait()
}

// strike is one connection, of the attacker with a number.
func (h *house) strike(ctx context.Context, a attack, i int, landed *atomic.Int64) {
	if a.alone {
		i = 0
	}
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: hostileAddress(i)}, Timeout: patience}
	if a.deaf {
		from.Control = deafen
	}
	c, err := from.DialContext(ctx, "tcp", h.at[a.window])
	if err != nil {
		return
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	a.strike(&striker{Conn: c, ctx: ctx, trust: h.trust, landed: sync.OnceFunc(func() { landed.Add(1) })})
}

// rest pauses for d, or until the attack is over. Attackers share the cores with
// whom they attack: without a pause they would only starve each other.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// deafen gives a socket the smallest buffer for what it is sent.
func deafen(_, _ string, socket syscall.RawConn) (err error) {
	if failed := socket.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 1)
	}); failed != nil {
		return failed
	}
	return err
}

// withstand runs one attack, and has a neighbour ask through it. Afterwards the
// house stands as it did before all attacks.
func (h *house) withstand(t *testing.T, a attack, before standing) {
	t.Helper()
	n := manyConnections
	if a.fast {
		n = fewConnections
	}
	honest := newNeighbour(h, "127.77.0.1")
	ctx, over := context.WithCancel(t.Context())
	defer over()
	var landed atomic.Int64
	var attackers sync.WaitGroup
	attackers.Go(func() { h.assault(ctx, a, n, &landed) })
	for patiently := time.Now(); landed.Load() < int64(n); time.Sleep(time.Millisecond) {
		if time.Since(patiently) > patience {
			t.Fatalf("%d of %d strikes have landed", landed.Load(), n)
		}
	}
	for round := range neighbourlyRounds {
		if err := honest.ask(ctx); err != nil {
			t.Errorf("round %d: %v", round, err)
			break
		}
	}
	during := h.stand(t)
	over()
	attackers.Wait()
	honest.http.CloseIdleConnections()
	t.Logf("%d strikes landed; %v", landed.Load(), during)
	h.awaitBack(t, before, backWithin)
}

// TestHostileConnectionsHarmNobodyElse attacks the running program in every way we
// know, one after the other. A neighbour meets no error, and afterwards nothing is
// left of the attack.
func TestHostileConnectionsHarmNobodyElse(t *testing.T) {
	for _, side := range []struct {
		name    string
		secure  bool
		attacks []attack
	}{
		{"plain", false, append(attacksOnLines(), attacksOnHTTP()...)},
		{"secure", true, append(attacksOnTLS(), attacksOnHTTP2()...)},
	} {
		t.Run(side.name, func(t *testing.T) {
			h := openHouse(t, side.secure)
			h.warm(t)
			before := h.stand(t)
			t.Logf("before: %v", before)
			for _, a := range side.attacks {
				t.Run(a.window+" "+a.name, func(t *testing.T) { h.withstand(t, a, before) })
			}
		})
	}
}

// warm asks so much at once that all is made which is made once and kept:
// connections to the database, answers, buffers.
func (h *house) warm(t *testing.T) {
	t.Helper()
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			n := newNeighbour(h, fmt.Sprintf("127.77.1.%d", 1+i))
			defer n.http.CloseIdleConnections()
			for range 8 {
				if err := n.ask(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

// attacksOnLines are those on WHOIS and on the availability port.
func attacksOnLines() (out []attack) {
	for _, window := range []string{"whois", "das"} {
		out = append(out,
			attack{name: "half-open", window: window, strike: (*striker).listen},
			attack{name: "a byte at a time", window: window, strike: func(s *striker) { s.drip("a") }},
			attack{name: "a line without an end", window: window, strike: func(s *striker) { s.pour(strings.Repeat("a", 4096)) }},
			attack{name: "connect and reset", window: window, strike: reset},
			attack{name: "flood over the cap", window: window, alone: true, strike: func(s *striker) {
				s.send("bakery.example\r\n")
				s.listen()
			}},
			attack{name: "asks and goes", window: window, strike: func(s *striker) {
				s.send("bakery.example\r\n")
				s.landed()
			}},
			attack{name: "bytes that are no text", window: window, fast: true, strike: func(s *striker) {
				s.pour(strings.Repeat("\x00\xff\xfe\x80\r\n", 512))
			}},
		)
	}
	return append(out,
		attack{name: "asks much and reads nothing", window: "whois", fast: true, deaf: true, strike: func(s *striker) {
			s.send(strings.Repeat("-k bakery.example\r\n", 200))
			s.hold()
		}},
		attack{name: "asks much and reads nothing", window: "das", fast: true, deaf: true, strike: func(s *striker) {
			s.pour(strings.Repeat("bakery.example\r\n", 2000))
			s.hold()
		}},
		attack{name: "pipelines", window: "das", fast: true, strike: func(s *striker) {
			go s.pour(strings.Repeat("bakery.example\r\n", 1000))
			s.listen()
		}},
	)
}

// reset ends a connection as rudely as can be.
func reset(s *striker) {
	_ = s.Conn.(*net.TCPConn).SetLinger(0)
	s.landed()
}

// attacksOnHTTP are those on RDAP without TLS, over HTTP/1.1.
func attacksOnHTTP() []attack {
	const head = "GET /domain/bakery.example HTTP/1.1\r\nHost: localhost\r\n"
	const post = "POST /availability HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
	attacks := []attack{
		{name: "half-open", strike: (*striker).listen},
		{name: "a request line a byte at a time", strike: func(s *striker) { s.drip("GET /domain/") }},
		{name: "headers a byte at a time", strike: func(s *striker) { s.send(head); s.drip("X-A: b\r\n") }},
		{name: "a header without an end", strike: func(s *striker) { s.send(head + "X-A: "); s.pour(strings.Repeat("a", 4096)) }},
		{name: "headers without an end", strike: func(s *striker) { s.send(head); s.pour(strings.Repeat("X-A: b\r\n", 512)) }},
		{name: "a URL without an end", strike: func(s *striker) { s.send("GET /domain/"); s.pour(strings.Repeat("a", 4096)) }},
		{name: "a body a byte at a time", strike: func(s *striker) {
			s.send(post + "Content-Length: 200000\r\n\r\n")
			s.drip("bakery.example\r\n")
		}},
		{name: "a body where none is taken", strike: func(s *striker) {
			s.send(head + "Content-Length: 200000\r\n\r\n")
			s.drip("a")
		}},
		{name: "a body without an end", fast: true, strike: func(s *striker) {
			s.send(post + "Transfer-Encoding: chunked\r\n\r\n")
			s.pour("1000\r\n" + strings.Repeat("a", 0x1000) + "\r\n")
		}},
		{name: "chunks of nothing but extensions", strike: func(s *striker) {
			s.send(post + "Transfer-Encoding: chunked\r\n\r\n")
			s.pour(strings.Repeat("1;"+strings.Repeat("x", 2000)+"\r\na\r\n", 4))
		}},
		{name: "a connection kept for nothing", strike: func(s *striker) { s.send(head + "\r\n"); s.listen() }},
		{name: "pipelines and reads nothing", fast: true, deaf: true, strike: func(s *striker) {
			s.pour(strings.Repeat(head+"\r\n", 50))
			s.hold()
		}},
		{name: "pipelines", fast: true, strike: func(s *striker) {
			go s.pour(strings.Repeat(head+"\r\n", 50))
			s.listen()
		}},
		{name: "connect and reset", strike: reset},
		{name: "flood over the cap", alone: true, strike: func(s *striker) { s.send(head + "\r\n"); s.listen() }},
		{name: "asks and goes", strike: func(s *striker) { s.send(head + "\r\n"); s.landed() }},
		{name: "asks to speak HTTP2 in clear", strike: func(s *striker) {
			s.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
			s.listen()
		}},
		{name: "waits to be told to go on", strike: func(s *striker) {
			s.send(post + "Content-Length: 200000\r\nExpect: 100-continue\r\n\r\n")
			s.listen()
		}},
	}
	for i := range attacks {
		attacks[i].window = "rdap"
	}
	return attacks
}

// attacksOnTLS are those below HTTP.
func attacksOnTLS() []attack {
	hello := clientHello()
	attacks := []attack{
		{name: "TLS half-open", strike: (*striker).listen},
		{name: "TLS a handshake a byte at a time", strike: func(s *striker) { s.drip(hello[:100]) }},
		{name: "TLS half a handshake", strike: func(s *striker) { s.send(hello); s.hold() }},
		{name: "TLS a record larger than allowed", strike: func(s *striker) {
			s.send("\x16\x03\x01\xff\xff")
			s.pour(strings.Repeat("a", 4096))
		}},
		{name: "TLS a hello in records of one byte", strike: func(s *striker) {
			var records strings.Builder
			for _, b := range []byte(hello[5:]) {
				records.WriteString("\x16\x03\x01\x00\x01" + string([]byte{b}))
			}
			s.send(records.String())
			s.hold()
		}},
		{name: "TLS records of nothing", strike: func(s *striker) { s.pour(strings.Repeat("\x16\x03\x01\x00\x00", 256)) }},
		{name: "TLS no TLS at all", strike: func(s *striker) { s.send("GET / HTTP/1.1\r\n\r\n"); s.listen() }},
		{name: "TLS connect and reset", strike: reset},
		// Not from thousands: their own halves of the handshakes would take all cores.
		{name: "TLS handshakes and goes", fast: true, strike: func(s *striker) {
			if tls.Client(s.Conn, s.config("h2")).HandshakeContext(s.ctx) == nil {
				s.landed()
			}
		}},
		{name: "TLS flood over the cap", alone: true, strike: func(s *striker) { s.send(hello); s.listen() }},
		{name: "HTTP1 headers a byte at a time", strike: func(s *striker) {
			if s.secure("http/1.1") {
				s.send("GET /help HTTP/1.1\r\nHost: " + housesHost + "\r\n")
				s.drip("X-A: b\r\n")
			}
		}},
		{name: "HTTP1 pipelines and reads nothing", fast: true, deaf: true, strike: func(s *striker) {
			if s.secure("http/1.1") {
				s.pour(strings.Repeat("GET /domain/bakery.example HTTP/1.1\r\nHost: "+housesHost+"\r\n\r\n", 50))
				s.hold()
			}
		}},
	}
	for i := range attacks {
		attacks[i].window = "rdap"
	}
	return attacks
}

func (s *striker) config(protocol string) *tls.Config {
	c := s.trust.Clone()
	c.NextProtos = []string{protocol}
	return c
}

// secure makes the connection one of TLS.
func (s *striker) secure(protocol string) bool {
	c := tls.Client(s.Conn, s.config(protocol))
	s.Conn = c
	return c.HandshakeContext(s.ctx) == nil
}

// clientHello is what a client says first.
func clientHello() string {
	var said recorder
	_ = tls.Client(&said, &tls.Config{ServerName: housesHost, NextProtos: []string{"h2"}}).Handshake() // fails: nobody answers
	return said.String()
}

// recorder keeps what is written to it, and ends when it is read.
type recorder struct {
	net.Conn
	bytes.Buffer
}

func (r *recorder) Write(b []byte) (int, error)      { return r.Buffer.Write(b) }
func (r *recorder) Read([]byte) (int, error)         { return 0, net.ErrClosed }
func (r *recorder) Close() error                     { return nil }
func (r *recorder) SetWriteDeadline(time.Time) error { return nil }
