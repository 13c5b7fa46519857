package service

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/config"
	"registerd/disclose"
	"registerd/internal/marker"
	"registerd/internal/pki"
	"registerd/register"
)

// refusal is a status, what is said to it, and the answer.
func (r *reception) refusal(t *testing.T, one *guest, path string) (status int, says, answer string) {
	t.Helper()
	res := r.send(t, one, "GET", path, nil)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	var told struct{ Description []string }
	must(t, json.Unmarshal(body, &told))
	return res.StatusCode, strings.Join(told.Description, " "), string(body)
}

// presented is a credential, or what is said with it, that is not all right.
type presented struct {
	what   string
	header http.Header
	query  string
	shows  *tls.Certificate
}

// refusals are the credentials that the table of refusals has.
func (g *guests) refusals(t *testing.T) (out []presented) {
	said := func(h http.Header) http.Header { return saying(h, "legalActions", "2026-17") }
	token := func(what, account string, edit func(*access.Credential)) {
		text, _ := g.token(t, account, edit)
		out = append(out, presented{what: what, header: said(bearer(text))})
	}
	police := func(id string, edit func(*access.Account)) string {
		g.add(t, id, disclose.KindAuthority, edit)
		return id
	}
	good := police("tax", nil)
	out = append(out, presented{what: "a token that nobody gave out", header: said(bearer(g.unknownToken()))})
	token("a token with one letter changed", good, nil)
	last := &out[len(out)-1]
	text := last.header.Get("Authorization")
	last.header.Set("Authorization", text[:len(text)-1]+string("ab"[strings.Count(text[len(text)-1:], "a")]))
	token("a token that has expired", good, func(c *access.Credential) { c.Until = time.Now().Add(-time.Second) })
	token("a token that is not valid yet", good, func(c *access.Credential) { c.From = time.Now().Add(time.Hour) })
	text, id := g.token(t, good, nil)
	must(t, g.Revoke(t.Context(), id, ""))
	out = append(out, presented{what: "a token that was revoked", header: said(bearer(text))})
	token("a token of an account that is suspended", police("suspended", func(a *access.Account) { a.Suspended = true }), nil)
	token("a token of an account that has ended", police("ended", func(a *access.Account) { a.Until = time.Now().Add(-time.Second) }), nil)
	token("a token of an account that has not begun", police("early", func(a *access.Account) { a.From = time.Now().Add(time.Hour) }), nil)
	token("a token of an account that was removed", police("removed", nil), nil)
	must(t, g.Remove(t.Context(), "removed", ""))
	token("a token from a network that the account does not list", police("elsewhere", func(a *access.Account) {
		a.Networks = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
	}), nil)
	text, _ = g.token(t, good, nil)
	out = append(out,
		presented{what: "Basic, with the name of another account", header: said(http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("registry:"+text))}})},
		presented{what: "a scheme that is none of ours, such as Digest", header: said(http.Header{"Authorization": {"Digest a"}})},
		presented{what: "two credentials at once", header: said(http.Header{"Authorization": {"Bearer " + text, "Bearer " + text}})},
		presented{what: "the cookie of a session that has ended", header: said(http.Header{"Cookie": {"__Host-registerd-session=" + strings.Repeat("a", 52)}})})
	header, claims := g.provider.Access("somebody-else")
	out = append(out, presented{what: "a provider's token for somebody without an account", header: said(bearer(g.provider.Sign(header, claims)))})
	header, claims = g.provider.Access("officer-7")
	claims["aud"] = "https://elsewhere.example/"
	out = append(out, presented{what: "a provider's token for another server", header: said(bearer(g.provider.Sign(header, claims)))},
		presented{what: "a good token in the address (`?access_token=`)", header: said(http.Header{}), query: "?access_token=" + text},
		presented{what: "a good token, and a purpose that the account may not give", header: saying(bearer(text), "dnsTransparency", "2026-17")},
		presented{what: "a good token, and a purpose that is no word", header: saying(bearer(text), "it is urgent!", "2026-17")},
		presented{what: "a good token, without a purpose", header: saying(bearer(text), "", "2026-17")},
		presented{what: "a good token, without a case", header: saying(bearer(text), "legalActions", "")},
		presented{what: "a good token, and that the holder is not to be told, which the account may not ask", header: saying(bearer(text), "legalActions", "2026-17")})
	out[len(out)-1].header.Set("RDAP-Confidential", "true")
	token("a good token of an account for another zone", police("of-dk", func(a *access.Account) { a.Zones = []register.Name{"dk"} }), nil)
	token("a good token of an account for other kinds of object", police("of-registrars", func(a *access.Account) { a.Objects = []access.Object{access.Registrar} }), nil)
	return out
}

func (g *guests) tableOfRefusals(t *testing.T, r *reception, all []presented, out io.Writer) {
	t.Helper()
	fmt.Fprint(out, `
## Credentials that are not taken, and what is said to them

All that is wrong with a token is one answer, in the same words, so that nobody learns which of it. "The public" is the
public's answer: nothing is refused, and nothing more is shown.

| what is shown | status | what is said |
| --- | --- | --- |
`)
	public := g.list[0]
	_, _, told := r.refusal(t, public, "/domain/karin.example")
	row := func(r *reception, p presented) {
		one := &guest{name: p.what, from: public.from, header: p.header, shows: p.shows}
		status, says, answer := r.refusal(t, one, "/domain/karin.example"+p.query)
		if marker.Text.MatchString(answer) {
			t.Errorf("%s: is shown more than the public", p.what)
		}
		if status == http.StatusOK {
			says = "the public"
			if strings.ReplaceAll(answer, p.query, "") != told {
				t.Errorf("%s: is not the public's answer", p.what)
			}
		}
		fmt.Fprintf(out, "| %s | %d | %s |\n", p.what, status, says)
	}
	for _, p := range all {
		row(r, p)
	}
	text, _ := g.token(t, "tax", nil)
	shown, _ := issue(t, g.clients, pki.Order{})
	row(r, presented{what: "a client certificate that no account has", shows: &shown})
	inClear := g.receive(t, "", "", func(c *config.Config) { c.RDAP.BehindTLS, c.Providers = false, nil })
	row(inClear, presented{what: "a good token over plain HTTP", header: saying(bearer(text), "legalActions", "2026-17")})
	row(inClear, presented{what: "an unknown token over plain HTTP", header: bearer(g.unknownToken())})
	few := g.receive(t, "", "", func(c *config.Config) { c.Limits.Off, c.Limits.Lookup = false, config.Budget{PerHour: 1, AtOnce: 1} })
	few.ask(t, public, "GET /domain/karin.example")
	row(few, presented{what: "nothing, from a network whose budget is used up", header: http.Header{}})
	fmt.Fprint(out, `| a client certificate of another issuer, that has ended or that was revoked | – | refused by TLS, before anything is asked |
`)
}
