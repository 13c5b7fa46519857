package main

import (
	"errors"
	"fmt"
	"time"
)

const (
	late  = 50 * time.Millisecond // a rate whose 99th percentile is above it does not hold
	near  = 1.1                   // the search ends when what fails is so near to what holds
	calm  = 0.7                   // of the best rate: where times are measured
	tries = 2                     // the machine is shared, and a hiccup is not a limit
)

// figures are what is told of one server and one kind of question.
type figures struct {
	Best float64 // the highest rate that held, answers a second
	Flat result  // with the next question asked as soon as one was answered
	Calm result  // at the calm rate
}

// measure finds what a server costs when it is busy throughout, the highest
// rate that it holds, and what it is like a good way below that. There is no
// rate to availability: its batches are asked flat out only.
func (t *bout) measure(s step) (f figures, err error) {
	s.Seconds = t.seconds
	if f.Flat, err = t.step(s); err != nil {
		return f, err
	}
	if s.batched() {
		f.Best, f.Calm = f.Flat.rate(), f.Flat
		return f, nil
	}
	if f.Best, err = t.highest(s, f.Flat.rate()); err != nil {
		return f, err
	}
	s.Rate, s.Seconds = calm*f.Best, 2*t.seconds
	f.Calm, err = t.step(s)
	return f, err
}

// highest doubles the rate until it does not hold, and then halves the
// distance. It begins at half of what was answered flat out.
func (t *bout) highest(s step, flat float64) (float64, error) {
	holds, fails := 0.0, 0.0
	for fails == 0 || fails/holds > near {
		s.Rate = max(flat/2, 2*holds)
		if fails > 0 {
			s.Rate = (holds + fails) / 2
		}
		held, err := t.held(s)
		switch {
		case err != nil:
			return 0, err
		case held:
			holds = s.Rate
		case s.Rate > flat/100:
			fails = s.Rate
		default:
			return 0, fmt.Errorf("not even %.0f questions a second were answered in time", s.Rate)
		}
	}
	return holds, nil
}

// held tells whether a rate was answered in time and without failures.
func (t *bout) held(s step) (bool, error) {
	for range tries {
		r, err := t.step(s)
		if err != nil {
			return false, err
		}
		if r.Failed == 0 && r.P99 <= late {
			return true, nil
		}
	}
	return false, nil
}

// step has the driver take one step.
func (t *bout) step(s step) (r result, err error) {
	if err := t.driver.ask(s, &r); err != nil {
		return r, err
	}
	who, offered := "registerd", "flat out"
	if s.Bare {
		who = "yardstick"
	}
	if s.Rate > 0 {
		offered = fmt.Sprintf("at %.0f/s", s.Rate)
	}
	say("%-5s %s %s: answered %.0f/s, p50 %v, p99 %v, %.1f µs of processor each, %.0f MiB, %d failed, %d wrong %s",
		s.Window, who, offered, r.rate(), r.P50, r.P99, us(r.CPU), mib(r.Memory), r.Failed, r.Wrong, r.Failure)
	t.table.steps(s, &r)
	if r.Answered == 0 {
		return r, errors.Join(errors.New("nothing was answered"), errors.New(r.Failure))
	}
	return r, nil
}
