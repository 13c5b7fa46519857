package das_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"registerd/access"
	"registerd/audit"
	"registerd/das"
	"registerd/disclose"
	"registerd/internal/newregister"
	"registerd/internal/visitor"
	"registerd/listen"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// hang bounds a test that would otherwise wait for ever; no test passes because
// of it.
const hang = 20 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var operator = register.Operator{Name: "Example Registry", Email: "hostmaster@registry.example", URL: "https://registry.example/"}

// reader is a register that a test can break.
type reader struct {
	store.Reader
	broken      atomic.Bool
	breaksAfter atomic.Int32  // this many readings less one; 0 is never
	slow        chan struct{} // when there is one, each reading takes from it
}

func (r *reader) Tags(ctx context.Context, kind store.Kind, keys []string) ([]register.Tag, store.Edition, error) {
	if r.slow != nil {
		select {
		case <-r.slow:
		case <-ctx.Done():
			return nil, store.Edition{}, ctx.Err()
		}
	}
	if r.broken.Load() || r.breaksAfter.Load() > 0 && r.breaksAfter.Add(-1) == 0 {
		return nil, store.Edition{}, fmt.Errorf("reading page 17: %w", store.ErrDamaged)
	}
	return r.Reader.Tags(ctx, kind, keys)
}

// registerOf is a register in a file that serves .example and .test and holds
// the names shop.example, reserved.example and blåbær.test.
func registerOf(t testing.TB) *reader {
	t.Helper()
	w, r := newregister.Open(t)
	load, err := w.Load(t.Context())
	check(t, err)
	for name, record := range map[register.Name]interface{ Append([]byte) []byte }{
		"shop.example":       &register.Domain{Name: "shop.example", ROID: "D1-EXAMPLE"},
		"xn--blbr-roah.test": &register.Domain{Name: "xn--blbr-roah.test", ROID: "D2-EXAMPLE"},
		"reserved.example":   &register.Reserved{Name: "reserved.example", State: register.ReservedBlocked},
		"deep.below.example": &register.Reserved{Name: "deep.below.example", State: register.ReservedWithheld},
		"registered.test":    &register.Domain{Name: "registered.test", ROID: "D3-EXAMPLE"},
	} {
		o := store.Object{Ref: store.Ref{Kind: store.Names, Key: string(name)}, Bytes: record.Append(nil)}
		check(t, load.Put(o, 1))
	}
	_, err = load.Seal(t.Context(), func(int, int) {})
	check(t, err)
	check(t, load.Publish(t.Context(), func(tx store.Tx) error {
		tx.SetState(register.State{Zones: []register.Name{"example", "test"}, Serial: 7, Watermark: time.Unix(1767323045, 0)})
		return nil
	}))
	return &reader{Reader: r}
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
	return deskWith(t, r, limiter, access.Config{})
}

// deskWith is one that also takes those of an account.
func deskWith(t testing.TB, r store.Reader, limiter *ratelimit.Limiter, named access.Config) *lookup.Desk {
	t.Helper()
	named.Now = time.Now
	who, err := access.New(named)
	check(t, err)
	desk, err := lookup.New(lookup.Config{
		Store: r, Limiter: limiter, Journal: audit.None(), AccessLog: audit.Discard(), Now: time.Now,
		Published: lookup.Published{Policy: disclose.GDPR(), Access: who, Operator: operator, Sandbox: "sandbox.invalid"},
	})
	check(t, err)
	return desk
}

// quiet is the log of servers whose troubles are not looked at.
var quiet = slog.New(slog.DiscardHandler)

// serve serves the desk on a port of its own until the test ends. adjust may
// change the server before it begins.
func serve(t testing.TB, desk *lookup.Desk, adjust func(*das.Server)) *listen.Listener {
	t.Helper()
	return listenFor(t, das.Config{Desk: desk, Log: quiet}, adjust)
}

// serveIn serves it in a dialect.
func serveIn(t testing.TB, desk *lookup.Desk, dialect string, zone register.Name) *listen.Listener {
	t.Helper()
	d, ok := das.ParseDialect(dialect)
	if !ok {
		t.Fatalf("there is no dialect %s", dialect)
	}
	return listenFor(t, das.Config{Desk: desk, Log: quiet, Dialect: d, Zone: zone}, func(*das.Server) {})
}

func listenFor(t testing.TB, c das.Config, adjust func(*das.Server)) *listen.Listener {
	t.Helper()
	s, err := das.New(c)
	check(t, err)
	if adjust != nil {
		adjust(s)
	}
	l, err := listen.Listen(listen.Config{Address: "127.0.0.1:0", Log: quiet, Refusal: s.Refusal(), MaxPerNetwork: 8})
	check(t, err)
	t.Cleanup(start(t, s, l))
	return l
}

// start serves until stop is called.
func start(t testing.TB, s *das.Server, l *listen.Listener) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l, hang) }()
	return func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	}
}

// ask says lines, ends, and hears all answers.
func ask(t testing.TB, l *listen.Listener, lines string) string {
	t.Helper()
	c := visitor.Call(t, l)
	defer c.Close()
	visitor.Say(t, c, lines)
	check(t, c.CloseWrite())
	return visitor.Hear(t, c)
}
