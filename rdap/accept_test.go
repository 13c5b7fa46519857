package rdap_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/rdap"
)

func registryPage(t *testing.T) *rdap.Page {
	t.Helper()
	p, err := rdap.ReadPage("https://www.nic.example/whois?name={name}")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// accepts are Accept headers, with whether they put a page before JSON.
var accepts = []struct {
	header string
	html   bool
}{
	{"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", true}, // a browser
	{"text/html", true},
	{"TEXT/HTML", true},
	{"application/xhtml+xml", true},
	{"text/*", true},
	{"text/html;charset=utf-8", true},
	{"text/html;q=0.1", true},
	{"text/html;q=0.001, */*;q=0", true},
	{"text/html, application/json;q=0.999", true},
	{`text/html;x="a, application/rdap+json"`, true},
	{`text/html;x="a\", application/rdap+json;y="`, true},
	{"application/rdap+json;q=x, text/html", true}, // what cannot be read says nothing
	{"application/rdap+json;q=1.1, text/html", true},
	{"application/rdap+json;q=0.1234, text/html", true},
	{"application/rdap+json;q=-0, text/html", true},
	{"application/rdap+json ; Q=0.5 , text/html", true},
	{"application/*;q=0.5, text/html;q=0.6", true},

	{"", false},
	{"*/*", false},
	{"application/rdap+json", false},
	{"application/json", false},
	{"application/rdap+json, text/html", false},
	{"text/html, application/json", false},
	{"text/html;q=0.9, */*", false},
	{"text/html;q=0", false},
	{"text/html;q=0.5, text/html;q=0.4, application/json;q=0.5", false},
	{"application/rdap+json;q=0, application/json, text/html", false},
	{`application/rdap+json;exts_list="rdap_level_0, text/html;q=1", application/json`, false},
	{`application/rdap+json;exts_list="text/html`, false}, // a string without an end
	{"image/png", false},
	{`;;;"`, false},
	{",,, ,", false},
	{"text", false},
}

func TestWhoPrefersAPageIsSentThereAndNobodyElse(t *testing.T) {
	with, without := open(t, setup{page: registryPage(t)}), open(t, setup{})
	for _, c := range accepts {
		want := http.StatusOK
		if c.html {
			want = http.StatusSeeOther
		}
		if got := with.ask(t, "GET", "domain/shop.example", "Accept", c.header); got.status != want {
			t.Errorf("Accept: %s: status %d, want %d", c.header, got.status, want)
		}
		got := without.ask(t, "GET", "domain/shop.example", "Accept", c.header)
		if got.status != 200 {
			t.Errorf("Accept: %s, without a page: status %d", c.header, got.status)
		}
		checkReply(t, c.header, got)
	}
	if got := with.ask(t, "GET", "domain/shop.example", "Accept", "text/html;q=0.5", "Accept", "application/json"); got.status != 200 {
		t.Errorf("two headers: status %d", got.status)
	}
}

func TestThePageIsOfTheNameThatIsMeant(t *testing.T) {
	w := open(t, setup{page: registryPage(t)})
	for path, name := range map[string]string{
		"domain/shop.example":             "shop.example",
		"domain/%53HOP.Example.":          "shop.example",
		"domain/b%C3%BCcher.example":      "xn--bcher-kva.example",
		"domain/free.example":             "free.example", // nothing is looked up
		"domain/elsewhere.test?name=evil": "elsewhere.test",
	} {
		for _, method := range []string{"GET", "HEAD"} {
			got := w.ask(t, method, path, "Accept", "text/html", "If-None-Match", "*")
			if got.status != 303 || got.header.Get("Location") != "https://www.nic.example/whois?name="+name ||
				got.header.Get("Cache-Control") != "no-store" || len(got.body) != 0 {
				t.Errorf("%s %s: %d %v", method, path, got.status, got.header)
			}
		}
	}
	for path, status := range map[string]int{
		"domain/-a.example": 400, "domain/%0d%0aSet-Cookie:a.example": 400, "domain/%2f%2fevil.test": 400, "domain/": 400,
		"nameserver/ns1.shop.example": 200, "entity/F1": 200, "help": 200, "nowhere": 400, // the page is of domains
	} {
		got := w.ask(t, "GET", path, "Accept", "text/html")
		if got.status != status {
			t.Errorf("%s: status %d, want %d", path, got.status, status)
		}
		checkReply(t, path, got)
	}
}

func TestWhoShowsACredentialIsNotSentToAPage(t *testing.T) {
	w := open(t, setup{page: registryPage(t)})
	if got := w.ask(t, "GET", "domain/shop.example", "Accept", "text/html", "Authorization", w.bearer(disclose.Operator)); got.status != 200 {
		t.Errorf("status %d", got.status)
	}
	if got := w.ask(t, "GET", "domain/shop.example", "Accept", "text/html", "Authorization", "Bearer x"); got.status != 401 {
		t.Errorf("a wrong one: status %d", got.status)
	}
}

func TestBeingSentToThePageCostsALookUp(t *testing.T) {
	w := open(t, setup{page: registryPage(t), limiter: scarce(t, 2)})
	for i, want := range []int{303, 303, 429} {
		if got := w.ask(t, "GET", "domain/shop.example", "Accept", "text/html"); got.status != want {
			t.Errorf("question %d: status %d, want %d", i+1, got.status, want)
		}
	}
}

// scarce is a limiter that lets so many questions in, and as much nonsense.
func scarce(t *testing.T, burst int) *ratelimit.Limiter {
	t.Helper()
	now := time.Now()
	c := ratelimit.Defaults()
	c.Memory, c.Now = 4<<20, func() time.Time { return now }
	c.IPv4, c.IPv6, c.Account = c.IPv4[:1], c.IPv6[:1], 1
	for _, class := range []ratelimit.Class{ratelimit.Lookup, ratelimit.Availability, ratelimit.Failure} {
		c.Budgets[class] = ratelimit.Budget{Rate: 0.25, Burst: burst}
	}
	l, err := ratelimit.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAPageHasAPlaceForTheNameAndNotForTheHost(t *testing.T) {
	for _, good := range []string{
		"https://www.nic.example/whois?name={name}", "https://nic.example/{name}", "https://nic.example:8443/#/{name}",
		"https://nic.example/{name}/of/{name}",
	} {
		if _, err := rdap.ReadPage(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{
		"", "https://nic.example/", "http://nic.example/{name}", "//nic.example/{name}", "/{name}", "{name}", "https://{name}/", "https://{name}.nic.example/",
		"https://nic.example:{name}/", "https://{name}@nic.example/", "https://me@nic.example/{name}", "https:///{name}", "https://nic.example{name}/",
		"https://nic.example/{name}/{other}", "https://nic.example/{name", "https://nic.example/{name}\r\nSet-Cookie: a", "https://b\u00fccher.example/{name}",
	} {
		if _, err := rdap.ReadPage(bad); err == nil || !strings.Contains(err.Error(), "{name}") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
