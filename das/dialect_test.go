package das_test

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registerd/das"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
)

// said is one answer in every dialect, and in the older forms of be-eu.
type said struct {
	what          string
	beEU, ch      string
	ukDAC         string
	digit, finger string
	get1, get2    string
	tell          lookup.Name
	limited       bool
}

var says = []said{
	{
		what: "free", tell: lookup.Name{Name: "shop.example", State: lookup.Free},
		beEU:   "%RC=0|Domain: shop.example|Status: AVAILABLE||",
		get1:   "%% RC = 0|Domain: shop|Status: FREE||",
		get2:   "%% RC = 0|Domain: shop|Status: AVAILABLE||",
		ch:     "1: This name can be registered|",
		ukDAC:  "shop.example,N|",
		digit:  "0|",
		finger: "shop.example is available for registration|",
	}, {
		what: "registered", tell: lookup.Name{Name: "shop.example", State: lookup.Registered},
		beEU:   "%RC=0|Domain: shop.example|Status: NOT AVAILABLE||",
		get1:   "%% RC = 0|Domain: shop|Status: REGISTERED||",
		get2:   "%% RC = 0|Domain: shop|Status: NOT AVAILABLE||",
		ch:     "0: This name cannot be registered. Reason: registered|",
		ukDAC:  "shop.example,Y,N,,,|",
		digit:  "1|",
		finger: "shop.example is delegated and cannot be registered|",
	}, {
		what: "reserved",
		tell: lookup.Name{Name: "shop.example", State: lookup.Reserved, Why: lookup.WhyRegistry, Says: "It is kept back"},
		beEU: "%RC=0|Domain: shop.example|Status: NOT ALLOWED|% reserved, registry. It is kept back||",
		get1: "%% RC = 0|% reserved, registry. It is kept back|Domain: shop|Status: RESERVED||",
		get2: "%% RC = 0|% reserved, registry. It is kept back|Domain: shop|Status: NOT ALLOWED||",
		ch:   "0: This name cannot be registered. Reason: reserved, registry. It is kept back|", ukDAC: "shop.example,R|", digit: "3|",
		finger: "This domain can currently not be registered: reserved, registry. It is kept back|",
	}, {
		what: "blocked",
		tell: lookup.Name{Name: "shop.example", State: lookup.Blocked, Why: lookup.WhyVariant, Says: "It has a taken variant"},
		beEU: "%RC=0|Domain: shop.example|Status: NOT ALLOWED|% blocked, variant. It has a taken variant||",
		get1: "%% RC = 0|% blocked, variant. It has a taken variant|Domain: shop|Status: BLOCKED||",
		get2: "%% RC = 0|% blocked, variant. It has a taken variant|Domain: shop|Status: NOT ALLOWED||",
		ch:   "0: This name cannot be registered. Reason: blocked, variant. It has a taken variant|", ukDAC: "shop.example,R|", digit: "3|",
		finger: "This domain can currently not be registered: blocked, variant. It has a taken variant|",
	}, {
		what: "leaving, at a time",
		tell: lookup.Name{Name: "shop.example", State: lookup.Leaving, Why: lookup.WhyDeletion, Says: "It will go",
			Until: time.Date(2026, 12, 1, 22, 11, 0, 0, time.FixedZone("", 3600))},
		beEU: "%RC=0|Domain: shop.example|Status: NOT AVAILABLE|% leaving, deletion, until 2026-12-01T21:11:00Z. It will go||",
		get1: "%% RC = 0|% leaving, deletion, until 2026-12-01T21:11:00Z. It will go|Domain: shop|Status: SUSPENDED||",
		get2: "%% RC = 0|% leaving, deletion, until 2026-12-01T21:11:00Z. It will go|Domain: shop|Status: NOT AVAILABLE||",
		ch:   "0: This name cannot be registered. Reason: leaving, deletion, until 2026-12-01. It will go|", ukDAC: "shop.example,Y,N,,,|", digit: "1|",
		finger: "shop.example is delegated and cannot be registered: leaving, deletion, until 2026-12-01T21:11:00Z. It will go|",
	}, {
		what: "leaving, nobody knows when",
		tell: lookup.Name{Name: "shop.example", State: lookup.Leaving, Why: lookup.WhyDeletion},
		beEU: "%RC=0|Domain: shop.example|Status: NOT AVAILABLE|% leaving, deletion||",
		get1: "%% RC = 0|% leaving, deletion|Domain: shop|Status: SUSPENDED||",
		get2: "%% RC = 0|% leaving, deletion|Domain: shop|Status: NOT AVAILABLE||",
		ch:   "0: This name cannot be registered. Reason: leaving, deletion|", ukDAC: "shop.example,Y,N,,,|", digit: "1|",
		finger: "shop.example is delegated and cannot be registered: leaving, deletion|",
	}, {
		what: "out of policy",
		tell: lookup.Name{Name: "shop.example", State: lookup.OutOfPolicy, Why: lookup.WhyLength, Says: "It is too short"},
		beEU: "%RC=0|Domain: shop.example|Status: NOT ALLOWED|% out-of-policy, length. It is too short||",
		get1: "%% RC = 0|% out-of-policy, length. It is too short|Domain: shop|Status: NOT ALLOWED||",
		get2: "%% RC = 0|% out-of-policy, length. It is too short|Domain: shop|Status: NOT ALLOWED||",
		ch:   "0: This name cannot be registered. Reason: out-of-policy, length. It is too short|", ukDAC: "shop.example,E|", digit: "2|",
		finger: "Domain is not valid here: out-of-policy, length. It is too short|",
	}, {
		what: "invalid",
		tell: lookup.Name{State: lookup.Invalid, Why: lookup.WhySyntax, Says: "It is not a domain name",
			Syntax: &register.SyntaxError{What: "domain name", Reason: "it is empty"}},
		beEU: "%RC=0|Status: NOT ALLOWED|% invalid, syntax. It is not a domain name: it is empty||",
		get1: "%% RC = -7|% invalid, syntax. It is not a domain name: it is empty||",
		get2: "%% RC = -7|% invalid, syntax. It is not a domain name: it is empty||",
		ch:   "-1: This is not a name. Reason: invalid, syntax. It is not a domain name: it is empty|", ukDAC: "shop.example,E|", digit: "2|",
		finger: "Domain is not valid here: invalid, syntax. It is not a domain name: it is empty|",
	}, {
		what: "in Unicode", tell: lookup.Name{Name: "xn--blbr-roah.test", State: lookup.Registered},
		beEU:   "%RC=0|Domain: blåbær.test|A-label: xn--blbr-roah.test|Status: NOT AVAILABLE||",
		get1:   "%% RC = 0|Domain: blåbær|IDNA Domain: xn--blbr-roah|Status: REGISTERED||",
		get2:   "%% RC = 0|Domain: blåbær|IDNA Domain: xn--blbr-roah|Status: NOT AVAILABLE||",
		ch:     "0: This name cannot be registered. Reason: registered|",
		ukDAC:  "shop.example,Y,N,,,|",
		digit:  "1|",
		finger: "blåbær.test is delegated and cannot be registered|",
	}, {
		what: "a failure", tell: lookup.Name{Name: "shop.example"},
		beEU:   "%RC=-1|% Service temporarily out of order, nothing is said about this name|% Questions to Example Registry||",
		get1:   "%% RC = -1|% Service temporarily out of order, nothing is said about this name|% Questions to Example Registry||",
		get2:   "%% RC = -1|% Service temporarily out of order, nothing is said about this name|% Questions to Example Registry||",
		ch:     "-99: Service temporarily out of order, nothing is said about this name|",
		ukDAC:  "shop.example,I|",
		digit:  "9|",
		finger: "ERROR - Service temporarily out of order, nothing is said about this name|Questions to Example Registry|",
	}, {
		what: "a limit", limited: true,
		beEU:   "%RC=-2|% Limit exceeded, retry after 11 seconds|% Questions to Example Registry||",
		get1:   "%% RC = -2|% Limit exceeded, retry after 11 seconds|% Questions to Example Registry||",
		get2:   "%% RC = -2|% Limit exceeded, retry after 11 seconds|% Questions to Example Registry||",
		ch:     "-95: Limit exceeded, retry after 11 seconds|",
		ukDAC:  "shop.example,B,11|",
		digit:  "8|",
		finger: "ERROR - Quota exceeded, retry after 11 seconds|Questions to Example Registry|",
	},
}

// spoken is every dialect, with a line that asks for shop.example in it, and what
// is said then.
var spoken = []struct {
	dialect, line string
	says          func(*said) string
}{
	{"be-eu", "shop.example", func(s *said) string { return s.beEU }},
	{"be-eu", "get 1.0 shop", func(s *said) string { return s.get1 }},
	{"be-eu", "GET  2.0 shop", func(s *said) string { return s.get2 }},
	{"ch", "shop.example", func(s *said) string { return s.ch }},
	{"uk-dac", "shop.example", func(s *said) string { return s.ukDAC }},
	{"digit", "shop.example", func(s *said) string { return s.digit }},
	{"finger", "shop.example", func(s *said) string { return s.finger }},
}

func TestEachStateHasItsAnswerInEachDialect(t *testing.T) {
	about := lookup.About{Operator: register.Operator{Name: "Example Registry"}}
	for _, d := range spoken {
		dialect, _ := das.ParseDialect(d.dialect)
		for _, s := range says {
			got := dialect.Write(d.line, s.tell, about)
			if s.limited {
				got = dialect.WriteLimited(d.line, 10_001*time.Millisecond, about)
			}
			if got = strings.ReplaceAll(got, "\r\n", "|"); got != d.says(&s) {
				t.Errorf("%s, asked %q, %s:\n got %s\nwant %s", d.dialect, d.line, s.what, got, d.says(&s))
			}
		}
	}
	for _, d := range das.Dialects {
		if found, ok := das.ParseDialect(d.Name); !ok || found != d {
			t.Errorf("the dialect %s is not found by its name", d.Name)
		}
	}
	if _, ok := das.ParseDialect("dac"); ok {
		t.Error("a dialect that there is none of is found")
	}
}

// readers are how programs that are in use tell a free name.
var readers = map[string]*regexp.Regexp{
	"be-eu":  regexp.MustCompile(`(?i)Status:\s(AVAILABLE|FREE)`),
	"ch":     regexp.MustCompile(`1:`),
	"uk-dac": regexp.MustCompile(`(?i)^[\w.]*,N(,.*)?`),
	"digit":  regexp.MustCompile(`0`),
	"finger": regexp.MustCompile(` is available `),
}

func TestNothingButAFreeNameReadsAsFree(t *testing.T) {
	for _, d := range spoken {
		for _, s := range says {
			if d.dialect == "ch" && s.what == "invalid" {
				continue // -1 is the code of that, and holds the other one
			}
			if got := readers[d.dialect].MatchString(d.says(&s)); got != (s.what == "free") {
				t.Errorf("%s, %s: %q is read as free: %t", d.dialect, s.what, d.says(&s), got)
			}
		}
		dialect, _ := das.ParseDialect(d.dialect)
		s, err := das.New(das.Config{Desk: deskOver(t, registerOf(t), ratelimit.Unlimited()), Log: quiet, Dialect: dialect})
		check(t, err)
		if refusal := string(s.Refusal()); readers[d.dialect].MatchString(refusal) || !strings.HasSuffix(refusal, "\r\n") {
			t.Errorf("%s: a connection too many is told %q", d.dialect, refusal)
		}
	}
}

func TestEachDialectIsSpokenOnAConnection(t *testing.T) {
	desk := deskOver(t, registerOf(t), ratelimit.Unlimited())
	ask5 := "shop.example\r\nfree.example\r\nreserved.example\r\nwww.shop.example\r\n-\r\n"
	for name, want := range map[string]string{
		"ch":     "0: This name cannot be registered. Reason: registered|1: This name can be registered|0: This name cannot be registered. Reason: blocked",
		"uk-dac": "shop.example,Y,N,,,|free.example,N|reserved.example,R|www.shop.example,E|-,E|",
		"digit":  "1|0|3|2|2|",
		"finger": "shop.example is delegated and cannot be registered|",
	} {
		l := serveIn(t, desk, name, "")
		if got := strings.ReplaceAll(ask(t, l, ask5), "\r\n", "|"); !strings.HasPrefix(got, want) {
			t.Errorf("%s: heard %q, want %q", name, got, want)
		}
	}
}

func TestALabelIsMeantInTheZoneOfTheListener(t *testing.T) {
	desk := deskOver(t, registerOf(t), ratelimit.Unlimited())
	for zone, want := range map[register.Name]string{
		"":     "REGISTERED", // the register's first zone
		"test": "FREE",
	} {
		l := serveIn(t, desk, "be-eu", zone)
		heard := ask(t, l, "get 1.0 shop\nget 2.0 registered.test\nget 3.0 shop\n")
		got := answers(heard)
		want := [][]string{
			{"%% RC = 0", "Domain: shop", "Status: " + want},
			{"%% RC = 0", "Domain: registered.test", "Status: NOT AVAILABLE"},
			{"%RC=0", "Status: NOT ALLOWED"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("in %q (-want +got):\n%s", zone, diff)
		}
	}
}

func TestALabelWithoutAZoneIsNotAnsweredWhileTheRegisterCannotBeRead(t *testing.T) {
	r := registerOf(t)
	r.broken.Store(true)
	l := serveIn(t, deskOver(t, r, ratelimit.Unlimited()), "be-eu", "")
	if got := answers(ask(t, l, "get 1.0 shop\n")); !cmp.Equal(got, [][]string{{"%% RC = -1"}}) {
		t.Errorf("heard %q", got)
	}
}

func TestAClientMaySayGoodbye(t *testing.T) {
	l := serveIn(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), "uk-dac", "")
	for _, goodbye := range []string{"#exit\r\n", "#exit"} {
		c := call(t, l)
		say(t, c, "free.example\r\n"+goodbye)
		if goodbye == "#exit" {
			check(t, c.CloseWrite()) // as clients do that do not end the line
		}
		if got := hear(t, c); got != "free.example,N\r\n" {
			t.Errorf("%q: heard %q", goodbye, got)
		}
	}
}

func TestAFingerClientMaySayMoreThanTheName(t *testing.T) {
	l := serveIn(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), "finger", "")
	for _, line := range []string{
		"free.example", "/W free.example", "/w  free.example ", "-c utf-8 free.example", "-V v0,192.0.2.7 -c utf-8 free.example", "-- free.example",
	} {
		if got := ask(t, l, line+"\r\n"); got != "free.example is available for registration\r\n" {
			t.Errorf("%q: heard %q", line, got)
		}
	}
	for _, line := range []string{"", "/W", "-c", "-c utf-8", "free.example@other.example", "/W@free.example"} {
		if got := ask(t, l, line+"\r\n"); !strings.HasPrefix(got, "Domain is not valid here: invalid, syntax. ") {
			t.Errorf("%q: heard %q", line, got)
		}
	}
}

func TestWhatIsRepeatedInALineCannotForgeOne(t *testing.T) {
	l := serveIn(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), "uk-dac", "")
	for line, want := range map[string]string{
		"Shop.Example.":         "Shop.Example.,Y,N,,,",
		"BLÅBÆR.test":           "blåbær.test,Y,N,,,",
		"free.example,N":        ",E",
		"a\rfree.example,N":     ",E",
		"a\u2028free.example,N": ",E",
		"a\u202efree.example":   ",E",
		"\x1b[2J.example":       ",E",
		"-shop.example":         "-shop.example,E",
	} {
		if got := ask(t, l, line+"\n"); got != want+"\r\n" {
			t.Errorf("%q: heard %q, want %q", line, got, want)
		}
	}
}

func TestTheLimitOfEachDialectIsToldForEachName(t *testing.T) {
	for name, want := range map[string]string{
		"ch":     "1: This name can be registered|-95: Limit exceeded, retry after 1000 seconds|-95: Limit exceeded, retry after 1000 seconds|",
		"uk-dac": "a.example,N|b.example,B,1000|blåbær.test,B,1000|",
		"digit":  "0|8|8|",
	} {
		l := serveIn(t, deskOver(t, registerOf(t), limits(t, 1)), name, "")
		if got := strings.ReplaceAll(ask(t, l, "a.example\nb.example\nblåbær.test\n"), "\r\n", "|"); got != want {
			t.Errorf("%s: heard %q, want %q", name, got, want)
		}
	}
}

func TestTenThousandNamesAreAnsweredInOrderInEveryDialectOfManyNames(t *testing.T) {
	desk := deskOver(t, registerOf(t), ratelimit.Unlimited())
	for _, name := range []string{"ch", "uk-dac", "digit"} {
		c := call(t, serveIn(t, desk, name, ""))
		var asked, want strings.Builder
		dialect, _ := das.ParseDialect(name)
		for i := range 10_000 {
			n := lookup.Name{Name: register.Name(fmt.Sprintf("free-%d.example", i)), State: lookup.Free}
			if i%3 == 0 {
				n = lookup.Name{Name: "shop.example", State: lookup.Registered}
			}
			fmt.Fprintf(&asked, "%s\r\n", n.Name)
			want.WriteString(dialect.Write(string(n.Name), n, lookup.About{}))
		}
		go func() {
			io.WriteString(c, asked.String())
			c.CloseWrite()
		}()
		if got := hear(t, c); got != want.String() {
			t.Errorf("%s: the answers are others, or in another order", name)
		}
	}
}
