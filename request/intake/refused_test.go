package intake

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Each is refused, nothing is kept, and nothing that was sent is said again.
func TestWhatIsNotTaken(t *testing.T) {
	s := newScene(t, roomy())
	form, files := filledIn(), "canary-file"
	form.Set("website", "https://spam.example/")
	for _, tt := range []struct {
		what   string
		status int
		word   string
		send   func() reply
	}{
		{"no JSON", 422, "invalid", func() reply { return s.send("canary") }},
		{"a member too many", 422, "invalid", func() reply { return s.send(asked(`"purpose"`, `"canary": 1, "purpose"`)) }},
		{"two requests", 422, "invalid", func() reply { return s.send(asked() + asked()) }},
		{"no purpose", 422, "invalid", func() reply { return s.send(asked("legalActions", "canary")) }},
		{"another media type", 415, "media", func() reply {
			return s.do("POST", "/requests", strings.NewReader(asked()), "Content-Type", "text/plain")
		}},
		{"compressed", 415, "media", func() reply {
			return s.do("POST", "/requests", strings.NewReader(asked()), "Content-Type", mediaJSON, "Content-Encoding", "gzip")
		}},
		{"too large", 413, "size", func() reply { return s.send(`{"why": "` + strings.Repeat("canary", 20_000) + `"}`) }},
		{"the trap", 422, "", func() reply { return s.post("/requests", form) }},
		{"a file too large", 413, "", func() reply { return s.files("/requests", filledIn(), "canary", strings.Repeat("canary", 1<<18)) }},
		{"a form too large", 413, "", func() reply {
			return s.post("/requests", url.Values{"why": {strings.Repeat("canary", 20_000)}})
		}},
		{"a form of many files that are too large together", 413, "", func() reply {
			return s.files("/requests", url.Values{"why": {strings.Repeat("canary", 20_000)}}, files, "x")
		}},
		{"from another site", 403, "origin", func() reply {
			return s.do("POST", "/requests", strings.NewReader(asked()), "Content-Type", mediaJSON, "Sec-Fetch-Site", "cross-site")
		}},
		{"from another origin", 403, "origin", func() reply {
			return s.do("POST", "/requests", strings.NewReader(asked()), "Content-Type", mediaJSON, "Origin", "https://canary.example")
		}},
		{"a path that is none", 404, "path", func() reply { return s.do("GET", "/requests/canary", nil) }},
		{"a path below", 404, "path", func() reply { return s.do("GET", "/requests/R-2026-000001/canary", nil) }},
		{"a number in another spelling", 404, "path", func() reply { return s.do("GET", "/requests/%52-2026-000001", nil) }},
		{"another method", 405, "method", func() reply { return s.do("DELETE", "/requests/R-2026-000001", nil) }},
		{"reading a token", 405, "method", func() reply { return s.do("GET", "/requests/R-2026-000001/token", nil) }},
		{"no key", 401, "key", func() reply { return s.do("GET", "/requests/R-2026-000001", nil) }},
		{"a key in the address", 401, "key", func() reply { return s.do("GET", "/requests/R-2026-000001?key=canary", nil) }},
	} {
		got := tt.send()
		if got.status != tt.status || tt.word != "" && !strings.Contains(got.body, `"reason":"`+tt.word+`"`) {
			t.Errorf("%s: %d %s, want %d %s", tt.what, got.status, got.body, tt.status, tt.word)
		}
		if tt.status != http.StatusUnprocessableEntity && strings.Contains(got.body, "canary") {
			t.Errorf("%s: what was sent is said again: %s", tt.what, got.body)
		}
	}
	list, err := s.desk.List(t.Context(), true)
	if len(list) > 0 || err != nil {
		t.Errorf("something was kept: %v, %v", list, err)
	}
	if strings.Contains(strings.ToLower(s.log.String()), "canary") {
		t.Errorf("the log says: %s", s.log.String())
	}
}

func TestAnEarlierSiteOfTheServiceMaySendForms(t *testing.T) {
	s := newScene(t, roomy())
	for _, origin := range []string{s.URL, "https://rdap.registry.example"} {
		s.do("POST", "/requests", strings.NewReader("canary"), "Content-Type", mediaJSON, "Origin", origin).has(t, 422)
	}
	for _, site := range []string{"same-origin", "none"} {
		s.do("POST", "/requests", strings.NewReader("canary"), "Content-Type", mediaJSON, "Sec-Fetch-Site", site).has(t, 422)
	}
}

// A number that is not there, a key that is another's and one that is none are one
// answer, so that nobody learns how many requests there are.
func TestWhoHasNotTheKeyLearnsNothing(t *testing.T) {
	s := newScene(t, roomy())
	one := s.submitted()
	two := s.submitted("karin.example", "bjarne.example")
	want := ""
	for _, tt := range [][2]string{
		{one.Number, two.Key}, {two.Number, one.Key}, {"R-2026-000009", one.Key}, {one.Number, "canary"}, {one.Number, ""},
		{one.Number, strings.ToUpper(one.Key)}, {one.Number, one.Key + "a"},
	} {
		got := s.do("GET", "/requests/"+tt[0], nil, s.with(tt[1])...).has(t, 401, `"reason":"key"`)
		if want == "" {
			want = got.body
		}
		if got.body != want {
			t.Errorf("%v: %s\nand another: %s", tt, got.body, want)
		}
		s.do("POST", "/requests/"+tt[0]+"/token", nil, s.with(tt[1])...).has(t, 401)
		s.do("POST", "/requests/"+tt[0]+"/evidence", strings.NewReader(order), append(s.with(tt[1]), "Content-Type", mediaFile)...).has(t, 401)
		s.post("/requests/"+tt[0], url.Values{"key": {tt[1]}}).has(t, 401)
	}
	pages := map[string]bool{}
	for _, number := range []string{one.Number, "R-2026-000009"} {
		page := s.do("GET", "/requests/"+number, nil, "Accept", "text/html").has(t, 200)
		pages[strings.ReplaceAll(page.body, number, "")] = true
	}
	if len(pages) != 1 {
		t.Error("the page of a request that there is differs from that of one that there is not")
	}
}

func TestWhatGoesWrongInsideTellsNobody(t *testing.T) {
	s := newScene(t, roomy())
	s.deaf = errors.New("the disk is full of canaries")
	got := s.send(asked()).has(t, 503, `"reason":"failure"`, "hostmaster@registry.example")
	if strings.Contains(got.body, "canar") || got.header.Get("Retry-After") != "30" {
		t.Errorf("%v %s", got.header, got.body)
	}
	if !strings.Contains(s.log.String(), "the disk is full") {
		t.Errorf("the log does not say why: %s", s.log.String())
	}
	s.deaf = nil
	s.submitted()
}
