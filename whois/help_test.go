package whois_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/internal/newregister"
	"registerd/internal/visitor"
	"registerd/listen"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
	"registerd/whois"
)

// hang bounds a test that would otherwise wait for ever; no test passes because
// of it.
const hang = 20 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// reader is a register that a test can break.
type reader struct {
	store.Reader
	broken atomic.Bool
}

func (r *reader) Find(ctx context.Context, asks ...store.Ask) ([]store.Found, store.Edition, error) {
	if r.broken.Load() {
		return nil, store.Edition{}, fmt.Errorf("reading page 17: %w", store.ErrDamaged)
	}
	return r.Reader.Find(ctx, asks...)
}

func (r *reader) Edition(ctx context.Context) (store.Edition, error) {
	if r.broken.Load() {
		return store.Edition{}, store.ErrDamaged
	}
	return r.Reader.Edition(ctx)
}

// registerOf is the samples' register in a file.
func registerOf(t testing.TB) *reader {
	t.Helper()
	w, r := newregister.Open(t)
	load, err := w.Load(t.Context())
	check(t, err)
	for i, o := range objects() {
		check(t, load.Put(o, int64(i+1)))
	}
	_, err = load.Seal(t.Context(), func(int, int) {})
	check(t, err)
	about := whois.SampleAbout()
	check(t, load.Publish(t.Context(), func(tx store.Tx) error {
		tx.SetState(register.State{Zones: about.Zones, Serial: about.Serial, Watermark: about.Watermark})
		return nil
	}))
	return &reader{Reader: r}
}

func objects() []store.Object {
	sponsor := store.Ref{Kind: store.Registrars, Key: "r1"}
	contact := func(handle string) store.Ref { return store.Ref{Kind: store.Contacts, Key: strings.ToLower(handle)} }
	object := func(ref store.Ref, record interface{ Append([]byte) []byte }, refs ...store.Ref) store.Object {
		return store.Object{Ref: ref, Bytes: record.Append(nil), Refs: refs}
	}
	all := []store.Object{
		object(sponsor, whois.SampleRegistrar),
		object(contact(whois.SamplePerson.Handle), whois.SamplePerson, sponsor),
		object(contact(whois.SampleOrganization.Handle), whois.SampleOrganization, sponsor),
		object(store.Ref{Kind: store.Hosts, Key: "ns1.fabrik.example"}, &register.Host{Name: "ns1.fabrik.example", Sponsor: "R1"}, sponsor),
		object(store.Ref{Kind: store.Names, Key: "reserved.example"}, &register.Reserved{Name: "reserved.example", State: register.ReservedBlocked}),
	}
	all[0].Alias = "9999"
	for _, d := range whois.SampleDomains {
		var refs []store.Ref
		for _, role := range d.Roles() {
			refs = append(refs, contact(role.Handle))
		}
		for _, h := range d.Hosts {
			refs = append(refs, store.Ref{Kind: store.Hosts, Key: string(h.Name)})
		}
		all = append(all, object(store.Ref{Kind: store.Names, Key: string(d.Name)}, d, append(refs, sponsor)...))
	}
	return all
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// deskOver is a desk whose limits are those of limiter.
func deskOver(t testing.TB, r store.Reader, limiter *ratelimit.Limiter) *lookup.Desk {
	t.Helper()
	about := whois.SampleAbout()
	desk, err := lookup.New(lookup.Config{
		Store: r, Limiter: limiter, Journal: audit.None(), AccessLog: audit.Discard(), Now: time.Now,
		Kept:      16,
		Published: publishedAs(t, about.Operator, about.Policies),
	})
	check(t, err)
	return desk
}

func publishedAs(t testing.TB, o register.Operator, p register.Policies) lookup.Published {
	t.Helper()
	who, err := access.New(access.Config{Now: time.Now})
	check(t, err)
	return lookup.Published{Policy: disclose.GDPR(), Access: who, Operator: o, Policies: p}
}

// serve serves the desk on a port of its own until the test ends. adjust may
// change the server before it begins.
func serve(t testing.TB, desk *lookup.Desk, adjust func(*whois.Server)) *listen.Listener {
	t.Helper()
	s, err := whois.New(whois.Config{Desk: desk, Log: quiet})
	check(t, err)
	if adjust != nil {
		adjust(s)
	}
	return serveThis(t, s)
}

var quiet = slog.New(slog.DiscardHandler)

// serveThis serves on a port of its own until the test ends.
func serveThis(t testing.TB, s *whois.Server) *listen.Listener {
	t.Helper()
	l, err := listen.Listen(listen.Config{Address: "127.0.0.1:0", Log: quiet, Refusal: s.Refusal(), MaxPerNetwork: 8})
	check(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l, hang) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return l
}

// ask says a line and hears the answer.
func ask(t testing.TB, l *listen.Listener, line string) string {
	t.Helper()
	c := visitor.Call(t, l)
	defer c.Close()
	visitor.Say(t, c, line)
	return visitor.Hear(t, c)
}
