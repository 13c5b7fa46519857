package config

import "time"

// Limits are the budgets of questions, and of what answers tell. What is left out
// has its default. SIGHUP takes all of it anew but off, memory_mib, state and the
// widest of ipv4 and ipv6.
// docs/limits.md says how they work together, and where the defaults are from.
type Limits struct {
	// Off takes all limits away, for trials.
	Off bool `toml:"off"`

	// MemoryMiB bounds the memory of networks' budgets. Default 64: about four
	// million budgets that are not full. When it is used up, newcomers share what
	// is left: slower, never open.
	MemoryMiB int `toml:"memory_mib"`

	// State is the file in which budgets outlive a restart, written every ten
	// seconds. Default: the register's path with ".limits" behind it; "-" keeps none.
	State string `toml:"state"`

	// Lookup is for questions over WHOIS and RDAP together, for one subscriber: an
	// IPv4 address or an IPv6 /64. Default 1 a second, which is more than anybody
	// reads, and 60 at once, so that a page of links can be opened.
	Lookup Budget `toml:"lookup"`

	// Availability is for names whose availability is asked for. Default 10 a
	// second, 600 at once: no person is told of, and who sells names tries many.
	Availability Budget `toml:"availability"`

	// Failure is for what cannot be read, and for wrong credentials, ten each.
	// Default 6 a minute, 30 at once: a broken script is told often enough to be
	// mended, and nobody guesses a token.
	Failure Budget `toml:"failure"`

	// Misses is for questions about one thing that is not there. Default 6 a minute,
	// 300 at once. They are answered beyond it too, but then take from lookup what
	// they wait for here: a walk through a dictionary is that slow.
	Misses Budget `toml:"misses"`

	// Personal is for records of persons that answers tell of. Default 200 a day and
	// 200 at once: people look up some ten a day, and who copies a register needs
	// all. Answers without persons do not take from it.
	Personal Budget `toml:"personal"`

	// Everybody is for records of persons told to all callers without an account
	// together, from however many addresses they ask. Default 50000 a day. When it is
	// used up nobody is refused for it, but each record counts as pressed of them.
	Everybody Budget `toml:"everybody"`
	// Pressed is that price. Default 50, so that everybody can still be told of four a
	// day.
	Pressed float64 `toml:"pressed"`

	// Server is for all clients and windows together. Default 20000 a second, 40000
	// at once. It refuses in time what the machine could not answer.
	Server Budget `toml:"server"`

	// IPv4 and IPv6 are the widths of networks that are charged together, by prefix
	// length, each with how many times a subscriber's budgets it has: the strictest
	// decides. Changing addresses within a network gains no more than that.
	// Default { 32 = 1, 24 = 8 }: behind a /24 a few at a time ask, seldom more; and
	// { 64 = 1, 56 = 2, 48 = 8, 32 = 64 }: a host, a household, a site, a provider.
	IPv4 map[string]float64 `toml:"ipv4"`
	IPv6 map[string]float64 `toml:"ipv6"`

	// Account is how many times a subscriber's budgets a named caller has, wherever
	// it asks from. Default 20, equal for all; token.times makes an exception.
	Account float64 `toml:"account"`

	Pauses   Pauses    `toml:"pauses"`
	Watch    Watch     `toml:"watch"`
	Networks []Network `toml:"network"`
}

// Pauses are what asking on while being refused comes to. Who waits as long as a
// refusal says never meets one.
type Pauses struct {
	// Free is how many refusals cost nothing. Default 10: programs ask again once or
	// twice before they look at an answer.
	Free int `toml:"free"`
	// First is the pause for the next, and doubles with each. Default 1s.
	First Duration `toml:"first"`
	// Longest ends that. Default 1h, so that nobody is shut out by a mistake.
	Longest Duration `toml:"longest"`
	// Forget is how long a refusal counts. Default 5m, for one after the other.
	Forget Duration `toml:"forget"`
}

// Watch is how copying the register is noticed: names in order, mostly names
// that are not there, or very many. Each of these signs doubles what an answer
// takes from the budgets of the network that shows it.
type Watch struct {
	// Off looks for no signs.
	Off bool `toml:"off"`
	// After is how many questions of a network are seen before it can show one.
	// Default 256: fewer say nothing.
	After int `toml:"after"`
	// Distinct is how many different names in a day are very many. Default 1000.
	Distinct int `toml:"distinct"`
}

// Network is an exception for networks, and says one of times, unlimited and
// block. The most exact of those that hold an address decides.
type Network struct {
	// Prefix is a network such as 192.0.2.0/24; Prefixes are several.
	Prefix   string   `toml:"prefix"`
	Prefixes []string `toml:"prefixes"`

	// Times is how many times the budgets its addresses have, and the widths within
	// it. Those around it are not charged. What is owed when it begins stays owed:
	// registerd limits clear forgets that.
	Times float64 `toml:"times"`
	// Unlimited takes its limits away, but for server.
	Unlimited bool `toml:"unlimited"`
	// Block refuses whatever is asked from it. It needs until, by and reason.
	Block bool `toml:"block"`

	// Until is when it ends by itself. Without it, an exception stays; a block
	// cannot.
	Until time.Time `toml:"until"`
	// Note is what it is for. Of an exception, /help publishes it and not the
	// network, so that everybody knows that there is one.
	Note string `toml:"note"`
	// By is who decided it, for colleagues.
	By string `toml:"by"`
	// Reason is what those are told who are blocked, with until.
	Reason string `toml:"reason"`
}

// Budget is how many come back in a time, which is one of the four, and how many
// can be taken at once.
type Budget struct {
	PerSecond float64 `toml:"per_second"`
	PerMinute float64 `toml:"per_minute"`
	PerHour   float64 `toml:"per_hour"`
	PerDay    float64 `toml:"per_day"`
	AtOnce    int     `toml:"at_once"`
}
