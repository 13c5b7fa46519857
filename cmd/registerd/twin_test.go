package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/das"
	"registerd/disclose"
	"registerd/listen"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/rdap"
	"registerd/register"
	"registerd/store"
	"registerd/whois"
)

// TestTwinRegistersAnswerAlike asks two registers that differ only in what the
// caller may not see - in values, in their length, in whether there are any -
// the same questions, and compares the answers to the byte. REGISTERD_TWINS is
// how many seeds are tried (3: each rule file has each caller once),
// REGISTERD_TWIN_QUESTIONS how many questions each pair is asked (200).
func TestTwinRegistersAnswerAlike(t *testing.T) {
	seeds, questions := number(t, "REGISTERD_TWINS", 3), number(t, "REGISTERD_TWIN_QUESTIONS", 200)
	answered := map[string]int{}
	for seed := range uint64(seeds) {
		born := synthetic(t, seed+1)
		first := born.store(t)
		for i, name := range disclose.ShippedNames() {
			who := []string{"", "registrar-none", "registrar-1"}[(int(seed)+i)%3]
			t.Run(fmt.Sprintf("%d/%s/%s", seed+1, name, who), func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, uint64(i)))
				text, err := disclose.Shipped(name)
				must(t, err)
				policy, err := disclose.ReadPolicy(text)
				must(t, err)
				viewer := disclose.Viewer{Audience: disclose.Public}
				if who != "" {
					viewer = disclose.Viewer{Audience: disclose.Registrar, Registrar: who}
				}
				w := pair(t, policy, viewer)
				w.open(t, 0, born, first)
				other := born.twin(policy, viewer, r)
				w.open(t, 1, other, other.store(t))
				w.compare(t, r, questions, answered)
			})
		}
	}
	for _, status := range []string{"200", "204", "304", "400", "401", "403", "404", "405", "429", "501", "WHOIS LIMIT EXCEEDED", "Domain not found.", "%RC=0", "Registrant Name: ", "nameserverSearchResults"} {
		if answered[status] == 0 {
			t.Errorf("no question was answered with %s, among %v", status, answered)
		}
	}
}

func number(t *testing.T, variable string, otherwise int) int {
	s := os.Getenv(variable)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	must(t, err)
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// twins are two registers, and who asks them what.
type twins struct {
	sides   [2]*side
	caller  access.Caller
	token   string
	handles []string // of both
	names   []string
	clock   *atomic.Int64

	published lookup.Published
}

// side is one register with all its windows, on loopback.
type side struct {
	whois  *whois.Server
	port43 string // where it listens, and the others
	das    string
	rdap   string
	client http.Transport

	unlimited *whois.Server // for whoever checks that the sides are two
}

func pair(t *testing.T, p *disclose.Policy, v disclose.Viewer) *twins {
	here := access.Channel{Addr: netip.MustParseAddr("127.0.0.1"), Private: true}
	w := &twins{caller: access.Public(here), clock: new(atomic.Int64)}
	var tokens []access.Token
	if v.Audience == disclose.Registrar {
		text, id, hash := access.NewToken()
		w.token = text
		tokens = append(tokens, access.Token{ID: id, Hash: hash, Expires: twinTime.AddDate(1, 0, 0), Organization: "Twin", Audience: v.Audience, Registrar: v.Registrar})
		w.caller = access.Caller{Account: id, Audience: v.Audience, Registrar: v.Registrar, Channel: here}
	}
	who, err := access.New(access.Config{Tokens: tokens, Now: w.now})
	must(t, err)
	w.published = lookup.Published{Policy: p, Access: who, Operator: register.Operator{Name: "Example Registry"}}
	return w
}

func (w *twins) now() time.Time { return twinTime.Add(time.Duration(w.clock.Load())) }

// open opens the windows of one side.
func (w *twins) open(t *testing.T, i int, r *whole, reader store.Reader) {
	limits := ratelimit.Defaults()
	limits.Now, limits.Memory = w.now, 1<<20
	limits.Lookup = ratelimit.Widths(ratelimit.Budget{Rate: 1, Burst: 15})
	limits.Lookup.Account = ratelimit.Budget{Rate: 1, Burst: 15}
	limiter, err := ratelimit.New(limits)
	must(t, err)
	w.sides[i] = openSide(t, lookup.Config{
		Store: reader, Limiter: limiter, AccessLog: audit.Discard(), Published: w.published, Now: w.now, Kept: 16,
		SearchKey: []byte("the same for both"),
	})
	for _, c := range r.contacts {
		w.handles = append(w.handles, c.Handle, c.ROID)
	}
	slices.Sort(w.handles)
	w.handles = slices.Compact(w.handles)
	if i == 0 {
		for _, d := range r.domains {
			w.names = append(w.names, string(d.Name))
		}
	}
}

func openSide(t *testing.T, c lookup.Config) *side {
	log := slog.New(slog.DiscardHandler)
	journal, err := audit.OpenJournal(audit.JournalConfig{Dir: t.TempDir(), Now: c.Now, Logger: log})
	must(t, err)
	t.Cleanup(func() { journal.Close() })
	c.Journal = journal
	desk, err := lookup.New(c)
	must(t, err)
	s := new(side)
	s.whois, err = whois.New(whois.Config{Desk: desk, Log: log})
	must(t, err)
	s.port43 = listenOn(t, func(ctx context.Context, l *listen.Listener) error { return s.whois.Serve(ctx, l, finish) })
	availability, err := das.New(das.Config{Desk: desk, Log: log})
	must(t, err)
	s.das = listenOn(t, func(ctx context.Context, l *listen.Listener) error { return availability.Serve(ctx, l, finish) })
	handler, err := rdap.New(rdap.Config{Desk: desk, Base: "https://rdap.nic.example/", Log: log})
	must(t, err)
	s.rdap = listenOn(t, serveHTTP(rdap.Server(handler, log), log))
	s.client.DisableCompression = true
	t.Cleanup(s.client.CloseIdleConnections)
	c.Limiter, c.Kept = ratelimit.Unlimited(), 0
	desk, err = lookup.New(c)
	must(t, err)
	s.unlimited, err = whois.New(whois.Config{Desk: desk, Log: log})
	must(t, err)
	return s
}

// listenOn serves on a port of loopback until the test ends.
func listenOn(t *testing.T, serve func(context.Context, *listen.Listener) error) string {
	l, err := listen.Listen(listen.Config{Address: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}
