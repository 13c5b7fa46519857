// Package ratelimit decides how often somebody may ask: one budget for all
// windows, charged to the networks a question comes from or, when the caller
// is named, to its account.
//
// It counts questions and what answering them cost. It does not know what a
// question is, who is trusted to name a client's address, how a refusal is
// worded on a window, or how many connections a client may hold.
//
// A question is admitted, answered, and then charged for what its answer
// tells, before that is released:
//
//   - Every width of network around the client is charged at once and the
//     strictest decides, so changing address within a network does not help. A
//     refused question is charged nowhere.
//   - A network that looks like somebody who copies the register pays a
//     multiple, and so does everybody for records of persons once very many
//     have been told: see [Settings].
//   - A client that goes on asking when it was told to wait is paused, longer
//     each time, and each time is forgotten after a while. Only the client's own
//     width is paused, never a network that its neighbours share.
//
// # What is promised
//
//   - Memory is a number in the configuration and is never exceeded, whatever
//     addresses are presented. Accounts come on top, at most about 8 MiB.
//   - A bucket is forgotten only when it is full again, so forgetting it gives
//     nobody a token. (A table that forgets the least recently used instead
//     hands every client that touches enough addresses a new burst.)
//   - When no bucket can be forgotten, newcomers share one bucket for each
//     class and width: slower, never open.
//   - Time is only ever added: a clock set back pauses the buckets and a clock
//     set forward fills them at most once.
//   - Settings are replaced as a whole, and what anybody owes stays.
package ratelimit

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
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

// Class says what a budget is for. Each class has buckets of its own.
type Class uint8

const (
	// Lookup is a question that may disclose registration data.
	Lookup Class = iota
	// Availability is the question whether a name is registered. Its answers
	// hold no personal data, so its budgets are larger.
	Availability
	// Failure is a question that was malformed or whose credentials failed.
	Failure
	// Personal are records of persons that were told.
	Personal
	// Miss are look-ups that found nothing.
	Miss

	classes = 5
)

func (c Class) String() string {
	names := [classes]string{"questions", "availability", "failures", "personal", "misses"}
	if c >= classes {
		return "unknown"
	}
	return names[c]
}

// asked are the classes that questions are admitted to.
func (c Class) asked() bool { return c <= Failure }

// Exceeded is the refusal of a question that is over a budget.
type Exceeded struct {
	// RetryAfter is how long to wait until one question fits; it is positive
	// and exact, not rounded.
	RetryAfter time.Duration
	// Budget says which budget decided, such as "IPv4 /24 network", "account"
	// or "whole server". It never holds an address or an account's name.
	Budget string
	Whose  Whose
	Class  Class
	// Pause says that the wait is longer than the budget asks for, because the
	// client did not wait when it was told to.
	Pause bool
	// Block is set when an operator's entry refuses the client, whatever it
	// has asked before.
	Block *Block
}

// Whose says who else takes from a budget.
type Whose uint8

const (
	// Own is that of a client alone: of an account, or of an IPv4 address or an
	// IPv6 /64, which is what one client is taken to have.
	Own Whose = iota
	// Neighbours share that of a wider network.
	Neighbours
	// Newcomers share one for want of room in the table.
	Newcomers
	// Everybody shares that of the whole server.
	Everybody
)

// Block is what the blocked are told.
type Block struct {
	Reason string
	Until  time.Time
}

func (e *Exceeded) Error() string {
	if e.Block != nil {
		return fmt.Sprintf("blocked until %s: %s", e.Block.Until.UTC().Format(time.RFC3339), e.Block.Reason)
	}
	budget := e.Budget
	if e.Whose == Newcomers {
		budget += " (shared, table full)"
	}
	return fmt.Sprintf("over the budget of the %s for %s: retry after %v", budget, e.Class, e.RetryAfter)
}

// What budgets are called that are not those of a width.
const (
	budgetAccount = "account"
	budgetServer  = "whole server"
	budgetBlock   = "block"
)

var (
	errNoAddress = errors.New("ratelimit: an anonymous client has no address")
	errNoClass   = errors.New("ratelimit: no such class of question")
	errNoCount   = errors.New("ratelimit: fewer than one question")
)

// Limiter holds all budgets. Its methods may be called concurrently. The zero
// Limiter is not usable; make one with [New] or [Unlimited].
type Limiter struct {
	unlimited bool

	clock    *steady
	key      [2]uint64
	rules    atomic.Pointer[rules]
	setting  sync.Mutex // held by who replaces the rules
	table    *table
	shared   Table // tightens what the table grants; nil when there is none
	accounts *accounts

	// The whole server's bucket bounds the work accepted, not what a client
	// takes. It counts questions only: what an answer disclosed did not load
	// the server, and a question that failed did.
	server bucket
	// everybody is what unnamed callers together are told of persons.
	everybody bucket
}

// New makes a limiter. It refuses a configuration with missing, nonsensical or
// contradictory parts and names the part.
func New(c Config) (*Limiter, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	r, err := newRules(c.Settings)
	if err != nil {
		return nil, err
	}
	l := &Limiter{
		clock:     newSteady(c.Now),
		shared:    c.Shared,
		accounts:  newAccounts(r),
		server:    newBucket(c.Server),
		everybody: newBucket(c.Everybody),
	}
	l.rules.Store(r)
	if l.key = c.Key; l.key == [2]uint64{} {
		var seed [16]byte
		_, _ = rand.Read(seed[:]) // it never fails
		l.key = [2]uint64{binary.LittleEndian.Uint64(seed[:8]), binary.LittleEndian.Uint64(seed[8:])}
	}
	if l.table, err = newTable(c.Memory); err != nil {
		return nil, err
	}
	for i := range l.table.shards {
		// Not that of the table: which shard it is decides some bits of that.
		l.table.shards[i].watch.secret = [2]uint64{l.key[1], ^l.key[0]}
	}
	return l, nil
}

// Unlimited makes a limiter that admits everything, for trials and benchmarks.
func Unlimited() *Limiter { return &Limiter{unlimited: true} }

// Set replaces the settings; wrong ones change nothing. What everybody owes
// stays, in tokens, and is paid back at the new rates. The widest network of a family
// decides where its clients' buckets are kept, so it stays until a restart.
func (l *Limiter) Set(s Settings) error {
	take, err := l.Prepare(s)
	if err == nil {
		take()
	}
	return err
}

// Prepare looks whether the settings can be set, and returns what does that.
func (l *Limiter) Prepare(s Settings) (take func(), err error) {
	if l.unlimited {
		return func() {}, nil
	}
	r, err := newRules(s)
	if err != nil {
		return nil, err
	}
	old := l.rules.Load()
	for family, name := range [families]string{"IPv4", "IPv6"} {
		if was, is := old.home(uint8(family)), r.home(uint8(family)); was != is {
			return nil, fmt.Errorf("ratelimit: %s: the widest network, /%d, becomes /%d only with a restart", name, was, is)
		}
	}
	return func() { l.set(s, r) }, nil
}

func (l *Limiter) set(s Settings, r *rules) {
	l.setting.Lock()
	defer l.setting.Unlock()
	now, _ := l.clock.read()
	old := l.rules.Swap(r)
	l.rescale(old, r)
	l.accounts.set(r, now)
	l.server.set(now, s.Server)
	l.everybody.set(now, s.Everybody)
}

// Memory is the size of the table of networks in bytes. It never changes.
func (l *Limiter) Memory() int64 {
	if l.unlimited {
		return 0
	}
	return l.table.size
}

// Entries counts the buckets of networks that are not full, each of which holds
// 16 bytes of [Limiter.Memory]. It reads the whole table, some milliseconds for
// the default size, without holding any lock for long: it is meant for metrics.
func (l *Limiter) Entries() int {
	if l.unlimited {
		return 0
	}
	n := 0
	for i := range l.table.shards {
		n += l.table.shards[i].live(l.clock)
	}
	return n
}

// Fill is the part of the table that is in use, 0 to 1. It costs what
// [Limiter.Entries] costs.
func (l *Limiter) Fill() float64 {
	if l.unlimited {
		return 0
	}
	return float64(l.Entries()) / float64(l.table.slots())
}
