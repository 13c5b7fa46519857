package request

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// reminded are the reminders that are given now.
func (s *scene) reminded() (all []Reminder) {
	s.t.Helper()
	s.must(s.Remind(s.t.Context(), func(r Reminder) error { all = append(all, r); return nil }))
	return all
}

func TestTheClockRemindsOnceAtEachHour(t *testing.T) {
	s := newScene(t)
	urgent := submission()
	urgent.Urgent, urgent.Urgency = true, "A shop sells bad medicine"
	r := s.submitAs(urgent)
	given := map[time.Duration]bool{}
	for at := range 2 * 100 {
		s.now = monday.Add(time.Duration(at) * 30 * time.Minute)
		for _, got := range s.reminded() {
			since := s.now.Sub(monday)
			want := Reminder{
				Number: r.Number, State: Received, Urgent: true, Due: r.Due, Left: 72*time.Hour - since, New: since == 0, Late: since == 72*time.Hour,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("after %s: %s", since, diff)
			}
			given[since] = true
		}
	}
	want := map[time.Duration]bool{0: true, 24 * time.Hour: true, 48 * time.Hour: true, 60 * time.Hour: true, 72 * time.Hour: true}
	if diff := cmp.Diff(want, given); diff != "" {
		t.Error(diff)
	}
}

func TestAfterAStandstillOneReminderIsEnough(t *testing.T) {
	s := newScene(t)
	s.submit()
	s.now = monday.Add(61 * time.Hour)
	got := s.reminded()
	if len(got) != 1 || got[0].Left != 11*time.Hour || !got[0].New {
		t.Errorf("%+v", got)
	}
	if again := s.reminded(); len(again) != 0 {
		t.Errorf("again: %+v", again)
	}
}

func TestAReminderThatFailsIsTriedAgain(t *testing.T) {
	s := newScene(t)
	s.submit()
	deaf := errors.New("nobody hears")
	if err := s.Remind(t.Context(), func(Reminder) error { return deaf }); !errors.Is(err, deaf) {
		t.Errorf("%v", err)
	}
	if got := s.reminded(); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestAnExtensionDuringAReminderIsNotLost(t *testing.T) {
	s := newScene(t)
	r := s.submit()
	until := monday.Add(240 * time.Hour)
	s.now = monday.Add(61 * time.Hour)
	s.must(s.Remind(t.Context(), func(Reminder) error {
		return s.Extend(t.Context(), r.Number, "anna", until, "We hear the holder")
	}))
	s.now = until.Add(-48 * time.Hour)
	if got := s.reminded(); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestOfWhatIsDecidedNobodyIsReminded(t *testing.T) {
	for _, a := range []Action{Grant, Refuse, Close} {
		s := newScene(t)
		s.must(s.does(a, s.submit()))
		s.now = monday.Add(100 * time.Hour)
		if got := s.reminded(); len(got) != 0 {
			t.Errorf("%s: %+v", a, got)
		}
	}
}

func TestAnExtensionSetsTheClockAndIsNoWayOutOfABreach(t *testing.T) {
	s := newScene(t)
	in, out := s.submit(), s.submitAs(func() Submission { x := submission(); x.Why += " Two."; return x }())
	s.now = monday.Add(61 * time.Hour)
	s.reminded()
	until := monday.Add(240 * time.Hour)
	s.now = monday.Add(71 * time.Hour)
	s.must(s.Extend(t.Context(), in.Number, "anna", until, "We hear the holder"))
	s.now = monday.Add(73 * time.Hour)
	s.must(s.Extend(t.Context(), out.Number, "anna", until, "We hear the holder"))
	if got := s.reminded(); len(got) != 0 {
		t.Errorf("at once: %+v", got)
	}
	if got, err := s.StateFor(t.Context(), in.Secret); err != nil || got.Extension != "We hear the holder" || !got.Due.Equal(until) {
		t.Errorf("the requester is told %+v, %v", got, err)
	}
	if w, err := s.Waiting(t.Context()); err != nil || w.Open != 2 || w.In[Received] != 2 || w.Late != 1 || w.Oldest != 73*time.Hour {
		t.Errorf("%+v, %v", w, err)
	}
	s.now = until.Add(-12 * time.Hour)
	if got := s.reminded(); len(got) != 2 || got[0].Left != 12*time.Hour || got[0].New {
		t.Errorf("12 hours before: %+v", got)
	}
	s.now = until.Add(time.Second)
	if w, err := s.Waiting(t.Context()); err != nil || w.Late != 2 {
		t.Errorf("after it: %+v, %v", w, err)
	}
}

func TestAnExtensionIsLaterWithAReasonAndWithinAMonth(t *testing.T) {
	s := newScene(t)
	r := s.submit()
	for what, e := range map[string]struct {
		until  time.Time
		reason string
	}{
		"earlier":          {r.Due, "We hear the holder"},
		"in two months":    {monday.Add(maxExtension + time.Second), "We hear the holder"},
		"without reason":   {r.Due.Add(time.Hour), ""},
		"for a non-reason": {r.Due.Add(time.Hour), "--"},
	} {
		var wrong *InvalidError
		if err := s.Extend(t.Context(), r.Number, "anna", e.until, e.reason); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestTheListHasUrgentOnesFirstThenThoseDueFirst(t *testing.T) {
	s := newScene(t)
	var numbers []string
	for i, urgent := range []bool{false, false, true, false} {
		s.now = monday.Add(time.Duration(i) * time.Hour)
		sub := submission()
		sub.Why += string(rune('a' + i))
		if urgent {
			sub.Urgent, sub.Urgency = true, "A shop sells bad medicine"
		}
		numbers = append(numbers, s.submitAs(sub).Number)
	}
	s.must(s.Refuse(t.Context(), numbers[0], Refusal{By: "anna", Reason: "No ground is named"}))
	list := func(all bool) (out []string) {
		found, err := s.List(t.Context(), all)
		s.must(err)
		for _, r := range found {
			out = append(out, r.Number)
		}
		return out
	}
	if diff := cmp.Diff([]string{numbers[2], numbers[1], numbers[3]}, list(false)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{numbers[2], numbers[1], numbers[3], numbers[0]}, list(true)); diff != "" {
		t.Error(diff)
	}
}

func TestTheNumbersOfTheTransparencyReport(t *testing.T) {
	s := newScene(t)
	ask := func(kind Kind, country string, urgent bool) string {
		sub := submission()
		sub.Requester.Kind, sub.Requester.Country = kind, country
		sub.Why += time.Duration(len(s.steps)).String()
		if urgent {
			sub.Urgent, sub.Urgency = true, "A shop sells bad medicine"
		}
		return s.submitAs(sub).Number
	}
	ctx := t.Context()
	full, part := ask(KindAuthority, "DK", true), ask(KindAuthority, "SE", false)
	no, none := ask(KindOther, "US", false), ask(KindOther, "DK", false)
	ask(KindOther, "CH", false) // nobody looks at it

	s.now = monday.Add(2 * time.Hour)
	s.mustGrant(full, "anna")
	s.now = monday.Add(10 * time.Hour)
	s.must(s.Extend(ctx, part, "anna", monday.Add(200*time.Hour), "We hear the holder"))
	s.must(s.End(ctx, none, "anna", "Withdrawn"))
	s.now = monday.Add(73 * time.Hour)
	s.must(s.Refuse(ctx, no, Refusal{By: "anna", Reason: "No ground is named"}))
	s.now = monday.Add(100 * time.Hour)
	d := decision("anna", s.now)
	d.Fields[0] = FieldDecision{Field: d.Fields[0].Field, Reason: "Not needed"}
	_, err := s.Grant(ctx, part, d)
	s.must(err)
	s.now = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	ask(KindResearcher, "DK", false) // in the next month

	want := []Numbers{
		{
			Kind: KindAuthority, Received: 2, Urgent: 1, InEEA: 2, Granted: 1, Partly: 1, Extended: 1,
			Reply: Times{6, 10}, Decision: Times{51, 100},
		}, {
			Kind: KindOther, Received: 3, InEEA: 1, Outside: 2, Refused: 1, Closed: 1, Waiting: 1, Breaches: 2,
			Reply: Times{41.5, 73}, Decision: Times{41.5, 73},
		}, {
			Received: 5, Urgent: 1, InEEA: 3, Outside: 2, Granted: 1, Partly: 1, Refused: 1, Closed: 1, Waiting: 1, Extended: 1, Breaches: 2,
			Reply: Times{10, 73}, Decision: Times{41.5, 100},
		},
	}
	month := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	check := func(when string) {
		t.Helper()
		got, err := s.Statistics(ctx, month, month.AddDate(0, 1, 0))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", when, err, diff)
		}
	}
	check("before")
	s.now = s.now.Add(2 * defaultKeep)
	if n, err := s.Expire(ctx); err != nil || n != 4 {
		t.Fatalf("erased %d, %v", n, err)
	}
	check("after what was sealed is erased")
}
