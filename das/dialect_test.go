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
	"registerd/internal/visitor"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
)

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
		c := visitor.Call(t, l)
		visitor.Say(t, c, "free.example\r\n"+goodbye)
		if goodbye == "#exit" {
			check(t, c.CloseWrite()) // as clients do that do not end the line
		}
		if got := visitor.Hear(t, c); got != "free.example,N\r\n" {
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
		c := visitor.Call(t, serveIn(t, desk, name, ""))
		var asked, want strings.Builder
		dialect, _ := das.ParseDialect(name)
		for i := range 10_000 / effort {
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
		if got := visitor.Hear(t, c); got != want.String() {
			t.Errorf("%s: the answers are others, or in another order", name)
		}
	}
}
