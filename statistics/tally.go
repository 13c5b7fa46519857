package statistics

import (
	"context"
	"errors"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
)

// Asked is what is counted of a question: words of the program, and nothing of what was
// asked or of who asked.
type Asked struct {
	Window, Kind, Audience, Outcome string
	Refused                         string // the limit that refused; "" for none
}

// Failed is the outcome of a question that the server failed to answer.
const Failed = "failed"

// slowAfter is what an answer may take (ICANN, base registry agreement, specification 10:
// at most 2 seconds for 95 % of the questions of WHOIS).
const slowAfter = 2 * time.Second

// amount is of questions that are alike.
type amount struct{ Number, Slow int64 }

// live is an amount that questions add to.
type live struct{ number, slow atomic.Int64 }

// minutes are those of a day, a bit each. To set one twice is to set it once: a clock
// that goes back counts nothing again.
type minutes [24 * 60 / 8]byte

func (m *minutes) set(t time.Time) {
	at := t.UTC().Hour()*60 + t.UTC().Minute()
	m[at/8] |= 1 << (at % 8)
}

func (m *minutes) join(other *minutes) {
	for i := range m {
		m[i] |= other[i]
	}
}

func (m *minutes) count() (n int) {
	for _, b := range m {
		n += bits.OnesCount8(b)
	}
	return n
}

// counted is what is to be written of a day.
type counted struct {
	asked       map[Asked]amount
	up, failing minutes
}

// Tally counts questions, in memory until Flush. It is safe for concurrent use.
type Tally struct {
	file  *File
	now   func() time.Time
	asked sync.Map // Asked to *live

	mu    sync.Mutex
	since time.Time           // what is in asked was counted from then on
	owed  map[string]*counted // what was not written yet, by day
}

// NewTally counts into a file. The clock's times have a monotonic reading.
func NewTally(file *File, now func() time.Time) (*Tally, error) {
	if file == nil || now == nil {
		return nil, errors.New("statistics: no file or no clock given")
	}
	return &Tally{file: file, now: now, since: now(), owed: map[string]*counted{}}, nil
}

// Count counts a question that took so long.
func (t *Tally) Count(a Asked, took time.Duration) {
	kept, ok := t.asked.Load(a)
	if !ok {
		kept, _ = t.asked.LoadOrStore(a, new(live))
	}
	n := kept.(*live)
	n.number.Add(1)
	if took > slowAfter {
		n.slow.Add(1)
	}
}

// Flush writes what was counted since the last time, as of the day in which that was:
// who flushes when a day begins has the days apart. What cannot be written is written
// with what comes later.
func (t *Tally) Flush(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	failed := t.collect()
	for _, at := range passed(t.since, now) {
		day := t.day(at)
		day.up.set(at)
		if failed {
			day.failing.set(at)
		}
	}
	t.since = now
	if err := t.file.add(ctx, t.owed); err != nil {
		return err
	}
	clear(t.owed)
	return nil
}

func (t *Tally) day(at time.Time) *counted {
	day := dayOf(at)
	if t.owed[day] == nil {
		t.owed[day] = &counted{asked: map[Asked]amount{}}
	}
	return t.owed[day]
}

// collect moves what was counted to the day it is of, and reports whether a question
// failed.
func (t *Tally) collect() (failed bool) {
	day := t.day(t.since)
	t.asked.Range(func(key, value any) bool {
		a, n := key.(Asked), value.(*live)
		// A slow one is in number before it is in slow: the other way it could be slow
		// and not be there.
		slow := n.slow.Swap(0)
		more := amount{Number: n.number.Swap(0), Slow: slow}
		if more.Number > 0 || more.Slow > 0 {
			sum := day.asked[a]
			day.asked[a] = amount{sum.Number + more.Number, sum.Slow + more.Slow}
			failed = failed || a.Outcome == Failed
		}
		return true
	})
	return failed
}

// longest is the longest time between two flushes in which a server is taken to have
// run: when the machine slept, it did not.
const longest = 5 * time.Minute

// passed are the minutes between two times, each by a time in it: of a clock that was
// set meanwhile, only the last. A minute of which it is the first second counts with the
// next flush.
func passed(from, to time.Time) []time.Time {
	wall, ran := to.Round(0).Sub(from.Round(0)), to.Sub(from)
	if wall < 0 || wall > longest || (wall-ran).Abs() > time.Second {
		return []time.Time{to}
	}
	last := to.Add(-time.Second)
	if last.Before(from) {
		last = from
	}
	var out []time.Time
	for at := from.Truncate(time.Minute); !at.After(last); at = at.Add(time.Minute) {
		out = append(out, at)
	}
	return out
}
