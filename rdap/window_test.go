package rdap_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/federated"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/rdap"
	"registerd/referral"
	"registerd/register"
	"registerd/store"
)

const base = "https://rdap.nic.example/"

// window is an RDAP server on loopback over a register of its own.
type window struct {
	handler *rdap.Handler
	desk    *lookup.Desk
	url     string // of the listener, with a final "/"
	tokens  map[disclose.Audience]string
}

// setup is what differs from one window to another; the zero value is good.
type setup struct {
	store     store.Reader
	limiter   *ratelimit.Limiter
	noJournal bool
	base      string
	kept      int
	page      *rdap.Page
	referrals *referral.Directory
	tag       string
	profile   rdap.Profile
	log       io.Writer

	federation *federated.Federation
}

func open(t testing.TB, s setup) *window {
	t.Helper()
	w := &window{tokens: map[disclose.Audience]string{}}
	if s.store == nil {
		s.store = fill(t, testObjects()...)
	}
	if s.limiter == nil {
		s.limiter = ratelimit.Unlimited()
	}
	if s.base == "" {
		s.base = base
	}
	if s.log == nil {
		s.log = io.Discard
	}
	log := slog.New(slog.NewJSONHandler(s.log, nil))
	journal := audit.None()
	if !s.noJournal {
		journal = openJournal(t, log)
	}
	var err error
	w.desk, err = lookup.New(lookup.Config{
		Store: s.store, Limiter: s.limiter, Journal: journal, AccessLog: audit.Discard(), Now: time.Now, Kept: s.kept,
		Published: w.published(t), Referrals: s.referrals, Tag: s.tag,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.handler, err = rdap.New(rdap.Config{
		Desk: w.desk, Base: s.base, Profile: s.profile, Federation: s.federation, WHOIS: "whois.nic.example", Page: s.page, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.url = serve(t, w.handler, log)
	return w
}

func (w *window) published(t testing.TB) lookup.Published {
	t.Helper()
	return lookup.Published{
		Policy: disclose.GDPR(), Access: w.accounts(t),
		Operator: register.Operator{Name: "Example Registry", Email: "office@nic.example", URL: "https://www.nic.example/"},
		Policies: register.Policies{
			Publication: "https://www.nic.example/publication", Disputes: "https://www.nic.example/disputes",
			Eligibility: "https://www.nic.example/eligibility", Terms: "https://www.nic.example/terms",
		},
		Limits: func() []string { return []string{"60 questions at once and one a second from one network."} },
	}
}

func openJournal(t testing.TB, log *slog.Logger) *audit.Journal {
	t.Helper()
	j, err := audit.OpenJournal(audit.JournalConfig{Dir: t.TempDir(), Now: time.Now, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// serve opens a window on loopback and returns its URL.
func serve(t testing.TB, h http.Handler, log *slog.Logger) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := rdap.Server(h, log)
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String() + "/"
}

func (w *window) accounts(t testing.TB) *access.Access {
	t.Helper()
	named := access.Config{Now: time.Now}
	for _, a := range []disclose.Audience{disclose.Registrar, disclose.Authority, disclose.Operator} {
		text, id, hash := access.NewToken()
		kind, _ := disclose.ParseKind(a.String())
		account := access.Account{ID: a.String(), Kind: kind, Organization: "Test"}
		switch a {
		case disclose.Registrar:
			account.Registrar = "reg-a"
		case disclose.Authority:
			account.Purposes = []string{"legalActions"}
		}
		named.Accounts = append(named.Accounts, account)
		named.Credentials = append(named.Credentials, access.Credential{
			Sort: access.Token, ID: id, Account: account.ID, Hash: hash, Until: time.Now().Add(time.Hour),
		})
		w.tokens[a] = text
	}
	a, err := access.New(named)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// reply is a response with its whole body.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// ask sends a request; headers are pairs of name and value.
func (w *window) ask(t testing.TB, method, path string, headers ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return do(t, r)
}

// asSent gives answers as they were sent: http's own client asks for gzip where
// the test does not, and undoes it.
var asSent = &http.Transport{DisableCompression: true}

func do(t testing.TB, r *http.Request) reply {
	t.Helper()
	res, err := asSent.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, body}
}

func (w *window) bearer(a disclose.Audience) string { return "Bearer " + w.tokens[a] }

// faulty is a store whose look-ups end as the test says.
type faulty struct {
	store.Reader
	find func() error
}

func (f faulty) Find(context.Context, ...store.Ask) ([]store.Found, store.Edition, error) {
	return nil, store.Edition{}, f.find()
}
