package das_test

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"registerd/das"
	"registerd/ratelimit"
)

func TestEveryAnswerOverHTTPTellsWhatIsLeft(t *testing.T) {
	s := siteOf(t, deskOver(t, registerOf(t), limits(t, 10)), "https://nic.example/")
	const policy = `"availability";q=10;w=10000`
	for _, q := range []struct {
		method, path, body string
		status             int
		left               string
	}{
		{"GET", "/availability/free.example", "", 200, `"availability";r=9;t=9000`},
		{"HEAD", "/availability/free.example", "", 200, `"availability";r=8;t=8000`},
		{"GET", "/availability/-", "", 200, `"availability";r=7;t=7000`},
		{"POST", "/availability", `["a.example","b.example"]`, 200, `"availability";r=5;t=5000`},
		{"GET", "/availability/", "", 400, `"availability";r=5;t=5000`},
		{"PUT", "/availability/free.example", "", 405, `"availability";r=5;t=5000`},
		{"POST", "/availability", `["a.example","b.example","c.example","d.example","e.example","f.example"]`, 200, `"availability";r=0;t=1000`},
		{"GET", "/availability/free.example", "", 429, `"availability";r=0;t=1000`},
	} {
		got := s.do(q.method, q.path, q.body, "Content-Type", "application/json")
		if got.status != q.status || got.header.Get("RateLimit") != q.left || got.header.Get("RateLimit-Policy") != policy {
			t.Errorf("%s %s: %d %q %q, want %d %q", q.method, q.path, got.status, got.header.Get("RateLimit"), got.header.Get("RateLimit-Policy"), q.status, q.left)
		}
		if after := got.header.Get("Retry-After"); after != "" && !strings.HasSuffix(q.left, ";t="+after) {
			t.Errorf("%s %s: Retry-After %s is not the end of %s", q.method, q.path, after, q.left)
		}
		if exposed := got.header.Get("Access-Control-Expose-Headers"); exposed != "Availability, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate" {
			t.Errorf("%s %s: a script may read %q", q.method, q.path, exposed)
		}
	}
	lines := siteOf(t, deskOver(t, registerOf(t), limits(t, 10)), "https://nic.example/")
	if got := lines.do("POST", "/availability", "\"a.example\"\n", "Content-Type", "application/x-ndjson"); got.header.Get("RateLimit") != `"availability";r=9;t=9000` {
		t.Errorf("in lines: %d %q", got.status, got.header.Get("RateLimit"))
	}
	free := siteOf(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), "https://nic.example/")
	if got := free.do("GET", "/availability/free.example", ""); got.header.Get("RateLimit") != "" || got.header.Get("RateLimit-Policy") != "" {
		t.Errorf("without limits: %v", got.header)
	}
}

// blocking is a limiter by which the operator has blocked whoever tests.
func blocking(t *testing.T) *ratelimit.Limiter {
	t.Helper()
	now := time.Now()
	c := ratelimit.Defaults()
	c.Now = func() time.Time { return now }
	c.Networks = []ratelimit.Network{{
		Prefix: netip.MustParsePrefix("127.0.0.0/8"), Block: true, Until: now.Add(time.Hour), By: "ops", Reason: "Copying the register",
	}}
	l, err := ratelimit.New(c)
	check(t, err)
	return l
}

func TestABlockIsToldInEveryDialectAndExplainedWhereThereIsRoom(t *testing.T) {
	desk := deskOver(t, registerOf(t), blocking(t))
	for name, want := range map[string]string{
		"be-eu":  `^%RC=-3\r\n% Blocked by the operator, retry after (3600|3599) seconds\r\n% The operator has blocked this network until \S+ \S+ UTC\r\n% The operator's reason is Copying the register\r\n% `,
		"ch":     `^-95: Blocked by the operator, retry after (3600|3599) seconds\r\n$`,
		"uk-dac": `^free\.example,B,(3600|3599)\r\n$`,
		"digit":  `^8\r\n$`,
		"finger": `^ERROR - Blocked by the operator, retry after (3600|3599) seconds\r\nThe operator has blocked this network until \S+ \S+ UTC\r\nThe operator's reason is Copying the register\r\n`,
	} {
		got := ask(t, serveIn(t, desk, name, ""), "free.example\r\n")
		if !regexp.MustCompile(want).MatchString(got) || readers[name].MatchString(got) {
			t.Errorf("%s: heard %q", name, got)
		}
	}
	if _, known := das.ParseDialect("be-eu"); !known || len(das.Dialects) != 5 {
		t.Error("there are dialects that this test does not speak")
	}
}

func TestABlockedNetworkIsForbiddenOverHTTP(t *testing.T) {
	s := siteOf(t, deskOver(t, registerOf(t), blocking(t)), "https://nic.example/")
	got := s.do("GET", "/availability/free.example", "")
	if got.status != 403 || got.header.Get("Retry-After") == "" || got.header.Get("RateLimit") != "" {
		t.Errorf("%d %v", got.status, got.header)
	}
	for _, want := range []string{`"reason":"blocked"`, "The operator has blocked this network until ", "Copying the register. ", "This says nothing"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("%q is not in %s", want, got.body)
		}
	}
}
