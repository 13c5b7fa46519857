package intake

import (
	"encoding/json"
	"net"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/ratelimit"
	"registerd/request"
)

func TestAProgramGoesTheWholeWay(t *testing.T) {
	s := newScene(t, roomy())
	made := s.submitted()
	if made.Number != "R-2026-000001" || !made.Due.Equal(monday.Add(72*time.Hour)) ||
		made.Link != base+"requests/R-2026-000001#"+made.Key || made.Key == "" {
		t.Fatalf("%+v", made)
	}
	at := "/requests/" + made.Number
	s.do("GET", at, nil, s.with(made.Key)...).has(t, 200, `"state":"received"`, `"what":"canary order"`, `"token":false`)
	s.do("POST", at+"/evidence", strings.NewReader(order), append(s.with(made.Key), "Content-Type", mediaFile)...).
		has(t, 200, `"kept":"2026-11-23T09:00:00Z"`)
	s.do("POST", at+"/token", nil, s.with(made.Key)...).has(t, 409, `"reason":"no-token"`)
	s.grants(made.Number, 7)
	s.do("GET", at, nil, s.with(made.Key)...).has(t, 200, `"state":"granted"`, `"token":true`, `"granted":true`, `"reason":"The \u003cname\u003e is enough"`)
	var handed handed
	s.must(json.Unmarshal([]byte(s.do("POST", at+"/token", nil, s.with(made.Key)...).has(t, 200, `"objects":["karin.example"]`).body), &handed))
	if !regexp.MustCompile(`^registerd_[a-z2-7]{8}_`).MatchString(handed.Token) || !handed.Until.Equal(monday.AddDate(0, 0, 7)) {
		t.Errorf("%+v", handed)
	}
	s.do("POST", at+"/token", nil, s.with(made.Key)...).has(t, 409, `"reason":"no-token"`)
	s.do("POST", at+"/evidence", strings.NewReader(order), append(s.with(made.Key), "Content-Type", mediaFile)...).has(t, 409, `"reason":"granted"`)
	if len(s.steps) != 4 { // submitted, attached, granted, picked up
		t.Errorf("%d steps were recorded: %+v", len(s.steps), s.steps)
	}
}

func TestAPersonGoesTheWholeWay(t *testing.T) {
	s := newScene(t, roomy())
	s.do("GET", "/requests", nil).has(t, 200, "<h1>Request for registration data</h1>", `name="website"`)
	done := s.files("/requests", filledIn(), "order.pdf", order, "", "").has(t, 201, "R-2026-000001", "2026-11-26T09:00Z")
	link := regexp.MustCompile(`<code>(\S+)</code>`).FindStringSubmatch(done.body)
	if link == nil || !strings.HasPrefix(link[1], base+"requests/R-2026-000001#") {
		t.Fatalf("no link: %s", done.body)
	}
	at := "/requests/R-2026-000001"
	s.do("GET", at, nil, "Accept", "text/html").has(t, 200, "Your link, or its key")
	pasted := url.Values{"key": {" " + link[1] + "\n"}}
	s.post(at, pasted).has(t, 200, "received", "order.pdf, 35 B: received")
	r, err := s.desk.Show(t.Context(), "R-2026-000001")
	s.must(err)
	got := r.File.Submission
	if len(got.Objects) != 3 || got.Why != "Canary: somebody\nwas robbed by the shop there." || s.steps[0].Client.String() != "127.0.0.1" {
		t.Errorf("%+v from %s", got, s.steps[0].Client)
	}
	s.must(s.desk.Refuse(t.Context(), "R-2026-000001", request.Refusal{By: "anna", Reason: "<script>There is no case"}))
	s.post(at, pasted, "Accept-Language", "da-DK, en;q=0.5").has(t, 200, "afslået", "&lt;script&gt;There is no case", `<html lang="da">`)
	s.post(at+"/token", pasted).has(t, 409, "There is no token to pick up")
}

func TestAPersonIsHandedTheTokenOnce(t *testing.T) {
	s := newScene(t, roomy())
	made := s.submitted()
	s.grants(made.Number, 7)
	at, key := "/requests/"+made.Number, url.Values{"key": {made.Key}}
	s.post(at, key).has(t, 200, "Show the token", "<td>Name</td><td>granted</td>", "<td>E-mail</td><td>withheld</td>")
	s.post(at+"/token", key).has(t, 200, "registerd_", "domain/karin.example")
	if again := s.post(at+"/token", key).has(t, 409); strings.Contains(again.body, "registerd_") {
		t.Error("the token was handed out twice")
	}
}

func TestWhatIsWrongWithAFormStandsInIt(t *testing.T) {
	s := newScene(t, roomy())
	v := filledIn()
	v.Set("email", "<b>nobody")
	s.files("/requests?lang=da", v).has(t, 422, `<a href="#email">E-mail</a>`, "aria-invalid=\"true\"", `value="&lt;b&gt;nobody"`,
		"Canary Act, section 4", `value="authority" selected`, `id="field-0" value="contact name" checked`)
}

func TestTheSameRequestAndTooManyAreRefused(t *testing.T) {
	s := newScene(t, roomy(), func(c *request.Config) { c.OpenPerNetwork = 2 })
	s.submitted()
	s.send(asked()).has(t, 409, `"reason":"duplicate"`)
	s.submitted("karin.example", "bjarne.example")
	s.send(asked("karin.example", "third.example")).has(t, 503, `"reason":"full"`)
}

func TestOfAClearChannelNothingIsTaken(t *testing.T) {
	s := newScene(t, roomy())
	made := s.submitted()
	s.from("192.0.2.7")
	s.send(asked("karin", "other")).has(t, 403, `"reason":"channel"`)
	s.do("GET", "/requests", nil).has(t, 403, "use TLS")
	s.do("GET", "/requests/"+made.Number, nil, s.with(made.Key)...).has(t, 403, `"reason":"channel"`)
}

// A request is worth thirty questions, and a wrong key ten.
func TestWhatIsAskedHereIsPaidFor(t *testing.T) {
	c := ratelimit.Defaults()
	c.Budgets[ratelimit.Lookup] = ratelimit.Budget{Rate: 0.001, Burst: 100}
	s := newScene(t, c)
	limiterLeft := func() int {
		return s.handler.desk.Standing(accessOf(s), ratelimit.Lookup).Left
	}
	for _, tt := range []struct {
		what string
		do   func()
		cost int
	}{
		{"a request", func() { s.submitted() }, 30},
		{"one that is wrong", func() { s.send("canary") }, 5},
		{"the form", func() { s.do("GET", "/requests", nil) }, 1},
		{"a wrong key", func() { s.do("GET", "/requests/R-2026-000001", nil, s.with("x")...) }, 10},
		{"a wrong key, sent as a form", func() { s.post("/requests/R-2026-000001", url.Values{"key": {"x"}}) }, 10},
		{"another request", func() { s.submitted("karin", "other") }, 30},
	} {
		before := limiterLeft()
		tt.do()
		if paid := before - limiterLeft(); paid != tt.cost {
			t.Errorf("%s cost %d, want %d", tt.what, paid, tt.cost)
		}
	}
	s.submitted("karin", "third") // overdraws
	got := s.send(asked("karin", "fourth")).has(t, 429, `"reason":"limited"`)
	if got.header.Get("Retry-After") == "" {
		t.Error("it is not said when to come again")
	}
	s.do("GET", "/requests", nil).has(t, 429, "<h1>This was not done</h1>")
}

func TestFilesOfOneSiteComeOneAtATime(t *testing.T) {
	s := newScene(t, roomy())
	made := s.submitted()
	leave, ok := s.handler.reading.take(accessOf(s).Channel.Addr)
	if !ok {
		t.Fatal("there is no place")
	}
	s.do("POST", "/requests/"+made.Number+"/evidence", strings.NewReader(order), append(s.with(made.Key), "Content-Type", mediaFile)...).
		has(t, 503, `"reason":"busy"`)
	s.files("/requests", filledIn(), "order", order).has(t, 503, "Too many files")
	leave()
	s.do("POST", "/requests/"+made.Number+"/evidence", strings.NewReader(order), append(s.with(made.Key), "Content-Type", mediaFile)...).has(t, 200)
	if s.handler.reading.taken != 0 || len(s.handler.reading.by) != 0 {
		t.Errorf("places are left taken: %+v", &s.handler.reading)
	}
}

func TestOnlyFilesThatTheRequestNamesAreTaken(t *testing.T) {
	s := newScene(t, roomy())
	made := s.submitted()
	at := "/requests/" + made.Number + "/evidence"
	s.do("POST", at, strings.NewReader(order+"x"), append(s.with(made.Key), "Content-Type", mediaFile)...).has(t, 422, `"reason":"evidence"`)
	s.do("POST", at, strings.NewReader(order), append(s.with(made.Key), "Content-Type", "application/pdf")...).has(t, 415)
	s.files(at, url.Values{"key": {made.Key}}, "a", order, "b", order).has(t, 400)
	s.files(at, url.Values{"key": {made.Key}}, "a", order).has(t, 200, "canary order, 35 B: received")
}

func TestNoAnswerIsKeptFramedOrPassedOn(t *testing.T) {
	s := newScene(t, roomy())
	made := s.submitted()
	policy := s.do("GET", "/requests", nil).header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") {
		t.Errorf("Content-Security-Policy: %s", policy)
	}
	for _, got := range []reply{
		s.do("GET", "/requests", nil), s.do("OPTIONS", "/requests", nil), s.send("canary"), s.do("GET", "/requests/nothing", nil),
		s.do("GET", "/requests/"+made.Number, nil, "Accept", "text/html"), s.do("GET", "/requests/"+made.Number, nil, s.with(made.Key)...),
		s.post("/requests/"+made.Number, url.Values{"key": {made.Key}}), s.files("/requests", filledIn()),
	} {
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex",
			"Content-Security-Policy":     policy,
			"Cross-Origin-Opener-Policy":  "same-origin",
			"Access-Control-Allow-Origin": "", "Set-Cookie": "", "Content-Encoding": "",
		} {
			if h := got.header.Get(name); h != want {
				t.Errorf("%s is %q, want %q", name, h, want)
			}
		}
	}
}

func TestTheRestIsLeftToTheOtherWindow(t *testing.T) {
	s := newScene(t, roomy())
	for _, path := range []string{"/", "/request", "/requestsx", "/domain/requests", "/base/", "/base/requestsx"} {
		s.do("GET", path, nil).has(t, 200, otherWindow)
	}
	s.do("GET", "/base/requests", nil).has(t, 200, "<form")
	s.do("GET", "/requests/", nil).has(t, 200, "<form")
}

func TestAHandlerWithAPartMissingIsNotMade(t *testing.T) {
	s := newScene(t, roomy())
	good := Config{
		Requests: func() *request.Desk { return s.desk }, Desk: s.handler.desk, Admit: s.handler.admit, Base: base, MaxEvidence: 1, Log: s.handler.log,
	}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for what, edit := range map[string]func(*Config){
		"no request desk": func(c *Config) { c.Requests = nil }, "no desk": func(c *Config) { c.Desk = nil },
		"nobody who counts": func(c *Config) { c.Admit = nil }, "no log": func(c *Config) { c.Log = nil },
		"no size": func(c *Config) { c.MaxEvidence = 0 }, "no base": func(c *Config) { c.Base = "" },
		"a base without an end": func(c *Config) { c.Base = "https://rdap.example/x" },
		"a base that is ours":   func(c *Config) { c.Base = "https://rdap.example/requests/" },
	} {
		bad := good
		edit(&bad)
		if _, err := New(bad); err == nil {
			t.Errorf("%s: made", what)
		}
	}
}

// accessOf is the caller that tests are.
func accessOf(s *scene) access.Caller {
	at := s.Listener.Addr().(*net.TCPAddr).AddrPort()
	return access.Public(access.Channel{Addr: at.Addr().Unmap(), Private: true})
}

// Over HTTP/2 the time that a file may take is that of its stream.
func TestAFileComesOverHTTP2(t *testing.T) {
	s := newScene(t, roomy())
	made := s.submitted()
	two := httptest.NewUnstartedServer(s.Config.Handler)
	two.EnableHTTP2 = true
	two.StartTLS()
	t.Cleanup(two.Close)
	s.Server = two
	got := s.do("POST", "/requests/"+made.Number+"/evidence", strings.NewReader(order), append(s.with(made.Key), "Content-Type", mediaFile)...).has(t, 200, `"kept"`)
	if got.header.Get("Strict-Transport-Security") == "" {
		t.Error("nobody is told to stay with TLS")
	}
}
