package service

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
// how many seeds are tried (1; after 15 each rule file had every form and every
// caller), REGISTERD_TWIN_QUESTIONS how many questions each pair is asked (80).
func TestTwinRegistersAnswerAlike(t *testing.T) {
	oncePerGate(t)
	seeds, questions := number(t, "REGISTERD_TWINS", 1), number(t, "REGISTERD_TWIN_QUESTIONS", 80)
	told := answered{}
	for seed := range uint64(seeds) {
		born := synthetic(t, seed+1)
		first := born.store(t)
		for i, file := range disclose.ShippedNames() {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			form := (int(seed) + i + opened) % forms
			who := twinCallers[(int(seed)+i/forms+i)%len(twinCallers)]
			if who.seesAll && form != drawn {
				who = twinCallers[0]
			}
			name, policy := rulesOfTwins(t, file, form, r)
			t.Run(fmt.Sprintf("%d/%s/%s", seed+1, name, who.name), func(t *testing.T) {
				w := pair(t, policy, who)
				other := born.twin(policy, w.caller.Viewer(), r)
				w.open(t, 0, born, first)
				w.open(t, 1, other, other.store(t))
				if difference := w.compare(t, r, questions, told); difference != "" {
					t.Fatal(difference)
				}
				if one, other := w.sides[0].visits.all(), w.sides[1].visits.all(); one != other {
					t.Errorf("searches visit other rows:\n%s\n\n%s", one, other)
				}
				told["names"] += len(w.names)
				told["names that the operator tells apart"] += w.apart(t)
			})
		}
	}
	for _, words := range append([]string{"200", "204", "304", "400", "401", "403", "404", "405", "422", "429", "501",
		"no more questions", "no more personal", "no more misses"}, tellingWords...) {
		if told[words] == 0 {
			t.Errorf("no question was answered with %s, among %v", words, told)
		}
	}
	if told["names that the operator tells apart"] < told["names"]/3 {
		t.Errorf("these are no twins: %v", told)
	}
}

// answered counts how questions were answered.
type answered map[string]int

// tellingWords are of answers that there must be, or little was compared.
var tellingWords = []string{
	"WHOIS LIMIT EXCEEDED", "Domain not found.", "%RC=0", "Registrant Name: ",
	"domainSearchResults", "nameserverSearchResults", "entitySearchResults", `"tw-`, `"totalCount"`, `"pageNumber":2`, "has expired",
	"reverse_search_properties_mapping", "for a purpose only",
}

// twinCaller is somebody who asks twins.
type twinCaller struct {
	name      string
	audience  disclose.Audience
	registrar string
	purpose   string
	seesAll   bool // by every file that comes with the program
}

const twinPurpose = "fraud"

var twinCallers = []twinCaller{
	{name: "public", audience: disclose.Public},
	{name: "other registrar", audience: disclose.Registrar, registrar: "registrar-none"},
	{name: "registrar of record", audience: disclose.Registrar, registrar: "registrar-1"},
	{name: "authority without a purpose", audience: disclose.Authority},
	{name: "authority", audience: disclose.Authority, purpose: twinPurpose, seesAll: true},
}

// patience bounds every wait of a test. Nothing is proved by how long one took.
const patience = 20 * time.Second

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
	sides     [2]*side
	caller    access.Caller
	header    http.Header // by which the caller is known
	handles   []string    // of both, as are the next two
	persons   []string    // and registrars
	addresses []string
	names     []string
	clock     *atomic.Int64

	published lookup.Published
}

// side is one register with all its windows, on loopback.
type side struct {
	whois  *whois.Server
	port43 string // where it listens, and the others
	das    string
	rdap   string
	client http.Transport
	visits *visits

	limiter *ratelimit.Limiter

	unlimited *whois.Server // for whoever checks that the sides are two
}

func pair(t *testing.T, p *disclose.Policy, who twinCaller) *twins {
	here := access.Channel{Addr: netip.MustParseAddr("127.0.0.1"), Private: true}
	w := &twins{caller: access.Public(here), header: http.Header{}, clock: new(atomic.Int64)}
	named := access.Config{Now: w.now}
	if who.audience != disclose.Public {
		text, id, hash := access.NewToken()
		w.header.Set("Authorization", "Bearer "+text)
		kind, _ := disclose.ParseKind(who.audience.String())
		named.Accounts = []access.Account{{ID: "twin", Organization: "Twin", Kind: kind, Registrar: who.registrar}}
		named.Credentials = []access.Credential{{Sort: access.Token, ID: id, Account: "twin", Hash: hash, Until: twinTime.AddDate(1, 0, 0)}}
		w.caller = access.Caller{Account: "twin", Kind: kind, Audience: who.audience, Registrar: who.registrar, Channel: here}
	}
	if who.purpose != "" {
		w.header["Rdap-Purpose"], w.header["Rdap-Case"] = []string{who.purpose}, []string{"1"}
		w.caller.Purpose, w.caller.Case = who.purpose, "1"
	}
	policed, err := access.New(named)
	must(t, err)
	w.published = lookup.Published{Policy: p, Access: policed, Operator: register.Operator{Name: "Example Registry"}}
	return w
}

func (w *twins) now() time.Time { return twinTime.Add(time.Duration(w.clock.Load())) }

// open opens the windows of one side.
func (w *twins) open(t *testing.T, i int, r *whole, reader store.Reader) {
	limits := ratelimit.Defaults()
	limits.Now, limits.Memory = w.now, 8<<20
	limits.Budgets[ratelimit.Lookup] = ratelimit.Budget{Rate: 1, Burst: 15}
	limits.Budgets[ratelimit.Miss] = ratelimit.Budget{Rate: 0.2, Burst: 12}
	limits.Budgets[ratelimit.Personal] = ratelimit.Budget{Rate: 0.1, Burst: 3}
	limits.Account, limits.Watch.After = 1, 20
	limiter, err := ratelimit.New(limits)
	must(t, err)
	seen := &visits{Reader: reader}
	w.sides[i] = openSide(t, lookup.Config{
		Store: seen, Limiter: limiter, AccessLog: audit.Discard(), Published: w.published, Now: w.now, Kept: 16,
		SearchKey: []byte("the same for both"),
	})
	w.sides[i].visits, w.sides[i].limiter = seen, limiter
	for _, c := range r.contacts {
		w.handles = append(w.handles, c.Handle, c.ROID)
		w.persons = append(w.persons, c.Local.Name, c.International.Name)
	}
	for _, c := range r.registrars {
		w.persons = append(w.persons, c.Name)
	}
	for _, h := range r.hosts {
		for _, a := range h.Addrs {
			w.addresses = append(w.addresses, a.String())
		}
	}
	for _, list := range []*[]string{&w.handles, &w.persons, &w.addresses} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
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
