package ratelimit

import (
	"net/netip"
	"time"
)

// Budget is a bucket of tokens; a question takes one.
type Budget struct {
	Rate  float64 // tokens that come back, per second
	Burst int     // tokens the bucket holds
}

// Width is a width of network that has a budget: Times that of one subscriber.
type Width struct {
	Bits  int // prefix length
	Times float64
}

// Pauses say how refusals that are not heeded turn into pauses.
type Pauses struct {
	// Free is how many refusals in a row cost nothing.
	Free int
	// First is the pause that the next one costs; each one more doubles it.
	First time.Duration
	// Longest is what no pause exceeds.
	Longest time.Duration
	// Forget is the time after which one refusal is forgotten.
	Forget time.Duration
}

// Watch says what the watch for enumeration takes for a sign of it.
type Watch struct {
	Off bool
	// After is how many questions a network has asked before it can show signs.
	After int
	// Distinct is how many different keys a day are a sign.
	Distinct int
}

// Network is an exception for the clients of a prefix; the longest prefix that
// holds a client and has not expired is the one that counts. It does one of
// three things.
type Network struct {
	Prefix netip.Prefix

	// Times multiplies the budgets of the widths that lie within the prefix;
	// wider ones are not charged.
	Times float64
	// Free charges nothing but the whole server's budget.
	Free bool
	// Block refuses every question, and tells Reason and Until.
	Block bool

	// Until is when the entry ends. A block needs one; zero is for ever.
	Until  time.Time
	Note   string // what it is for, not shown to clients
	By     string // who made it
	Reason string // shown to the blocked
}

// Settings are what can be replaced while the limiter is in use.
type Settings struct {
	// Budgets are those of one subscriber, by [Class].
	Budgets [classes]Budget

	// IPv4 and IPv6 list one to four widths, narrowest network (longest
	// prefix) first. IPv6 widths are /64 or wider: a single host owns its /64.
	// A wider network's budget is not smaller than a narrower one's.
	IPv4, IPv6 []Width

	// Account is how many times the subscriber's budget a named caller has,
	// the same for all but those in Accounts, who have as many times that.
	Account  float64
	Accounts map[string]float64

	// Server is the budget of all clients together, for lookups,
	// availability and failures.
	Server Budget

	// Everybody is the budget of records of persons that are told to all
	// unnamed callers together. When it is used up such a record costs an
	// unnamed caller Pressed tokens, so that a harvest from very many
	// addresses ends and everybody can still ask for some.
	Everybody Budget
	Pressed   float64

	Pauses   Pauses
	Watch    Watch
	Networks []Network
}

// Config is what [New] needs. [Defaults] is a complete one.
type Config struct {
	// Memory is the size of the table of networks in bytes, at least 4 MiB.
	// It is the one setting that needs a restart.
	Memory int64

	Settings

	// Shared is a table that may refuse what this machine would grant, such as
	// one that several machines keep together; nil for none. It can only
	// tighten: one that cannot tell grants everything. Machines that share one
	// start from the same state, which holds the key that buckets are named by.
	Shared Table

	// Key is what networks are placed in the table by. It has to be nobody's guess:
	// the zero key lets the limiter draw one, as a server does. A simulation that is
	// to come out alike each time gives its own.
	Key [2]uint64

	// Now is the clock, normally [time.Now], whose monotonic reading makes
	// the limiter independent of the time of day.
	Now func() time.Time
}

// Defaults are budgets that a person, an office and a polite script do not
// notice and that make harvesting a register slow.
func Defaults() Config {
	const day = 24 * 60 * 60
	return Config{
		// 3.9 M buckets, and the watch.
		Memory: 64 << 20,
		Settings: Settings{
			Budgets: [classes]Budget{
				// One a second is more than anybody reads; a minute's worth at
				// once lets a page of links be opened.
				Lookup: {Rate: 1, Burst: 60},
				// No personal data is at stake, and registration shops try
				// many spellings.
				Availability: {Rate: 10, Burst: 600},
				// A broken script is told so often enough to notice; a guesser
				// of credentials gets 36 attempts an hour, against 256 bits.
				Failure: {Rate: 0.1, Burst: 30},
				// Nobody who reads them reads more, and who collects them
				// needs fourteen years for a million.
				Personal: {Rate: 200. / day, Burst: 200},
				// People mistype; a dictionary misses nearly always.
				Miss: {Rate: 0.1, Burst: 300},
			},
			IPv4: []Width{
				{Bits: 32, Times: 1},
				// 256 addresses are commonly one hoster's rack or one office,
				// and seldom more than a few of them ask at the same time.
				{Bits: 24, Times: 8},
			},
			IPv6: []Width{
				// What one address is in IPv4: a host can use any of its /64.
				{Bits: 64, Times: 1},
				// Usually one household, delegated more than it needs.
				{Bits: 56, Times: 2},
				// One site, like a /24.
				{Bits: 48, Times: 8},
				// A whole provider, or somebody with a provider's allocation.
				{Bits: 32, Times: 64},
			},
			// Whoever asks by name can be called on the telephone.
			Account: 20,
			// About what two cores answer. It is there to refuse in time, so it
			// must stay above what a good day brings.
			Server: Budget{Rate: 20_000, Burst: 40_000},
			// 250 subscribers who use all they have.
			Everybody: Budget{Rate: 50_000. / day, Burst: 50_000},
			Pressed:   50,
			// A robot that does not heed is told ten times.
			Pauses: Pauses{Free: 10, First: time.Second, Longest: time.Hour, Forget: 5 * time.Minute},
			Watch:  Watch{After: 256, Distinct: 1000},
		},
		Now: time.Now,
	}
}
