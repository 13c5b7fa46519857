package service

import (
	"encoding/base64"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/config"
	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/register"
)

const karin = "domain/karin.example" // whose holder is a natural person

// karinsName is what the public is not told of it.
const karinsName = "Canary Karin"

// The refusal matrix: what somebody is answered who is not, or not quite, who one
// says one is, and what it costs of the budget of questions that cannot be read.
func TestTheRefusalMatrix(t *testing.T) {
	b := newBook(t)
	police := func(id string, edit func(*access.Account)) { b.add(t, id, disclose.KindAuthority, edit) }
	police("police", nil)
	police("suspended", func(a *access.Account) { a.Suspended = true })
	police("removed", nil)
	police("ended", func(a *access.Account) { a.Until = time.Now().Add(-time.Second) })
	police("not-begun", func(a *access.Account) { a.From = time.Now().Add(time.Hour) })
	police("elsewhere", func(a *access.Account) { a.Networks = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")} })
	police("other-zone", func(a *access.Account) { a.Zones = []register.Name{"dk"} })
	police("other-object", func(a *access.Account) { a.Objects = []access.Object{access.Registrar} })
	police("may-hide", func(a *access.Account) { a.Confidential = 24 * time.Hour })
	good := map[string]string{}
	for _, id := range []string{"police", "suspended", "removed", "ended", "not-begun", "elsewhere", "other-zone", "other-object", "may-hide"} {
		good[id], _ = b.token(t, id, nil)
	}
	must(t, b.Remove(t.Context(), "removed", ""))
	expired, _ := b.token(t, "police", func(c *access.Credential) { c.Until = time.Now().Add(-time.Second) })
	early, _ := b.token(t, "police", func(c *access.Credential) { c.From = time.Now().Add(time.Hour) })
	revoked, id := b.token(t, "police", nil)
	must(t, b.Revoke(t.Context(), id, ""))
	nobodys, _, _ := access.NewToken()
	s := behind(t, b, nil)
	bearer := func(token string) string { return "Bearer " + token }
	basic := func(user, token string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+token))
	}
	const (
		wrong   = "The credential is unknown, wrong or expired"
		purpose = "The account may not give this purpose."
		hide    = "the account may not have the holder not told"
	)
	for i, tt := range []struct {
		what       string
		credential string
		purpose    string
		reference  string
		also       string // another header field
		status     int
		told       string // of the refusal; "" when there is an answer
		more       bool   // than the public is told
		cost       int
	}{
		{"an authority with a purpose and a case", bearer(good["police"]), "legalActions", "17", "", 200, "", true, 0},
		{"the same by its account and token (Basic)", basic("police", good["police"]), "legalActions", "17", "", 200, "", true, 0},
		{"no credential", "", "legalActions", "17", "", 200, "", false, 0},
		{"an unknown token", bearer(nobodys), "legalActions", "17", "", 401, wrong, false, 10},
		{"a wrong secret", bearer(good["police"] + "a"), "legalActions", "17", "", 401, wrong, false, 10},
		{"an expired token", bearer(expired), "legalActions", "17", "", 401, wrong, false, 10},
		{"a token that is not valid yet", bearer(early), "legalActions", "17", "", 401, wrong, false, 10},
		{"a revoked token", bearer(revoked), "legalActions", "17", "", 401, wrong, false, 10},
		{"a suspended account", bearer(good["suspended"]), "legalActions", "17", "", 401, wrong, false, 10},
		{"a removed account", bearer(good["removed"]), "legalActions", "17", "", 401, wrong, false, 10},
		{"an account that has ended", bearer(good["ended"]), "legalActions", "17", "", 401, wrong, false, 10},
		{"an account that has not begun", bearer(good["not-begun"]), "legalActions", "17", "", 401, wrong, false, 10},
		{"from a network that is not listed", bearer(good["elsewhere"]), "legalActions", "17", "", 401, wrong, false, 10},
		{"Basic with another user", basic("suspended", good["police"]), "legalActions", "17", "", 401, wrong, false, 10},
		{"Basic with a wrong password", basic("police", "police"), "legalActions", "17", "", 401, wrong, false, 10},
		{"a credential of another kind", "Digest a", "legalActions", "17", "", 401, wrong, false, 1},
		{"a purpose that is not allowed", bearer(good["police"]), "dnsTransparency", "17", "", 403, purpose, false, 1},
		{"no purpose", bearer(good["police"]), "", "17", "", 200, "", false, 0},
		{"no case", bearer(good["police"]), "legalActions", "", "", 200, "", false, 0},
		{"another zone than the account's", bearer(good["other-zone"]), "legalActions", "17", "", 200, "", false, 0},
		{"another kind of object than the account's", bearer(good["other-object"]), "legalActions", "17", "", 200, "", false, 0},
		{"to be confidential, and may not", bearer(good["police"]), "legalActions", "17", "RDAP-Confidential: true", 403, hide, false, 1},
		{"to be confidential, and may", bearer(good["may-hide"]), "legalActions", "17", "RDAP-Confidential: true", 200, "", true, 0},
		{"to be confidential, perhaps", bearer(good["may-hide"]), "legalActions", "17", "RDAP-Confidential: perhaps", 400, "true or false", false, 1},
	} {
		from := netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)})
		header := http.Header{"X-Forwarded-For": {from.String()}}
		for name, value := range map[string]string{"Authorization": tt.credential, "Rdap-Purpose": tt.purpose, "Rdap-Case": tt.reference} {
			if value != "" {
				header[name] = []string{value}
			}
		}
		if name, value, ok := strings.Cut(tt.also, ": "); ok {
			header.Set(name, value)
		}
		got := s.ask(t, "GET", karin, header)
		body := string(got.Body)
		left := s.service.limiter.Standing(ratelimit.Client{Addr: from}, ratelimit.Failure).Left
		if got.Status != tt.status || !strings.Contains(body, tt.told) || strings.Contains(body, karinsName) != tt.more || 100-left != tt.cost {
			t.Errorf("%s: %d, more than the public %t, cost %d; want %d, %t, %d, and %q\n%s",
				tt.what, got.Status, strings.Contains(body, karinsName), 100-left, tt.status, tt.more, tt.cost, tt.told, body)
		}
		if offers := got.Header["Www-Authenticate"]; (got.Status == 401) != (len(offers) == 2) {
			t.Errorf("%s: the challenges are %q", tt.what, offers)
		}
		if named := tt.credential != "" && got.Status == 200; named && got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: an answer that caches may keep", tt.what)
		}
	}
}

func TestACredentialInClearIsRefusedWhoeverItIsOf(t *testing.T) {
	b := newBook(t)
	b.add(t, "police", disclose.KindAuthority, nil)
	token, _ := b.token(t, "police", nil)
	s := behind(t, b, func(c *config.Config) { c.RDAP.BehindTLS = false })
	for _, credential := range []string{
		"Bearer " + token, "Basic " + base64.StdEncoding.EncodeToString([]byte("police:"+token)), "Bearer rubbish",
	} {
		got := s.ask(t, "GET", karin, http.Header{"Authorization": {credential}, "X-Forwarded-For": {"192.0.2.1"}})
		if got.Status != 403 || !strings.Contains(string(got.Body), "A credential was sent in clear.") {
			t.Errorf("%.10s: %d\n%s", credential, got.Status, got.Body)
		}
	}
}
