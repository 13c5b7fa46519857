package lookup_test

import (
	"registerd/access"
	"registerd/lookup"
	"registerd/ratelimit"
)

// spent is what something cost, by class of budgets.
type spent [ratelimit.Miss + 1]int

// limited opens the desk with budgets that nobody uses up and that are the same
// for accounts, but for what is changed of them. The clock stands: nothing comes
// back.
func (s *scene) limited(change func(*ratelimit.Settings)) {
	s.t.Helper()
	limits := ratelimit.Defaults()
	limits.Memory, limits.Now = 4<<20, s.config.Now
	limits.Account, limits.Watch.Off = 1, true
	for class := range limits.Budgets {
		limits.Budgets[class] = ratelimit.Budget{Rate: 1, Burst: 1_000_000}
	}
	change(&limits.Settings)
	l, err := ratelimit.New(limits)
	if err != nil {
		s.t.Fatal(err)
	}
	s.config.Limiter = l
	s.reopen()
}

// spends is what a caller pays for something.
func (s *scene) spends(c access.Caller, something func()) (out spent) {
	s.t.Helper()
	before := s.left(c)
	something()
	after := s.left(c)
	for class := range out {
		out[class] = before[class] - after[class]
	}
	return out
}

func (s *scene) left(c access.Caller) (out spent) {
	s.t.Helper()
	for class := range out {
		standing := s.Standing(c, ratelimit.Class(class))
		if standing.Quota == 0 {
			s.t.Fatalf("%s are without a limit", standing.Class)
		}
		out[class] = standing.Left
	}
	return out
}

// observed makes the desk tell of every question, from its next opening on.
func (s *scene) observed() *[]lookup.Observation {
	var all []lookup.Observation
	s.config.Observe = func(o lookup.Observation) { all = append(all, o) }
	return &all
}
