package das_test

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"registerd/das"
	"registerd/internal/visitor"
	"registerd/listen"
	"registerd/ratelimit"
)

// limits are budgets of n names, which fill again in a day.
func limits(t *testing.T, n int) *ratelimit.Limiter {
	t.Helper()
	return limiterOf(t, ratelimit.Availability, n)
}

// fewFailures are budgets of n questions that cannot be read.
func fewFailures(t *testing.T, n int) *ratelimit.Limiter {
	t.Helper()
	return limiterOf(t, ratelimit.Failure, n)
}

func limiterOf(t *testing.T, class ratelimit.Class, n int) *ratelimit.Limiter {
	t.Helper()
	now := time.Now()
	c := ratelimit.Defaults()
	c.Now = func() time.Time { return now }
	c.Budgets[class] = ratelimit.Budget{Rate: 0.001, Burst: n}
	c.IPv4, c.IPv6, c.Account = c.IPv4[:1], c.IPv6[:1], 1
	l, err := ratelimit.New(c)
	check(t, err)
	return l
}

func TestNamesOverTheLimitAreToldWhenToComeAgain(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), limits(t, 5)), nil)
	heard := ask(t, l, strings.Repeat("free.example\r\n", 8))
	got := answers(heard)
	if len(got) != 8 {
		t.Fatalf("%d answers to 8 names: %q", len(got), heard)
	}
	for i, a := range got {
		want := []string{"%RC=0", "Domain: free.example", "Status: AVAILABLE"}
		if i >= 5 {
			want = []string{"%RC=-2"}
		}
		if !cmp.Equal(a, want) {
			t.Errorf("answer %d is %q, want %q", i, a, want)
		}
	}
	if !strings.Contains(heard, "% Limit exceeded, retry after 1000 seconds\r\n% Questions to Example Registry, hostmaster@registry.example") {
		t.Errorf("the refusal does not say when and whom to ask: %q", heard)
	}
}

func TestAClientThatGoesOnOverTheLimitIsLeft(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), limits(t, 1)), nil)
	c := visitor.Call(t, l)
	scan := bufio.NewScanner(c)
	refused := 0
	for {
		if _, err := io.WriteString(c, "free.example\r\n"); err != nil {
			break
		}
		for scan.Scan() && scan.Text() != "" {
			if scan.Text() == "%RC=-2" {
				refused++
			}
		}
		if refused > das.MaxRefused {
			t.Fatal("still answered")
		}
		if scan.Text() != "" || scan.Err() != nil || refused == das.MaxRefused {
			break
		}
	}
	if refused != das.MaxRefused {
		t.Errorf("left after %d refusals, want %d", refused, das.MaxRefused)
	}
	if scan.Scan() {
		t.Errorf("then heard %q", scan.Text())
	}
}

func TestASilentClientIsClosed(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), func(s *das.Server) { s.Hurry(time.Millisecond, 0, 0) })
	if got := visitor.Hear(t, visitor.Call(t, l)); got != "" {
		t.Errorf("heard %q", got)
	}
}

func TestALineThatHasBegunMustEndSoon(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), func(s *das.Server) { s.Hurry(time.Hour, time.Millisecond, 0) })
	for _, begun := range []string{"fre", "shop.example\nfre"} {
		c := visitor.Call(t, l)
		visitor.Say(t, c, begun)
		if got := visitor.Hear(t, c); strings.Contains(got, "free") {
			t.Errorf("after %q heard %q", begun, got)
		}
	}
}

func TestTooManyConnectionsAreToldSo(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	var last net.Conn
	for range 9 {
		last = visitor.Call(t, l)
	}
	got := visitor.Hear(t, last)
	if !strings.HasPrefix(got, "%RC=-2\r\n") || !strings.HasSuffix(got, "\r\n\r\n") || !strings.Contains(got, operator.URL) {
		t.Errorf("heard %q", got)
	}
}

func TestAServerThatStopsDoesNotWaitForSilentClients(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	s, err := das.New(das.Config{Desk: deskOver(t, registerOf(t), ratelimit.Unlimited()), Log: log})
	check(t, err)
	l, err := listen.Listen(listen.Config{Address: "127.0.0.1:0", Log: log})
	check(t, err)
	stop := start(t, s, l)
	silent, begun := visitor.Call(t, l), visitor.Call(t, l)
	for _, c := range []net.Conn{silent, begun} {
		visitor.Say(t, c, "free.example\n")
		if _, err := io.ReadFull(c, make([]byte, len("%RC=0\r\nDomain: free.example\r\nStatus: AVAILABLE\r\n\r\n"))); err != nil {
			t.Fatal(err)
		}
	}
	visitor.Say(t, begun, "sho")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		stop()
	}()
	for _, c := range []net.Conn{silent, begun} {
		if got := visitor.Hear(t, c); got != "" {
			t.Errorf("heard %q", got)
		}
		c.Close()
	}
	<-ended
}

func TestWhoWasLetInIsAnsweredThoughTheServerStops(t *testing.T) {
	s, err := das.New(das.Config{Desk: deskOver(t, registerOf(t), ratelimit.Unlimited()), Log: quiet})
	check(t, err)
	l, err := listen.Listen(listen.Config{Address: "127.0.0.1:0", Log: quiet})
	check(t, err)
	stop := start(t, s, l)
	c := visitor.Call(t, l)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		stop()
	}()
	for { // until nobody else is let in
		other, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			break
		}
		other.Close()
	}
	visitor.Say(t, c, "free.example\n")
	if got, want := visitor.Hear(t, c), "%RC=0\r\nDomain: free.example\r\nStatus: AVAILABLE\r\n\r\n"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
	c.Close()
	<-ended
}

func TestWhoWasLetInAndSaysNothingIsNotWaitedForLong(t *testing.T) {
	r := registerOf(t)
	synctest.Test(t, func(t *testing.T) {
		server, client := net.Pipe()
		inner := &one{server: make(chan net.Conn, 1), closed: make(chan struct{})}
		l, err := listen.Listen(listen.Config{Inner: inner, Log: quiet})
		check(t, err)
		s, err := das.New(das.Config{Desk: deskOver(t, r, ratelimit.Unlimited()), Log: quiet})
		check(t, err)
		stop := start(t, s, l)
		inner.server <- fromSomewhere{server}
		synctest.Wait()
		began := time.Now()
		stop()
		if took := time.Since(began); took < 4*time.Second || took > 6*time.Second {
			t.Errorf("the server stopped after %v", took)
		}
		client.Close()
	})
}
