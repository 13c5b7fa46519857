package rdap_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"registerd/disclose"
)

// outcome is a question with what becomes of it.
type outcome struct {
	window       *window
	method, path string
	headers      []string
	status       int // of the public's
}

// outcomes are all questions of all windows: one in order; one that sends to a
// page and to others; one whose register fails; one without a journal; one whose
// budgets are used up.
func outcomes(t *testing.T) (all []outcome) {
	well := open(t, setup{kept: 10})
	for _, q := range requests {
		all = append(all, outcome{well, q.method, q.path, q.headers, q.status})
	}
	sent := open(t, setup{page: registryPage(t), referrals: others(t, theirs)})
	all = append(all,
		outcome{sent, "GET", "domain/shop.example", []string{"Accept", "text/html"}, 303},
		outcome{sent, "GET", "domain/shop.test", []string{"If-None-Match", "*"}, 302},
		outcome{sent, "GET", "ip/192.0.2.1", nil, 302})
	for _, path := range []string{"domain/shop.example", "domain/xn--bcher-kva.example", "nameserver/ns1.shop.example", "entity/F1", "entity/reg-a", "help"} {
		all = append(all,
			outcome{well, "GET", path, []string{"If-None-Match", "*"}, 304},
			outcome{well, "GET", path, []string{"If-Match", `"other"`}, 412},
			outcome{well, "GET", path, []string{"Range", "bytes=0-1", "If-Modified-Since", "Mon, 01 Jan 2035 00:00:00 GMT"}, 200})
	}
	failing := open(t, setup{store: faulty{fill(t, testObjects()...), func() error { return errors.New("disk") }}})
	unjournaled := open(t, setup{noJournal: true})
	counted := open(t, setup{limiter: scarce(t, 1000), kept: 10})
	for _, path := range []string{"domain/shop.example", "nameserver/ns1.shop.example", "entity/F1"} {
		all = append(all, outcome{counted, "GET", path, nil, 200}, outcome{counted, "GET", path, []string{"If-None-Match", "*"}, 304})
	}
	full := open(t, setup{limiter: scarce(t, 1)})
	full.ask(t, "GET", "help")
	full.ask(t, "GET", "nowhere")
	for _, path := range []string{"domain/shop.example", "nameserver/ns1.shop.example", "entity/F1"} {
		all = append(all, outcome{failing, "GET", path, nil, 503}, outcome{unjournaled, "GET", path, nil, 200})
	}
	for _, path := range []string{"domain/shop.example", "help", "nowhere"} {
		all = append(all, outcome{full, "GET", path, nil, 429})
	}
	return all
}

// TestEveryAnswerSaysWhoMayKeepIt: all routes, for every audience, whatever
// becomes of the question, in every coding.
func TestEveryAnswerSaysWhoMayKeepIt(t *testing.T) {
	seen := map[int]bool{}
	for _, o := range outcomes(t) {
		for _, who := range []struct {
			audience disclose.Audience
			headers  []string
		}{
			{disclose.Public, nil},
			{disclose.Public, []string{"RDAP-Purpose", "legalActions", "RDAP-Case", "1"}},
			{disclose.Registrar, nil},
			{disclose.Authority, nil},
			{disclose.Authority, []string{"RDAP-Purpose", "legalActions", "RDAP-Case", "1"}},
			{disclose.Operator, nil},
		} {
			headers := append(append([]string{}, o.headers...), who.headers...)
			named := who.audience != disclose.Public
			if named {
				headers = append(headers, "Authorization", o.window.bearer(who.audience))
			}
			for _, coding := range []string{"identity", "gzip", "zstd"} {
				got := o.window.ask(t, o.method, o.path, append(headers, "Accept-Encoding", coding)...)
				what := strings.Join(append([]string{o.method, o.path, who.audience.String(), coding}, o.headers...), " ")
				if who.headers == nil && !named && got.status != o.status {
					t.Errorf("%s: status %d, want %d", what, got.status, o.status)
				}
				checkKeeping(t, what, got, named)
				seen[got.status] = true
			}
		}
	}
	for _, status := range []int{200, 302, 303, 304, 400, 401, 403, 404, 405, 412, 422, 429, 501, 503} {
		if !seen[status] {
			t.Errorf("no question was answered %d", status)
		}
	}
}

// checkKeeping holds an answer to what caches and scripts are told of it.
func checkKeeping(t *testing.T, what string, got reply, named bool) {
	t.Helper()
	positive := (got.status == http.StatusOK || got.status == http.StatusNotModified) && !named
	want := "no-store"
	if positive {
		want = "public, no-cache"
		if got.header.Get("RateLimit") != "" {
			want += `, private="RateLimit, RateLimit-Policy"`
		}
	}
	tag := got.header.Get("ETag")
	if cache := got.header.Values("Cache-Control"); len(cache) != 1 || cache[0] != want {
		t.Errorf("%s: %d with Cache-Control %q, want %q", what, got.status, cache, want)
	}
	if (tag != "") != positive || strings.HasPrefix(tag, "W/") {
		t.Errorf("%s: %d with the tag %q", what, got.status, tag)
	}
	if coding := got.header.Get("Content-Encoding"); coding != "" && (got.status != http.StatusOK || named || !strings.HasSuffix(tag, "-"+coding+`"`)) {
		t.Errorf("%s: %d in %q with the tag %q", what, got.status, coding, tag)
	}
	for name, want := range map[string]string{
		"Vary": "Accept, Accept-Encoding, Authorization", "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff",
		"Access-Control-Expose-Headers": "ETag, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate", "Content-Security-Policy": "default-src 'none'",
	} {
		if values := got.header.Values(name); len(values) != 1 || values[0] != want {
			t.Errorf("%s: %d with %s %q, want %q once", what, got.status, name, values, want)
		}
	}
	switch got.status {
	case http.StatusNotModified, http.StatusSeeOther:
		if len(got.body) != 0 || got.header.Get("Content-Type") != "" || got.header.Get("Date") == "" {
			t.Errorf("%s: %d with %d bytes and %v", what, got.status, len(got.body), got.header)
		}
	default:
		if got.header.Get("Content-Type") != "application/rdap+json" {
			t.Errorf("%s: %d of the type %q", what, got.status, got.header.Get("Content-Type"))
		}
	}
	if retry := got.status == http.StatusTooManyRequests || got.status == http.StatusServiceUnavailable; retry != (got.header.Get("Retry-After") != "") {
		t.Errorf("%s: %d with Retry-After %q", what, got.status, got.header.Get("Retry-After"))
	}
}

// TestA304HasWhatThe200WouldHave: RFC 9110 section 15.4.5.
func TestA304HasWhatThe200WouldHave(t *testing.T) {
	w := open(t, setup{kept: 10})
	for _, coding := range []string{"identity", "gzip", "zstd"} {
		full := w.ask(t, "GET", "domain/shop.example", "Accept-Encoding", coding)
		short := w.ask(t, "GET", "domain/shop.example", "Accept-Encoding", coding, "If-None-Match", full.header.Get("ETag"))
		for _, name := range []string{"Cache-Control", "Content-Location", "ETag", "Expires", "Vary"} {
			if a, b := full.header.Values(name), short.header.Values(name); strings.Join(a, "|") != strings.Join(b, "|") {
				t.Errorf("%s: %s is %q and %q", coding, name, a, b)
			}
		}
	}
}
