package quota_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"registerd/disclose"
	"registerd/quota"
	"registerd/ratelimit"
)

func TestTheLinesSayWhatIsLeftAndWhyItIsDearer(t *testing.T) {
	usual := ratelimit.Standing{Class: ratelimit.Lookup, Budget: "IPv4 /32 network", Quota: 60, Window: time.Minute, Left: 60, Price: 1}
	for _, tt := range []struct {
		change func(*ratelimit.Standing)
		want   string
	}{
		{func(*ratelimit.Standing) {}, "60 of 60 questions are left (IPv4 /32 network)"},
		{func(s *ratelimit.Standing) { s.Left, s.Full = 41, 18500*time.Millisecond }, "41 of 60 questions are left, all again in 19 seconds (IPv4 /32 network)"},
		{func(s *ratelimit.Standing) { s.Left, s.More, s.Full = 0, time.Second, time.Minute }, "0 of 60 questions are left, one more in 1 second, all again in 60 seconds (IPv4 /32 network)"},
		{func(s *ratelimit.Standing) { s.Left, s.More, s.Full, s.Pause = 0, time.Hour, 61*time.Minute, true },
			"0 of 60 questions are left, one more in 60 minutes, all again in 61 minutes (IPv4 /32 network). It is a pause, since questions went on over the budget; it ends by waiting, and the next one is longer"},
	} {
		s := usual
		tt.change(&s)
		if got := quota.Lines([]ratelimit.Standing{s}); !slices.Equal(got, []string{tt.want}) {
			t.Errorf("it says\n%q, want\n%q", got, tt.want)
		}
	}
	watched, personal := usual, usual
	watched.Price, personal.Class, personal.Price = 4, ratelimit.Personal, 4
	if got := quota.Lines([]ratelimit.Standing{watched, personal}); len(got) != 3 || !strings.Contains(got[2], "Each question counts as 4") {
		t.Errorf("of who is watched it says %q", got)
	}
	personal.Price = 80
	if got := quota.Lines([]ratelimit.Standing{watched, personal}); len(got) != 4 || !strings.Contains(got[3], "Each record of a person counts as 80") {
		t.Errorf("of a common budget that is used up it says %q", got)
	}
}

func TestATimeIsInWordsAndRoundedUp(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "1 second", time.Millisecond: "1 second", 119500 * time.Millisecond: "120 seconds", 121 * time.Second: "3 minutes",
		time.Hour: "60 minutes", 2*time.Hour + time.Second: "3 hours", 24 * time.Hour: "24 hours", 49 * time.Hour: "3 days",
	} {
		if got := quota.Span(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestTheEndOfABlockIsNeverToldTooEarly(t *testing.T) {
	for end, want := range map[time.Duration]string{0: "12.00 UTC", time.Nanosecond: "12.01 UTC", 51 * time.Second: "12.01 UTC"} {
		until := time.Date(2027, 3, 4, 13, 0, 0, 0, time.FixedZone("CET", 3600)).Add(end)
		why := quota.Why(&ratelimit.Exceeded{Block: &ratelimit.Block{Until: until}}, "")
		if !strings.HasSuffix(why[0], "until 2027-03-04 "+want) {
			t.Errorf("%v after noon it says %q, want %s", end, why[0], want)
		}
	}
}

// Every sentence may stand in any window, and programs read some of them.
func TestNoSentenceReadsAsAnAnswer(t *testing.T) {
	var all []string
	for class := ratelimit.Lookup; class <= ratelimit.Miss; class++ {
		for _, of := range []struct {
			budget string
			whose  ratelimit.Whose
		}{
			{"IPv4 /32 network", ratelimit.Own}, {"account", ratelimit.Own}, {"IPv4 /24 network", ratelimit.Neighbours},
			{"IPv6 /64 network", ratelimit.Newcomers}, {"whole server", ratelimit.Everybody},
		} {
			for _, pause := range []bool{false, true} {
				x := &ratelimit.Exceeded{RetryAfter: time.Minute, Budget: of.budget, Whose: of.whose, Class: class, Pause: pause}
				all = append(all, quota.Why(x, "ask with --no-personal")...)
				all = append(all, quota.Lines([]ratelimit.Standing{{Class: class, Budget: of.budget, Quota: 9, Window: time.Minute, More: time.Hour, Full: time.Hour, Price: 2, Pause: pause}})...)
			}
		}
	}
	block := &ratelimit.Exceeded{Block: &ratelimit.Block{Reason: "copying", Until: time.Now()}}
	all = append(all, quota.Why(block, "")...)
	for _, s := range all {
		if word, is := disclose.ReadsAsAnswer(s); is || strings.HasSuffix(s, ".") {
			t.Errorf("%q holds %q, or ends in a full stop", s, word)
		}
	}
	if len(all) < 100 {
		t.Errorf("only %d sentences were looked at", len(all))
	}
}

func TestWhoIsOutOfPersonsIsToldHowToAskWithoutThem(t *testing.T) {
	x := &ratelimit.Exceeded{RetryAfter: time.Minute, Budget: "IPv4 /32 network", Class: ratelimit.Personal}
	if why := strings.Join(quota.Why(x, "ask with fieldSet=brief"), "\n"); !strings.Contains(why, "ask with fieldSet=brief") {
		t.Errorf("it says %q", why)
	}
	if why := strings.Join(quota.Why(x, ""), "\n"); strings.Contains(why, "no person") {
		t.Errorf("a window that has no way says %q", why)
	}
}
