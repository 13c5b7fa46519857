package rdap_test

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"registerd/disclose"
)

func TestEveryRequestHasItsStatus(t *testing.T) {
	w := open(t, setup{})
	for _, q := range requests {
		got := w.ask(t, q.method, q.path, q.headers...)
		if got.status != q.status {
			t.Errorf("%s %s %q: status %d, want %d\n%s", q.method, q.path, q.headers, got.status, q.status, got.body)
		}
		checkReply(t, q.method+" "+q.path, got)
	}
}

func asText(h http.Header) string {
	var b strings.Builder
	_ = h.Write(&b)
	return b.String()
}

func TestAPreflightIsAnsweredForAnyPath(t *testing.T) {
	w := open(t, setup{})
	for _, path := range []string{"domain/shop.example", "nowhere", ""} {
		got := w.ask(t, "OPTIONS", path, "Origin", "https://app.example", "Access-Control-Request-Method", "GET")
		if got.status != 204 || len(got.body) != 0 || got.header.Get("Access-Control-Allow-Origin") != "*" ||
			!strings.Contains(got.header.Get("Access-Control-Allow-Headers"), "Authorization") {
			t.Errorf("OPTIONS %s: %d %v", path, got.status, got.header)
		}
	}
}

func TestARequestWithABodyIsRefused(t *testing.T) {
	w := open(t, setup{})
	for _, length := range []int64{3, -1} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", w.url+"domain/shop.example", strings.NewReader("abc"))
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = length
		got := do(t, r)
		if got.status != 413 {
			t.Errorf("length %d: status %d", length, got.status)
		}
		checkReply(t, "GET with a body", got)
	}
}

func TestWhyAPathIsRefusedIsSaid(t *testing.T) {
	w := open(t, setup{})
	for path, want := range map[string]string{
		"domain/%FF.example":   "The path is not UTF-8 in percent-encoding.",
		"domain/%2541.example": "The path holds a percent sign after decoding.",
		"domain/a..example":    "Domain name: a label is empty.",
		"domain/a/b":           "The path is not an RDAP query: ask for domain/NAME, nameserver/NAME, entity/HANDLE or help.",
	} {
		if got := w.ask(t, "GET", path); !bytes.Contains(got.body, []byte(want)) {
			t.Errorf("%s: %s", path, got.body)
		}
	}
}

func TestAHeaderThatIsTooLongIsRefused(t *testing.T) {
	w := open(t, setup{})
	if got := w.ask(t, "GET", "help", "X-Long", strings.Repeat("a", 14<<10)); got.status != 431 {
		t.Errorf("status %d", got.status)
	}
}

func TestAReservedNameIsSaidToBeReservedAndNeverFree(t *testing.T) {
	w := open(t, setup{kept: 10})
	for range 2 { // the second time from what is kept
		for name, word := range map[string]string{"kept": "reserved", "blocked": "blocked"} {
			got := w.ask(t, "GET", "domain/"+name+".example")
			if got.status != 404 || !bytes.Contains(got.body, []byte("The registry has "+word+" the name. It cannot be registered.")) {
				t.Errorf("%s: %d %s", name, got.status, got.body)
			}
			for _, lie := range []string{"available", "free"} {
				if bytes.Contains(got.body, []byte(lie)) {
					t.Errorf("%s: it says %q: %s", name, lie, got.body)
				}
			}
		}
	}
}

func TestAnExceededBudgetSaysWhenToAskAgain(t *testing.T) {
	w := open(t, setup{limiter: scarce(t, 1)})
	if got := w.ask(t, "GET", "domain/firm.example", "X-Forwarded-For", "192.0.2.1"); got.status != 200 {
		t.Fatalf("status %d", got.status)
	}
	// Both budgets, of questions and of nonsense, and no header makes another client.
	if got := w.ask(t, "GET", "nonsense"); got.status != 400 {
		t.Fatalf("status %d", got.status)
	}
	for _, path := range []string{"domain/firm.example", "domain/free.example", "help", "nonsense", "domains"} {
		got := w.ask(t, "GET", path, "X-Forwarded-For", "192.0.2.2", "Forwarded", "for=192.0.2.3", "X-Real-IP", "192.0.2.4")
		seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
		if got.status != 429 || err != nil || seconds < 1 {
			t.Errorf("%s: status %d, Retry-After %q", path, got.status, got.header.Get("Retry-After"))
		}
		checkReply(t, path, got)
		for _, lie := range []string{"not found", "Not Found", "available", "no such"} {
			if bytes.Contains(got.body, []byte(lie)) {
				t.Errorf("%s: it says %q: %s", path, lie, got.body)
			}
		}
	}
}

func TestAFailureIsNeverNotFound(t *testing.T) {
	var log bytes.Buffer
	w := open(t, setup{store: faulty{fill(t, testObjects()...), func() error { return errors.New("disk: secret detail") }}, log: &log})
	for _, path := range []string{"domain/shop.example", "domain/free.example", "nameserver/ns1.shop.example", "entity/F1"} {
		got := w.ask(t, "GET", path)
		if got.status != 503 || got.header.Get("Retry-After") == "" || bytes.Contains(got.body, []byte("secret")) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
		checkReply(t, path, got)
	}
	if !strings.Contains(log.String(), "secret detail") {
		t.Errorf("the log does not tell why: %s", log.String())
	}
}

func TestAPanicIsAFailureAndTellsNothing(t *testing.T) {
	var log bytes.Buffer
	w := open(t, setup{store: faulty{fill(t, testObjects()...), func() error { panic(canary) }}, log: &log})
	got := w.ask(t, "GET", "domain/shop.example")
	if got.status != 500 {
		t.Errorf("status %d", got.status)
	}
	checkReply(t, "panic", got)
	if !strings.Contains(log.String(), "panicked") || strings.Contains(log.String(), canary) {
		t.Errorf("the log says %s", log.String())
	}
}

func TestAPublicAnswerIsCheckedByItsTag(t *testing.T) {
	w := open(t, setup{kept: 10})
	for _, path := range []string{"domain/shop.example", "nameserver/ns1.shop.example", "entity/F1", "entity/reg-a", "help"} {
		first := w.ask(t, "GET", path)
		tag := first.header.Get("ETag")
		if !strings.HasPrefix(tag, `"`) || first.header.Get("Cache-Control") != "public, no-cache" {
			t.Fatalf("%s: ETag %q, Cache-Control %q", path, tag, first.header.Get("Cache-Control"))
		}
		for _, condition := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
			got := w.ask(t, "GET", path, "If-None-Match", condition)
			if got.status != 304 || len(got.body) != 0 || got.header.Get("ETag") != tag {
				t.Errorf("%s: If-None-Match %s: %d", path, condition, got.status)
			}
		}
		again := w.ask(t, "GET", path, "If-None-Match", `"other"`)
		if again.status != 200 || !bytes.Equal(again.body, first.body) || again.header.Get("ETag") != tag {
			t.Errorf("%s: another answer to the same question: %d", path, again.status)
		}
	}
}

func TestACredentialInClearOverANetworkIsRefused(t *testing.T) {
	w := open(t, setup{})
	r := httptest.NewRequest("GET", "/domain/shop.example", nil)
	r.RemoteAddr = net.JoinHostPort("192.0.2.1", "5000")
	r.Header.Set("Authorization", w.bearer(disclose.Operator))
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	if rec.Code != 403 || !strings.Contains(rec.Body.String(), "Use TLS") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

func TestABaseWithAPathIsServedWithAndWithoutIt(t *testing.T) {
	w := open(t, setup{base: "https://www.nic.example/rdap/v1/"})
	bare, under := w.ask(t, "GET", "domain/shop.example"), w.ask(t, "GET", "rdap/v1/domain/shop.example")
	if bare.status != 200 || !bytes.Equal(bare.body, under.body) {
		t.Errorf("%d and %d", bare.status, under.status)
	}
	if !bytes.Contains(bare.body, []byte(`"href":"https://www.nic.example/rdap/v1/domain/shop.example"`)) {
		t.Errorf("the links have another base: %s", bare.body)
	}
}
