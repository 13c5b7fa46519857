package federated

import (
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"registerd/internal/idp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var silent = slog.New(slog.DiscardHandler)

// clock is one that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func startProvider(t *testing.T, c *clock) *idp.Provider {
	t.Helper()
	p, err := idp.New(c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func settingsOf(p *idp.Provider) Provider {
	return Provider{
		Issuer: p.Issuer, Name: "Made-up Police", Keys: p.URL("/keys"), Algorithms: []string{"RS256"},
		Audience: idp.Audience, Clients: []string{idp.Program},
		Login: &Login{
			ClientID: idp.ClientID, ClientSecret: idp.ClientSecret, Authorization: p.URL("/authorize"), Token: p.URL("/token"),
			Device: p.URL("/device"), Revocation: p.URL("/revoke"), Identifiers: []string{"police.example"}, Default: true,
		},
	}
}

func federationOf(t *testing.T, c *clock, providers ...Provider) *Federation {
	t.Helper()
	f, err := New(Config{Providers: providers, Now: c.now, Log: silent, Base: "https://rdap.example/"})
	if err != nil {
		t.Fatal(err)
	}
	return f
}
