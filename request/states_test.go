package request

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What can be done in which state; "-" leaves it as it is, "" cannot be done. Grant
// and Propose are one command, without a second approver and with one.
var table = []struct {
	action Action

	received, taken, proposed, granted, refused, closed State
}{
	{Attach, "-", "-", "", "", "", ""},
	{Take, Taken, Taken, Taken, "", "", ""},
	{Extend, "-", "-", "-", "", "", ""},
	{Grant, Granted, Granted, "", "", "", ""},
	{Propose, Proposed, Proposed, "", "", "", ""},
	{Approve, "", "", Granted, "", "", ""},
	{Refuse, Refused, Refused, Refused, "", "", ""},
	{Close, Closed, Closed, Closed, Closed, "", ""},
	{PickUp, "", "", "", "-", "", ""},
	{Renew, "", "", "", "-", "", ""},
	{Read, "-", "-", "-", "-", "-", "-"},
}

func TestWhatCanBeDoneInWhichState(t *testing.T) {
	for _, row := range table {
		for from, to := range map[State]State{
			Received: row.received, Taken: row.taken, Proposed: row.proposed, Granted: row.granted, Refused: row.refused, Closed: row.closed,
		} {
			t.Run(string(row.action)+" when "+string(from), func(t *testing.T) {
				var edit []func(*Config)
				if from == Proposed || row.action == Propose {
					edit = append(edit, twoEyes)
				}
				s := newScene(t, edit...)
				r := s.bring(from, row.action)
				before := len(s.steps)
				err := s.does(row.action, r)
				got := s.show(r.Number).State
				switch {
				case to == "":
					if err == nil || got != from || len(s.steps) != before {
						t.Errorf("it was done: %v, now %s, %d steps recorded", err, got, len(s.steps)-before)
					}
				case err != nil:
					t.Error(err)
				case to == "-" && got != from || to != "-" && got != to:
					t.Errorf("it is %s now", got)
				case len(s.steps) != before+1 || s.steps[before].Action != row.action || s.steps[before].Number != r.Number:
					t.Errorf("recorded: %+v", s.steps[before:])
				}
			})
		}
	}
}

// bring makes a request of a state, and so that nothing but the state is in the way
// of what comes next.
func (s *scene) bring(to State, next Action) Receipt {
	s.t.Helper()
	r := s.submit()
	if next == Read {
		s.must(s.attach(r.Secret))
	}
	for _, a := range map[State][]Action{
		Taken: {Take}, Proposed: {Propose}, Granted: {Grant}, Refused: {Refuse}, Closed: {Close},
	}[to] {
		s.must(s.does(a, r))
	}
	if to == Granted && s.cfg.SecondApprover {
		s.must(s.does(Approve, r))
	}
	if next == Renew && to == Granted {
		s.must(s.does(PickUp, r))
	}
	return r
}

// A model of one request is led through everything in any order, with time passing
// and the journal failing now and then.
func TestARequestIsWhatItsStepsMakeOfIt(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var edit []func(*Config)
		if rapid.Bool().Draw(r, "second approver") {
			edit = append(edit, twoEyes)
		}
		s := newScene(t, edit...)
		receipt := s.submit()
		m := model{state: Received, ends: time.Time{}}
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			a := rapid.SampledFrom([]Action{Attach, Take, Extend, Grant, Approve, Refuse, Close, PickUp, Renew, Read}).Draw(r, "action")
			if a == Grant && s.cfg.SecondApprover {
				a = Propose
			}
			s.now = s.now.Add(time.Duration(rapid.IntRange(0, 80).Draw(r, "hours")) * time.Hour)
			s.deaf = nil
			if rapid.IntRange(0, 5).Draw(r, "journal") == 0 {
				s.deaf = errors.New("the disk is full")
			}
			want := s.deaf == nil && m.may(a, s.now, s.show(receipt.Number))
			before := len(s.steps)
			err := s.does(a, receipt)
			if (err == nil) != want {
				// An attachment that is there is taken again without a record.
				if !(a == Attach && m.attached && m.state.Open() && m.state != Proposed && err == nil) {
					r.Fatalf("%s at %s in %+v: %v, want done %t", a, s.now, m, err, want)
				}
				continue
			}
			if done := len(s.steps) - before; want && done > 1 || !want && done != 0 {
				r.Fatalf("%s: %d steps recorded, done %t", a, done, want)
			}
			if want {
				m.does(a, s.now)
			}
			s.deaf = nil
			m.check(r, s, receipt)
		}
	})
}

type model struct {
	state    State
	attached bool
	picked   bool
	made     time.Time // the proposal
	ends     time.Time // of the grant
}

func (m *model) may(a Action, now time.Time, r *Request) bool {
	_, may := moves[m.state][a]
	switch {
	case !may:
		return false
	case a == Extend:
		until := r.Due.Add(24 * time.Hour)
		return until.After(now) && !until.After(r.Received.Add(maxExtension))
	case a == Approve:
		return now.Before(m.made.Add(7 * 24 * time.Hour))
	case a == PickUp:
		return !m.picked && now.Before(m.ends)
	case a == Renew:
		return m.picked && now.Before(m.ends)
	case a == Read:
		return m.attached
	}
	return true
}

func (m *model) does(a Action, now time.Time) {
	if next := moves[m.state][a]; next != stays {
		m.state = next
	}
	switch a {
	case Attach:
		m.attached = true
	case Propose:
		m.made = now
	case Grant:
		m.ends = now.Add(7 * 24 * time.Hour)
	case Approve:
		m.ends = m.made.Add(7 * 24 * time.Hour)
	case PickUp:
		m.picked = true
	case Renew:
		m.picked = false
	}
}

func (m *model) check(r *rapid.T, s *scene, receipt Receipt) {
	got := s.show(receipt.Number)
	open := len(s.openings()) > 0
	status, err := s.StateFor(s.t.Context(), receipt.Secret)
	switch {
	case got.State != m.state || err != nil:
		r.Fatalf("it is %s, want %s; %v", got.State, m.state, err)
	case open != (m.state == Granted && m.picked && s.now.Before(m.ends)):
		r.Fatalf("a token opens: %t, in %+v at %s", open, *m, s.now)
	case status.Token != (m.state == Granted && !m.picked && s.now.Before(m.ends)):
		r.Fatalf("a token waits: %t, in %+v", status.Token, *m)
	case m.state.Open() == !got.Decided.IsZero() || m.state.Open() == (got.Outcome != ""):
		r.Fatalf("%s was decided at %s as %q", got.State, got.Decided, got.Outcome)
	case !m.state.Open() && got.Replied.IsZero():
		r.Fatal("it was decided, and there is no reply")
	case status.State == Proposed:
		r.Fatal("the requester is told of a proposal")
	}
}

func TestNothingComesBackFromAnEnd(t *testing.T) {
	for _, end := range []State{Granted, Refused, Closed} {
		for a, to := range moves[end] {
			if to.Open() {
				t.Errorf("%s leads from %s to %s", a, end, to)
			}
		}
	}
}
