package ratelimit

import (
	"errors"
	"fmt"
	"time"
)

// Budget is a bucket of tokens; a question takes one.
type Budget struct {
	Rate  float64 // tokens that come back, per second
	Burst int     // tokens the bucket holds
}

// Level is the budget of every network of one width.
type Level struct {
	Bits   int // prefix length
	Budget Budget
}

// Budgets are the budgets of one class of question.
type Budgets struct {
	// IPv4 and IPv6 list one to four levels, narrowest network (longest
	// prefix) first. IPv6 levels are /64 or wider: a single host owns its /64.
	// A wider network's budget is not smaller than a narrower one's.
	IPv4, IPv6 []Level
	// Account is the budget of each named caller.
	Account Budget
}

// Config is what [New] needs. [Defaults] is a complete one.
type Config struct {
	// Memory is the size of the table of networks in bytes, at least 64 KiB.
	Memory int64

	Lookup, Availability, Failure Budgets

	// Server is the budget of all clients and classes together.
	Server Budget

	// Now is the clock, normally [time.Now], whose monotonic reading makes
	// the limiter independent of the time of day.
	Now func() time.Time
}

// Defaults are budgets that a person, an office and a polite script do not
// notice and that make harvesting a register slow.
func Defaults() Config {
	// One a second is more than anybody reads, and 86,400 a day is too slow to
	// copy a register; a minute's worth at once lets a page of links be opened.
	lookup := Budget{Rate: 1, Burst: 60}
	// No personal data is at stake, and registration shops try many spellings.
	availability := Budget{Rate: 10, Burst: 600}
	// A broken script is told so often enough to notice; a guesser of
	// credentials gets 360 attempts an hour, against 256 bits.
	failure := Budget{Rate: 0.1, Burst: 30}

	return Config{
		// 4 M buckets. An anonymous question occupies four for a second, so
		// this is about a million questions a second before anybody shares.
		Memory:       64 << 20,
		Lookup:       Widths(lookup),
		Availability: Widths(availability),
		Failure:      Widths(failure),
		// About what two cores answer. It is there to refuse in time, so it
		// must stay above what a good day brings.
		Server: Budget{Rate: 20_000, Burst: 40_000},
		Now:    time.Now,
	}
}

// Widths scales the budget of one subscriber to the networks around it.
func Widths(one Budget) Budgets {
	times := func(f int) Budget {
		return Budget{Rate: one.Rate * float64(f), Burst: one.Burst * f}
	}
	return Budgets{
		IPv4: []Level{
			{Bits: 32, Budget: one},
			// 256 addresses are commonly one hoster's rack or one office, and
			// seldom more than a few of them ask at the same time.
			{Bits: 24, Budget: times(8)},
		},
		IPv6: []Level{
			// What one address is in IPv4: a host can use any of its /64.
			{Bits: 64, Budget: one},
			// Usually one household, delegated more than it needs.
			{Bits: 56, Budget: times(2)},
			// One site, like a /24.
			{Bits: 48, Budget: times(8)},
			// A whole provider, or somebody with a provider's allocation.
			{Bits: 32, Budget: times(64)},
		},
		// Whoever asks by name can be called on the telephone.
		Account: times(20),
	}
}

func (c Config) byClass() [classes]Budgets {
	return [classes]Budgets{Lookup: c.Lookup, Availability: c.Availability, Failure: c.Failure}
}

const (
	minMemory = 64 << 10
	maxLevels = 4
	// A bucket that needs longer than this to fill is a ban and not a limit.
	longest = 30 * 24 * time.Hour
	// Buckets count in nanoseconds for one token; at this rate the rounding is
	// still below one in a thousand.
	maxRate = 1e6
)

func (c Config) check() error {
	if c.Memory < minMemory {
		return fmt.Errorf("memory: %d bytes, want at least %d", c.Memory, minMemory)
	}
	if c.Now == nil {
		return errors.New("no clock")
	}
	if err := c.Server.check(); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	for class, b := range c.byClass() {
		if err := b.check(); err != nil {
			return fmt.Errorf("%s: %w", [classes]string{"lookup", "availability", "failure"}[class], err)
		}
	}
	return nil
}

func (b Budgets) check() error {
	if err := checkLevels(b.IPv4, 32); err != nil {
		return fmt.Errorf("IPv4: %w", err)
	}
	if err := checkLevels(b.IPv6, 64); err != nil {
		return fmt.Errorf("IPv6: %w", err)
	}
	if err := b.Account.check(); err != nil {
		return fmt.Errorf("account: %w", err)
	}
	return nil
}

func checkLevels(levels []Level, narrowest int) error {
	if len(levels) < 1 || len(levels) > maxLevels {
		return fmt.Errorf("%d levels, want 1 to %d", len(levels), maxLevels)
	}
	for i, lv := range levels {
		if lv.Bits < 1 || lv.Bits > narrowest {
			return fmt.Errorf("/%d: want a prefix length of 1 to %d", lv.Bits, narrowest)
		}
		if err := lv.Budget.check(); err != nil {
			return fmt.Errorf("/%d: %w", lv.Bits, err)
		}
		if i == 0 {
			continue
		}
		within := levels[i-1]
		if lv.Bits >= within.Bits {
			return fmt.Errorf("/%d: not wider than the /%d before it", lv.Bits, within.Bits)
		}
		if lv.Budget.Rate < within.Budget.Rate || lv.Budget.Burst < within.Budget.Burst {
			return fmt.Errorf("/%d: budget smaller than that of the /%d within it", lv.Bits, within.Bits)
		}
	}
	return nil
}

func (b Budget) check() error {
	// Written so that NaN fails too.
	if !(b.Rate > 0 && b.Rate <= maxRate) {
		return fmt.Errorf("rate of %v a second, want more than 0 and at most %v", b.Rate, maxRate)
	}
	if b.Burst < 1 {
		return fmt.Errorf("burst of %d, want at least 1", b.Burst)
	}
	if float64(b.Burst)/b.Rate > longest.Seconds() {
		return fmt.Errorf("burst of %d at %v a second takes longer than %v to come back", b.Burst, b.Rate, longest)
	}
	return nil
}
