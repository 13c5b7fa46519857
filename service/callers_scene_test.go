package service

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"registerd/config"
	"registerd/internal/idp"
	"registerd/internal/pki"
)

// reception is the program with every window open, behind a front end that says
// who comes: on lines with a PROXY header, over HTTP in X-Forwarded-For.
type reception struct {
	*exampleServer
	log      *kept
	secure   *tls.Config
	browsers map[*guest]*http.Transport
	sessions map[*guest]string
}

// kept is a log that can be read while it is written.
type kept struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (k *kept) Write(b []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.Write(b)
}

func (k *kept) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.String()
}

// receive serves a register under the rules of a file; "" are the example, and gdpr.
// Changes are what else is to be configured.
func (g *guests) receive(t *testing.T, db, rules string, changes ...func(*config.Config)) *reception {
	t.Helper()
	r := &reception{log: new(kept), secure: &tls.Config{RootCAs: g.servers.Roots()}, browsers: map[*guest]*http.Transport{}, sessions: map[*guest]string{}}
	chain, key, err := g.servers.Issue(pki.Order{Hosts: []string{"127.0.0.1"}})
	must(t, err)
	revoked, err := g.clients.Revoke(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	must(t, err)
	loopback := []string{"127.0.0.1/32"}
	r.exampleServer = serveAndLog(t, slog.New(slog.NewJSONHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})), func(c *config.Config) {
		if db != "" {
			c.DB = db
		}
		if rules != "" && rules != "gdpr" && rules != "closed" { // which are served as they are
			c.Rules, c.AllowWidenTo = exampleRules(t, rules, false), rules+"-9"
		} else {
			c.Rules = rules
		}
		c.Accounts, c.Requests.Dir, c.HolderLinks = g.path, g.dir+"/requests", g.dir+"/links.db"
		c.Private.Listen = "127.0.0.1:0"
		c.WHOIS.ProxyFrom, c.DAS.ProxyFrom, c.RDAP.ForwardedFrom, c.RDAP.BehindTLS = loopback, loopback, loopback, true
		own := &c.RDAP.Certificates
		own.Listen, own.ProxyFrom = "127.0.0.1:0", loopback
		own.Certificate, own.Key = g.write(t, "chain", chain), g.write(t, "key", key)
		own.Issuers, own.Revoked = g.write(t, "issuers", g.clients.Issuer()), g.write(t, "revoked", revoked)
		c.Providers = []config.Provider{{
			Issuer: g.provider.Issuer, Name: "Example Police", Keys: g.provider.URL("/keys"), Audience: idp.Audience, Clients: []string{idp.Program},
			Login: &config.ProviderLogin{
				ClientID: idp.ClientID, SecretFile: g.write(t, "secret", []byte(idp.ClientSecret)), Default: true,
				Authorization: g.provider.URL("/authorize"), Token: g.provider.URL("/token"), Revocation: g.provider.URL("/revoke"),
			},
		}}
		for _, change := range changes {
			change(c)
		}
	})
	return r
}

// ask asks what stands behind the verb: WHOIS, DAS, or a method of HTTP. All of the
// answer counts, but for the time of day.
func (r *reception) ask(t *testing.T, g *guest, question string) string {
	t.Helper()
	verb, text, _ := strings.Cut(question, " ")
	switch verb {
	case "WHOIS":
		return r.line(t, "whois", g.from, text)
	case "DAS":
		return r.line(t, "das", g.from, text)
	}
	res := r.send(t, g, verb, text, nil)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	res.Header.Del("Date")
	return fmt.Sprintf("%d %d\n%v\n%s", res.StatusCode, res.ContentLength, res.Header, body)
}

func (r *reception) send(t *testing.T, g *guest, method, path string, also http.Header) *http.Response {
	t.Helper()
	address, transport := "http://"+r.service.Address("rdap"), r.client
	if g.shows != nil {
		address, transport = "https://"+r.service.Address("rdap-certificates"), r.browser(t, g)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, address+path, nil)
	must(t, err)
	req.Host = "rdap.nic.example"
	for _, h := range []http.Header{g.header, also} {
		for name, values := range h {
			req.Header[name] = values
		}
	}
	if g.shows == nil {
		req.Header.Set("X-Forwarded-For", g.from.String())
	}
	if g.logsIn {
		req.Header.Set("Cookie", r.session(t, g))
	}
	res, err := transport.RoundTrip(req)
	must(t, err)
	return res
}

// browser shows the guest's certificate.
func (r *reception) browser(t *testing.T, g *guest) *http.Transport {
	if r.browsers[g] == nil {
		secure := r.secure.Clone()
		secure.Certificates = []tls.Certificate{*g.shows}
		b := &http.Transport{DisableCompression: true, ForceAttemptHTTP2: true, TLSClientConfig: secure}
		b.DialContext = func(_ context.Context, _, address string) (net.Conn, error) { return dialAs(g.from, address) }
		t.Cleanup(b.CloseIdleConnections)
		r.browsers[g] = b
	}
	return r.browsers[g]
}

// dialAs connects as a front end that names a client.
func dialAs(from netip.Addr, address string) (net.Conn, error) {
	c, err := net.Dial("tcp", address)
	if err == nil {
		_, err = fmt.Fprintf(c, "PROXY TCP4 %s 192.0.2.1 4711 443\r\n", from)
	}
	return c, err
}

func (r *reception) line(t *testing.T, window string, from netip.Addr, text string) string {
	t.Helper()
	c, err := dialAs(from, r.service.Address(window))
	must(t, err)
	defer c.Close()
	must(t, c.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(c, text+"\r\n")
	must(t, err)
	must(t, c.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(c)
	must(t, err)
	return string(answer)
}

// session logs in at the provider, and returns the session's cookie.
func (r *reception) session(t *testing.T, g *guest) string {
	t.Helper()
	if r.sessions[g] == "" {
		plain := &guest{from: g.from}
		began := r.send(t, plain, "GET", "/farv1_session/login", nil)
		began.Body.Close()
		asked, err := http.NewRequestWithContext(t.Context(), "GET", began.Header.Get("Location"), nil)
		must(t, err)
		vouched, err := http.DefaultTransport.RoundTrip(asked)
		must(t, err)
		vouched.Body.Close()
		back, err := url.Parse(vouched.Header.Get("Location"))
		must(t, err)
		login := began.Header.Get("Set-Cookie")
		arrived := r.send(t, plain, "GET", back.RequestURI(), http.Header{"Cookie": {login[:strings.IndexByte(login, ';')]}})
		arrived.Body.Close()
		for _, c := range arrived.Cookies() {
			if c.Name == "__Host-registerd-session" && c.Value != "" {
				r.sessions[g] = c.Name + "=" + c.Value
			}
		}
		if r.sessions[g] == "" {
			t.Fatalf("nobody is logged in: %d %v %s", arrived.StatusCode, arrived.Header, back)
		}
	}
	return r.sessions[g]
}
