package main

import (
	"errors"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// asker puts questions and judges the answers: an error when there is none, or
// a refusal; wrong when it is of something else than the question.
type asker interface {
	ask(choose func() string) (right, wrong uint64, err error)
	close()
}

const (
	// workers is how many questions can be under way at once. At the rates of
	// two cores, that many only are when the server is behind already.
	workers = 128
	// lines is how many connections availability is asked on: each has many names
	// under way.
	lines = 8
	// behind is how late the questions may get before a step is given up.
	behind = time.Second
	// pause is the pacer's shortest sleep. The runtime's own timers are as
	// coarse as a millisecond.
	pause = 200 * time.Microsecond
)

var errTooLate = errors.New("the server was more than a second behind")

// take drives one step. At a rate, questions are offered steadily whatever
// becomes of them, and each one's time counts from when it was meant to be
// asked: a question that had to wait for the answers before it has waited.
// Without a rate, each worker asks as soon as it has its answer.
func (d *driver) take(s step) result {
	length := warmUp + time.Duration(s.Seconds*float64(time.Second))
	began := time.Now()
	next := func() (time.Duration, bool) { at := time.Since(began); return at, at < length }
	wait := func(from, to time.Duration) { time.Sleep(to - time.Since(began)) }
	var due chan time.Duration
	if s.Rate > 0 {
		// Room for every question of the step, so that the pacer never waits.
		due = make(chan time.Duration, int(length.Seconds()*s.Rate)+2)
		next = func() (time.Duration, bool) { at, more := <-due; return at, more }
		wait = func(from, to time.Duration) { pace(due, began, from, to, s.Rate) }
	}
	parts := make([]part, workers)
	if s.batched() {
		parts = parts[:lines]
	}
	var group sync.WaitGroup
	var measured atomic.Uint64 // answers since the meter started
	for i := range parts {
		group.Go(func() {
			a, choose := d.asker(s, began.Add(length+2*behind)), d.chooser(s, i)
			defer a.close()
			for at, more := next(); more; at, more = next() {
				measured.Add(parts[i].one(a, choose, began, at))
			}
		})
	}
	m := meter{pid: s.PID}
	wait(0, warmUp)
	measured.Store(0)
	m.start()
	wait(warmUp, length)
	if due != nil {
		close(due)
	}
	group.Wait()
	r := total(parts)
	m.finish(&r, measured.Load())
	return r
}

// one asks what is due at a time, and returns how many answers there were.
func (p *part) one(a asker, choose func() string, began time.Time, at time.Duration) uint64 {
	if time.Since(began) > at+behind {
		p.fail(errTooLate)
		return 0
	}
	right, wrong, err := a.ask(choose)
	p.Wrong += wrong
	switch {
	case err != nil:
		p.fail(err)
	case at >= warmUp:
		p.Answered += right
		p.times.add(time.Since(began) - at)
	}
	return right + wrong
}

// pace releases the questions that fall due between from and to.
func pace(due chan<- time.Duration, began time.Time, from, to time.Duration, rate float64) {
	between := float64(time.Second) / rate
	for i := 0; ; {
		now := time.Since(began)
		for ; ; i++ {
			at := from + time.Duration(float64(i)*between)
			if at >= to {
				return
			}
			if at > now {
				break
			}
			due <- at
		}
		if float64(len(due))*between > float64(behind) {
			return // lost already; what is due will be counted as too late
		}
		sleep := syscall.NsecToTimespec(int64(pause))
		_ = syscall.Nanosleep(&sleep, nil)
	}
}
