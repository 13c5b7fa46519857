package holder

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/internal/newregister"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const (
	base   = "https://rdap.registry.example/base/"
	origin = "https://rdap.registry.example"
)

// scene is a handler over a real register, journal and file of links, behind a real
// server, with a clock that tests turn.
type scene struct {
	*httptest.Server
	t     *testing.T
	now   time.Time
	path  string // of the links
	links *Links
	steps []Step
	deaf  error // what the journal of links answers

	recording sync.Mutex
	received  []Receipt
	failing   error // what the journal answers that is read
	log       bytes.Buffer
	dir       string // of the journal
	config    Config
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, now: monday, path: filepath.Join(t.TempDir(), "links.db")}
	s.links = s.openLinks()
	limiter, err := ratelimit.New(ratelimit.Defaults())
	s.must(err)
	s.config = Config{
		Links: s.links, Desk: s.desk(limiter), Base: base, Log: slog.New(slog.NewTextHandler(&s.log, nil)),
		Received: func(context.Context, string) ([]Receipt, error) { return s.received, s.failing },
		Admit: func(ch access.Channel) (func(int), error) {
			ticket, err := limiter.Admit(ratelimit.Client{Addr: ch.Addr}, ratelimit.Lookup)
			return func(work int) { _ = ticket.Charge(ratelimit.Cost{Work: work}) }, err
		},
	}
	h, err := New(s.config)
	s.must(err)
	other := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, otherWindow) })
	s.Server = httptest.NewServer(h.Beside(other))
	t.Cleanup(s.Close)
	return s
}

const otherWindow = "this is another window"

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) openLinks() *Links {
	s.t.Helper()
	l, err := OpenLinks(s.t.Context(), LinksConfig{
		Path: s.path, Now: func() time.Time { return s.now },
		Record: func(_ context.Context, step Step) error {
			s.recording.Lock()
			defer s.recording.Unlock()
			if s.deaf == nil {
				s.steps = append(s.steps, step)
			}
			return s.deaf
		},
	})
	s.must(err)
	s.t.Cleanup(func() { l.Close() })
	return l
}

// desk is one over a register of two contacts and a domain.
func (s *scene) desk(limiter *ratelimit.Limiter) *lookup.Desk {
	s.t.Helper()
	w, r := newregister.Open(s.t)
	fill(s.t, w)
	s.dir = filepath.Join(s.t.TempDir(), "audit")
	journal, err := audit.OpenJournal(audit.JournalConfig{
		Dir: s.dir, Now: func() time.Time { return s.now }, Logger: slog.New(slog.NewTextHandler(&s.log, nil)),
	})
	s.must(err)
	s.t.Cleanup(func() { journal.Close() })
	who, err := access.New(access.Config{Now: time.Now})
	s.must(err)
	desk, err := lookup.New(lookup.Config{
		Store: r, Limiter: limiter, Journal: journal, AccessLog: audit.Discard(), Now: func() time.Time { return s.now },
		Published: lookup.Published{
			Policy: disclose.GDPR(), Access: who,
			Operator: register.Operator{Name: "Example Registry", Email: "hostmaster@registry.example"},
		},
	})
	s.must(err)
	return desk
}

func fill(t *testing.T, w store.Writer) {
	t.Helper()
	person := register.Contact{
		Handle: "P1", ROID: "P1-EX", Sponsor: "reg-a", Email: "karin@home.example",
		Local: register.Postal{Name: "<b>Karin</b> & Canary", Address: register.Address{City: "Canaryby", Country: "DK"}},
		Facts: register.Facts{Holder: register.HolderNatural, Protection: register.NotProtected},
	}
	other := register.Contact{
		Handle: "P2", ROID: "P2-EX", Sponsor: "reg-a", Local: register.Postal{Name: "Somebody Else"},
		Facts: register.Facts{Holder: register.HolderNatural, Protection: register.NotProtected},
	}
	domain := register.Domain{
		Name: "shop.example", ROID: "D1-EX", Registrant: "P1", Sponsor: "reg-a",
		Contacts: []register.DomainRole{{Role: register.RoleTech, Handle: "P2"}}, Statuses: []string{"ok"}, Created: monday.AddDate(-1, 0, 0),
	}
	regA := register.Registrar{ID: "reg-a", Name: "Registrar A"}
	ref := func(k store.Kind, key string) store.Ref { return store.Ref{Kind: k, Key: key} }
	by := ref(store.Registrars, "reg-a")
	objects := []store.Object{
		{Ref: by, Bytes: regA.Append(nil), Terms: regA.Terms()},
		{Ref: ref(store.Contacts, "p1"), Alias: "p1-ex", Bytes: person.Append(nil), Refs: []store.Ref{by}},
		{Ref: ref(store.Contacts, "p2"), Alias: "p2-ex", Bytes: other.Append(nil), Refs: []store.Ref{by}},
		{Ref: ref(store.Names, "shop.example"), Bytes: domain.Append(nil), Refs: []store.Ref{ref(store.Contacts, "p1"), ref(store.Contacts, "p2"), by}},
	}
	err := w.Change(t.Context(), func(tx store.Tx) error {
		state := tx.State()
		state.Zones, state.Serial, state.Watermark = []register.Name{"example"}, 7, monday
		tx.SetState(state)
		for _, o := range objects {
			if err := tx.Put(o); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// make makes a link for the contact of the scene, for a week.
func (s *scene) make() (key string) {
	s.t.Helper()
	key, _, err := s.links.Make(s.t.Context(), "P1-EX", s.now.AddDate(0, 0, 7))
	s.must(err)
	return key
}

// answer is what a server said.
type answer struct {
	status int
	header http.Header
	body   string
}

// cookie is the value of the session's cookie that was set, or "".
func (a answer) cookie() string {
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == cookieName {
			return c.Value
		}
	}
	return ""
}

// ask asks the server, with headers as "Name: value".
func (s *scene) ask(method, path, body string, headers ...string) answer {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, strings.NewReader(body))
	s.must(err)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	response, err := client.Do(r)
	s.must(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	s.must(err)
	return answer{response.StatusCode, response.Header, string(text)}
}

// open sends a key as the form does.
func (s *scene) open(key string, headers ...string) answer {
	s.t.Helper()
	form := url.Values{"key": {key}}.Encode()
	return s.ask("POST", "/holder", form, append(headers, "Content-Type: application/x-www-form-urlencoded")...)
}

// session opens a new link.
func (s *scene) session() (cookie string) {
	s.t.Helper()
	a := s.open(s.make())
	if a.status != http.StatusSeeOther || a.cookie() == "" {
		s.t.Fatalf("a link does not open: %d %v", a.status, a.header)
	}
	return "Cookie: " + cookieName + "=" + a.cookie()
}
