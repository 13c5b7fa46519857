package listen

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// fetched is a listener whose certificate an authority has issued, and their clock.
type fetched struct {
	*ACME
	server *authority
	door   *Listener
	ahead  atomic.Int64 // of our clock, in nanoseconds
	log    bytes.Buffer // what was logged since it was read
}

func newFetched(t *testing.T) *fetched {
	t.Helper()
	f := &fetched{door: open(t, Config{})}
	f.server = newACMEServer(t, f.door.Addr().String())
	f.ACME = openACME(t, f.config(t))
	door(t, f.door, f.Get)
	f.look(t.Context(), ourHost)
	f.logged(t, "a certificate was fetched")
	return f
}

func (f *fetched) config(t *testing.T) ACMEConfig {
	cfg := acmeConfig(t, f.server.URL+"/directory", f.server.Client())
	cfg.Now = func() time.Time { return time.Now().Add(time.Duration(f.ahead.Load())) }
	cfg.Log = slog.New(slog.NewTextHandler(&f.log, nil))
	return cfg
}

// wait sets our clock ahead, and the authority's.
func (f *fetched) wait(d time.Duration) {
	ahead := time.Duration(f.ahead.Add(int64(d)))
	f.server.set(func(a *authority) { a.ahead = ahead })
}

// logged fails unless the log has these words, each on a line of its own.
func (f *fetched) logged(t *testing.T, words ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(f.log.String(), "\n"), "\n")
	f.log.Reset()
	if len(words) == 0 && lines[0] == "" {
		return
	}
	if len(lines) != len(words) {
		t.Fatalf("want %q, the log says %q", words, lines)
	}
	for i, word := range words {
		if !strings.Contains(lines[i], word) {
			t.Errorf("want %q, the log says %q", word, lines[i])
		}
	}
}

// shown is the certificate that a client is shown.
func (f *fetched) shown(t *testing.T) *tls.Certificate {
	t.Helper()
	c, err := f.Get(&tls.ClientHelloInfo{ServerName: ourHost, SupportedProtos: []string{"h2", "http/1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const day = 24 * time.Hour

const notFetched = "no certificate could be fetched or renewed; trying again in 20 minutes"

func TestACertificateIsRenewedThirtyDaysBeforeItsEnd(t *testing.T) {
	f := newFetched(t)
	first := f.shown(t)
	f.wait(59 * day)
	if f.look(t.Context(), ourHost); f.server.asked() != 1 || f.shown(t) != first {
		t.Errorf("after 59 days: %d orders", f.server.asked())
	}
	f.wait(2 * day)
	f.look(t.Context(), ourHost)
	f.logged(t, "a certificate was fetched")
	second := f.shown(t)
	if f.server.asked() != 2 || !second.Leaf.NotAfter.After(first.Leaf.NotAfter) || !f.Ends().Equal(second.Leaf.NotAfter) {
		t.Errorf("after 61 days: %d orders; it ends %v", f.server.asked(), f.Ends())
	}
	if kept := f.recall(ourHost); kept == nil || !bytes.Equal(kept.Leaf.Raw, second.Leaf.Raw) {
		t.Error("the new one is not in the cache")
	}
}

// An authority that refuses to renew says why, and does so at once: not when the
// certificate has ended.
func TestARenewalThatFailsIsSaidInTheAuthoritysWordsWhileTheOldOneIsServed(t *testing.T) {
	f := newFetched(t)
	first := f.shown(t)
	f.wait(61 * day)
	f.server.set(func(a *authority) {
		a.refuse = a.problem(http.StatusForbidden, "caa", "CAA record for rdap.nic.example prevents issuance")
	})
	f.look(t.Context(), ourHost)
	f.logged(t, notFetched+`" host=rdap.nic.example error="ordering: 403 urn:ietf:params:acme:error:caa: CAA record for rdap.nic.example prevents issuance"`)
	f.wait(19 * time.Minute)
	if f.look(t.Context(), ourHost); f.server.asked() != 2 || f.shown(t) != first {
		t.Errorf("19 minutes later: %d orders", f.server.asked())
	}
	f.wait(40 * day) // it has ended
	f.look(t.Context(), ourHost)
	f.logged(t, notFetched)
	if f.shown(t) != first || !f.Ends().Equal(first.Leaf.NotAfter) {
		t.Errorf("ended: it is said to end %v", f.Ends())
	}
	f.server.set(func(a *authority) { a.refuse = nil })
	f.wait(20 * time.Minute)
	f.look(t.Context(), ourHost)
	f.logged(t, "a certificate was fetched")
	if f.shown(t) == first {
		t.Error("the old one is still shown")
	}
}

func TestANameThatIsNotProvenIsOrderedOnceAndTheAuthoritySaysWhy(t *testing.T) {
	f := newFetched(t)
	first := f.shown(t)
	f.wait(61 * day)
	other := open(t, Config{})
	stranger := openACME(t, acmeConfig(t, nowhere(t), nil))
	door(t, other, stranger.Get)
	f.server.set(func(a *authority) { a.prove = other.Addr().String() })
	f.look(t.Context(), ourHost)
	f.logged(t, "error=\"proving the name: acme: authorization error for rdap.nic.example: 403 urn:ietf:params:acme:error:unauthorized: ")
	if f.server.asked() != 2 || f.shown(t) != first {
		t.Errorf("%d orders", f.server.asked()-1)
	}
	hello := &tls.ClientHelloInfo{ServerName: ourHost, SupportedProtos: []string{"acme-tls/1"}}
	if _, err := f.Get(hello); err == nil {
		t.Error("the proof is shown after the order")
	}
}

// Who is told that it asks too often does not ask again at once, and nobody waits for
// the hours that the authority has named.
func TestAnAuthorityThatIsAskedTooOftenIsLeftAlone(t *testing.T) {
	f := newFetched(t)
	f.wait(61 * day)
	f.server.set(func(a *authority) {
		a.refuse = a.problem(http.StatusTooManyRequests, "rateLimited", "too many certificates already issued")
		a.refuse.after = "7200"
	})
	f.look(t.Context(), ourHost)
	f.logged(t, "429 urn:ietf:params:acme:error:rateLimited: too many certificates already issued")
	if f.server.asked() != 2 {
		t.Errorf("%d requests for an order", f.server.asked()-1)
	}
}

// What is issued may be of no use to clients, and is not served then.
func TestWhatIsIssuedIsLookedAtAsAFileIs(t *testing.T) {
	f := newFetched(t)
	first := f.shown(t)
	f.wait(61 * day)
	f.server.set(func(a *authority) { a.ahead -= 61*day + 100*day }) // ended, by our clock
	f.look(t.Context(), ourHost)
	f.logged(t, notFetched+`" host=rdap.nic.example error="what was issued: number 1 of the chain ended `)
	if f.shown(t) != first {
		t.Error("it is served")
	}
}
