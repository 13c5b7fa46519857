package holder

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"registerd/audit"
	"registerd/disclose"
)

var given = []Receipt{{
	Time: monday.AddDate(0, 0, -1), Organisation: "Example <Police>", Kind: "authority", Purpose: "legalActions", Basis: "NIS2 Art. 28(5)",
	Object: "shop.example", Fields: []string{"contact name", "contact e-mail"},
}}

func TestAHolderSeesWhatIsHeldToWhomItIsShownAndWhoWasGivenIt(t *testing.T) {
	s := newScene(t)
	s.received = given
	cookie := s.session()
	a := s.ask("GET", "/holder", "", cookie, "Accept: application/json")
	if a.status != 200 || a.header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d %v\n%s", a.status, a.header, a.body)
	}
	var got held
	s.must(json.Unmarshal([]byte(a.body), &got))
	if got.Holder != "P1-EX" || got.More || len(got.Received) != 1 || got.Received[0].Organisation != "Example <Police>" {
		t.Errorf("%+v", got)
	}
	values := map[string]string{}
	var titles []string
	for _, o := range got.Objects {
		titles = append(titles, o.Kind+" "+o.Name+" "+strings.Join(o.Roles, ","))
		for _, f := range o.Fields {
			values[o.Kind+" "+f.Field] = f.Value
			if len(f.To) == 0 {
				t.Errorf("%s %s: shown to nobody, and withheld from nobody", o.Name, f.Field)
			}
			for _, to := range f.To {
				if len(to.Who) == 0 || to.Decision == "" || (to.Rule == "") != (to.Basis == "") || (to.Rule == "") != (to.Reason == "") {
					t.Errorf("%s %s: a decision that says not for whom, or not why: %+v", o.Name, f.Field, to)
				}
			}
		}
	}
	if want := []string{"entity P1 ", "entity P1 registrant", "domain shop.example registrant"}; !slices.Equal(titles, want) {
		t.Errorf("told of %q, want %q", titles, want)
	}
	for field, want := range map[string]string{
		"entity name": "<b>Karin</b> & Canary", "entity e-mail": "karin@home.example", "entity city": "Canaryby", "domain name": "shop.example",
	} {
		if values[field] != want {
			t.Errorf("%s is told as %q, want %q", field, values[field], want)
		}
	}
	if strings.Contains(a.body, "Somebody Else") || strings.Contains(a.body, "P2") {
		t.Error("another contact is told of")
	}
}

func TestThePageSaysTheSameAndRunsNothing(t *testing.T) {
	s := newScene(t)
	s.received = given
	a := s.ask("GET", "/holder", "", s.session(), "Accept: text/html")
	for _, want := range []string{
		`<html lang="en">`, "&lt;b&gt;Karin&lt;/b&gt; &amp; Canary", "karin@home.example", "Example &lt;Police&gt;, authority",
		"contact: e-mail", "<strong>an authority: shown.</strong>", "the public", "Example Registry", "2026-11-22T09:00:00Z",
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if regexp.MustCompile(`(?i)<script|javascript:|\son[a-z]+=|<b>Karin`).MatchString(a.body) {
		t.Error("the page runs something")
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex",
		"Content-Language": "en",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if p := a.header.Get("Content-Security-Policy"); !strings.HasPrefix(p, "default-src 'none'; style-src 'sha256-") || strings.Contains(p, "unsafe") {
		t.Errorf("Content-Security-Policy: %s", p)
	}
}

func TestThePageIsThereInDanish(t *testing.T) {
	s := newScene(t)
	a := s.ask("GET", "/holder", "", s.session(), "Accept-Language: sv, da;q=0.5")
	for _, want := range []string{`<html lang="da">`, "Hvad der opbevares", "offentligheden", "Domæne shop.example (indehaver)"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

func TestEveryTextOfThePagesIsThereInDanish(t *testing.T) {
	texts := []string{title}
	for _, m := range regexp.MustCompile(`\.T "([^"]+)"`).FindAllStringSubmatch(pagesHTML, -1) {
		texts = append(texts, m[1])
	}
	for _, p := range []*problem{
		errPath, errMethod, errOpenChannel, errOrigin, errMedia, errBody, errKey, errNoSession, errGone, errBusy, errFailure, errMistake,
	} {
		texts = append(texts, p.says)
	}
	for k := disclose.KindAuthority; k <= disclose.KindOperator; k++ {
		if k != disclose.KindHolder {
			texts = append(texts, k.String())
		}
	}
	texts = append(texts, "security-team", "other") // who asks at the request desk may be
	texts = append(texts, disclose.Seeker.String(), "No rule shows it.", "Contact", "Domain")
	for _, text := range texts {
		if danish[text] == "" {
			t.Errorf("%q is not there in Danish", text)
		}
	}
	for text := range danish {
		if !slices.Contains(texts, text) {
			t.Errorf("%q is on no page", text)
		}
	}
}

func TestEveryLookIsJournaledBeforeItLeaves(t *testing.T) {
	s := newScene(t)
	cookie := s.session()
	before := s.records()
	s.ask("GET", "/holder", "", cookie)
	s.ask("HEAD", "/holder", "", cookie)
	records := s.records()[len(before):]
	if len(records) != 2 {
		t.Fatalf("%d records of two looks", len(records))
	}
	for _, r := range records {
		if r.Entry != audit.EntryDisclosure || r.Audience != "holder" || r.Requester != "holder" || r.Key != "p1" ||
			!slices.Equal(r.Contacts, []string{"P1-EX"}) || !slices.Contains(r.Fields, "contact name") {
			t.Errorf("%+v", r)
		}
		if r.Caller != "holder-link-"+s.steps[0].Link {
			t.Errorf("the caller is %q", r.Caller)
		}
	}
}

func (s *scene) records() (out []audit.Record) {
	s.t.Helper()
	s.must(audit.Walk(s.dir, func(r audit.Record) error { out = append(out, r); return nil }))
	return out
}

// What a mail scanner, a prefetcher or a preview does uses no link up.
func TestLookingAtALinkUsesNothingUp(t *testing.T) {
	s := newScene(t)
	key := s.make()
	for _, ask := range [][2]string{{"GET", "/holder#" + key}, {"HEAD", "/holder"}, {"GET", "/holder?key=" + key}, {"OPTIONS", "/holder"}, {"GET", "/holder"}} {
		if a := s.ask(ask[0], ask[1], ""); a.cookie() != "" || a.status >= 300 {
			t.Errorf("%s: %d, cookie %q", ask, a.status, a.cookie())
		}
	}
	if a := s.open(key); a.status != http.StatusSeeOther {
		t.Errorf("the link is used up: %d\n%s", a.status, a.body)
	}
}

func TestOpeningGoesOnlyToOurOwnPageWithACookieThatNobodyElseCanRead(t *testing.T) {
	s := newScene(t)
	a := s.open(s.make(), "Origin: "+origin, "Referer: https://evil.example/")
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/base/holder" {
		t.Errorf("%d to %q", a.status, a.header.Get("Location"))
	}
	cookies := (&http.Response{Header: a.header}).Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies", len(cookies))
	}
	c := cookies[0]
	if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" ||
		c.SameSite != http.SameSiteStrictMode || c.MaxAge != 1800 {
		t.Errorf("%+v", c)
	}
}

// Session fixation: a cookie that was there before is worth nothing after.
func TestACookieThatWasThereIsNeverTaken(t *testing.T) {
	s := newScene(t)
	planted, _ := newKey()
	a := s.open(s.make(), "Cookie: "+cookieName+"="+planted)
	if a.cookie() == "" || a.cookie() == planted {
		t.Errorf("the session's key is %q", a.cookie())
	}
	if a := s.ask("GET", "/holder", "", "Cookie: "+cookieName+"="+planted, "Accept: application/json"); a.status != http.StatusUnauthorized {
		t.Errorf("the planted key opens: %d", a.status)
	}
}

func TestWhatIsNotDone(t *testing.T) {
	const form = "Content-Type: application/x-www-form-urlencoded"
	for _, tt := range []struct {
		what, method, path, body string
		headers                  []string
		status                   int
		word                     string
	}{
		{"no session", "GET", "/holder", "", nil, 401, "session"},
		{"a made-up session", "GET", "/holder", "", []string{"Cookie: " + cookieName + "=abc"}, 401, "session"},
		{"a cookie of another name", "GET", "/holder", "", []string{"Cookie: holder=abc"}, 401, "session"},
		{"a key of nobody", "POST", "/holder", "key=abc", []string{form}, 403, "key"},
		{"no key", "POST", "/holder", "", []string{form}, 403, "key"},
		{"a key in the address", "POST", "/holder?key=KEY", "", []string{form}, 403, "key"},
		{"another site's form", "POST", "/holder", "key=KEY", []string{form, "Origin: https://evil.example"}, 403, "origin"},
		{"a form of another site, as browsers mark it", "POST", "/holder", "key=KEY", []string{form, "Sec-Fetch-Site: cross-site"}, 403, "origin"},
		{"leaving, by another site", "POST", "/holder/leave", "", []string{"Sec-Fetch-Site: cross-site"}, 403, "origin"},
		{"JSON", "POST", "/holder", `{"key":"KEY"}`, []string{"Content-Type: application/json"}, 415, "media"},
		{"no type", "POST", "/holder", "key=KEY", nil, 415, "media"},
		{"too much", "POST", "/holder", "key=" + strings.Repeat("a", maxForm), []string{form}, 400, "body"},
		{"another method", "DELETE", "/holder", "", nil, 405, "method"},
		{"looking at leaving", "GET", "/holder/leave", "", nil, 405, "method"},
		{"another path", "GET", "/holder/P1", "", nil, 404, "path"},
	} {
		s := newScene(t)
		key := s.make()
		in := strings.NewReplacer("KEY", key)
		a := s.ask(tt.method, in.Replace(tt.path), in.Replace(tt.body), append(tt.headers, "Accept: application/json")...)
		var got struct{ Word, Detail string }
		s.must(json.Unmarshal([]byte(a.body), &got))
		if a.status != tt.status || got.Word != tt.word || got.Detail == "" || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %+v, want %d %s", tt.what, a.status, got, tt.status, tt.word)
		}
		if a.cookie() != "" || strings.Contains(a.body, "Karin") || strings.Contains(a.body, key) {
			t.Errorf("%s: something is told", tt.what)
		}
		page := s.ask(tt.method, in.Replace(tt.path), in.Replace(tt.body), append(tt.headers, "Accept: text/html")...)
		if tt.word != "session" && page.status != tt.status || !strings.Contains(page.body, "<h1>") {
			t.Errorf("%s: to people %d\n%s", tt.what, page.status, page.body)
		}
		if a := s.open(key); a.status != http.StatusSeeOther {
			t.Errorf("%s: the link is used up", tt.what)
		}
	}
}

// A clear channel shows nothing, and uses nothing up.
func TestInClearNothingIsOpened(t *testing.T) {
	s := newScene(t)
	key, cookie := s.make(), s.session()
	h, err := New(s.config)
	s.must(err)
	for _, r := range []*http.Request{
		httptest.NewRequest("GET", "/holder", nil),
		httptest.NewRequest("POST", "/holder", strings.NewReader("key="+key)),
	} {
		r.RemoteAddr = "192.0.2.7:4711"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Cookie", strings.TrimPrefix(cookie, "Cookie: "))
		w := httptest.NewRecorder()
		h.Beside(nil).ServeHTTP(w, r)
		if w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "Karin") {
			t.Errorf("%s: %d", r.Method, w.Code)
		}
	}
	if a := s.open(key); a.status != http.StatusSeeOther {
		t.Error("the link is used up")
	}
}

func TestLeavingEndsTheSession(t *testing.T) {
	s := newScene(t)
	cookie := s.session()
	a := s.ask("POST", "/holder/leave", "", cookie)
	if a.status != http.StatusSeeOther || !strings.Contains(a.header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("%d %v", a.status, a.header)
	}
	if a := s.ask("GET", "/holder", "", cookie); !strings.Contains(a.body, "Your time here is over") {
		t.Errorf("%d\n%s", a.status, a.body)
	}
}

func TestAFailureTellsNothingAndIsLogged(t *testing.T) {
	s := newScene(t)
	cookie := s.session()
	s.failing = errors.New("the disk of P1-EX is on fire")
	a := s.ask("GET", "/holder", "", cookie)
	if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || strings.Contains(a.body, "fire") || strings.Contains(a.body, "Karin") {
		t.Errorf("%d\n%s", a.status, a.body)
	}
	if !strings.Contains(s.log.String(), "on fire") {
		t.Error("nobody is told of the failure")
	}
}

func TestNoKeyStandsInTheLog(t *testing.T) {
	s := newScene(t)
	key := s.make()
	a := s.open(key)
	s.deaf = errors.New("full")
	other, _ := newKey()
	s.open(other)
	s.failing = errors.New("failing")
	s.ask("GET", "/holder?key="+key, "", "Cookie: "+cookieName+"="+a.cookie())
	for _, secret := range []string{key, other, a.cookie()} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds a key:\n%s", s.log.String())
		}
	}
}

func TestGuessingAKeyCostsAsMuchAsTenQuestions(t *testing.T) {
	many := func(ask func(s *scene) answer) (n int) {
		s := newScene(t)
		for ; n < 1000; n++ {
			if a := ask(s); a.status == http.StatusTooManyRequests {
				if a.header.Get("Retry-After") == "" {
					t.Error("it is not said how long to wait")
				}
				break
			}
		}
		return n
	}
	looks := many(func(s *scene) answer { return s.ask("GET", "/holder", "") })
	guesses := many(func(s *scene) answer { return s.open("abc") })
	if looks == 1000 || guesses > looks/5 {
		t.Errorf("an address may look %d times, and guess %d times", looks, guesses)
	}
}

func TestBesideOtherWindowsNothingIsTaken(t *testing.T) {
	s := newScene(t)
	for path, ours := range map[string]bool{
		"/holder": true, "/base/holder": true, "/holder/": true, "/holders": false, "/domain/shop.example": false, "/": false, "/base/domain/holder": false,
	} {
		if a := s.ask("GET", path, ""); (a.body != otherWindow) != ours {
			t.Errorf("%s: %s", path, a.body)
		}
	}
}

func TestAHandlerWithAPartMissingIsRefused(t *testing.T) {
	s := newScene(t)
	for what, spoil := range map[string]func(*Config){
		"no links": func(c *Config) { c.Links = nil }, "no desk": func(c *Config) { c.Desk = nil },
		"no journal": func(c *Config) { c.Received = nil }, "nobody counts": func(c *Config) { c.Admit = nil },
		"no log": func(c *Config) { c.Log = nil }, "no base": func(c *Config) { c.Base = "" },
		"a base without an end": func(c *Config) { c.Base = "https://rdap.example/base" },
	} {
		c := s.config
		spoil(&c)
		if _, err := New(c); err == nil {
			t.Errorf("%s: it was made", what)
		}
	}
}

func TestWhoComesWhileTheJournalIsReadByOthersIsToldToWait(t *testing.T) {
	s := newScene(t)
	cookie := s.session()
	release, reading := make(chan struct{}), make(chan struct{})
	c := s.config
	c.Received = func(context.Context, string) ([]Receipt, error) {
		reading <- struct{}{}
		<-release
		return nil, nil
	}
	h, err := New(c)
	s.must(err)
	look := func() int {
		r := httptest.NewRequest("GET", "/holder", nil)
		r.RemoteAddr = "127.0.0.1:4711"
		r.Header.Set("Cookie", strings.TrimPrefix(cookie, "Cookie: "))
		w := httptest.NewRecorder()
		h.Beside(nil).ServeHTTP(w, r)
		return w.Code
	}
	var all sync.WaitGroup
	for range readings {
		all.Go(func() {
			if status := look(); status != http.StatusOK {
				t.Errorf("one of the first: %d", status)
			}
		})
		<-reading
	}
	before := len(s.records())
	if status := look(); status != http.StatusServiceUnavailable {
		t.Errorf("one too many: %d", status)
	}
	if after := len(s.records()); after != before {
		t.Errorf("a look that was not had is journaled")
	}
	close(release)
	all.Wait()
}
