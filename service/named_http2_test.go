package service

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"registerd/access"
	"registerd/config"
	"registerd/disclose"
	"registerd/internal/pki"
)

// One connection of HTTP/2 carries questions for as long as it likes: each is asked by
// whoever has an account then.
func TestARevocationIsInForceOnAConnectionOfHTTP2ThatIsOpen(t *testing.T) {
	authority, err := pki.New()
	must(t, err)
	chain, key, err := authority.Issue(pki.Order{Hosts: []string{"127.0.0.1"}})
	must(t, err)
	dir, b := t.TempDir(), newBook(t)
	b.add(t, "nordlys", disclose.KindRegistrar, nil)
	token, id := b.token(t, "nordlys", nil)
	other, _ := b.token(t, "nordlys", nil)
	s := behind(t, b, func(c *config.Config) {
		c.RDAP.ForwardedFrom, c.RDAP.BehindTLS = nil, false
		c.RDAP.TLS.Certificate, c.RDAP.TLS.Key = filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
		must(t, os.WriteFile(c.RDAP.TLS.Certificate, chain, 0o600))
		must(t, os.WriteFile(c.RDAP.TLS.Key, key, 0o600))
	})
	client := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: authority.Roots()}}
	defer client.CloseIdleConnections()
	asked := 0
	ask := func(with string, status int, name bool) {
		t.Helper()
		r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			GotConn: func(c httptrace.GotConnInfo) {
				if c.Reused != (asked > 0) {
					t.Errorf("question %d is asked on a connection of its own", asked+1)
				}
			},
		}), "GET", "https://"+s.service.Address("rdap")+"/"+karin, nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+with)
		res, err := client.RoundTrip(r)
		must(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		must(t, err)
		if asked++; res.ProtoMajor != 2 || res.StatusCode != status || strings.Contains(string(body), karinsName) != name {
			t.Errorf("question %d: %s %s, the name is told: %t", asked, res.Proto, res.Status, !name)
		}
	}
	ask(token, 200, true)
	ask(other, 200, true)
	must(t, b.Revoke(t.Context(), id, ""))
	s.service.named.look(t.Context())
	ask(token, 401, false)
	ask(other, 200, true)
	must(t, edited(b, func(a *access.Account) { a.Suspended = true }))
	s.service.named.look(t.Context())
	ask(other, 401, false)
}
