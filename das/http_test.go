package das_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registerd/access"
	"registerd/das"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
)

const otherWindow = "this is another window"

// site is an HTTP server on which availability stands beside another window.
type site struct {
	*httptest.Server
	t testing.TB
}

func siteOf(t testing.TB, desk *lookup.Desk, base string) site {
	t.Helper()
	h, err := das.NewHTTP(das.HTTPConfig{Desk: desk, Base: base, Log: quiet})
	check(t, err)
	other := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, otherWindow) })
	s := httptest.NewServer(h.Beside(other))
	t.Cleanup(s.Close)
	return site{s, t}
}

// reply is what a test looks at.
type reply struct {
	status int
	header http.Header
	body   string
}

// do sends a request; of headers, names and values take turns.
func (s site) do(method, path, body string, header ...string) reply {
	s.t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, in)
	check(s.t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	res, err := s.Client().Do(r)
	check(s.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	check(s.t, err)
	return reply{res.StatusCode, res.Header, string(text)}
}

const formJSON, formLines, formText = "application/json", "application/x-ndjson", "text/plain"

func TestOneNameIsAnsweredWhateverItIs(t *testing.T) {
	s := siteOf(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), "https://rdap.example/")
	for path, want := range map[string]string{
		"free.example":             `{"name":"free.example","state":"free"}`,
		"Shop.EXAMPLE.":            `{"name":"shop.example","state":"registered"}`,
		"bl%C3%A5b%C3%A6r.test":    `{"name":"xn--blbr-roah.test","unicodeName":"blåbær.test","state":"registered"}`,
		"xn--blbr-roah.test":       `{"name":"xn--blbr-roah.test","unicodeName":"blåbær.test","state":"registered"}`,
		"reserved.example":         `{"name":"reserved.example","state":"blocked","reason":"registry","description":"The registry has blocked the name. It cannot be registered"}`,
		"example":                  `{"name":"example","state":"out-of-policy","reason":"apex","description":"The name is a zone of this register"}`,
		"-shop.example":            `{"asked":"-shop.example","state":"invalid","reason":"syntax","description":"It is not a domain name: a label starts or ends with a hyphen"}`,
		"%3Cb%3E%E2%80%AE.example": `{"asked":"<b>` + "\u202e" + `.example","state":"invalid","reason":"syntax","description":"It is not a domain name: it is not a name in IDNA"}`,
		"50%25.example?x=1":        `{"asked":"50%.example","state":"invalid","reason":"syntax","description":"It is not a domain name: a character is not allowed"}`,
	} {
		got := s.do("GET", "/availability/"+path, "")
		var row struct{ State, Description string }
		check(t, json.Unmarshal([]byte(got.body), &row))
		if path == "%3Cb%3E%E2%80%AE.example" { // in whose words it is no name is not ours
			got.body = strings.Replace(got.body, row.Description, "It is not a domain name: it is not a name in IDNA", 1)
		}
		if got.status != 200 || got.body != want+"\n" {
			t.Errorf("%s: %d %s, want %s", path, got.status, got.body, want)
		}
		head := s.do("HEAD", "/availability/"+path, "")
		got.header.Del("Date")
		head.header.Del("Date")
		if head.status != 200 || head.body != "" || !cmp.Equal(head.header, got.header) || head.header.Get("Availability") != row.State {
			t.Errorf("%s: HEAD is answered %d %q:\n%s", path, head.status, head.body, cmp.Diff(got.header, head.header))
		}
	}
	got := s.do("GET", "/availability/free.example", "", "Accept-Encoding", "gzip", "Origin", "https://elsewhere.example")
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", "Content-Type": formJSON, "X-Content-Type-Options": "nosniff",
		"Content-Encoding": "", "Availability": "free", "Content-Security-Policy": "default-src 'none'",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
		}
	}
	text := s.do("GET", "/availability/reserved.example", "", "Accept", formText)
	if text.body != "blocked\treserved.example\tregistry\n" || text.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("as text: %q, %v", text.body, text.header)
	}
}

func TestWhatIsNoQuestionIsRefusedForItsReason(t *testing.T) {
	s := siteOf(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), "https://rdap.example/")
	long := strings.Repeat("a.example\n", 1001)
	for _, tt := range []struct {
		method, path, body string
		header             []string
		status             int
		says               string
	}{
		{"GET", "/availability", "", nil, 405, "availability/NAME"},
		{"GET", "/availability/", "", nil, 400, "names no name"},
		{"GET", "/availability/a/b", "", nil, 400, "names no name"},
		{"GET", "/availability/a%2Fb", "", nil, 400, "names no name"},
		{"GET", "/availability/free.example", "x", nil, 413, "has no body"},
		{"POST", "/availability/free.example", "x", nil, 405, "availability/NAME"},
		{"PUT", "/availability", "x", nil, 405, "availability/NAME"},
		{"DELETE", "/availability/free.example", "", nil, 405, "availability/NAME"},
		{"POST", "/availability", "a=b", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "application/json"},
		{"POST", "/availability", "free.example", nil, 415, "application/json"},
		{"POST", "/availability", "free.example", []string{"Content-Type", formText, "Content-Encoding", "gzip"}, 415, "not compressed"},
		{"POST", "/availability", long, []string{"Content-Type", formText}, 413, "more than 1000 names"},
		{"POST", "/availability", `["` + strings.Repeat(`a","`, 1000) + `a"]`, []string{"Content-Type", formJSON}, 413, "more than 1000 names"},
		{"POST", "/availability", strings.Repeat("a", 256<<10+1), []string{"Content-Type", formText}, 413, "more than 262144 bytes"},
		{"POST", "/availability", "\n \r\n", []string{"Content-Type", formText}, 400, "no names"},
		{"POST", "/availability", "", []string{"Content-Type", formText}, 400, "no names"},
		{"POST", "/availability", "[]", []string{"Content-Type", formJSON}, 400, "no names"},
		{"POST", "/availability", "{}", []string{"Content-Type", formJSON}, 400, "no names"},
		{"POST", "/availability", "null", []string{"Content-Type", formJSON}, 400, "no names"},
		{"POST", "/availability", "", []string{"Content-Type", formJSON}, 400, "cannot be read"},
		{"POST", "/availability", "[1]", []string{"Content-Type", formJSON}, 400, "cannot be read"},
		{"POST", "/availability", `["a"] ["b"]`, []string{"Content-Type", formJSON}, 400, "cannot be read"},
		{"POST", "/availability", `{"names":["a"],"zone":"b"}`, []string{"Content-Type", formJSON}, 400, "cannot be read"},
		{"POST", "/availability", `"a"` + "\nb", []string{"Content-Type", formLines}, 400, "cannot be read"},
		{"POST", "/availability", `{"name":"a"} "b"`, []string{"Content-Type", formLines}, 400, "cannot be read"},
	} {
		got := s.do(tt.method, tt.path, tt.body, tt.header...)
		var p struct {
			Status                int
			Title, Detail, Reason string
			Operator              struct{ Name, Email string }
		}
		err := json.Unmarshal([]byte(got.body), &p)
		if err != nil || got.status != tt.status || p.Status != tt.status || !strings.Contains(p.Detail, tt.says) {
			t.Errorf("%s %s %.40q: %d %s, want %d and %q", tt.method, tt.path, tt.body, got.status, got.body, tt.status, tt.says)
		}
		if p.Reason != "request" || p.Operator.Email != operator.Email || got.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %s, %v", tt.method, tt.path, got.body, got.header)
		}
		if allow := got.header.Get("Allow"); (tt.status == 405) != (allow != "") {
			t.Errorf("%s %s: Allow is %q", tt.method, tt.path, allow)
		}
	}
}

func TestScriptsOfAnyOriginMayAsk(t *testing.T) {
	s := siteOf(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), "https://rdap.example/")
	for path, methods := range map[string]string{"/availability": "POST, OPTIONS", "/availability/free.example": "GET, HEAD, OPTIONS"} {
		got := s.do("OPTIONS", path, "")
		if got.status != 204 || got.header.Get("Access-Control-Allow-Methods") != methods || got.header.Get("Allow") != methods ||
			!strings.Contains(got.header.Get("Access-Control-Allow-Headers"), "Content-Type") || got.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v", path, got.status, got.header)
		}
	}
}

func TestOnlyThePathsOfAvailabilityAreAnswered(t *testing.T) {
	desk := deskOver(t, registerOf(t), ratelimit.Unlimited())
	for base, ours := range map[string][]string{
		"https://rdap.example/":     {"/availability/free.example"},
		"https://rdap.example/api/": {"/api/availability/free.example", "/availability/free.example"},
	} {
		s := siteOf(t, desk, base)
		for _, path := range ours {
			if got := s.do("GET", path, ""); got.header.Get("Availability") != "free" {
				t.Errorf("%s: %s: %d %s", base, path, got.status, got.body)
			}
		}
		for _, path := range []string{"/", "/domain/availability", "/availabilityx", "/help", "/api/availabilities/free.example"} {
			if got := s.do("GET", path, ""); got.body != otherWindow {
				t.Errorf("%s: %s: %d %s", base, path, got.status, got.body)
			}
		}
	}
}

func TestNonsenseIsNotForNothing(t *testing.T) {
	s := siteOf(t, deskOver(t, registerOf(t), fewFailures(t, 2)), "https://rdap.example/")
	for _, ask := range []struct {
		method string
		status int
	}{{"POST", 415}, {"PUT", 405}, {"POST", 429}} {
		if got := s.do(ask.method, "/availability", "x"); got.status != ask.status {
			t.Errorf("%s: heard %d %s, want %d", ask.method, got.status, got.body, ask.status)
		}
	}
}

// TestARegistrarHasABudgetOfItsOwn uses up that of its network first.
func TestARegistrarHasABudgetOfItsOwn(t *testing.T) {
	text, id, hash := access.NewToken()
	desk := deskWith(t, registerOf(t), limits(t, 1), access.Config{
		Accounts:    []access.Account{{ID: "nordlys", Organization: "Nordlys Domains", Kind: disclose.KindRegistrar, Registrar: "nordlys"}},
		Credentials: []access.Credential{{Sort: access.Token, ID: id, Account: "nordlys", Hash: hash, Until: time.Now().Add(time.Hour)}},
	})
	s := siteOf(t, desk, "https://rdap.example/")
	for i, want := range []struct {
		credential string
		status     int
	}{
		{"", 200}, {"", 429}, {"Bearer " + text, 200}, {"bearer " + text, 429}, {"Bearer " + text + "x", 401}, {"Basic eDp5", 401},
	} {
		var header []string
		if want.credential != "" {
			header = []string{"Authorization", want.credential}
		}
		got := s.do("GET", "/availability/free.example", "", header...)
		if got.status != want.status {
			t.Errorf("%d: heard %d %s, want %d", i, got.status, got.body, want.status)
		}
	}
}

func TestACredentialInClearIsRefused(t *testing.T) {
	h, err := das.NewHTTP(das.HTTPConfig{Desk: deskOver(t, registerOf(t), ratelimit.Unlimited()), Base: "https://rdap.example/", Log: quiet})
	check(t, err)
	for _, r := range []*http.Request{
		httptest.NewRequest("GET", "/availability/free.example", nil),
		httptest.NewRequest("POST", "/availability", strings.NewReader("free.example")),
	} {
		r.RemoteAddr = "192.0.2.7:4711"
		r.Header.Set("Authorization", "Bearer x")
		r.Header.Set("Content-Type", formText)
		w := httptest.NewRecorder()
		h.Beside(http.NotFoundHandler()).ServeHTTP(w, r)
		if w.Code != 403 || !strings.Contains(w.Body.String(), "sent in clear") {
			t.Errorf("%s: %d %s", r.Method, w.Code, w.Body)
		}
	}
}

func TestAPanicIsAFailureThatTellsNothing(t *testing.T) {
	var logged bytes.Buffer
	h, err := das.NewHTTP(das.HTTPConfig{
		Desk: deskOver(t, &reader{}, ratelimit.Unlimited()), // without a register it panics
		Base: "https://rdap.example/", Log: slog.New(slog.NewTextHandler(&logged, nil)),
	})
	check(t, err)
	w := httptest.NewRecorder()
	h.Beside(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "/availability/free.example", nil))
	if w.Code != 500 || strings.Contains(w.Body.String(), "free") || w.Header().Get("Availability") != "" {
		t.Errorf("heard %d %s", w.Code, w.Body)
	}
	if !strings.Contains(logged.String(), "a handler panicked") || !strings.Contains(logged.String(), "das.ask") || strings.Contains(logged.String(), "free.example") {
		t.Errorf("logged %s", &logged)
	}
}

func TestAHandlerWithAPartMissingIsRefused(t *testing.T) {
	desk := deskOver(t, registerOf(t), ratelimit.Unlimited())
	for _, c := range []das.HTTPConfig{
		{Base: "https://rdap.example/", Log: quiet},
		{Desk: desk, Base: "https://rdap.example/"},
		{Desk: desk, Log: quiet},
		{Desk: desk, Base: "https://rdap.example", Log: quiet},
		{Desk: desk, Base: "https://rdap.example/availability/", Log: quiet},
	} {
		if _, err := das.NewHTTP(c); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}
