package whois

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"registerd/ratelimit"
)

// sampleLimits are sentences of the kind that the program publishes.
var sampleLimits = []string{
	"WHOIS and RDAP questions together: 1 a second, 60 at once.",
	"Names that are asked for their availability: 10 a second, 600 at once.",
	"Exception: Nordlys Domains has 3 times the budgets of an account.",
}

var sampleStandings = []ratelimit.Standing{
	{Class: ratelimit.Lookup, Budget: "IPv4 /32 network", Quota: 60, Window: time.Minute, Left: 41, Full: 19 * time.Second, Price: 2},
	{Class: ratelimit.Personal, Budget: "IPv4 /24 network", Quota: 1600, Window: 24 * time.Hour, More: 54 * time.Second, Full: 24 * time.Hour, Price: 40},
	{Class: ratelimit.Failure, Budget: "IPv4 /32 network", Quota: 30, Window: 5 * time.Minute, More: time.Hour, Full: 2 * time.Hour, Price: 1, Pause: true},
}

// refusals are all sorts of them, by the names of the golden files.
var refusals = map[string]*ratelimit.Exceeded{
	"limited":         {RetryAfter: time.Minute, Budget: "IPv4 /32 network", Class: ratelimit.Lookup},
	"limited-wide":    {RetryAfter: 59500 * time.Millisecond, Budget: "IPv6 /48 network", Whose: ratelimit.Neighbours, Class: ratelimit.Failure},
	"limited-pause":   {RetryAfter: time.Hour, Budget: "IPv4 /32 network", Class: ratelimit.Lookup, Pause: true},
	"limited-persons": {RetryAfter: 7 * time.Minute, Budget: "account", Class: ratelimit.Personal},
	"limited-server":  {RetryAfter: time.Second, Budget: "whole server", Whose: ratelimit.Everybody, Class: ratelimit.Lookup},
	"limited-crowd":   {RetryAfter: time.Minute, Budget: "IPv6 /64 network", Whose: ratelimit.Newcomers, Class: ratelimit.Lookup},
	"limited-block": {RetryAfter: 36 * time.Hour, Budget: "IPv4 /32 network", Class: ratelimit.Lookup,
		Block: &ratelimit.Block{Reason: "copying the register.", Until: time.Date(2026, 1, 3, 12, 0, 0, 0, time.UTC)}},
}

// The operator's reason is shown to the blocked in every window; over WHOIS only
// if nobody can take it for an answer.
func TestAReasonThatReadsAsAnAnswerIsNotShown(t *testing.T) {
	for _, reason := range []string{"The name is available", "Domain: free", "no match"} {
		x := *refusals["limited-block"]
		x.Block = &ratelimit.Block{Reason: reason, Until: x.Block.Until}
		if page := limited(exampleAbout(), &x); bytes.Contains(page, []byte(reason)) || !bytes.Contains(page, []byte("% The operator has blocked this network until 2026-01-03")) {
			t.Errorf("%q: %s", reason, page)
		}
	}
	if page := limited(exampleAbout(), refusals["limited-block"]); !bytes.Contains(page, []byte("copying the register\r\n")) {
		t.Errorf("a reason that nobody misreads is missing: %s", page)
	}
}

// What is left is told behind an answer that is kept for others, and is then a
// member of it.
func TestWhatIsLeftIsAMemberOfTheAnswer(t *testing.T) {
	form := shipped(t, "json")
	without := map[string]any{}
	for name, page := range answers(t, form) {
		if name == "organisation" {
			if err := json.Unmarshal(page, &without); err != nil {
				t.Fatal(err)
			}
		}
	}
	page := answers(t, form)["left"]
	var with map[string]any
	if err := json.Unmarshal(page, &with); err != nil {
		t.Fatalf("%v: %s", err, page)
	}
	limits, ok := with["limits"].([]any)
	if !ok || len(limits) != 2 {
		t.Fatalf("limits are %v", with["limits"])
	}
	want := map[string]any{"budget": "questions", "of": "IPv4 /32 network", "quota": "60", "window": "60", "left": "41", "full": "19", "price": "2"}
	if first, _ := limits[0].(map[string]any); !maps.Equal(first, want) {
		t.Errorf("the first is %v, want %v", limits[0], want)
	}
	delete(with, "limits")
	if len(with) != len(without) {
		t.Errorf("the members are %v, and without what is left %v", with, without)
	}
}

func TestNoLineOfThePublishedLimitsHasALabel(t *testing.T) {
	for _, form := range allShipped(t) {
		about := exampleAbout()
		about.Form = form
		for l := range strings.Lines(string(help(about))) {
			if strings.Contains(l, "together") && strings.Contains(l, ":") && !form.json {
				t.Errorf("%s: %q", form.name, l)
			}
		}
	}
}
