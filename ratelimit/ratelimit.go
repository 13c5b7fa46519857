// Package ratelimit decides how often somebody may ask: one budget for all
// windows, charged to the networks a question comes from or, when the caller
// is named, to its account.
//
// It counts questions and what answering them cost. It does not know what a
// question is, who is trusted to name a client's address, how a refusal is
// worded on a window, or how many connections a client may hold.
//
// # What is promised
//
//   - Memory is a number in the configuration and is never exceeded, whatever
//     addresses are presented. Accounts come on top, at most about 4 MiB.
//   - A bucket is forgotten only when it is full again, so forgetting it gives
//     nobody a token. (A table that forgets the least recently used instead
//     hands every client that touches enough addresses a new burst.)
//   - When no bucket can be forgotten, newcomers share one bucket per level:
//     slower, never open.
//   - Every width of network is charged at once and the strictest decides, so
//     changing address within a network does not help. A refused question is
//     charged nowhere.
//   - Time is only ever added: a clock set back pauses the buckets and a clock
//     set forward fills them at most once.
package ratelimit

import (
	"errors"
	"fmt"
	"hash/maphash"
	"net/netip"
	"runtime"
	"time"
)

// Client is who pays for a question.
type Client struct {
	// Addr is the address the question came from. IPv4-mapped IPv6 addresses
	// count as IPv4, and zones are ignored.
	Addr netip.Addr
	// Account names the caller after its credentials were verified; empty
	// means anonymous. A named caller is charged to its account and not to its
	// network, so that it does not suffer from its neighbours.
	Account string
}

// Class says what kind of question is asked. Each class has buckets of its own.
type Class uint8

const (
	// Lookup is a question that may disclose registration data.
	Lookup Class = iota
	// Availability is the question whether a name is registered. Its answers
	// hold no personal data, so its budgets are larger.
	Availability
	// Failure is a question that was malformed or whose credentials failed.
	Failure

	classes = 3
)

// Exceeded is the refusal of a question that is over a budget.
type Exceeded struct {
	// RetryAfter is how long to wait until one question fits; it is positive
	// and exact, not rounded.
	RetryAfter time.Duration
	// Budget says which budget decided, such as "IPv4 /24 network". It never
	// holds an address or an account's name.
	Budget string
}

func (e *Exceeded) Error() string {
	return fmt.Sprintf("over the budget of the %s: retry after %v", e.Budget, e.RetryAfter)
}

var (
	errNoAddress = errors.New("ratelimit: an anonymous client has no address")
	errNoClass   = errors.New("ratelimit: no such class of question")
	errNoCount   = errors.New("ratelimit: fewer than one question")
)

// Limiter holds all budgets. Its methods may be called concurrently. The zero
// Limiter is not usable; make one with [New] or [Unlimited].
type Limiter struct {
	unlimited bool

	clock *steady
	seed  maphash.Seed

	levels   [classes][families][]level
	shards   []shard
	memory   int64
	accounts *accounts

	// The whole server's bucket bounds the work accepted, not what a client
	// takes. It counts questions only: what an answer disclosed did not load
	// the server, and a question that failed did.
	server bucket
}

// New makes a limiter. It refuses a configuration with missing, nonsensical or
// contradictory parts and names the part.
func New(c Config) (*Limiter, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("ratelimit: %w", err)
	}
	l := &Limiter{
		clock:  newSteady(c.Now),
		seed:   maphash.MakeSeed(),
		server: newBucket(c.Server),
	}
	byClass := c.byClass()
	for class, b := range byClass {
		l.levels[class][ipv4] = newLevels(Class(class), ipv4, b.IPv4)
		l.levels[class][ipv6] = newLevels(Class(class), ipv6, b.IPv6)
	}
	l.accounts = newAccounts(byClass)
	var free func()
	var err error
	if l.shards, l.memory, free, err = newTable(c.Memory); err != nil {
		return nil, err
	}
	// Whoever uses a set holds its shard: then the sets go with the shards.
	runtime.AddCleanup(&l.shards[0], func(free func()) { free() }, free)
	return l, nil
}

// Unlimited makes a limiter that admits everything, for trials and benchmarks.
func Unlimited() *Limiter { return &Limiter{unlimited: true} }

// Admit charges one question, or refuses it with an [*Exceeded]. Any other
// error means that the question could not be attributed, and it is refused too.
func (l *Limiter) Admit(c Client, class Class) (Ticket, error) {
	_, t, err := l.AdmitMany(c, class, 1)
	return t, err
}

// AdmitMany charges as many of n questions as fit, at least one, and says how
// many; when none fits it refuses as [Limiter.Admit] does. One ticket stands
// for all that were granted.
func (l *Limiter) AdmitMany(c Client, class Class, n int) (granted int, t Ticket, err error) {
	switch {
	case n < 1:
		return 0, Ticket{}, errNoCount
	case class >= classes:
		return 0, Ticket{}, errNoClass
	case l.unlimited:
		return n, Ticket{}, nil
	case c.Account != "":
		t, err = l.admitAccount(c.Account, class, n)
	default:
		t, err = l.admitNetwork(c.Addr, class, n)
	}
	return t.took, t, err
}

func (l *Limiter) admitAccount(name string, class Class, n int) (Ticket, error) {
	now := l.clock.read()
	account := l.accounts.bucket(name, class)
	taken := account.take(now, n)
	if taken == 0 {
		return Ticket{}, &Exceeded{RetryAfter: account.wait(now), Budget: "account"}
	}
	granted := l.server.take(now, taken)
	account.giveBack(now, taken-granted)
	if granted == 0 {
		return Ticket{}, l.serverExceeded(now)
	}
	return Ticket{l: l, account: account, took: granted}, nil
}

func (l *Limiter) admitNetwork(addr netip.Addr, class Class, n int) (Ticket, error) {
	from, err := networkOf(addr)
	if err != nil {
		return Ticket{}, err
	}
	t := Ticket{l: l, from: from, class: class}
	levels, keys := l.keys(from, class)
	now := l.clock.read()

	s := l.shardOf(keys, len(levels))
	s.mu.Lock()
	defer s.mu.Unlock()

	slots, overflow := s.locate(t.overflow, keys, levels, now)
	for i := range levels {
		n = min(n, levels[i].room(slots[i].tat, now))
	}
	if n == 0 {
		return Ticket{}, exceeded(levels, slots, overflow, now)
	}
	if n = l.server.take(now, n); n == 0 {
		return Ticket{}, l.serverExceeded(now)
	}
	for i := range levels {
		levels[i].spend(slots[i], keys[i], now, n)
	}
	t.took, t.overflow = n, overflow
	return t, nil
}

func (l *Limiter) serverExceeded(now int64) *Exceeded {
	return &Exceeded{RetryAfter: l.server.wait(now), Budget: "whole server"}
}

// Memory is the size of the table of networks in bytes. It never changes.
func (l *Limiter) Memory() int64 { return l.memory }

// Entries counts the buckets of networks that are not full, each of which holds
// 16 bytes of [Limiter.Memory]. It reads the whole table, some milliseconds for
// the default size, without holding any lock for long: it is meant for metrics.
func (l *Limiter) Entries() int {
	n := 0
	for i := range l.shards {
		n += l.shards[i].live(l.clock)
	}
	return n
}
