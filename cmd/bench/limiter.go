package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"text/tabwriter"
	"time"

	"registerd/ratelimit"
)

// networks is how many IPv6 /64s ask one question each of a table of the usual size.
const networks = 10_000_000

// printLimiter measures the limiter inside this process, as processor time: every
// question waits for it once to be admitted and once to be charged.
func printLimiter(to io.Writer) {
	c := ratelimit.Defaults()
	still := time.Now()
	c.Now = func() time.Time { return still }
	one := ratelimit.Client{Addr: netip.MustParseAddr("2001:db8::1")}
	spent := limiterOf(c)
	for admitted(spent, one) {
	}
	c.Server = ratelimit.Budget{Rate: 1e6, Burst: 1 << 30}
	full := limiterOf(c)
	filling := perCall(networks, many(), full)

	c.Now = time.Now
	for class := range c.Budgets {
		c.Budgets[class] = ratelimit.Budget{Rate: 1e4, Burst: 1 << 24}
	}
	const rounds = 1_000_000
	fmt.Fprintln(to)
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "limiter, ns for a question\tns\t")
	fmt.Fprintf(w, "one IPv6 client\t%.0f\t\n", perCall(rounds, func() ratelimit.Client { return one }, limiterOf(c)))
	fmt.Fprintf(w, "many IPv6 clients\t%.0f\t\n", perCall(rounds, many(), limiterOf(c)))
	fmt.Fprintf(w, "refused\t%.0f\t\n", perCall(rounds, func() ratelimit.Client { return one }, spent))
	fmt.Fprintf(w, "ten million /64s in an instant\t%.0f\t\n", filling)
	w.Flush()
	fmt.Fprintf(to, "table of %.0f MiB, %.0f %% full after those ten million\n", mib(full.Memory()), 100*full.Fill())
}

// limiterOf makes a limiter of what is known to be right.
func limiterOf(c ratelimit.Config) *ratelimit.Limiter {
	l, err := ratelimit.New(c)
	if err != nil {
		panic(err)
	}
	return l
}

// admitted asks a question, and charges it as the desk does.
func admitted(l *ratelimit.Limiter, c ratelimit.Client) bool {
	ticket, err := l.Admit(c, ratelimit.Lookup)
	if err != nil {
		return false
	}
	return ticket.Charge(ratelimit.Cost{Personal: 1, About: "shop.example"}) == nil
}

// many are clients of which each is in a /64 of its own, anywhere.
func many() func() ratelimit.Client {
	random := rand.New(rand.NewPCG(6, 6))
	return func() ratelimit.Client {
		var a [16]byte
		binary.BigEndian.PutUint64(a[:], 0x2000<<48|random.Uint64()>>3)
		return ratelimit.Client{Addr: netip.AddrFrom16(a)}
	}
}

// perCall is the processor time of one question, in nanoseconds.
func perCall(n int, client func() ratelimit.Client, l *ratelimit.Limiter) float64 {
	began := ownTime()
	for range n {
		admitted(l, client())
	}
	return float64(ownTime()-began) / float64(n)
}
