package ratelimit

import (
	"errors"
	"fmt"
	"math"
	"time"
)

const (
	minMemory = 4 << 20 // the watch takes more than half of it
	maxWidths = 4
	// A bucket that needs longer than this to fill is a ban and not a limit.
	longest = 30 * 24 * time.Hour
	// Buckets count in nanoseconds for one token; at this rate the rounding is
	// still below one in a thousand.
	maxRate = 1e6
	// Beyond this a price or a multiple is a slip of the pen.
	maxTimes = 1e6
	// What counts as one site, whether or not it has a budget.
	siteIPv4, siteIPv6 = 24, 48
)

// rules are settings made ready for use. They are never changed, only replaced.
type rules struct {
	Settings
	terms    [classes][families][maxWidths]terms
	names    [families][maxWidths]string
	networks *networks
}

// terms are those of one bucket, in the terms of the generic cell rate
// algorithm: a bucket is the time at which it will be full again (the
// theoretical arrival time, TAT), so what it owes is a time. A token is worth
// an interval, and an empty bucket owes its capacity.
type terms struct {
	interval, capacity int64 // nanoseconds
}

// termsOf are the terms of so many times a budget. The interval is rounded up:
// never faster than configured.
func termsOf(b Budget, times float64) terms {
	interval := int64(math.Ceil(float64(time.Second) / (b.Rate * times)))
	return terms{interval: interval, capacity: interval * max(1, int64(math.Round(float64(b.Burst)*times)))}
}

func newRules(s Settings) (*rules, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("ratelimit: %w", err)
	}
	r := &rules{Settings: s}
	var err error
	if r.networks, err = newNetworks(s.Networks); err != nil {
		return nil, fmt.Errorf("ratelimit: %w", err)
	}
	for family := range uint8(families) {
		for i, w := range r.widths(family) {
			r.names[family][i] = network{family: family}.within(w.Bits).String()
			for class, b := range s.Budgets {
				r.terms[class][family][i] = termsOf(b, w.Times)
			}
		}
	}
	return r, nil
}

func (r *rules) widths(family uint8) []Width {
	if family == ipv4 {
		return r.IPv4
	}
	return r.IPv6
}

// home is the width whose network decides where a client's buckets are kept.
func (r *rules) home(family uint8) int {
	w := r.widths(family)
	return w[len(w)-1].Bits
}

// site is the width that the watch looks at besides the client's own.
func (r *rules) site(family uint8) int {
	if family == ipv4 {
		return max(siteIPv4, r.home(ipv4))
	}
	return max(siteIPv6, r.home(ipv6))
}

func (c Config) check() error {
	if c.Memory < minMemory {
		return fmt.Errorf("ratelimit: memory: %d bytes, want at least %d", c.Memory, minMemory)
	}
	if c.Now == nil {
		return errors.New("ratelimit: no clock")
	}
	return nil
}

func (s *Settings) check() error {
	if err := checkWidths(s.IPv4, oneClient[ipv4]); err != nil {
		return fmt.Errorf("IPv4: %w", err)
	}
	if err := checkWidths(s.IPv6, oneClient[ipv6]); err != nil {
		return fmt.Errorf("IPv6: %w", err)
	}
	most := max(s.IPv4[len(s.IPv4)-1].Times, s.IPv6[len(s.IPv6)-1].Times)
	if err := checkTimes(s.Account); err != nil {
		return fmt.Errorf("account: %w", err)
	}
	most = max(most, s.Account)
	for name, times := range s.Accounts {
		if err := checkTimes(times); err != nil {
			return fmt.Errorf("account %q: %w", name, err)
		}
		most = max(most, s.Account*times)
	}
	for class, b := range s.Budgets {
		if err := b.check(most); err != nil {
			return fmt.Errorf("%s: %w", Class(class), err)
		}
	}
	if err := s.Server.check(1); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	if err := s.Everybody.check(1); err != nil {
		return fmt.Errorf("everybody: %w", err)
	}
	if !(s.Pressed >= 1 && s.Pressed <= maxTimes) {
		return fmt.Errorf("pressed: price of %v, want 1 to %v", s.Pressed, float64(maxTimes))
	}
	if err := s.Pauses.check(); err != nil {
		return fmt.Errorf("pauses: %w", err)
	}
	if s.Watch.After < 1 || s.Watch.Distinct < 1 {
		return fmt.Errorf("watch: after %d questions, %d distinct, want at least 1", s.Watch.After, s.Watch.Distinct)
	}
	return nil
}

// oneClient is the length of the network that one client is taken to have.
var oneClient = [families]int{ipv4: 32, ipv6: 64}

func checkWidths(widths []Width, narrowest int) error {
	if len(widths) < 1 || len(widths) > maxWidths {
		return fmt.Errorf("%d widths, want 1 to %d", len(widths), maxWidths)
	}
	for i, w := range widths {
		if w.Bits < 1 || w.Bits > narrowest {
			return fmt.Errorf("/%d: want a prefix length of 1 to %d", w.Bits, narrowest)
		}
		if err := checkTimes(w.Times); err != nil {
			return fmt.Errorf("/%d: %w", w.Bits, err)
		}
		if i == 0 {
			continue
		}
		within := widths[i-1]
		if w.Bits >= within.Bits {
			return fmt.Errorf("/%d: not wider than the /%d before it", w.Bits, within.Bits)
		}
		if w.Times < within.Times {
			return fmt.Errorf("/%d: budget smaller than that of the /%d within it", w.Bits, within.Bits)
		}
	}
	return nil
}

func checkTimes(times float64) error {
	// Written so that NaN fails too.
	if !(times > 0 && times <= maxTimes) {
		return fmt.Errorf("%v times the budget, want more than 0 and at most %v times", times, float64(maxTimes))
	}
	return nil
}

// check looks at a budget of which somebody has so many times as much.
func (b Budget) check(times float64) error {
	if !(b.Rate > 0 && b.Rate <= maxRate) {
		return fmt.Errorf("rate of %v a second, want more than 0 and at most %v", b.Rate, float64(maxRate))
	}
	if b.Burst < 1 || float64(b.Burst) > math.MaxInt32 {
		return fmt.Errorf("burst of %d, want 1 to %d", b.Burst, math.MaxInt32)
	}
	if float64(b.Burst)/b.Rate > longest.Seconds() {
		return fmt.Errorf("burst of %d at %v a second takes longer than %v to come back", b.Burst, b.Rate, longest)
	}
	if b.Rate*times > maxRate {
		return fmt.Errorf("rate of %v a second, for somebody %v times as much, want at most %v", b.Rate, times, float64(maxRate))
	}
	return nil
}

func (p Pauses) check() error {
	switch {
	case p.Free < 0 || p.Free > 1e6:
		return fmt.Errorf("%d free refusals, want 0 to a million", p.Free)
	case p.First < time.Millisecond || p.First > p.Longest:
		return fmt.Errorf("the first is %v, want 1 ms to the longest, %v", p.First, p.Longest)
	case p.Longest > 24*time.Hour:
		return fmt.Errorf("the longest is %v, want at most a day", p.Longest)
	case p.Forget < time.Second || p.Forget > time.Hour:
		return fmt.Errorf("a refusal is forgotten after %v, want a second to an hour", p.Forget)
	}
	return nil
}
