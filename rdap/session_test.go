package rdap_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/federated"
	"registerd/internal/idp"
)

// browser asks a window over TLS, as one who keeps cookies and follows no redirect by
// itself.
type browser struct {
	t      *testing.T
	base   string
	client *http.Client
}

type scene struct {
	*window
	provider *idp.Provider
	base     string
	server   *httptest.Server
	log      *bytes.Buffer
}

func loginScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{provider: startProvider(t), log: new(bytes.Buffer)}
	var handler http.Handler
	s.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(s.server.Close)
	s.base = s.server.URL + "/"
	p := s.provider
	f, err := federated.New(federated.Config{Now: time.Now, Log: slog.New(slog.DiscardHandler), Base: s.base, Providers: []federated.Provider{{
		Issuer: p.Issuer, Name: "Made-up Police", Keys: p.URL("/keys"),
		Login: &federated.Login{
			ClientID: idp.ClientID, ClientSecret: idp.ClientSecret, Authorization: p.URL("/authorize"), Token: p.URL("/token"),
			Device: p.URL("/device"), Revocation: p.URL("/revoke"), Identifiers: []string{"police.example"}, Default: true,
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	s.window = open(t, setup{federation: f, base: s.base, log: s.log})
	handler = s.window.handler
	s.desk.Admit(officers(t, p, func(*access.Account) {}))
	return s
}

func (s *scene) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{t, s.base, &http.Client{Transport: transport, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) get(address string, headers ...string) reply {
	b.t.Helper()
	if !strings.HasPrefix(address, "http") {
		address = b.base + address
	}
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return reply{status: answer.StatusCode, header: answer.Header, body: body}
}

// comeBack begins a login, and is where the provider sends the browser back to.
func (b *browser) comeBack(query string) string {
	b.t.Helper()
	began := b.get("farv1_session/login" + query)
	if began.status != 302 {
		b.t.Fatalf("login: %d\n%s", began.status, began.body)
	}
	return b.get(began.header.Get("Location")).header.Get("Location")
}

func (b *browser) logIn() reply { b.t.Helper(); return b.get(b.comeBack("")) }

func (b *browser) cookie(name string) string {
	b.t.Helper()
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func want(t *testing.T, what string, got reply, status int, parts ...string) {
	t.Helper()
	if got.status != status {
		t.Errorf("%s: %d, want %d\n%s", what, got.status, status, got.body)
	}
	for _, part := range parts {
		if !bytes.Contains(got.body, []byte(part)) {
			t.Errorf("%s: there is no %s in\n%s", what, part, got.body)
		}
	}
	if strings.HasPrefix(what, "farv1") && (got.header.Get("Cache-Control") != "no-store" || got.header.Get("Referrer-Policy") != "no-referrer") {
		t.Errorf("%s: header %v", what, got.header)
	}
	decodes(t, what, got.body)
}

const asksForPersons = "domain/shop.example?farv1_qp=legalActions"

func TestSomebodyLogsInAsksAndLogsOut(t *testing.T) {
	s := loginScene(t)
	s.provider.User(map[string]any{"sub": "officer-7", "rdap_allowed_purposes": []string{"legalActions"}, "email": canary + "@police.example"})
	b := s.browser(t)
	want(t, "farv1 status", b.get("farv1_session/status"), 409)
	want(t, "farv1 refresh", b.get("farv1_session/refresh"), 409)
	want(t, "farv1 logout", b.get("farv1_session/logout"), 409)
	in := b.logIn()
	want(t, "farv1 callback", in, 200, `"farv1"`, `"userID":"officer-7","iss":"`+s.provider.Issuer+`","userClaims":{"rdap_allowed_purposes":["legalActions"]}`, `"tokenRefresh":true`)
	if bytes.Contains(in.body, []byte(canary)) {
		t.Errorf("the answer tells an address:\n%s", in.body)
	}
	for name, same := range map[string]string{"__Host-registerd-session": "SameSite=Strict", "__Host-registerd-login": "Max-Age=0"} {
		if !regexp.MustCompile(name + "=[A-Z0-9]*; Path=/; .*" + same).MatchString(strings.Join(in.header["Set-Cookie"], "\n")) {
			t.Errorf("cookies %q", in.header["Set-Cookie"])
		}
	}
	for _, c := range in.header["Set-Cookie"] {
		if !strings.Contains(c, "; HttpOnly; Secure; ") || strings.Contains(c, "Domain") {
			t.Errorf("cookie %q", c)
		}
	}
	want(t, "farv1 status", b.get("farv1_session/status"), 200, `"userID":"officer-7"`)
	want(t, "farv1 login", b.get("farv1_session/login"), 409)
	want(t, "a question", b.get(asksForPersons, "RDAP-Case", "2026/17"), 200, canary)
	want(t, "a purpose that the provider does not allow", b.get("domain/shop.example?farv1_qp=dnsTransparency", "RDAP-Case", "1"), 403)
	want(t, "not to be tracked", b.get(asksForPersons+"&farv1_dnt=true", "RDAP-Case", "1"), 403)
	want(t, "farv1 refresh", b.get("farv1_session/refresh"), 200, `"tokenExpiration":`)
	want(t, "farv1 logout", b.get("farv1_session/logout"), 200, "Logout succeeded.")
	if n := s.provider.Refreshes(); n != 0 {
		t.Errorf("the provider was not told: %d tokens are good", n)
	}
	want(t, "farv1 status", b.get("farv1_session/status"), 409)
	if got := b.get(asksForPersons, "RDAP-Case", "1"); got.status != 200 || bytes.Contains(got.body, []byte(canary)) {
		t.Errorf("after it: %d\n%s", got.status, got.body)
	}
	for _, secret := range []string{"officer-7", idp.ClientSecret, canary} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestASessionEndsWithItsAccountAndWithItsRefresh(t *testing.T) {
	s := loginScene(t)
	b := s.browser(t)
	want(t, "farv1 callback", b.logIn(), 200)
	s.desk.Admit(officers(t, s.provider, func(a *access.Account) { a.Suspended = true }))
	want(t, "suspended", b.get(asksForPersons, "RDAP-Case", "1"), 401)
	s.desk.Admit(officers(t, s.provider, func(*access.Account) {}))
	want(t, "resumed", b.get(asksForPersons, "RDAP-Case", "1"), 200, canary)
	s.provider.Fail(true)
	want(t, "farv1 refresh, provider down", b.get("farv1_session/refresh"), 503)
	want(t, "it stays", b.get(asksForPersons, "RDAP-Case", "1"), 200, canary)
	s.provider.Fail(false)
	s.provider.Withhold()
	want(t, "farv1 refresh, withheld", b.get("farv1_session/refresh"), 401)
	want(t, "it has ended", b.get(asksForPersons, "RDAP-Case", "1"), 401)
}

func TestWhoHasNoAccountHasNoSession(t *testing.T) {
	s := loginScene(t)
	s.provider.User(map[string]any{"sub": "somebody"})
	b := s.browser(t)
	want(t, "farv1 callback", b.logIn(), 403)
	if b.cookie("__Host-registerd-session") != "" {
		t.Error("there is a cookie")
	}
}

func TestALoginIsTakenFromTheBrowserThatBeganItAndOnce(t *testing.T) {
	s := loginScene(t)
	attacker, victim := s.browser(t), s.browser(t)
	back := attacker.comeBack("")
	want(t, "farv1: another browser brings the answer", victim.get(back), 401)
	other := victim.comeBack("")
	want(t, "farv1: the answer to another login", victim.get(back), 401)
	want(t, "farv1: after a mistake the login is over", victim.get(other), 401)
	u, err := url.Parse(attacker.comeBack(""))
	if err != nil {
		t.Fatal(err)
	}
	for what, edit := range map[string]func(url.Values){
		"no state":                  func(q url.Values) { q.Del("state") },
		"an empty state":            func(q url.Values) { q.Set("state", "") },
		"another provider's answer": func(q url.Values) { q.Set("iss", "https://other.example") },
		"no code":                   func(q url.Values) { q.Del("code") },
		"a made-up code":            func(q url.Values) { q.Set("code", "x") },
	} {
		back, err := url.Parse(attacker.comeBack(""))
		if err != nil {
			t.Fatal(err)
		}
		q := back.Query()
		edit(q)
		back.RawQuery = q.Encode()
		want(t, "farv1: "+what, attacker.get(back.String()), 401)
	}
	again := u.String()
	want(t, "farv1: one that is over", attacker.get(again), 401)
	mine := attacker.comeBack("")
	want(t, "farv1: his own", attacker.get(mine), 200)
	want(t, "farv1: twice", attacker.get(mine), 401)
}

// A key that somebody else chose is no session, and is not made one by a login.
func TestASessionIsNotFixed(t *testing.T) {
	s := loginScene(t)
	b := s.browser(t)
	u, err := url.Parse(s.base)
	if err != nil {
		t.Fatal(err)
	}
	const chosen = "CHOSENBYTHEATTACKER"
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: "__Host-registerd-session", Value: chosen, Path: "/", Secure: true}})
	want(t, "a key that nobody gave", b.get(asksForPersons), 401)
	want(t, "farv1 callback", b.logIn(), 200)
	first := b.cookie("__Host-registerd-session")
	if first == chosen || len(first) < 40 {
		t.Errorf("the key is %q", first)
	}
	attacker := s.browser(t)
	attacker.client.Jar.SetCookies(u, []*http.Cookie{{Name: "__Host-registerd-session", Value: chosen, Path: "/", Secure: true}})
	want(t, "the chosen key", attacker.get(asksForPersons), 401)
	want(t, "farv1 logout", b.get("farv1_session/logout"), 200)
	want(t, "farv1 callback", b.logIn(), 200)
	if b.cookie("__Host-registerd-session") == first {
		t.Error("two sessions have one key")
	}
}

func TestALoginGoesToTheProvidersThatTheOperatorNamed(t *testing.T) {
	s := loginScene(t)
	for query, status := range map[string]int{
		"":                                                         302,
		"?farv1_id=seven@police.example":                           302,
		"?farv1_id=seven.police.example":                           302,
		"?farv1_iss=" + s.provider.Issuer:                          302,
		"?farv1_id=seven@other.example":                            400,
		"?farv1_id=seven@notpolice.example":                        400,
		"?farv1_iss=https://evil.example":                          400,
		"?farv1_iss=" + s.provider.Issuer + "/":                    400,
		"?redirect_uri=https://evil.example&return=//evil.example": 302,
	} {
		got := s.browser(t).get("farv1_session/login" + query)
		if got.status != status {
			t.Errorf("%s: %d, want %d", query, got.status, status)
		}
		if to := got.header.Get("Location"); status == 302 && (!strings.HasPrefix(to, s.provider.Issuer+"/authorize?") || strings.Contains(to, "evil")) {
			t.Errorf("%s: it goes to %s", query, to)
		}
	}
}

func TestADeviceLogsIn(t *testing.T) {
	s := loginScene(t)
	b, other := s.browser(t), s.browser(t)
	began := b.get("farv1_session/device?farv1_iss=" + s.provider.Issuer)
	want(t, "farv1 device", began, 200, `"farv1_deviceInfo":{"device_code":"`, `"user_code":"WDJB-MJHT"`, `"interval":5`)
	code := regexp.MustCompile(`"device_code":"([^"]+)"`).FindSubmatch(began.body)
	if code == nil {
		t.Fatal("there is no code")
	}
	poll := "farv1_session/devicepoll?farv1_dc=" + string(code[1])
	want(t, "farv1: nobody yet", b.get(poll), 400, "Authorization Pending")
	s.provider.Approve()
	want(t, "farv1: who only knows the code", other.get(poll), 401)
	want(t, "farv1: another code", b.get("farv1_session/devicepoll?farv1_dc=x"), 401)
	want(t, "farv1 devicepoll", b.get(poll), 200, `"userID":"officer-7"`)
	want(t, "a question", b.get(asksForPersons, "RDAP-Case", "1"), 200, canary)
	want(t, "farv1 device, again", b.get("farv1_session/device"), 409)
}

func TestThereAreNoSessionsInTheClearAndWithoutAProvider(t *testing.T) {
	w := open(t, setup{})
	if got := w.ask(t, "GET", "farv1_session/login"); got.status != 400 {
		t.Errorf("without a provider: %d", got.status)
	}
	provider := startProvider(t)
	_, err := federated.New(federated.Config{Now: time.Now, Log: slog.New(slog.DiscardHandler), Base: "http://rdap.example/", Providers: []federated.Provider{{
		Issuer: provider.Issuer, Name: "x", Keys: provider.URL("/keys"),
		Login: &federated.Login{ClientID: "x", Authorization: provider.URL("/authorize"), Token: provider.URL("/token")},
	}}})
	if err == nil {
		t.Error("a session in the clear is taken")
	}
}
