package whois_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/register"
)

// limiter has budgets of its own, and a clock that stands still.
func limiter(t *testing.T, change func(*ratelimit.Config)) *ratelimit.Limiter {
	t.Helper()
	now := time.Now()
	c := ratelimit.Defaults()
	c.Memory, c.Now = 4<<20, func() time.Time { return now }
	change(&c)
	l, err := ratelimit.New(c)
	check(t, err)
	return l
}

// openRules withhold nothing from anybody.
func openRules(t *testing.T) *disclose.Policy {
	t.Helper()
	rule := disclose.Rule{ID: "all", Basis: "test", Reason: "Shown.", Outcome: disclose.Show}
	for f := disclose.DomainName; f <= disclose.SearchByPart; f++ {
		rule.Fields = append(rule.Fields, f)
	}
	policy, err := disclose.NewPolicy("open", []disclose.Rule{rule})
	check(t, err)
	return policy
}

func TestWithoutRecordsOfPersonsLeftAnswersWithoutPersonsAreGiven(t *testing.T) {
	desk := deskOver(t, registerOf(t), limiter(t, func(c *ratelimit.Config) {
		c.Budgets[ratelimit.Personal] = ratelimit.Budget{Rate: 0.001, Burst: 1}
	}))
	p := publishedAs(t, register.Operator{Name: "Example Registry"}, register.Policies{})
	p.Policy = openRules(t)
	check(t, desk.Publish(p))
	l := serve(t, desk, nil)
	if got := ask(t, l, "--limits blåbær.example\r\n"); !strings.Contains(got, "\r\nRegistrant Name: ") || !strings.Contains(got, "\r\n% 0 of 1 records of persons are left, one more in ") {
		t.Fatalf("heard %q", got)
	}
	for range 2 {
		got := ask(t, l, "blåbær.example\r\n")
		if !strings.HasPrefix(got, "WHOIS LIMIT EXCEEDED - retry after ") || !strings.Contains(got, "\r\n% Answers that tell of no person are given all the same, ask with --no-personal\r\n") {
			t.Errorf("heard %q", got)
		}
	}
	if got := ask(t, l, "--no-personal blåbær.example\r\n"); !strings.Contains(got, "\r\nDomain Name: ") || strings.Contains(got, "\r\nRegistrant") {
		t.Errorf("without persons: heard %q", got)
	}
}

func TestWhatIsLeftIsToldBehindEveryAnswer(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), limiter(t, func(*ratelimit.Config) {})), nil)
	for i, tt := range []struct{ line, want string }{
		{"--limits fabrik.example", "Domain Name: fabrik.example"},
		{"--limits fabrik.example", "Domain Name: fabrik.example"}, // from what is kept
		{"--limits ledig.example", "Domain not found."},
		{"--limits reserved.example", "reserved by the registry"},
		{"--limits nameserver ns1.fabrik.example", "Server Name: ns1.fabrik.example"},
		{"--limits help", "domain NAME"},
		{"--limits", "records of persons are left"},
		{"--limits --", "questions for what is not there are left"},
	} {
		got := ask(t, l, tt.line+"\r\n")
		left := "\r\n% " + strconv.Itoa(59-i) + " of 60 questions are left, all again in " + strconv.Itoa(i+1) + " second"
		if !strings.Contains(got, tt.want) || !strings.Contains(got, left) {
			t.Errorf("%s: %q and %q are not in %q", tt.line, tt.want, left, got)
		}
	}
	if got := ask(t, l, "fabrik.example\r\n"); strings.Contains(got, "are left") {
		t.Errorf("who does not ask is told %q", got)
	}
	if got := ask(t, l, "-k --limits\r\n--limits ledig.example\r\n-k\r\n"); strings.Count(got, "of 60 questions are left") != 2 {
		t.Errorf("on a kept connection: heard %q", got)
	}
}

func TestWithoutLimitsNothingIsLeftToTell(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	if got := ask(t, l, "--limits\r\n"); !strings.Contains(got, "\r\n% Nothing is counted for you, and no limit holds\r\n") {
		t.Errorf("heard %q", got)
	}
}

func TestHelpTellsTheLimitsThatAreInForce(t *testing.T) {
	line := "Questions: 1 a second."
	desk, p := deskOver(t, registerOf(t), ratelimit.Unlimited()), publishedAs(t, register.Operator{}, register.Policies{})
	p.Limits = func() []string { return []string{line, "Exception: a name that is available."} }
	check(t, desk.Publish(p))
	l := serve(t, desk, nil)
	if got := ask(t, l, "help\r\n"); !strings.Contains(got, "\r\n%   Questions - 1 a second.\r\n") || strings.Contains(got, "available") {
		t.Errorf("heard %q", got)
	}
	line = "Questions: 2 a second."
	if got := ask(t, l, "help\r\n"); !strings.Contains(got, "\r\n%   Questions - 2 a second.\r\n") {
		t.Errorf("after a change: heard %q", got)
	}
}
