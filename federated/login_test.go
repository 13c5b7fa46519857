package federated

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"registerd/internal/idp"
)

// logIn goes the way of a browser, without one.
func logIn(t *testing.T, f *Federation) (Arrived, error) {
	t.Helper()
	address, kept, err := f.Start("", "")
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	answer, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	back, err := url.Parse(answer.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return f.Finish(t.Context(), back.Query(), kept)
}

// arrived is somebody who has logged in, with a clock, a provider and a federation.
func arrived(t *testing.T) (*clock, *idp.Provider, *Federation, Arrived) {
	t.Helper()
	c := newClock()
	p := startProvider(t, c)
	f := federationOf(t, c, settingsOf(p))
	a, err := logIn(t, f)
	if err != nil {
		t.Fatal(err)
	}
	return c, p, f, a
}

func TestAnIDTokenIsRefusedIfOneThingInItIsWrong(t *testing.T) {
	c := newClock()
	p := startProvider(t, c)
	f := federationOf(t, c, settingsOf(p))
	for _, test := range []struct {
		what   string
		claims map[string]any
		taken  bool
	}{
		{"as it should be", nil, true},
		{"issued to us, in words", map[string]any{"azp": idp.ClientID}, true},
		{"without a type", map[string]any{"typ": ""}, true},
		{"an access token", map[string]any{"typ": "at+jwt"}, false},
		{"issued to another client", map[string]any{"azp": "somebody-else"}, false},
		{"several audiences", map[string]any{"aud": []string{idp.ClientID, "other"}, "azp": idp.ClientID}, false},
		{"the audience of access tokens", map[string]any{"aud": idp.Audience}, false},
		{"of another login", map[string]any{"nonce": "another"}, false},
		{"of no login", map[string]any{"nonce": nil}, false},
		{"issued in the future", map[string]any{"iat": noon + 3600, "exp": noon + 3900}, false},
		{"good for a day", map[string]any{"exp": noon + 86400}, false},
		{"expired", map[string]any{"exp": noon - 1}, false},
		{"not valid yet", map[string]any{"nbf": noon + 240}, false},
		{"of nobody", map[string]any{"sub": ""}, false},
		{"of another issuer", map[string]any{"iss": "https://idp.example"}, false},
	} {
		user := map[string]any{"sub": "officer-7"}
		for name, value := range test.claims {
			user[name] = value
		}
		p.User(user)
		a, err := logIn(t, f)
		if test.taken && (err != nil || a.Subject != "officer-7") || !test.taken && !isRefused(err) {
			t.Errorf("%s: %v", test.what, err)
		}
	}
}

func TestALoginThatTookTooLongIsOver(t *testing.T) {
	c := newClock()
	f := federationOf(t, c, settingsOf(startProvider(t, c)))
	address, kept, err := f.Start("", "")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	c.pass(loginTime)
	if _, err := f.Finish(t.Context(), url.Values{"state": {u.Query().Get("state")}, "code": {"x"}}, kept); !isRefused(err) {
		t.Errorf("it is taken: %v", err)
	}
}

func TestASessionEndsWithItsTokenAndIsRefreshedForHalfADayAtMost(t *testing.T) {
	c, _, f, a := arrived(t)
	key, s := f.Open(a)
	if s.Left != 10*time.Minute {
		t.Errorf("it lasts %v", s.Left)
	}
	refreshed := time.Duration(0)
	for ; refreshed < 2*sessionLife; refreshed += 9 * time.Minute {
		c.pass(9 * time.Minute)
		if _, err := f.Refresh(t.Context(), key); err != nil {
			break
		}
	}
	if refreshed > sessionLife || refreshed < sessionLife-20*time.Minute {
		t.Errorf("it was refreshed for %v", refreshed)
	}
	c.pass(10 * time.Minute)
	if _, open := f.Session(key); open {
		t.Error("it does not end")
	}
}

func TestARefreshForSomebodyElseEndsTheSession(t *testing.T) {
	_, p, f, a := arrived(t)
	key, _ := f.Open(a)
	p.User(map[string]any{"sub": "chief"})
	if _, err := f.Refresh(t.Context(), key); !isRefused(err) {
		t.Errorf("it is taken: %v", err)
	}
	if _, open := f.Session(key); open {
		t.Error("the session is open")
	}
}

func TestSessionsAreBounded(t *testing.T) {
	c, _, f, a := arrived(t)
	first, _ := f.Open(a)
	for range maxOfOne {
		a.Ends = a.Ends.Add(time.Second)
		f.Open(a)
	}
	if _, open := f.Session(first); open || len(f.sessions.open) != maxOfOne {
		t.Errorf("one person has %d sessions", len(f.sessions.open))
	}
	for n := range maxSessions + 10 {
		a.Subject = time.Duration(n).String()
		f.Open(a)
	}
	if len(f.sessions.open) != maxSessions {
		t.Errorf("there are %d sessions", len(f.sessions.open))
	}
	c.pass(time.Hour)
	f.Open(a)
	if len(f.sessions.open) != 1 {
		t.Errorf("%d are kept that have ended", len(f.sessions.open)-1)
	}
}

func TestWhatABrowserKeepsForUsIsNotItsOwnToWrite(t *testing.T) {
	c := newClock()
	p := startProvider(t, c)
	f, other := federationOf(t, c, settingsOf(p)), federationOf(t, c, settingsOf(p))
	_, kept, err := other.Start("", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"", "x", kept, kept + "A", kept[1:]} {
		if _, ok := f.unseal(k); ok {
			t.Errorf("%q is taken", k)
		}
	}
}

func TestAFederationThatCouldNotBeTrustedIsRefused(t *testing.T) {
	c := newClock()
	p := startProvider(t, c)
	for what, change := range map[string]func(*Provider){
		"a shared secret signs":           func(p *Provider) { p.Algorithms = []string{"HS256"} },
		"nothing signs":                   func(p *Provider) { p.Algorithms = []string{"none"} },
		"keys in the clear":               func(p *Provider) { p.Keys = "http://idp.example/keys" },
		"an issuer in the clear":          func(p *Provider) { p.Issuer = "http://idp.example" },
		"no keys":                         func(p *Provider) { p.Keys = "" },
		"a login in the clear":            func(p *Provider) { p.Login.Token = "http://idp.example/token" },
		"clients without an audience":     func(p *Provider) { p.Audience = "" },
		"an audience without clients":     func(p *Provider) { p.Clients = nil },
		"a client without a name":         func(p *Provider) { p.Clients = []string{""} },
		"the audience is our client":      func(p *Provider) { p.Login.ClientID = p.Audience },
		"of no use":                       func(p *Provider) { p.Audience, p.Clients, p.Login = "", nil, nil },
		"without a name":                  func(p *Provider) { p.Name = "" },
		"a secret in the address of keys": func(p *Provider) { p.Keys = "https://user:secret@idp.example/keys" },
	} {
		settings := settingsOf(p)
		change(&settings)
		if _, err := New(Config{Providers: []Provider{settings}, Now: c.now, Log: silent, Base: "https://rdap.example/"}); err == nil {
			t.Errorf("%s: it is taken", what)
		}
	}
	one := settingsOf(p)
	two := one
	two.Issuer = "https://idp.example"
	for what, all := range map[string][]Provider{"twice": {one, one}, "two defaults": {one, two}, "none": nil} {
		if _, err := New(Config{Providers: all, Now: c.now, Log: silent, Base: "https://rdap.example/"}); err == nil {
			t.Errorf("%s: it is taken", what)
		}
	}
	if _, err := New(Config{Providers: []Provider{one}, Now: c.now, Log: silent, Base: "http://rdap.example/"}); err == nil || errors.Is(err, ErrNoProvider) {
		t.Errorf("sessions in the clear: %v", err)
	}
}
