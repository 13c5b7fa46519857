package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
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
	"registerd/request"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// scene is a request desk on a real disk behind a real server, with a clock that
// tests turn.
type scene struct {
	*httptest.Server
	t       testing.TB
	now     time.Time
	desk    *request.Desk
	steps   []request.Step
	deaf    error // what the journal answers
	log     bytes.Buffer
	handler *Handler
}

const base = "https://rdap.registry.example/base/"

func newScene(t testing.TB, budget ratelimit.Config, edit ...func(*request.Config)) *scene {
	t.Helper()
	s := &scene{t: t, now: monday}
	purposes := make([]string, len(access.Purposes))
	for i, p := range access.Purposes {
		purposes[i] = p.Word
	}
	c := request.Config{
		Dir: filepath.Join(t.TempDir(), "requests"), Now: func() time.Time { return s.now }, NewToken: access.NewToken, Purposes: purposes,
		MaxEvidence: 1 << 20,
		Record: func(_ context.Context, step request.Step) error {
			if s.deaf == nil {
				s.steps = append(s.steps, step)
			}
			return s.deaf
		},
	}
	for _, e := range edit {
		e(&c)
	}
	var err error
	s.desk, err = request.Open(t.Context(), c)
	s.must(err)
	t.Cleanup(func() { s.desk.Close() })
	limiter, err := ratelimit.New(budget)
	s.must(err)
	s.handler, err = New(Config{
		Requests: func() *request.Desk { return s.desk }, Desk: s.lookups(limiter), Base: base, MaxEvidence: c.MaxEvidence, Log: slog.New(slog.NewTextHandler(&s.log, nil)),
		Admit: func(ch access.Channel) (func(int), error) {
			ticket, err := limiter.Admit(ratelimit.Client{Addr: ch.Addr}, ratelimit.Lookup)
			return func(work int) { _ = ticket.Charge(ratelimit.Cost{Work: work}) }, err
		},
	})
	s.must(err)
	other := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, otherWindow) })
	s.Server = httptest.NewServer(s.handler.Beside(other))
	t.Cleanup(s.Close)
	return s
}

const otherWindow = "this is another window"

// roomy are budgets that no test uses up.
func roomy() ratelimit.Config {
	c := ratelimit.Defaults()
	for class := range c.Budgets {
		c.Budgets[class] = ratelimit.Budget{Rate: 1e4, Burst: 1 << 20}
	}
	return c
}

// lookups is a desk over an empty register.
func (s *scene) lookups(limiter *ratelimit.Limiter) *lookup.Desk {
	s.t.Helper()
	_, r := newregister.Open(s.t)
	who, err := access.New(access.Config{Now: time.Now})
	s.must(err)
	desk, err := lookup.New(lookup.Config{
		Store: r, Limiter: limiter, Journal: audit.None(), AccessLog: audit.Discard(), Now: time.Now,
		Published: lookup.Published{Policy: disclose.GDPR(), Access: who, Operator: register.Operator{Name: "Example Registry", Email: "hostmaster@registry.example"}},
	})
	s.must(err)
	return desk
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// reply is what a test looks at.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) has(t testing.TB, status int, words ...string) reply {
	t.Helper()
	if r.status != status {
		t.Errorf("status %d, want %d:\n%s", r.status, status, r.body)
	}
	for _, w := range words {
		if !strings.Contains(r.body, w) {
			t.Errorf("the answer does not say %q:\n%s", w, r.body)
		}
	}
	return r
}

// do sends a request; of headers, names and values take turns.
func (s *scene) do(method, path string, body io.Reader, header ...string) reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, body)
	s.must(err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := s.Client().Do(r)
	s.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	s.must(err)
	return reply{res.StatusCode, res.Header, string(text)}
}

// send sends JSON.
func (s *scene) send(body string) reply {
	s.t.Helper()
	return s.do("POST", "/requests", strings.NewReader(body), "Content-Type", mediaJSON)
}

// post sends a form without files.
func (s *scene) post(path string, values url.Values, header ...string) reply {
	s.t.Helper()
	return s.do("POST", path, strings.NewReader(values.Encode()), append([]string{"Content-Type", mediaForm}, header...)...)
}

// files sends a form with files; of those, names and contents take turns.
func (s *scene) files(path string, values url.Values, files ...string) reply {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, all := range values {
		for _, v := range all {
			s.must(w.WriteField(name, v))
		}
	}
	for i := 0; i < len(files); i += 2 {
		part, err := w.CreateFormFile("evidence", files[i])
		s.must(err)
		_, err = io.WriteString(part, files[i+1])
		s.must(err)
	}
	s.must(w.Close())
	return s.do("POST", path, &b, "Content-Type", w.FormDataContentType())
}

func (s *scene) with(key string) []string { return []string{"Authorization", "Bearer " + key} }

const order = "%PDF a court order, canary-evidence"

// asked is a good request as a program sends it; edits replace parts of it.
func asked(edits ...string) string {
	sum := sha256.Sum256([]byte(order))
	return strings.NewReplacer(edits...).Replace(fmt.Sprintf(`{
		"requester": {"kind": "trade-mark-holder", "organisation": "Canary Brands", "person": "Canary Ida", "email": "canary@brands.example", "country": "DK"},
		"purpose": "legalActions", "basis": "Trade mark 4711, canary", "why": "Canary: we mean to sue the holder for infringement.",
		"objects": [{"domain": "karin.example"}], "fields": ["contact name", "contact e-mail"],
		"evidence": [{"what": "canary order", "sha256": "%s", "size": %d}]}`, hex.EncodeToString(sum[:]), len(order)))
}

// filledIn is a good request as a person sends it.
func filledIn() url.Values {
	return url.Values{
		"kind": {"authority"}, "organisation": {"Canary Police"}, "person": {"Canary Ida"}, "email": {"canary@police.example"}, "country": {"DK"},
		"domains": {"karin.example\r\nbjarne.example"}, "contacts": {"KB1"}, "fields": {"contact name", "contact e-mail"},
		"purpose": {"criminalInvestigationAndDNSAbuseMitigation"}, "basis": {"Canary Act, section 4"},
		"why": {"Canary: somebody\r\nwas robbed by the shop there."}, "language": {"en"}, "website": {""},
	}
}

// submitted sends a good request.
func (s *scene) submitted(edits ...string) (m made) {
	s.t.Helper()
	s.must(json.Unmarshal([]byte(s.send(asked(edits...)).has(s.t, http.StatusCreated).body), &m))
	return m
}

// grants grants all that a request asks for.
func (s *scene) grants(number string, days int) {
	s.t.Helper()
	var fields []request.FieldDecision
	for _, f := range []disclose.Field{disclose.ContactName, disclose.ContactEmail} {
		fields = append(fields, request.FieldDecision{Field: request.Field(f), Granted: f == disclose.ContactName, Reason: "The <name> is enough"})
	}
	_, err := s.desk.Grant(s.t.Context(), number, request.Decision{
		By: "anna", Objects: []request.Object{{Domain: "karin.example", ROID: "D1-EX"}}, Fields: fields,
		Ground:   request.Ground{Interest: "To sue", Necessity: "It is nowhere else", Balance: "The holder trades"},
		Identity: "Canary Brands", Verified: "Called back", Country: "DK", NotHeard: "It would be frustrated",
		Until: s.now.AddDate(0, 0, days),
	})
	s.must(err)
}

// from has the next requests come from an address.
func (s *scene) from(a string) {
	next := s.handler.Beside(http.NotFoundHandler())
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(a), 4711).String()
		next.ServeHTTP(w, r)
	})
}
