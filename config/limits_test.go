package config

import (
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/disclose"
	"registerd/ratelimit"
)

func inWords(t *testing.T, change func(*Config)) []string {
	t.Helper()
	c := new(Config)
	c.WHOIS.Listen = "127.0.0.1:0"
	change(c)
	p, err := c.PublishedLimits()
	if err != nil {
		t.Fatal(err)
	}
	return p.InWords(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
}

func TestTheLimitsShippedAreSaidInNumbers(t *testing.T) {
	got := strings.Join(inWords(t, func(*Config) {}), "\n")
	for _, want := range []string{
		"an IPv4 address or an IPv6 /64.", "an IPv4 /24 8 times, an IPv6 /56 2 times, a /48 8 times, a /32 64 times.",
		"An account has 20 times",
		"WHOIS and RDAP questions together: 1 a second, 60 at once.",
		"availability: 10 a second, 600 at once.",
		"cannot be read: 6 a minute, 30 at once. A wrong credential counts as ten.",
		"not there: 6 a minute, 300 at once.",
		"Records of persons: 200 a day, 200 at once.",
		"--no-personal on WHOIS, or with fieldSet=brief over RDAP",
		"All clients together: 20000 a second, 40000 at once.",
		"without an account together: 50000 a day. When they are used up, each counts as 50.",
		"more than 1000 things a day", "fewer than 256 questions",
		"by 1 second after 10 refusals,", "by 1 hour at most", "every 5 minutes",
		"429 and Retry-After",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("nothing says %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "Exception") {
		t.Errorf("an exception is said, and there is none:\n%s", got)
	}
}

func TestExceptionsArePublishedWithoutTheNetworkAndBlocksAreNot(t *testing.T) {
	ends := time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)
	got := inWords(t, func(c *Config) {
		_, _, hash := access.NewToken()
		c.Tokens = []Token{
			{ID: "abcdefgh", Hash: access.FormatHash(hash), Organization: "Nordlys Domains", Audience: "registrar", Registrar: "nordlys", Times: 3},
			{ID: "ijklmnop", Hash: access.FormatHash(hash), Organization: "Example Police", Audience: "authority"},
		}
		c.Limits.Networks = []Network{
			{Prefixes: []string{"192.0.2.0/24", "2001:db8:77::/48"}, Times: 2.5, Until: ends, Note: "A university"},
			{Prefix: "198.51.100.0/24", Unlimited: true, Note: "Our own monitoring"},
			{Prefix: "203.0.113.0/24", Times: 2, Until: ends.AddDate(-1, 0, 0), Note: "It has ended"},
			{Prefix: "2001:db8:bad::/48", Block: true, Until: ends, By: "Jens", Reason: "It copies"},
		}
	})
	got = slices.DeleteFunc(got, func(s string) bool { return !strings.HasPrefix(s, "Exception") })
	want := []string{
		"Exception: Nordlys Domains has 3 times the budgets of an account.",
		"Exception: a network has 2.5 times the budgets until 2027-06-30. A university",
		"Exception: a network has no limits. Our own monitoring",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNoSentenceAboutLimitsCanBeTakenForAnAnswer(t *testing.T) {
	lines := inWords(t, func(c *Config) {
		c.Limits.Networks = []Network{{Prefix: "192.0.2.0/24", Times: 2, Note: "A university"}}
		_, _, hash := access.NewToken()
		c.Tokens = []Token{{ID: "abcdefgh", Hash: access.FormatHash(hash), Organization: "Nordlys Domains", Audience: "authority", Times: 3}}
	})
	for _, line := range append(lines, inWords(t, func(c *Config) { c.Limits.Off = true })...) {
		if word, is := disclose.ReadsAsAnswer(strings.ReplaceAll(line, ":", "")); is {
			t.Errorf("%q holds %q", line, word)
		}
	}
}

func TestARateIsSaidByTheUnitInWhichItIsWhole(t *testing.T) {
	for perSecond, want := range map[float64]string{
		1: "1 a second", 20_000: "20000 a second", 0.1: "6 a minute", 1. / 60: "1 a minute", 200. / 86400: "200 a day",
		1. / 3600: "1 an hour", 50_000. / 86400: "50000 a day", 2.5: "150 a minute", 0.001: "3.6 an hour",
		0.1 / 86400: "0.1 a day", math.Pi: "3.14 a second",
	} {
		if got := RateInWords(perSecond); got != want {
			t.Errorf("%v a second is said as %q, want %q", perSecond, got, want)
		}
	}
}

func TestWhatIsLeftOutOfTheLimitsHasItsDefault(t *testing.T) {
	c := new(Config)
	got, err := c.limitSettings()
	if err != nil {
		t.Fatal(err)
	}
	want := ratelimit.Defaults().Settings
	if got.Budgets != want.Budgets || !slices.Equal(got.IPv4, want.IPv4) || !slices.Equal(got.IPv6, want.IPv6) ||
		got.Account != want.Account || len(got.Accounts) != 0 || got.Server != want.Server || got.Everybody != want.Everybody ||
		got.Pressed != want.Pressed || got.Pauses != want.Pauses || got.Watch != want.Watch || len(got.Networks) != 0 {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestEveryLimitIsTakenFromTheFile(t *testing.T) {
	c, err := Read(filepath.Join("..", "testdata", "config", "working_everything.toml"))
	if err != nil {
		t.Fatal(err)
	}
	published, err := c.PublishedLimits()
	if err != nil {
		t.Fatal(err)
	}
	got := published.Settings
	want := [...]ratelimit.Budget{
		ratelimit.Lookup: {Rate: 2, Burst: 100}, ratelimit.Availability: {Rate: 20, Burst: 1000}, ratelimit.Failure: {Rate: 100. / 3600, Burst: 20},
		ratelimit.Personal: {Rate: 100. / 86400, Burst: 100}, ratelimit.Miss: {Rate: 0.05, Burst: 200},
	}
	if got.Budgets != want {
		t.Errorf("budgets %v, want %v", got.Budgets, want)
	}
	if want := []ratelimit.Width{{Bits: 64, Times: 1}, {Bits: 56, Times: 1.5}, {Bits: 48, Times: 4}, {Bits: 32, Times: 32}}; !slices.Equal(got.IPv6, want) {
		t.Errorf("IPv6 %v, want %v", got.IPv6, want)
	}
	if want := []ratelimit.Width{{Bits: 32, Times: 1}, {Bits: 24, Times: 4}}; !slices.Equal(got.IPv4, want) {
		t.Errorf("IPv4 %v, want %v", got.IPv4, want)
	}
	if want := (ratelimit.Pauses{Free: 5, First: 2 * time.Second, Longest: 30 * time.Minute, Forget: 10 * time.Minute}); got.Pauses != want {
		t.Errorf("pauses %v, want %v", got.Pauses, want)
	}
	if want := (ratelimit.Watch{After: 500, Distinct: 2000}); got.Watch != want {
		t.Errorf("watch %v, want %v", got.Watch, want)
	}
	if got.Account != 10 || !maps.Equal(got.Accounts, map[string]float64{"registrar-nordlys": 2}) || got.Pressed != 10 ||
		got.Server != (ratelimit.Budget{Rate: 5000, Burst: 10000}) || got.Everybody != (ratelimit.Budget{Rate: 20000. / 86400, Burst: 20000}) {
		t.Errorf("account %v, %v, pressed %v, server %v, everybody %v", got.Account, got.Accounts, got.Pressed, got.Server, got.Everybody)
	}
	if len(got.Networks) != 5 || !got.Networks[4].Block || !got.Networks[3].Free || got.Networks[2].Times != 10 || got.Networks[0].By != "Jens, ticket 4711" {
		t.Errorf("networks %+v", got.Networks)
	}
}
