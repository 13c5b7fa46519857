package service

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/config"
	"registerd/disclose"
	"registerd/internal/pki"
	"registerd/ratelimit"
)

// certifiedScene is the example register with a listener for client certificates,
// behind a front end that passes TLS on: every question can have an address.
type certifiedScene struct {
	*exampleServer
	*book
	servers, clients *pki.Authority
	revoked          string // path of the list
}

func serveCertified(t *testing.T, change func(*config.Config)) *certifiedScene {
	t.Helper()
	s := &certifiedScene{book: newBook(t)}
	var err error
	s.servers, err = pki.New()
	must(t, err)
	s.clients, err = pki.New()
	must(t, err)
	dir := t.TempDir()
	file := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, text, 0o600))
		return path
	}
	chain, key, err := s.servers.Issue(pki.Order{Hosts: []string{"127.0.0.1"}})
	must(t, err)
	first, err := s.clients.Revoke(time.Now().Add(-2*time.Hour), time.Now().Add(time.Hour))
	must(t, err)
	s.revoked = file("revoked.pem", first)
	s.exampleServer = behind(t, s.book, func(c *config.Config) {
		own := &c.RDAP.Certificates
		own.Listen, own.ProxyFrom = "127.0.0.1:0", []string{"127.0.0.1/32"}
		own.Certificate, own.Key = file("chain.pem", chain), file("key.pem", key)
		own.Issuers, own.Revoked = file("issuers.pem", s.clients.Issuer()), s.revoked
		if change != nil {
			change(c)
		}
	})
	return s
}

// list is one of revoked certificates, which begins now.
func (s *certifiedScene) list(t *testing.T, chains ...[]byte) []byte {
	t.Helper()
	list, err := s.clients.Revoke(time.Now().Add(-time.Second), time.Now().Add(time.Hour), chains...)
	must(t, err)
	return list
}

// issue makes a client's certificate.
func issue(t *testing.T, by *pki.Authority, o pki.Order) (shown tls.Certificate, chain []byte) {
	t.Helper()
	o.Client = true
	chain, key, err := by.Issue(o)
	must(t, err)
	shown, err = tls.X509KeyPair(chain, key)
	must(t, err)
	return shown, chain
}

// knows gives an account a certificate; edit says what is special about that.
func (s *certifiedScene) knows(t *testing.T, account string, shown tls.Certificate, edit func(*access.Credential)) {
	t.Helper()
	c := access.Credential{ID: access.NewID(), Account: account, Sort: access.Certificate, SPKI: sha256.Sum256(shown.Leaf.RawSubjectPublicKeyInfo)}
	if edit != nil {
		edit(&c)
	}
	must(t, s.AddCredential(t.Context(), "", c))
}

// browser asks as a client at an address with these certificates, on one connection
// if the server lets it.
func (s *certifiedScene) browser(t *testing.T, from netip.Addr, shown ...tls.Certificate) *http.Transport {
	b := &http.Transport{
		DisableCompression: true, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: s.servers.Roots(), ClientSessionCache: tls.NewLRUClientSessionCache(8)},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, network, address)
			if err == nil {
				_, err = fmt.Fprintf(c, "PROXY TCP4 %s 192.0.2.1 4711 443\r\n", from)
			}
			return c, err
		},
	}
	if len(shown) > 0 { // whatever issuers the server asks for
		b.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &shown[0], nil }
	}
	t.Cleanup(b.CloseIdleConnections)
	return b
}

// heard is an answer; why is set when TLS has refused.
type heard struct {
	status int
	header http.Header
	body   string
	why    error
	tls    *tls.ConnectionState
}

func (s *certifiedScene) ask(t *testing.T, b *http.Transport, path string, header http.Header) heard {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", "https://"+s.service.Address("rdap-certificates")+"/"+path, nil)
	must(t, err)
	r.Header = header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	res, err := b.RoundTrip(r)
	if err != nil {
		return heard{why: err}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	return heard{res.StatusCode, res.Header, string(body), nil, res.TLS}
}

func selfSigned(t *testing.T, like tls.Certificate) tls.Certificate {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(7), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, like.Leaf.PublicKey, like.PrivateKey)
	must(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: like.PrivateKey}
}

// What somebody is answered who shows a certificate, or should. Where TLS refuses,
// nothing is asked.
func TestTheRefusalMatrixOfCertificates(t *testing.T) {
	s := serveCertified(t, nil)
	shown := map[string]tls.Certificate{}
	for id, edit := range map[string]func(*access.Account){
		"police": nil, "suspended": func(a *access.Account) { a.Suspended = true },
		"ended":     func(a *access.Account) { a.Until = time.Now().Add(-time.Second) },
		"elsewhere": func(a *access.Account) { a.Networks = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")} },
		"removed":   nil, "revoked": nil, "too-late": nil,
	} {
		s.add(t, id, disclose.KindAuthority, edit)
		shown[id], _ = issue(t, s.clients, pki.Order{})
		s.knows(t, id, shown[id], func(c *access.Credential) {
			if id == "too-late" {
				c.Until = time.Now().Add(-time.Second)
			}
		})
	}
	list, err := s.Read(t.Context())
	must(t, err)
	for _, c := range list.Credentials {
		if c.Account == "revoked" {
			must(t, s.Revoke(t.Context(), c.ID, ""))
		}
	}
	must(t, s.Remove(t.Context(), "removed", ""))
	token, _ := s.token(t, "police", nil)

	// A certificate that the file of accounts knows, and that is none otherwise.
	known := func(by *pki.Authority, o pki.Order) (tls.Certificate, []byte) {
		c, chain := issue(t, by, o)
		s.knows(t, "police", c, nil)
		return c, chain
	}
	other, err := pki.New()
	must(t, err)
	ofOther, _ := known(other, pki.Order{})
	past, _ := known(s.clients, pki.Order{Till: time.Now().Add(-time.Minute)})
	early, _ := known(s.clients, pki.Order{From: time.Now().Add(time.Hour)})
	onList, chain := known(s.clients, pki.Order{})
	nobodys, _ := issue(t, s.clients, pki.Order{})
	good := shown["police"]
	keyless := good
	keyless.PrivateKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	serversChain, serversKey, err := s.clients.Issue(pki.Order{Hosts: []string{"127.0.0.1"}})
	must(t, err)
	forServers, err := tls.X509KeyPair(serversChain, serversKey)
	must(t, err)
	s.knows(t, "police", forServers, nil)
	s.putList(t, s.list(t, chain))
	s.service.named.look(t.Context())

	const inTLS = 0 // the status of a question that is never asked
	wrong := "The credential is unknown, wrong or expired"
	for i, tt := range []struct {
		what   string
		shown  *tls.Certificate
		also   string // another header field
		status int
		told   string
		more   bool // than the public is told
		cost   int
	}{
		{"an account's", &good, "", 200, "", true, 0},
		{"none", nil, "", inTLS, "certificate required", false, 0},
		{"none, and a token", nil, "Authorization: Bearer " + token, inTLS, "certificate required", false, 0},
		{"of another issuer", &ofOther, "", inTLS, "unknown certificate authority", false, 0},
		{"one that has ended", &past, "", inTLS, "expired certificate", false, 0},
		{"one that has not begun", &early, "", inTLS, "expired certificate", false, 0},
		{"one on the list of revoked ones", &onList, "", inTLS, "bad certificate", false, 0},
		{"self-signed with an account's key", new(selfSigned(t, good)), "", inTLS, "unknown certificate authority", false, 0},
		{"an account's, without its key", &keyless, "", inTLS, "", false, 0},
		{"a server's", &forServers, "", inTLS, "bad certificate", false, 0},
		{"of no account", &nobodys, "", 403, "Nobody has made an account here for this certificate.", false, 1},
		{"one that the account has no more", new(shown["revoked"]), "", 403, "Nobody has made an account", false, 1},
		{"of a removed account", new(shown["removed"]), "", 403, "Nobody has made an account", false, 1},
		{"of a suspended account", new(shown["suspended"]), "", 401, wrong, false, 10},
		{"of an account that has ended", new(shown["ended"]), "", 401, wrong, false, 10},
		{"one whose time at the account has ended", new(shown["too-late"]), "", 401, wrong, false, 10},
		{"from a network that is not listed", new(shown["elsewhere"]), "", 401, wrong, false, 10},
		{"with a right token beside", &good, "Authorization: Bearer " + token, 400, "There are two credentials", false, 1},
		{"with the cookie of a session beside", &good, "Cookie: __Host-registerd-session=x", 400, "There are two credentials", false, 1},
		{"for a purpose that is not allowed", &good, "RDAP-Purpose: dnsTransparency", 403, "may not give this purpose", false, 1},
		{"to be confidential, and may not", &good, "RDAP-Confidential: true", 403, "have the holder not told", false, 1},
		{"without a case", &good, "RDAP-Case: ", 200, "", false, 0},
		{"with another client in a header", &good, "X-Forwarded-For: 203.0.113.7", 200, "", true, 0},
		{"of an account elsewhere, with its network in a header", new(shown["elsewhere"]), "X-Forwarded-For: 203.0.113.7", 401, wrong, false, 10},
	} {
		from := netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)})
		header := http.Header{"Rdap-Purpose": {"legalActions"}, "Rdap-Case": {"17"}}
		if name, value, ok := strings.Cut(tt.also, ": "); ok {
			header.Set(name, value)
		}
		var b *http.Transport
		if tt.shown == nil {
			b = s.browser(t, from)
		} else {
			b = s.browser(t, from, *tt.shown)
		}
		got := s.ask(t, b, karin, header)
		answer := got.body
		if got.why != nil {
			answer = got.why.Error()
		}
		if got.why != nil && !strings.Contains(answer, "remote error") {
			answer = tt.told // the alert may be lost as the server closes
		}
		left := s.service.limiter.Standing(ratelimit.Client{Addr: from}, ratelimit.Failure).Left
		if got.status != tt.status || !strings.Contains(answer, tt.told) || strings.Contains(answer, karinsName) != tt.more || 100-left != tt.cost {
			t.Errorf("%s: %d, more than the public %t, cost %d; want %d, %t, %d, and %q\n%s",
				tt.what, got.status, strings.Contains(answer, karinsName), 100-left, tt.status, tt.more, tt.cost, tt.told, answer)
		}
		if got.status == 200 && got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: an answer that caches may keep", tt.what)
		}
	}
}

// putList replaces the list of revoked certificates, and has it read.
func (s *certifiedScene) putList(t *testing.T, list []byte) {
	t.Helper()
	must(t, os.WriteFile(s.revoked, list, 0o600))
	take, err := s.service.certified.clients.Reload()
	must(t, err)
	take()
}

func TestAvailabilityTakesCertificatesAsRDAPDoes(t *testing.T) {
	s := serveCertified(t, nil)
	s.add(t, "nordlys", disclose.KindRegistrar, nil)
	good, _ := issue(t, s.clients, pki.Order{})
	s.knows(t, "nordlys", good, nil)
	nobodys, _ := issue(t, s.clients, pki.Order{})
	s.service.named.look(t.Context())
	from := netip.MustParseAddr("192.0.2.1")
	for _, tt := range []struct {
		what   string
		shown  tls.Certificate
		header http.Header
		status int
	}{
		{"an account's", good, nil, 200},
		{"of no account", nobodys, nil, 403},
		{"with a token beside", good, http.Header{"Authorization": {"Bearer x"}}, 400},
	} {
		if got := s.ask(t, s.browser(t, from, tt.shown), "availability/karin.example", tt.header); got.status != tt.status {
			t.Errorf("%s: %d %v, want %d\n%s", tt.what, got.status, got.why, tt.status, got.body)
		} else if policy := got.header.Get("Ratelimit-Policy"); strings.Contains(policy, "q=12000") != (tt.status == 200) {
			t.Errorf("%s: the budget is not the account's, or is: %s", tt.what, policy)
		}
	}
}

// A certificate that was good when the connection was made may not be when it is
// used again; and no new connection takes the word of an old one for it.
func TestWhatIsRevokedIsRefusedOnKeptConnectionsAndOnNewOnes(t *testing.T) {
	for what, tt := range map[string]struct {
		revoke func(t *testing.T, s *certifiedScene, chain []byte)
		kept   int
		anew   int // 0 is a refusal of TLS
	}{
		"on the list": {func(t *testing.T, s *certifiedScene, chain []byte) { s.putList(t, s.list(t, chain)) }, 403, 0},
		"suspended": {func(t *testing.T, s *certifiedScene, _ []byte) {
			must(t, edited(s.book, func(a *access.Account) { a.Suspended = true }))
			s.service.named.look(t.Context())
		}, 401, 401},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(what+", "+tls.VersionName(version), func(t *testing.T) {
				s := serveCertified(t, nil)
				s.add(t, "nordlys", disclose.KindRegistrar, nil)
				shown, chain := issue(t, s.clients, pki.Order{})
				s.knows(t, "nordlys", shown, nil)
				s.service.named.look(t.Context())
				b := s.browser(t, netip.MustParseAddr("192.0.2.1"), shown)
				b.TLSClientConfig.MaxVersion = version
				for range 2 {
					if got := s.ask(t, b, karin, nil); got.status != 200 || !strings.Contains(got.body, karinsName) || got.tls.DidResume || got.tls.Version != version {
						t.Fatalf("%d, %v\n%s", got.status, got.why, got.body)
					}
				}
				b.CloseIdleConnections()
				if got := s.ask(t, b, karin, nil); got.status != 200 || got.tls.DidResume {
					t.Fatalf("%d, %v; resumed %t", got.status, got.why, got.tls != nil && got.tls.DidResume)
				}
				tt.revoke(t, s, chain)
				if got := s.ask(t, b, karin, nil); got.status != tt.kept || strings.Contains(got.body, karinsName) {
					t.Errorf("on the connection that is kept: %d, %v\n%s", got.status, got.why, got.body)
				}
				b.CloseIdleConnections()
				if got := s.ask(t, b, karin, nil); got.status != tt.anew {
					t.Errorf("on a new one: %d, %v", got.status, got.why)
				}
			})
		}
	}
}

func TestOfAListThatHasEndedNobodyIsTakenAndThePublicServiceGoesOn(t *testing.T) {
	s := serveCertified(t, nil)
	s.add(t, "nordlys", disclose.KindRegistrar, nil)
	shown, _ := issue(t, s.clients, pki.Order{})
	s.knows(t, "nordlys", shown, nil)
	s.service.named.look(t.Context())
	b := s.browser(t, netip.MustParseAddr("192.0.2.1"), shown)
	if got := s.ask(t, b, karin, nil); got.status != 200 {
		t.Fatalf("%d, %v", got.status, got.why)
	}
	ended, err := s.clients.Revoke(time.Now().Add(-time.Hour), time.Now().Add(-time.Second))
	must(t, err)
	s.putList(t, ended)
	if got := s.ask(t, b, karin, nil); got.status != 403 {
		t.Errorf("on the connection that is kept: %d, %v", got.status, got.why)
	}
	b.CloseIdleConnections()
	if got := s.ask(t, b, karin, nil); got.why == nil {
		t.Errorf("on a new one: %d", got.status)
	}
	if got := s.exampleServer.ask(t, "GET", karin, http.Header{"X-Forwarded-For": {"192.0.2.1"}}); got.Status != 200 {
		t.Errorf("the public: %d", got.Status)
	}
	if err := s.service.certified.clients.Ready(); err == nil || !strings.Contains(err.Error(), "ended") {
		t.Errorf("ready: %v", err)
	}
}

func TestNothingIsAnsweredInClearOnTheListenerForCertificates(t *testing.T) {
	s := serveCertified(t, nil)
	c, err := net.Dial("tcp", s.service.Address("rdap-certificates"))
	must(t, err)
	defer c.Close()
	_, err = fmt.Fprint(c, "PROXY TCP4 192.0.2.1 192.0.2.1 4711 443\r\nGET /"+karin+" HTTP/1.1\r\nHost: rdap.nic.example\r\n\r\n")
	must(t, err)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || res.StatusCode != 400 {
		t.Errorf("%v, %v", res, err)
	}
}

// A front end that checks certificates says in a header field of its own whose it
// was. There are many such fields, anybody can write them, and none is read.
func TestNoHeaderFieldIsTakenForACertificate(t *testing.T) {
	s := serveCertified(t, nil)
	s.add(t, "nordlys", disclose.KindRegistrar, nil)
	shown, chain := issue(t, s.clients, pki.Order{})
	s.knows(t, "nordlys", shown, nil)
	s.service.named.look(t.Context())
	header := http.Header{"X-Forwarded-For": {"192.0.2.1"}}
	flat := strings.ReplaceAll(string(chain), "\n", "")
	for _, name := range []string{"Client-Cert", "X-Client-Cert", "X-SSL-Client-Cert", "SSL_CLIENT_CERT", "X-Forwarded-Client-Cert"} {
		header.Set(name, flat)
	}
	if got := s.exampleServer.ask(t, "GET", karin, header); got.Status != 200 || strings.Contains(string(got.Body), karinsName) {
		t.Errorf("%d\n%s", got.Status, got.Body)
	}
}
