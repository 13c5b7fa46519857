package whois_test

import (
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registerd/internal/visitor"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/whois"
)

func TestAQuestionIsAnsweredAndTheConnectionClosed(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	for _, line := range []string{
		"xn--blbr-roah.example\r\n", "xn--blbr-roah.example\n", "XN--BLBR-ROAH.Example.\r\n", "  domain blåbær.example \r\n",
		"bl\xe5b\xe6r.example\r\n", "BLÅBÆR.example\r\n", "-T dn,ace blåbær.example\r\n", "--charset=utf-8 --show-handles blåbær.example\r\n",
		"blåbær.example/e\r\n", "blåbær.example\r\nanother.example\r\n",
	} {
		for range 2 { // the second time from what was kept
			if diff := cmp.Diff(whois.PersonsPage, ask(t, l, line)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", line, diff)
			}
		}
	}
}

func TestAnotherCharsetIsOnlyForWhoAsksForIt(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	if got := ask(t, l, "-C latin1 blåbær.example\r\n"); !strings.Contains(got, "\r\nIDN: bl\xe5b\xe6r.example\r\n") {
		t.Errorf("heard %q", got)
	}
	if got := ask(t, l, "-C us-ascii blåbær.example\r\n"); !strings.Contains(got, "\r\nIDN: blaabaer.example\r\n") {
		t.Errorf("heard %q", got)
	}
	if got := ask(t, l, "blåbær.example\r\n"); got != whois.PersonsPage {
		t.Errorf("after that heard %q", got)
	}
}

// A name's profile is that of its zone, also where the name is not there or may
// not be asked for; all else has the usual one.
func TestAZoneHasItsOwnProfile(t *testing.T) {
	text, err := whois.ShippedProfile("dk")
	check(t, err)
	form, err := whois.ReadProfile(text)
	check(t, err)
	about := whois.SampleAbout()
	p := publishedAs(t, about.Operator, about.Policies)
	p.Zones = map[register.Name]lookup.Zone{"example": {Policies: about.Policies, Languages: []string{"en"}, Form: form}}
	desk := deskOver(t, registerOf(t), ratelimit.Unlimited())
	check(t, desk.Publish(p))
	l := serve(t, desk, nil)
	for line, want := range map[string]string{
		"fabrik.example": "\r\nDomain:               fabrik.example\r\n", "ledig.example": "\r\n# Code 101\r\n",
		"reserved.example": "\r\n# Code 150\r\n", "nameserver ns1.fabrik.example": "\r\nNameserver:           ns1.fabrik.example\r\n",
		"nameserver ns9.fabrik.example": "\r\n# Code 101\r\n", "a_b.example": "%ERROR:115: ",
		"ledig.test": "\r\n% code: 101\r\n", "C2-EXAMPLE": "\r\nRegistry Contact ID: C2-EXAMPLE\r\n", "help": "\r\n%   domain NAME ",
	} {
		for range 2 {
			if got := ask(t, l, line+"\r\n"); !strings.Contains(got, want) {
				t.Errorf("%q: heard %q, want %q in it", line, got, want)
			}
		}
	}
	// Handles are shown on request, in an answer that nobody else gets.
	hidden := ask(t, l, "fabrik.example\r\n")
	if got := ask(t, l, "--show-handles fabrik.example\r\n"); !strings.Contains(got, "Handle:               C2-EXAMPLE\r\n") {
		t.Errorf("heard %q", got)
	}
	if got := ask(t, l, "fabrik.example\r\n"); got != hidden || strings.Contains(got, "C2-EXAMPLE") {
		t.Errorf("after that heard %q", got)
	}
}

func TestAnotherLanguageIsOnlyForWhoAsksForIt(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	const danish, english = " - Personoplysninger om indehaveren.\r\n", " - Personal data of the holder.\r\n"
	for range 2 { // the second time there is a kept answer, in English
		for _, tag := range []string{"da", "DA", "da-DK"} {
			got := ask(t, l, "--lang "+tag+" blåbær.example\r\n")
			if !strings.Contains(got, danish) || strings.Contains(got, english) || strings.Contains(got, "another language") {
				t.Errorf("%s: heard %q", tag, got)
			}
		}
		if got := ask(t, l, "--lang en blåbær.example\r\n"); got != whois.PersonsPage {
			t.Errorf("heard %q", got)
		}
		unknown := ask(t, l, "--lang=x-klingon blåbær.example\r\n")
		said, ok := strings.CutPrefix(unknown, whois.PersonsPage)
		if !ok || said != "% Reasons are given in en, da, and in en when another language is asked for\r\n" {
			t.Errorf("heard %q", unknown)
		}
		if got := ask(t, l, "blåbær.example\r\n"); got != whois.PersonsPage {
			t.Errorf("after that heard %q", got)
		}
	}
}

func TestEachKindOfQuestionHasItsAnswer(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	ask(t, l, "fabrik.example\r\n") // the zones are known from the first answer on
	for line, want := range map[string]string{
		"fabrik.example":                "\r\nDomain Name: fabrik.example\r\n",
		"nameserver NS1.fabrik.example": "\r\nServer Name: ns1.fabrik.example\r\n",
		"registrar R1":                  "\r\nRegistrar: Prøve Registrar ApS\r\n",
		"registrar 9999":                "\r\nRegistrar: Prøve Registrar ApS\r\n",
		"contact c2-example":            "\r\nRegistry Contact ID: C2-EXAMPLE\r\n",
		"C2-EXAMPLE":                    "\r\nRegistry Contact ID: C2-EXAMPLE\r\n",
		"handle R1":                     "\r\nRegistrar: Prøve Registrar ApS\r\n",
		"help":                          "\r\n%   domain NAME ",
		"?":                             "\r\n%   domain NAME ",
		"ledig.example":                 "\r\nDomain not found.\r\nNo match for \"ledig.example\".\r\nNo entries found for the selected source.\r\n",
		"grød.example":                  "\r\nNo match for \"xn--grd-1na.example\".\r\n",
		"nameserver ns9.fabrik.example": "\r\nName server not found.\r\nNo entries found for the selected source.\r\n",
		"contact R1":                    "\r\nHandle not found.\r\n",
		"fabrik":                        "% A domain name is asked for whole, with its zone",
		"registrar C2-EXAMPLE":          "\r\nHandle not found.\r\n",
		"reserved.example":              "\r\nThe name is reserved by the registry and is not open for registration.\r\n",
		"shop.invalid":                  "% That name lies outside the zones of this register.",
		"example.":                      "% That name is a zone of this register.",
		"example":                       "% That name is a zone of this register.",
		"-shop.example":                 "%ERROR:111: invalid option\r\n",
		"-- -shop.example":              "%ERROR:115: invalid search key, a label starts or ends with a hyphen\r\n",
		"shop\x00.example":              "%ERROR:115: invalid search key, a character is not allowed\r\n",
		"":                              "%ERROR:106: no search key specified\r\n",
		"a b":                           "%ERROR:118: too many arguments\r\n",
		strings.Repeat("a", 513):        "%ERROR:107: input line too long\r\n",
		strings.Repeat("a", 20_000):     "%ERROR:107: input line too long\r\n",
	} {
		got := ask(t, l, line+"\r\n")
		if !strings.Contains(got, want) {
			t.Errorf("%.60q: heard %q, want %q in it", line, got, want)
		}
		if strings.Contains(got, "CANARY") {
			t.Errorf("%.60q: a private value in %q", line, got)
		}
		if op := whois.SampleAbout().Operator; !strings.Contains(got, op.Name) || !strings.Contains(got, op.Email) || !strings.Contains(got, op.URL) {
			t.Errorf("%.60q: the answer does not say who keeps the register: %q", line, got)
		}
	}
}

// A person's handle and one that nobody has must look alike.
func TestAPersonsHandleIsNotConfirmed(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	there, nobodys := ask(t, l, whois.SamplePerson.Handle+"\r\n"), ask(t, l, "NOBODYS-HANDLE\r\n")
	if there != nobodys || !strings.Contains(there, "Handle not found.") {
		t.Errorf("heard %q and %q", there, nobodys)
	}
}

func TestAClientMayCloseItsHalfInPlaceOfEndingItsLine(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	c := visitor.Call(t, l)
	visitor.Say(t, c, "blåbær.example")
	check(t, c.CloseWrite())
	if got := visitor.Hear(t, c); got != whois.PersonsPage {
		t.Errorf("heard %q", got)
	}
}

func TestAQuestionMayComeInPieces(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	c := visitor.Call(t, l)
	check(t, c.SetNoDelay(true))
	for _, b := range []byte("blåbær.example\r\n") {
		visitor.Say(t, c, string([]byte{b}))
	}
	if got := visitor.Hear(t, c); got != whois.PersonsPage {
		t.Errorf("heard %q", got)
	}
}

func TestAQuestionThatDoesNotEndIsToldSo(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), func(s *whois.Server) { s.Hurry(time.Millisecond) })
	c := visitor.Call(t, l)
	visitor.Say(t, c, "blåbær.exam")
	if got := visitor.Hear(t, c); !strings.HasPrefix(got, "%ERROR:305: ") {
		t.Errorf("heard %q", got)
	}
}

func TestWhoSaysNothingIsToldNothing(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	c := visitor.Call(t, l)
	check(t, c.CloseWrite())
	if got := visitor.Hear(t, c); got != "" {
		t.Errorf("heard %q", got)
	}
}

func TestAFailureIsNeitherFoundNorAbsent(t *testing.T) {
	r := registerOf(t)
	l := serve(t, deskOver(t, r, ratelimit.Unlimited()), nil)
	for _, known := range []bool{false, true} {
		if known {
			ask(t, l, "blåbær.example\r\n") // it is kept, and still not told from a register that cannot be read
		}
		r.broken.Store(true)
		for _, line := range []string{"blåbær.example", "ledig.example", "contact C2-EXAMPLE", "nameserver ns1.fabrik.example", "help"} {
			got := ask(t, l, line+"\r\n")
			if !strings.HasPrefix(got, "% Service temporarily out of order. Nothing is said about this name.\r\n% code: 503\r\n") {
				t.Errorf("%s: heard %q", line, got)
			}
			for _, bad := range []string{"not found", "No match", "No entries", "page 17", "damaged", "blbr"} {
				if strings.Contains(got, bad) {
					t.Errorf("%s: a failure says %q", line, got)
				}
			}
		}
		r.broken.Store(false)
	}
}

func TestOverTheLimitAClientIsToldWhenToComeAgain(t *testing.T) {
	now := time.Now()
	c := ratelimit.Defaults()
	c.Now = func() time.Time { return now }
	b := ratelimit.Budget{Rate: 0.016, Burst: 2}
	c.Budgets[ratelimit.Lookup], c.Budgets[ratelimit.Failure] = b, b
	limiter, err := ratelimit.New(c)
	check(t, err)
	l := serve(t, deskOver(t, registerOf(t), limiter), nil)
	want := "WHOIS LIMIT EXCEEDED - retry after 63 seconds\r\n% code: 201\r\n"
	for _, line := range []string{"blåbær.example", "-x"} { // what cannot be read is not free either
		for i := range 4 {
			if got := ask(t, l, line+"\r\n"); strings.HasPrefix(got, want) != (i >= 2) {
				t.Errorf("%s, question %d: heard %q", line, i+1, got)
			}
		}
	}
	if got := ask(t, l, strings.Repeat("a", 600)+"\r\n"); !strings.HasPrefix(got, want) {
		t.Errorf("a line too long: heard %q", got)
	}
}

func TestTooManyConnectionsAreToldSo(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	var last net.Conn
	for range 9 {
		last = visitor.Call(t, l)
	}
	if got := visitor.Hear(t, last); !strings.HasPrefix(got, "WHOIS LIMIT EXCEEDED - too many connections, retry later\r\n% code: 306\r\n") {
		t.Errorf("heard %q", got)
	}
}

func TestAChangeShowsInTheNextAnswer(t *testing.T) {
	// Answers are kept; one about a register that has changed since is not given.
	r := registerOf(t)
	desk := deskOver(t, r, ratelimit.Unlimited())
	l := serve(t, desk, nil)
	if got := ask(t, l, "blåbær.example\r\n"); got != whois.PersonsPage {
		t.Fatalf("heard %q", got)
	}
	p := whois.SampleAbout()
	published := publishedAs(t, register.Operator{Name: "Another Registry", Email: p.Operator.Email, URL: p.Operator.URL}, p.Policies)
	check(t, desk.Publish(published))
	want := strings.ReplaceAll(whois.PersonsPage, "Example Registry", "Another Registry")
	if diff := cmp.Diff(want, ask(t, l, "blåbær.example\r\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheCommonClientReadsTheAnswers(t *testing.T) {
	client, err := exec.LookPath("whois")
	if err != nil {
		t.Skip("no whois client is installed")
	}
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	host, port, err := net.SplitHostPort(l.Addr().String())
	check(t, err)
	for question, want := range map[string]string{
		"blåbær.example":       "Domain Name: xn--blbr-roah.example",
		"fabrik.example":       "Registrant Organization: Ærø Fabrik A/S",
		"-T dn fabrik.example": "Domain Name: fabrik.example",
		"ledig.example":        "No entries found for the selected source.",
		"help":                 "domain NAME",
	} {
		cmd := exec.CommandContext(t.Context(), client, "-h", host, "-p", port, "--", question)
		cmd.Env = append(cmd.Environ(), "LC_ALL=C.UTF-8")
		out, err := cmd.CombinedOutput()
		if !strings.Contains(string(out), want) || strings.Contains(string(out), "CANARY") {
			t.Errorf("whois %q: %v\n%s", question, err, out)
		}
	}
}

func TestAServerWithAPartMissingIsRefused(t *testing.T) {
	if _, err := whois.New(whois.Config{}); err == nil {
		t.Error("a server without a desk")
	}
	if _, err := whois.New(whois.Config{Desk: deskOver(t, registerOf(t), ratelimit.Unlimited())}); err == nil {
		t.Error("a server without a log")
	}
}

func BenchmarkOneQuestionPerConnection(b *testing.B) {
	l := serve(b, deskOver(b, registerOf(b), ratelimit.Unlimited()), nil)
	compare(b, l.Addr().String(), "fabrik.example\r\n")
}

// BenchmarkBareServer is the yardstick: the same bytes from a server that does
// nothing but read a line and write.
func BenchmarkBareServer(b *testing.B) {
	l := serve(b, deskOver(b, registerOf(b), ratelimit.Unlimited()), nil)
	answer := []byte(ask(b, l, "fabrik.example\r\n"))
	bare, err := net.Listen("tcp", "127.0.0.1:0")
	check(b, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := bare.Accept()
			if err != nil {
				return
			}
			go func() {
				c.Read(make([]byte, 512))
				c.Write(answer)
				c.Close()
			}()
		}
	}()
	compare(b, bare.Addr().String(), "fabrik.example\r\n")
	bare.Close()
	<-done
}

func compare(b *testing.B, address, line string) {
	b.ReportAllocs()
	for b.Loop() {
		c, err := net.Dial("tcp", address)
		check(b, err)
		visitor.Say(b, c, line)
		if n, err := io.Copy(io.Discard, c); err != nil || n < 1000 {
			b.Fatal(fmt.Errorf("heard %d bytes: %w", n, err))
		}
		c.Close()
	}
}
