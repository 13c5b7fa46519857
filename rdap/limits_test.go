package rdap_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/rdap"
)

// counting is a limiter whose clock stands still.
func counting(t *testing.T, change func(*ratelimit.Config)) *ratelimit.Limiter {
	t.Helper()
	now := time.Now()
	c := ratelimit.Defaults()
	c.Memory, c.Now, c.Account = 4<<20, func() time.Time { return now }, 1
	if change != nil {
		change(&c)
	}
	l, err := ratelimit.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestEveryAnswerTellsWhatIsLeft(t *testing.T) {
	w := open(t, setup{limiter: counting(t, nil), kept: 10})
	const policy = `"questions";q=60;w=60, "personal";q=200;w=86400`
	asked := 0
	for _, q := range []struct {
		method, path string
		headers      []string
		status       int
		costs        int
	}{
		{"GET", "domain/shop.example", nil, 200, 1},
		{"GET", "domain/shop.example", nil, 200, 1}, // from what is kept
		{"HEAD", "domain/shop.example", nil, 200, 1},
		{"GET", "domain/shop.example", []string{"If-None-Match", "*"}, 304, 1},
		{"GET", "domain/shop.example", []string{"If-Match", `"other"`}, 412, 1},
		{"GET", "domain/free.example", nil, 404, 1},
		{"GET", "help", nil, 200, 1},
		{"GET", "openapi.json", nil, 200, 1},
		{"GET", "nowhere", nil, 400, 0},
		{"POST", "help", nil, 405, 0},
		{"GET", "domain/shop.example", []string{"Authorization", "Bearer x"}, 401, 0},
	} {
		got := w.ask(t, q.method, q.path, q.headers...)
		asked += q.costs
		left := strconv.Itoa(60 - asked)
		want := `"questions";r=` + left + `;t=` + left + `, "personal";r=200;t=86400`
		if got.status != q.status || got.header.Get("RateLimit-Policy") != policy || got.header.Get("RateLimit") != want {
			t.Errorf("%s %s: %d, RateLimit-Policy %q, RateLimit %q, want %q", q.method, q.path, got.status,
				got.header.Get("RateLimit-Policy"), got.header.Get("RateLimit"), want)
		}
	}
	got := w.ask(t, "GET", "domain/shop.example", "Authorization", w.bearer(disclose.Operator), "RDAP-Purpose", "x")
	if left := got.header.Get("RateLimit"); got.status != 200 || !strings.HasPrefix(left, `"questions";r=59;`) {
		t.Errorf("an account: %d, %q", got.status, left)
	}
}

// RFC 9111 section 5.2.2.7: a cache that is shared keeps the answer, and not what
// is left of one client's budgets.
func TestWhatIsLeftIsInNoSharedCache(t *testing.T) {
	w := open(t, setup{limiter: counting(t, nil), kept: 10})
	full := w.ask(t, "GET", "domain/shop.example")
	const want = `public, no-cache, private="RateLimit, RateLimit-Policy"`
	if cache := full.header.Get("Cache-Control"); cache != want {
		t.Errorf("Cache-Control is %q", cache)
	}
	again := w.ask(t, "GET", "domain/shop.example", "If-None-Match", full.header.Get("ETag"))
	if again.status != 304 || again.header.Get("Cache-Control") != want || again.header.Get("RateLimit") == full.header.Get("RateLimit") {
		t.Errorf("%d %v", again.status, again.header)
	}
	if bytes.Contains(full.body, []byte(`"r=`)) || bytes.Contains(full.body, []byte("are left")) {
		t.Errorf("what is left is in the body: %s", full.body)
	}
}

func TestHelpTellsItsReaderWhereTheyStand(t *testing.T) {
	w := open(t, setup{limiter: counting(t, nil)})
	first, second := w.ask(t, "GET", "help"), w.ask(t, "GET", "help")
	for i, got := range []reply{first, second} {
		want := strconv.Itoa(59-i) + " of 60 questions are left, all again in "
		if !bytes.Contains(got.body, []byte(want)) || !bytes.Contains(got.body, []byte(`"title":"Your standing"`)) {
			t.Errorf("%q is not in %s", want, got.body)
		}
		if got.header.Get("Cache-Control") != "no-store" || got.header.Get("ETag") != "" {
			t.Errorf("it may be kept: %v", got.header)
		}
		checkReply(t, "help", got)
	}
	if free := open(t, setup{}).ask(t, "GET", "help"); bytes.Contains(free.body, []byte("Your standing")) {
		t.Errorf("without limits it says %s", free.body)
	}
}

func TestWhatSendsElsewhereTellsNothingOfBudgets(t *testing.T) {
	w := open(t, setup{limiter: counting(t, nil), page: registryPage(t), referrals: others(t, theirs)})
	for path, want := range map[string]int{"domain/shop.example": 303, "ip/192.0.2.1": 302} {
		got := w.ask(t, "GET", path, "Accept", "text/html")
		if got.status != want || got.header.Get("RateLimit") != "" || got.header.Get("RateLimit-Policy") != "" {
			t.Errorf("%s: %d %v", path, got.status, got.header)
		}
	}
}

func TestARefusalTellsWhichBudgetAndForHowLong(t *testing.T) {
	w := open(t, setup{limiter: scarce(t, 1)})
	w.ask(t, "GET", "domain/firm.example")
	w.ask(t, "GET", "nonsense")
	for path, name := range map[string]string{"domain/firm.example": "questions", "nonsense": "failures"} {
		got := w.ask(t, "GET", path)
		after := got.header.Get("Retry-After")
		if want := `"` + name + `";r=0;t=` + after; got.status != 429 || got.header.Get("RateLimit") != want {
			t.Errorf("%s: %d, RateLimit %q, want %q", path, got.status, got.header.Get("RateLimit"), want)
		}
		if !bytes.Contains(got.body, []byte("The budget of the IPv4 /32 network for questions")) {
			t.Errorf("%s: it does not say of which budget: %s", path, got.body)
		}
	}
	failing := open(t, setup{limiter: counting(t, nil), store: broken{fill(t), func() error { return errors.New("disk") }}})
	if got := failing.ask(t, "GET", "domain/firm.example"); got.status != 503 || got.header.Get("RateLimit") != "" {
		t.Errorf("a failure names a budget: %d %v", got.status, got.header)
	}
}

func TestABlockedNetworkIsForbiddenAndToldWhy(t *testing.T) {
	until := time.Now().Add(36 * time.Hour).Truncate(time.Minute)
	w := open(t, setup{limiter: counting(t, func(c *ratelimit.Config) {
		c.Networks = []ratelimit.Network{{Prefix: netip.MustParsePrefix("127.0.0.0/8"), Block: true, Until: until, Reason: "Copying the register.", By: "ops"}}
	})})
	got := w.ask(t, "GET", "domain/shop.example")
	checkReply(t, "blocked", got)
	if seconds, err := strconv.Atoi(got.header.Get("Retry-After")); got.status != 403 || err != nil || seconds < 35*3600 || seconds > 36*3600 {
		t.Errorf("%d, Retry-After %q", got.status, got.header.Get("Retry-After"))
	}
	for _, want := range []string{"until " + until.UTC().Format("2006-01-02 15.04"), "Copying the register.", "office@nic.example"} {
		if !bytes.Contains(got.body, []byte(want)) {
			t.Errorf("%q is not in %s", want, got.body)
		}
	}
	if got.header.Get("Cache-Control") != "no-store" || got.header.Get("RateLimit") != "" {
		t.Errorf("the head is %v", got.header)
	}
}

func TestWithoutRecordsOfPersonsLeftAnswersWithoutPersonsAreGiven(t *testing.T) {
	w := open(t, setup{limiter: counting(t, func(c *ratelimit.Config) {
		c.Budgets[ratelimit.Personal] = ratelimit.Budget{Rate: 0.001, Burst: 1}
	})})
	operator := []string{"Authorization", w.bearer(disclose.Operator), "RDAP-Purpose", "x"}
	if got := w.ask(t, "GET", "domain/shop.example", operator...); got.status != 200 || !strings.Contains(got.header.Get("RateLimit"), `"personal";r=0;`) {
		t.Fatalf("%d, RateLimit %q", got.status, got.header.Get("RateLimit"))
	}
	refused := w.ask(t, "GET", "domain/shop.example", operator...)
	if refused.status != 429 || !bytes.Contains(refused.body, []byte("ask with fieldSet=brief")) || refused.header.Get("RateLimit") != `"personal";r=0;t=`+refused.header.Get("Retry-After") {
		t.Errorf("%d %q %s", refused.status, refused.header.Get("RateLimit"), refused.body)
	}
	brief := w.ask(t, "GET", "domain/shop.example?fieldSet=brief", operator...)
	if brief.status != 200 || bytes.Contains(brief.body, []byte("entities")) {
		t.Errorf("%d %s", brief.status, brief.body)
	}
}

// TestALookUpIsAskedForInPart: RFC 8982, which has this for searches alone.
func TestALookUpIsAskedForInPart(t *testing.T) {
	w := open(t, setup{kept: 10})
	for _, path := range []string{"domain/shop.example", "nameserver/ns1.shop.example", "entity/F1", "entity/reg-a"} {
		whole := w.ask(t, "GET", path)
		if full := w.ask(t, "GET", path+"?fieldSet=full"); !bytes.Equal(full.body, whole.body) {
			t.Errorf("%s: full is another answer: %s", path, full.body)
		}
		for _, set := range []string{"brief", "id"} {
			got := w.ask(t, "GET", path+"?fieldSet="+set)
			var answer struct {
				ObjectClassName string
				Links           []struct{ Value string }
			}
			if err := json.Unmarshal(got.body, &answer); err != nil || got.status != 200 {
				t.Fatalf("%s %s: %d %v", path, set, got.status, err)
			}
			if answer.ObjectClassName == "" || len(answer.Links) == 0 {
				t.Errorf("%s %s: it says %+v", path, set, answer)
			}
			for _, l := range answer.Links {
				if !strings.HasSuffix(l.Value, "?fieldSet="+set) {
					t.Errorf("%s %s: a link is of %q", path, set, l.Value)
				}
			}
			if regexp.MustCompile(`"vcardArray"|"entities"`).Match(got.body) {
				t.Errorf("%s %s: it tells of somebody: %s", path, set, got.body)
			}
			checkReply(t, path, got)
			if again := w.ask(t, "GET", path); !bytes.Equal(again.body, whole.body) {
				t.Errorf("%s: after %s the whole answer is another: %s", path, set, again.body)
			}
		}
		for _, bad := range []string{"?fieldSet=", "?fieldSet=all", "?fieldSet=brief&fieldSet=brief", "?fieldSet=%zz"} {
			if got := w.ask(t, "GET", path+bad); got.status != 400 {
				t.Errorf("%s%s: %d", path, bad, got.status)
			}
		}
	}
	closed := open(t, setup{profile: rdap.ICANN2024})
	if got := closed.ask(t, "GET", "domain/shop.example?fieldSet=brief"); got.status != 200 || !bytes.Equal(got.body, closed.ask(t, "GET", "domain/shop.example").body) {
		t.Errorf("a closed profile: %d %s", got.status, got.body)
	}
}
