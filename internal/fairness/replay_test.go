package fairness

import (
	"fmt"
	"time"

	"registerd/ratelimit"
)

// replayed is an honest client that asks what was recorded.
type replayed struct {
	waits     bool
	questions []question
	next      int
	ready     time.Duration
	tally     tally
}

// tally is what became of its questions.
type tally struct {
	asked, answered int
	refused         map[string]int // by class and width
	paused          int
	price           float64       // the highest there was
	persons         int           // records told
	waited          time.Duration // the longest that it was told to wait
	finished        time.Duration // when the last question was answered
}

func replay(r *recording) *replayed {
	return &replayed{waits: r.waits, questions: r.week(), tally: tally{refused: make(map[string]int), price: 1}}
}

func (r *replayed) due() (time.Duration, bool) {
	if r.next == len(r.questions) {
		return 0, false
	}
	return max(r.ready, r.questions[r.next].at), true
}

func (r *replayed) act(d *desk) {
	q := r.questions[r.next]
	t := &r.tally
	t.asked += q.names
	answered, e := d.ask(q)
	if e == nil && answered < q.names {
		e = &ratelimit.Exceeded{Class: ratelimit.Availability, Budget: "part of a batch"}
	}
	t.answered += answered
	if answered > 0 {
		t.persons += q.persons
		t.finished = d.now
	}
	// Prices change slowly, and looking costs as much as asking.
	if q.window != "das" && r.next%8 == 0 {
		t.price = max(t.price, d.limiter.Standing(q.from, ratelimit.Lookup).Price, d.limiter.Standing(q.from, ratelimit.Personal).Price)
	}
	if e == nil {
		r.next++
		return
	}
	t.refused[fmt.Sprintf("%v, %s", e.Class, e.Budget)] += q.names - answered
	t.waited = max(t.waited, e.RetryAfter)
	if e.Pause {
		t.paused++
	}
	if r.waits {
		r.ready = d.now + told(e)
		return
	}
	r.next++
}

func (t *tally) refusals() int {
	n := 0
	for _, k := range t.refused {
		n += k
	}
	return n
}
