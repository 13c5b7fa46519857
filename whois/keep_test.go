package whois_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"registerd/internal/visitor"
	"registerd/listen"
	"registerd/ratelimit"
	"registerd/whois"
)

// answersOf are the answers of a kept connection: each ends with the first two
// empty lines.
func answersOf(t *testing.T, heard string) []string {
	t.Helper()
	all := strings.Split(heard, "\r\n\r\n\r\n")
	if all[len(all)-1] != "" {
		t.Fatalf("what was heard does not end with two empty lines: %q", all[len(all)-1])
	}
	return all[:len(all)-1]
}

func TestAConnectionIsKeptForWhoAsksForIt(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	c := visitor.Call(t, l)
	visitor.Say(t, c, "-k\r\nfabrik.example\r\n-C latin1 blåbær.example\r\nledig.example\n-x\r\n\r\nshop..example\r\nhelp\r\n-q types\r\n-k\r\nreserved.example\r\n")
	want := []string{
		"% The connection is kept for 99 more questions", "Domain Name: fabrik.example\r\n", "\r\nIDN: bl\xe5b\xe6r.example\r\n",
		"Domain not found.\r\n", "%ERROR:111: ", "%ERROR:106: ", "%ERROR:115: ", "%   domain NAME ", "% nameserver\r\n",
	}
	got := answersOf(t, visitor.Hear(t, c))
	if len(got) != len(want) {
		t.Fatalf("%d answers, want %d: %q", len(got), len(want), got)
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("answer %d is %q, want %q in it", i+1, got[i], want[i])
		}
	}
}

func TestAKeptConnectionSaysTheSameAsAnother(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	for _, line := range []string{"blåbær.example", "fabrik.example", "ledig.example", "registrar R1", "-x", "shop.invalid", "reserved.example"} {
		c := visitor.Call(t, l)
		visitor.Say(t, c, "-k "+line+"\r\n-k\r\n")
		kept := answersOf(t, visitor.Hear(t, c))
		c.Close()
		alone := strings.TrimRight(ask(t, l, line+"\r\n"), "\r\n")
		if len(kept) != 1 || kept[0] != alone {
			t.Errorf("%s: heard %q, alone %q", line, kept, alone)
		}
	}
}

func TestAKeptConnectionEndsAfterItsQuestions(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	c := visitor.Call(t, l)
	visitor.Say(t, c, "-k\r\n"+strings.Repeat("fabrik.example\r\n", 3*whois.MaxKept))
	got := answersOf(t, visitor.Hear(t, c))
	if len(got) != whois.MaxKept {
		t.Fatalf("%d answers, want %d", len(got), whois.MaxKept)
	}
	if last := got[len(got)-1]; !strings.HasSuffix(last, "\r\n% The connection ends here, after 100 questions") {
		t.Errorf("the last answer is %q", last)
	}
	if strings.Contains(got[len(got)-2], "ends here") {
		t.Errorf("the last but one is %q", got[len(got)-2])
	}
}

func TestEachQuestionOfAKeptConnectionIsCounted(t *testing.T) {
	limits := ratelimit.Defaults()
	limits.Budgets[ratelimit.Lookup] = ratelimit.Budget{Rate: 0.001, Burst: 3}
	limiter, err := ratelimit.New(limits)
	check(t, err)
	l := serve(t, deskOver(t, registerOf(t), limiter), nil)
	c := visitor.Call(t, l)
	visitor.Say(t, c, "-k\r\nledig.example\r\nfabrik.example\r\nledig.example\r\nfabrik.example\r\n-k\r\n")
	got := answersOf(t, visitor.Hear(t, c))
	if len(got) != 5 {
		t.Fatalf("%d answers: %q", len(got), got)
	}
	for i, limited := range []bool{false, false, false, true, true} {
		if strings.HasPrefix(got[i], "WHOIS LIMIT EXCEEDED") != limited {
			t.Errorf("answer %d is %q", i+1, got[i])
		}
	}
}

func TestAKeptConnectionThatIsSilentIsTold(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), func(s *whois.Server) { s.Tire(time.Millisecond) })
	c := visitor.Call(t, l)
	visitor.Say(t, c, "-k ledig.example\r\n")
	if got := answersOf(t, visitor.Hear(t, c)); len(got) != 2 || !strings.HasPrefix(got[1], "%ERROR:305: ") {
		t.Errorf("heard %q", got)
	}
}

func TestALineThatIsTooLongEndsAKeptConnection(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	c := visitor.Call(t, l)
	visitor.Say(t, c, "-k ledig.example\r\n"+strings.Repeat("a", 513)+"\r\nledig.example\r\n")
	if got := answersOf(t, visitor.Hear(t, c)); len(got) != 2 || !strings.HasPrefix(got[1], "%ERROR:107: ") {
		t.Errorf("heard %q", got)
	}
}

func TestOneQuestionMoreIsNotAnsweredToWhoDoesNotAskForIt(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	if got := ask(t, l, "fabrik.example\r\nledig.example\r\n"); strings.Contains(got, "not found") {
		t.Errorf("heard %q", got)
	}
}

// A kept connection is cut between questions when the program ends; a question
// that has arrived is answered.
func TestAKeptConnectionEndsWithTheProgram(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	s, err := whois.New(whois.Config{Desk: deskOver(t, registerOf(t), ratelimit.Unlimited()), Log: log})
	check(t, err)
	l, err := listen.Listen(listen.Config{Address: "127.0.0.1:0", Log: log, Refusal: s.Refusal()})
	check(t, err)
	ctx, end := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l, hang) }()
	c := visitor.Call(t, l)
	visitor.Say(t, c, "-k ledig.example\r\n")
	first := make([]byte, 64)
	_, err = c.Read(first) // it is kept now
	check(t, err)
	end()
	rest := visitor.Hear(t, c)
	if !bytes.HasPrefix(first, []byte("% Register of")) || !strings.HasSuffix(rest, "\r\n\r\n\r\n") {
		t.Errorf("heard %q and %q", first, rest)
	}
	check(t, <-served)
}

func TestWhoWantsNoPersonIsToldOfNone(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	for range 2 { // what is said with persons is kept, and is not taken for it
		with := ask(t, l, "fabrik.example\r\n")
		without := ask(t, l, "--no-personal fabrik.example\r\n")
		for _, label := range []string{"\r\nRegistrant ", "\r\nAdmin ", "\r\nTech ", "\r\nRegistry Registrant ID"} {
			if strings.Contains(without, label) {
				t.Errorf("%q is in %q", label, without)
			}
		}
		if !strings.Contains(with, "\r\nRegistrant Organization: ") {
			t.Errorf("without the option heard %q", with)
		}
		for _, label := range []string{"\r\nDomain Name: ", "\r\nRegistrar: ", "\r\nRegistrar Abuse Contact Email: ", "\r\nCreation Date: ", "\r\nDomain Status: ", "\r\nName Server: ", "\r\nDNSSEC: ", "--no-personal asks\r\n"} {
			if !strings.Contains(without, label) {
				t.Errorf("%q is not in %q", label, without)
			}
		}
	}
	for line, want := range map[string]string{
		"--no-personal contact C2-EXAMPLE": "%ERROR:109: ",
		"--no-personal handle C2-EXAMPLE":  "Handle not found.",
		"--no-personal handle R1":          "\r\nRegistrar: ",
	} {
		if got := ask(t, l, line+"\r\n"); !strings.Contains(got, want) {
			t.Errorf("%s: heard %q", line, got)
		}
	}
}

func TestTheServerTellsOfItself(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	for line, want := range map[string]string{
		"-q version": "\r\n% Publication rules gdpr-",
		"-q types":   "\r\n% contact\r\n% domain\r\n% nameserver\r\n% registrar\r\n",
		"-q sources": "\r\n% example, serial ",
	} {
		if got := ask(t, l, line+"\r\n"); !strings.Contains(got, want) {
			t.Errorf("%s: heard %q", line, got)
		}
	}
}
