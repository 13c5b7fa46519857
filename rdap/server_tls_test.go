package rdap_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"

	"registerd/disclose"
	"registerd/internal/pki"
	"registerd/listen"
	"registerd/rdap"
)

// hang bounds what would otherwise wait for ever; no test passes because of it.
const hang = 20 * time.Second

// secured is an RDAP server that speaks TLS behind a listener of the program's.
type secured struct {
	authority *pki.Authority
	listener  *listen.Listener
	gone      chan struct{} // gets one for each connection that the server closes
	proxied   string        // the PROXY header that clients send first
}

// watched is a listener that tells when a connection is closed.
type watched struct {
	net.Listener
	gone chan struct{}
}

type watchedConn struct {
	net.Conn
	tell func()
}

func (w watched) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	return watchedConn{c, sync.OnceFunc(func() { w.gone <- struct{}{} })}, err
}

func (c watchedConn) Close() error { defer c.tell(); return c.Conn.Close() }

// secure serves h; change may alter the server before it begins.
func secure(t *testing.T, h http.Handler, ofRSA bool, from []netip.Prefix, change func(*http.Server)) *secured {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s := &secured{gone: make(chan struct{}, 100)}
	var err error
	if s.authority, err = pki.New(); err != nil {
		t.Fatal(err)
	}
	chain, key, err := s.authority.Issue(pki.Order{Hosts: []string{"rdap.nic.example"}, RSA: ofRSA})
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		t.Fatal(err)
	}
	if s.listener, err = listen.Listen(listen.Config{Address: "127.0.0.1:0", ProxyFrom: from, Log: log}); err != nil {
		t.Fatal(err)
	}
	server := rdap.Server(h, log)
	server.TLSConfig = rdap.TLS(func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &pair, nil })
	if change != nil {
		change(server)
	}
	done := make(chan error, 1)
	go func() { done <- server.ServeTLS(watched{s.listener, s.gone}, "", "") }()
	t.Cleanup(func() {
		server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return s
}

// dial connects, without TLS.
func (s *secured) dial(t *testing.T) net.Conn {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", s.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(hang))
	if _, err := io.WriteString(c, s.proxied); err != nil {
		t.Fatal(err)
	}
	return c
}

// shake connects with TLS as a client of this configuration.
func (s *secured) shake(t *testing.T, config *tls.Config) (*tls.Conn, error) {
	t.Helper()
	config.ServerName, config.RootCAs = "rdap.nic.example", s.authority.Roots()
	c := tls.Client(s.dial(t), config)
	return c, c.HandshakeContext(t.Context())
}

// client asks over HTTP/2 if the server speaks it.
func (s *secured) client(t *testing.T) *http.Client {
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{ServerName: "rdap.nic.example", RootCAs: s.authority.Roots()},
		ForceAttemptHTTP2: true, DisableCompression: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) { return s.dial(t), nil },
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: hang}
}

func TestTheSuitesAreThoseThatTheStandardsName(t *testing.T) {
	four := map[uint16]bool{ // true for those of an RSA key
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: false, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: false,
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: true, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: true,
	}
	for _, ofRSA := range []bool{false, true} {
		s := secure(t, http.NotFoundHandler(), ofRSA, nil, nil)
		tried := 0
		for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
			if suite.SupportedVersions[0] == tls.VersionTLS13 {
				continue
			}
			tried++
			c, err := s.shake(t, &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite.ID}})
			needsRSA, listed := four[suite.ID]
			if good := listed && needsRSA == ofRSA; (err == nil) != good {
				t.Errorf("RSA key %t, %s: %v", ofRSA, suite.Name, err)
			} else if good && c.ConnectionState().CipherSuite != suite.ID {
				t.Errorf("%s became %x", suite.Name, c.ConnectionState().CipherSuite)
			}
		}
		if tried < 10 {
			t.Fatalf("tried %d suites", tried)
		}
	}
}

func TestTheNewestTLSIsSpokenAndNoneThatIsBroken(t *testing.T) {
	s := secure(t, http.NotFoundHandler(), false, nil, nil)
	for highest, good := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		c, err := s.shake(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: highest})
		if (err == nil) != good {
			t.Errorf("%s: %v", tls.VersionName(highest), err)
		} else if good && c.ConnectionState().Version != highest {
			t.Errorf("%s became %s", tls.VersionName(highest), tls.VersionName(c.ConnectionState().Version))
		}
	}
}

func TestTheWholeChainIsSent(t *testing.T) {
	s := secure(t, http.NotFoundHandler(), false, nil, nil)
	c, err := s.shake(t, &tls.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if sent := c.ConnectionState().PeerCertificates; len(sent) != 2 || sent[1].Subject.CommonName != "Made-up Issuer" {
		t.Errorf("%d certificates were sent", len(sent))
	}
}

// What is sent first may be nothing at all: the time for the handshake is that
// for a header, and the place is given back.
func TestAClientThatDoesNotShakeHandsIsLetGo(t *testing.T) {
	for what, hello := range map[string]string{"silence": "", "half a hello": "\x16\x03\x01\x02\x00\x01"} {
		s := secure(t, http.NotFoundHandler(), false, nil, func(server *http.Server) {
			server.ReadHeaderTimeout = 50 * time.Millisecond
		})
		c := s.dial(t)
		if _, err := io.WriteString(c, hello); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(c); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if open := s.listener.Stats().Open; open != 0 {
			t.Errorf("%s: %d connections are counted", what, open)
		}
	}
}

func TestAQuestionInClearIsNotAnsweredOnATLSListener(t *testing.T) {
	s := secure(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }), false, nil, nil)
	c := s.dial(t)
	fmt.Fprintf(c, "GET /help HTTP/1.1\r\nHost: rdap.nic.example\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || res.StatusCode != http.StatusBadRequest {
		t.Fatalf("%v, %v", res, err)
	}
}

// The front end passes TLS through and says who the client is; that client is
// not on loopback, and its line is private because it speaks TLS.
func TestAFrontEndMayPassTLSThrough(t *testing.T) {
	w := open(t, setup{})
	seen := make(chan string, 1)
	handler := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		seen <- r.RemoteAddr
		w.handler.ServeHTTP(rw, r)
	})
	s := secure(t, handler, false, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, nil)
	s.proxied = "PROXY TCP4 192.0.2.77 192.0.2.1 4711 443\r\n"
	r, err := http.NewRequestWithContext(t.Context(), "GET", base+"domain/shop.example", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", w.bearer(disclose.Registrar))
	res, err := s.client(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if from := <-seen; from != "192.0.2.77:4711" || res.StatusCode != 200 || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("from %s: %s %v", from, res.Status, res.Header)
	}
}
