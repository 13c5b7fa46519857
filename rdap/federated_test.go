package rdap_test

import (
	"bytes"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/disclose"
	"registerd/federated"
	"registerd/internal/idp"
	"registerd/ratelimit"
)

// officers is an account of an authority, whose people are known by the provider: one
// by name, and all of a unit.
func officers(t *testing.T, p *idp.Provider, change func(*access.Account)) *access.Access {
	t.Helper()
	account := access.Account{ID: "police", Organization: "Made-up Police", Kind: disclose.KindAuthority, Purposes: []string{"legalActions", "dnsTransparency"}}
	change(&account)
	a, err := access.New(access.Config{
		Now: time.Now, Accounts: []access.Account{account},
		Credentials: []access.Credential{
			{ID: "aaaaaaaa", Account: "police", Sort: access.Identity, Issuer: p.Issuer, Subject: "officer-7"},
			{ID: "bbbbbbbb", Account: "police", Sort: access.Identity, Issuer: p.Issuer, Claim: "unit", Value: "fraud"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func startProvider(t *testing.T) *idp.Provider {
	t.Helper()
	p, err := idp.New(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func tokensOf(t *testing.T, p *idp.Provider) *federated.Federation {
	t.Helper()
	f, err := federated.New(federated.Config{Now: time.Now, Log: slog.New(slog.DiscardHandler), Base: base, Providers: []federated.Provider{{
		Issuer: p.Issuer, Name: "Made-up Police", Keys: p.URL("/keys"), Audience: idp.Audience, Clients: []string{idp.Program},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAnAccessTokenOfAProviderOpensTheAccountThatTheOperatorMade(t *testing.T) {
	provider := startProvider(t)
	w := open(t, setup{federation: tokensOf(t, provider)})
	confidential := func(a *access.Account) { a.Confidential = time.Hour }
	usual := func(*access.Account) {}
	const asks = "?farv1_qp=legalActions"
	for _, c := range []struct {
		what     string
		account  func(*access.Account)
		claims   map[string]any
		query    string
		status   int
		personal bool
	}{
		{"an officer with a purpose and a case", usual, nil, asks, 200, true},
		{"one without a purpose", usual, nil, "", 200, false},
		{"one of the unit", usual, map[string]any{"sub": "officer-9", "unit": "fraud"}, asks, 200, true},
		{"one of several units", usual, map[string]any{"sub": "officer-9", "unit": []string{"north", "fraud"}}, asks, 200, true},
		{"one of another unit", usual, map[string]any{"sub": "officer-9", "unit": "north"}, asks, 403, false},
		{"somebody else", usual, map[string]any{"sub": "officer-8"}, asks, 403, false},
		{"a suspended account", func(a *access.Account) { a.Suspended = true }, nil, asks, 401, false},
		{"a removed account", func(a *access.Account) { a.Removed = true }, nil, asks, 401, false},
		{"from another network", func(a *access.Account) { a.Networks = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} }, nil, asks, 401, false},
		{"a purpose that the account may not give", usual, nil, "?farv1_qp=domainNameControl", 403, false},
		{"a purpose that the provider allows", usual, map[string]any{"rdap_allowed_purposes": []string{"legalActions"}}, asks, 200, true},
		{"a purpose that the provider does not allow", usual, map[string]any{"rdap_allowed_purposes": []string{"dnsTransparency"}}, asks, 403, false},
		{"no purpose that the provider allows", usual, map[string]any{"rdap_allowed_purposes": []string{}}, asks, 403, false},
		{"not to be tracked: account and provider allow it", confidential, map[string]any{"rdap_dnt_allowed": true}, asks + "&farv1_dnt=true", 200, true},
		{"not to be tracked: the account does not", usual, map[string]any{"rdap_dnt_allowed": true}, asks + "&farv1_dnt=true", 403, false},
		{"not to be tracked: the provider does not", confidential, nil, asks + "&farv1_dnt=true", 403, false},
		{"to be tracked, in words", usual, nil, asks + "&farv1_dnt=false", 200, true},
		{"a parameter that is neither", usual, nil, asks + "&farv1_dnt=maybe", 400, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			w.desk.Admit(officers(t, provider, c.account))
			header, claims := provider.Access("officer-7")
			for name, value := range c.claims {
				claims[name] = value
			}
			got := w.ask(t, "GET", "domain/shop.example"+c.query, "Authorization", "Bearer "+provider.Sign(header, claims), "RDAP-Case", "2026/17")
			if got.status != c.status || bytes.Contains(got.body, []byte(canary)) != c.personal {
				t.Errorf("%d, personal data %t\n%s", got.status, !c.personal, got.body)
			}
			if got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("Cache-Control %q", got.header.Get("Cache-Control"))
			}
		})
	}
}

func TestATokenThatIsNotTakenIsRefusedAsAnyOther(t *testing.T) {
	provider := startProvider(t)
	var log bytes.Buffer
	w := open(t, setup{federation: tokensOf(t, provider), log: &log})
	w.desk.Admit(officers(t, provider, func(*access.Account) {}))
	header, claims := provider.Access("officer-7")
	claims["aud"] = "https://other.example/"
	foreign := provider.Sign(header, claims)
	wrong := w.ask(t, "GET", "domain/shop.example", "Authorization", "Bearer "+foreign)
	unknown := w.ask(t, "GET", "domain/shop.example", "Authorization", "Bearer x")
	if wrong.status != 401 || !bytes.Equal(wrong.body, unknown.body) || wrong.header.Get("WWW-Authenticate") != unknown.header.Get("WWW-Authenticate") {
		t.Errorf("it is told apart from one that nobody made: %d\n%s", wrong.status, wrong.body)
	}
	if strings.Contains(log.String(), foreign[len(foreign)-40:]) || strings.Contains(log.String(), "officer-7") {
		t.Errorf("the log says more than it may:\n%s", &log)
	}
}

func TestAProviderThatCannotBeAskedIsAFailureAndNoRefusal(t *testing.T) {
	provider := startProvider(t)
	provider.Fail(true)
	w := open(t, setup{federation: tokensOf(t, provider)})
	w.desk.Admit(officers(t, provider, func(*access.Account) {}))
	got := w.ask(t, "GET", "domain/shop.example", "Authorization", "Bearer "+provider.Sign(provider.Access("officer-7")))
	if got.status != 503 || got.header.Get("Retry-After") == "" {
		t.Errorf("status %d", got.status)
	}
	checkReply(t, "provider down", got)
	if got := w.ask(t, "GET", "domain/shop.example"); got.status != 200 {
		t.Errorf("the public: %d", got.status)
	}
}

func TestBadTokensOfAProviderCostBudget(t *testing.T) {
	provider := startProvider(t)
	f := tokensOf(t, provider)
	settings := ratelimit.Defaults()
	settings.Now = time.Now
	limiter, err := ratelimit.New(settings)
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, setup{federation: f, limiter: limiter})
	w.desk.Admit(officers(t, provider, func(*access.Account) {}))
	header, claims := provider.Access("officer-7")
	claims["exp"] = time.Now().Unix() - 1
	expired := "Bearer " + provider.Sign(header, claims)
	limited := false
	for range 1000 {
		if limited = w.ask(t, "GET", "help", "Authorization", expired).status == 429; limited {
			break
		}
	}
	if !limited {
		t.Error("they are refused for ever at no price")
	}
	good := "Bearer " + provider.Sign(provider.Access("officer-7"))
	if got := w.ask(t, "GET", "domain/shop.example?farv1_qp=legalActions", "Authorization", good, "RDAP-Case", "1"); got.status != 200 {
		t.Errorf("a good one beside them: %d", got.status)
	}
}

func TestHelpNamesTheProviders(t *testing.T) {
	provider := startProvider(t)
	w := open(t, setup{federation: tokensOf(t, provider)})
	got := w.ask(t, "GET", "help")
	for _, part := range []string{
		`"farv1"`, `"farv1_openidcConfiguration":{"sessionClientSupported":false,"tokenClientSupported":true,"dntSupported":true,`,
		`"openidcProviders":[{"iss":"` + provider.Issuer + `","name":"Made-up Police"}]`,
	} {
		if !bytes.Contains(got.body, []byte(part)) {
			t.Errorf("there is no %s in\n%s", part, got.body)
		}
	}
	checkReply(t, "help", got)
	if plain := open(t, setup{}).ask(t, "GET", "help"); bytes.Contains(plain.body, []byte("farv1_openidc")) {
		t.Error("help tells of providers where there are none")
	}
}
