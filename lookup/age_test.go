package lookup_test

import (
	"testing"
	"time"

	"registerd/lookup"
)

// TestDataIsSaidToBeLateAsSoonAsItIs, and no longer than it is: answers that are kept
// ready are no exception. Without a longest age, none is too old.
func TestDataIsSaidToBeLateAsSoonAsItIs(t *testing.T) {
	s := newScene(t)
	clock := now
	s.config.Now = func() time.Time { return clock }
	s.config.Published.MaxAge = time.Hour
	s.reopen()
	ready, err := s.Ready(t.Context())
	if err != nil || ready.Watermark.IsZero() {
		t.Fatalf("as of %v, %v", ready.Watermark, err)
	}
	for _, step := range []struct {
		age  time.Duration
		most time.Duration
		late bool
	}{
		{time.Hour, time.Hour, false}, {time.Hour + time.Second, time.Hour, true}, {2 * time.Hour, time.Hour, true},
		{-time.Hour, time.Hour, false}, {time.Hour + time.Second, time.Hour, true}, {time.Hour + time.Second, 0, false},
	} {
		clock = ready.Watermark.Add(step.age)
		if s.config.Published.MaxAge != step.most {
			s.config.Published.MaxAge = step.most
			if err := s.Publish(s.config.Published); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // the second time it is kept
			a, err := s.Domain(t.Context(), s.ask(public, "shop.example"))
			if err != nil {
				t.Fatal(err)
			}
			out := a.Write(func(a *lookup.DomainAnswer) lookup.Written {
				if a.About.Stale {
					return lookup.Written{Body: []byte("late")}
				}
				return lookup.Written{Body: []byte("fresh")}
			})
			if late := string(out.Body) == "late"; late != step.late || a.About.Stale != step.late {
				t.Errorf("data of %v, when %v is the most: answered %s, %v", step.age, step.most, out.Body, a.About.Stale)
			}
		}
		if got := s.About().Stale; got != step.late {
			t.Errorf("data of %v, when %v is the most: refusals say %v", step.age, step.most, got)
		}
	}
}

// TestAHeldDeskSaysOneThing whatever is published meanwhile, and is given anew to who
// asks again.
func TestAHeldDeskSaysOneThing(t *testing.T) {
	s := newScene(t)
	held, p := s.Held(), s.config.Published
	p.Operator.Name = "Another Registry"
	if err := s.Publish(p); err != nil {
		t.Fatal(err)
	}
	a, err := held.Domain(t.Context(), s.ask(public, "shop.example"))
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string]string{
		"answer": a.About.Operator.Name, "refusal": held.About().Operator.Name, "held again": held.Held().About().Operator.Name,
	} {
		if got != "Example Registry" {
			t.Errorf("%s: kept by %s", what, got)
		}
	}
	if got := s.Held().About().Operator.Name; got != p.Operator.Name {
		t.Errorf("afterwards: kept by %s", got)
	}
}
