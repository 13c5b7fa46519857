package quota_test

import (
	"errors"
	"math"
	"net/http"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"registerd/quota"
	"registerd/ratelimit"
)

var (
	policies = regexp.MustCompile(`^"[a-z]+";q=[0-9]+;w=[1-9][0-9]*(, "[a-z]+";q=[0-9]+;w=[1-9][0-9]*)*$`)
	limits   = regexp.MustCompile(`^"[a-z]+";r=[0-9]+;t=[1-9][0-9]*(, "[a-z]+";r=[0-9]+;t=[1-9][0-9]*)*$`)
	left     = regexp.MustCompile(`";r=([0-9]+);t=([0-9]+)`)
)

// limiterAt is a limiter at a time that the test sets.
func limiterAt(t interface{ Fatal(...any) }, now *time.Time, change func(*ratelimit.Config)) *ratelimit.Limiter {
	c := ratelimit.Defaults()
	c.Memory, c.Now = 4<<20, func() time.Time { return *now }
	if change != nil {
		change(&c)
	}
	l, err := ratelimit.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var client = ratelimit.Client{Addr: netip.MustParseAddr("192.0.2.1")}

func TestTheFieldsSayWhatThereIsAndWhatIsLeft(t *testing.T) {
	now := time.Now()
	l := limiterAt(t, &now, nil)
	for range 19 {
		if _, err := l.Admit(client, ratelimit.Lookup); err != nil {
			t.Fatal(err)
		}
	}
	header := http.Header{}
	if !quota.Tell(header, l.Standing(client, ratelimit.Lookup), l.Standing(client, ratelimit.Personal)) {
		t.Error("nothing is said to be told")
	}
	if got, want := header.Get("RateLimit-Policy"), `"questions";q=60;w=60, "personal";q=200;w=86400`; got != want {
		t.Errorf("RateLimit-Policy: %s, want %s", got, want)
	}
	if got, want := header.Get("RateLimit"), `"questions";r=41;t=41, "personal";r=200;t=86400`; got != want {
		t.Errorf("RateLimit: %s, want %s", got, want)
	}
}

func TestNothingIsToldWhereNothingIsCounted(t *testing.T) {
	header := http.Header{}
	l := ratelimit.Unlimited()
	if quota.Tell(header, l.Standing(client, ratelimit.Lookup)); len(header) != 0 {
		t.Errorf("the head is %v", header)
	}
	if got := quota.Lines([]ratelimit.Standing{l.Standing(client, ratelimit.Lookup)}); len(got) != 1 || !strings.Contains(got[0], "no limit") {
		t.Errorf("the lines are %q", got)
	}
}

// What is told never makes more than the budget's own rate (section 6, "MUST NOT
// convey values exposing an unwanted volume").
func TestNoFieldInvitesToMoreThanTheBudgetGives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := ratelimit.Standing{
			Quota:  rapid.IntRange(1, 100_000).Draw(t, "quota"),
			Window: time.Duration(rapid.Int64Range(int64(time.Second), int64(30*24*time.Hour)).Draw(t, "window")),
			Price:  rapid.SampledFrom([]float64{0, 1, 2, 8, 160}).Draw(t, "price"),
			Class:  ratelimit.Class(rapid.IntRange(0, 4).Draw(t, "class")),
		}
		s.Left = rapid.IntRange(-5, s.Quota).Draw(t, "left")
		if s.Left <= 0 {
			s.More = time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "more"))
		}
		header := http.Header{}
		quota.Tell(header, s)
		if !policies.MatchString(header.Get("RateLimit-Policy")) || !limits.MatchString(header.Get("RateLimit")) {
			t.Fatalf("%v are no lists of the draft", header)
		}
		match := left.FindStringSubmatch(header.Get("RateLimit"))
		r, _ := strconv.Atoi(match[1])
		seconds, _ := strconv.Atoi(match[2])
		if rate := float64(s.Quota) / s.Window.Seconds(); float64(r)/float64(seconds) > rate*(1+1e-6) {
			t.Fatalf("%v invites to %d in %d seconds", s, r, seconds)
		}
		if r == 0 && float64(seconds) < math.Ceil(s.More.Seconds()) {
			t.Fatalf("%v: to wait %d seconds is too few", s, seconds)
		}
	})
}

// A client that spreads what is left over the time that is told never waits.
func TestWhoeverHeedsTheFieldsIsNeverRefused(t *testing.T) {
	now := time.Now()
	l := limiterAt(t, &now, nil)
	for i := range 2000 {
		if _, err := l.Admit(client, ratelimit.Lookup); err != nil {
			t.Fatalf("question %d: %v", i+1, err)
		}
		header := http.Header{}
		quota.Tell(header, l.Standing(client, ratelimit.Lookup))
		match := left.FindStringSubmatch(header.Get("RateLimit"))
		r, _ := strconv.Atoi(match[1])
		seconds, _ := strconv.Atoi(match[2])
		now = now.Add(time.Duration(seconds) * time.Second / time.Duration(max(r, 1)))
	}
}

// Retry-After is never before the end of what the fields name (section 6).
func TestARefusalNamesTheBudgetThatIsUsedUpAndNoOther(t *testing.T) {
	now := time.Now()
	l := limiterAt(t, &now, nil)
	var over *ratelimit.Exceeded
	for over == nil {
		_, err := l.Admit(client, ratelimit.Lookup)
		errors.As(err, &over)
	}
	header := http.Header{}
	quota.TellRefused(header, over, l.Standing(client, over.Class))
	if got, want := header.Get("RateLimit"), `"questions";r=0;t=`+strconv.Itoa(quota.Seconds(over.RetryAfter)); got != want {
		t.Errorf("RateLimit: %s, want %s", got, want)
	}
	if got := header.Get("RateLimit-Policy"); got != `"questions";q=60;w=60` {
		t.Errorf("RateLimit-Policy: %s", got)
	}
}

func TestTheServersOwnBudgetIsNoClients(t *testing.T) {
	now := time.Now()
	l := limiterAt(t, &now, func(c *ratelimit.Config) { c.Server = ratelimit.Budget{Rate: 1, Burst: 1} })
	var over *ratelimit.Exceeded
	for over == nil {
		_, err := l.Admit(client, ratelimit.Lookup)
		errors.As(err, &over)
	}
	header := http.Header{}
	quota.TellRefused(header, over, l.Standing(client, over.Class))
	if got := header.Get("RateLimit"); got != "" {
		t.Errorf("RateLimit: %s", got)
	}
	if why := quota.Why(over, ""); len(why) != 1 || !strings.Contains(why[0], "not your doing") {
		t.Errorf("it says %q", why)
	}
}

func TestABlockSaysWhyAndUntilWhen(t *testing.T) {
	now := time.Now()
	until := now.Add(36 * time.Hour).Truncate(time.Minute)
	l := limiterAt(t, &now, func(c *ratelimit.Config) {
		c.Networks = []ratelimit.Network{{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Block: true, Until: until, Reason: "Copying the register.", By: "ops"}}
	})
	_, err := l.Admit(client, ratelimit.Lookup)
	var over *ratelimit.Exceeded
	if !errors.As(err, &over) || over.Block == nil {
		t.Fatalf("it is not blocked: %v", err)
	}
	why := strings.Join(quota.Why(over, ""), "\n")
	for _, want := range []string{until.UTC().Format("2006-01-02 15.04"), "Copying the register\n", "write to the operator"} {
		if !strings.Contains(why, want) {
			t.Errorf("%q is not in %q", want, why)
		}
	}
	header := http.Header{}
	if quota.TellRefused(header, over, l.Standing(client, ratelimit.Lookup)); len(header) != 0 {
		t.Errorf("the head of a block is %v", header)
	}
}
