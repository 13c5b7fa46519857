package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// target is the register that the questions are about.
type target struct {
	Domains int
}

// step is one stretch of load.
type step struct {
	Window  string  // "rdap", "whois", "das" or "post"
	Address string  // of the server, host:port
	PID     int     // whose processor time and memory are read
	Zipf    bool    // few names are asked for often, and not all alike
	Rate    float64 // questions offered a second; 0 is as many as are answered
	Seconds float64 // of the part that is measured
	Bare    bool    // the server is a yardstick, which answers all alike
}

// batched reports questions about many names at once.
func (s *step) batched() bool { return s.Window == "das" || s.Window == "post" }

// result is what became of a step.
type result struct {
	Seconds  float64 // from the first measured question to the last answer
	Answered uint64  // rightly, as far as was looked
	Wrong    uint64
	Failed   uint64 // no answer, a refusal, or not even asked for want of time
	Failure  string // the first of them
	P50, P99 time.Duration
	CPU      time.Duration // of the server, for one answer
	Memory   int64         // of the server, anonymous, in bytes
}

// warmUp goes before what is measured, with the same load: connections are
// made, and the server's memory takes its size.
const warmUp = 500 * time.Millisecond

// driver asks the questions. It shares the cores with the server, so it is to
// cost little.
type driver struct {
	names   []string
	sources atomic.Uint32
}

func newDriver(t target) *driver {
	// What a driver allocates is the names, once; collecting often is for nothing.
	debug.SetGCPercent(400)
	d := &driver{names: make([]string, t.Domains)}
	register := synthetic(t.Domains)
	for i := range d.names {
		d.names[i] = string(register.Name(i))
	}
	return d
}

// exponent is that of the Zipf mix: the most popular of a million names gets
// some 12 % of the questions, and the first hundred half of them.
const exponent = 1.1

// names returns a chooser of names for one worker.
func (d *driver) chooser(s step, worker int) func() string {
	random := rand.New(rand.NewPCG(uint64(s.Rate), uint64(worker)))
	if !s.Zipf {
		return func() string { return d.names[random.IntN(len(d.names))] }
	}
	zipf := rand.NewZipf(random, exponent, 1, uint64(len(d.names)-1))
	return func() string { return d.names[zipf.Uint64()] }
}

// dial connects from one of many addresses of loopback: a server that limits
// by network then has several to count, and no address runs out of ports.
func (d *driver) dial(address string, until time.Time) (net.Conn, error) {
	to, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		return nil, err
	}
	n := d.sources.Add(1)
	from := &net.TCPAddr{IP: net.IPv4(127, 0, byte(1+n%8), byte(1+n/8%8))}
	c, err := net.DialTCP("tcp4", from, to)
	if err != nil {
		return nil, err
	}
	if err := c.SetDeadline(until); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// meter reads the server's processor time over a stretch.
type meter struct {
	pid   int
	began time.Time
	used  time.Duration
	err   error
}

func (m *meter) start() {
	m.used, m.err = processorTime(m.pid)
	m.began = time.Now()
}

// finish completes a result by what the server spent, for so many answers.
func (m *meter) finish(r *result, answers uint64) {
	r.Seconds = time.Since(m.began).Seconds()
	used, err := processorTime(m.pid)
	if err == nil && m.err == nil && answers > 0 {
		r.CPU = (used - m.used) / time.Duration(answers)
		r.Memory, err = anonymous(m.pid)
	}
	if m.err != nil {
		err = m.err
	}
	if err != nil {
		r.fail(fmt.Errorf("measuring the server: %w", err))
	}
}

func (r *result) rate() float64 { return float64(r.Answered) / r.Seconds }

func (r *result) fail(err error) {
	if r.Failed++; r.Failure == "" {
		r.Failure = err.Error()
	}
}

// part is what one worker found. Workers do not share it.
type part struct {
	result
	times histogram
	_     [64]byte
}

func total(parts []part) (r result) {
	var times histogram
	for i := range parts {
		p := &parts[i]
		r.Answered, r.Wrong, r.Failed = r.Answered+p.Answered, r.Wrong+p.Wrong, r.Failed+p.Failed
		if r.Failure == "" {
			r.Failure = p.Failure
		}
		times.merge(&p.times)
	}
	r.P50, r.P99 = times.quantile(0.50), times.quantile(0.99)
	return r
}
