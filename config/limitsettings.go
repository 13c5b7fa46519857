package config

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"registerd/disclose"
	"registerd/ratelimit"
)

// Limiter holds the budgets of all questions.
func (c *Config) Limiter() (*ratelimit.Limiter, error) {
	settings, err := c.limitSettings()
	if err != nil {
		return nil, fmt.Errorf("limits: %w", err)
	}
	limits := ratelimit.Defaults()
	limits.Memory, limits.Settings = c.limitMemory(), settings
	l, err := ratelimit.New(limits)
	switch {
	case err != nil: // also of limits that are off: one day they are on
		return nil, fmt.Errorf("limits: %w", err)
	case c.Limits.Off:
		return ratelimit.Unlimited(), nil
	}
	return l, nil
}

// limitMemory is in bytes.
func (c *Config) limitMemory() int64 {
	if c.Limits.MemoryMiB == 0 {
		return ratelimit.Defaults().Memory
	}
	return int64(c.Limits.MemoryMiB) << 20
}

// limitSettings are what can be replaced while questions are answered.
func (c *Config) limitSettings() (ratelimit.Settings, error) {
	l := &c.Limits
	s := ratelimit.Defaults().Settings
	for _, b := range []struct {
		name string
		from Budget
		to   *ratelimit.Budget
	}{
		{"lookup", l.Lookup, &s.Budgets[ratelimit.Lookup]}, {"availability", l.Availability, &s.Budgets[ratelimit.Availability]},
		{"failure", l.Failure, &s.Budgets[ratelimit.Failure]}, {"misses", l.Misses, &s.Budgets[ratelimit.Miss]},
		{"personal", l.Personal, &s.Budgets[ratelimit.Personal]},
		{"everybody", l.Everybody, &s.Everybody}, {"server", l.Server, &s.Server},
	} {
		if err := b.from.replace(b.to); err != nil {
			return s, fmt.Errorf("%s: %w", b.name, err)
		}
	}
	for _, w := range []struct {
		name string
		from map[string]float64
		to   *[]ratelimit.Width
	}{{"ipv4", l.IPv4, &s.IPv4}, {"ipv6", l.IPv6, &s.IPv6}} {
		if err := replaceWidths(w.from, w.to); err != nil {
			return s, fmt.Errorf("%s: %w", w.name, err)
		}
	}
	if err := l.replaceNumbers(&s); err != nil {
		return s, err
	}
	var err error
	s.Networks, err = c.limitNetworks()
	return s, err
}

// replaceNumbers sets what is no budget, unless it is left out.
func (l *Limits) replaceNumbers(s *ratelimit.Settings) error {
	for name, number := range map[string]float64{
		"memory_mib": float64(l.MemoryMiB), "account": l.Account, "pressed": l.Pressed, "pauses: free": float64(l.Pauses.Free),
		"watch: after": float64(l.Watch.After), "watch: distinct": float64(l.Watch.Distinct),
	} {
		if number < 0 {
			return fmt.Errorf("%s: it is negative", name)
		}
	}
	s.Account = cmp.Or(l.Account, s.Account)
	s.Pressed = cmp.Or(l.Pressed, s.Pressed)
	s.Pauses.Free = cmp.Or(l.Pauses.Free, s.Pauses.Free)
	s.Pauses.First = cmp.Or(l.Pauses.First.Duration, s.Pauses.First)
	s.Pauses.Longest = cmp.Or(l.Pauses.Longest.Duration, s.Pauses.Longest)
	s.Pauses.Forget = cmp.Or(l.Pauses.Forget.Duration, s.Pauses.Forget)
	s.Watch.Off = l.Watch.Off
	s.Watch.After = cmp.Or(l.Watch.After, s.Watch.After)
	s.Watch.Distinct = cmp.Or(l.Watch.Distinct, s.Watch.Distinct)
	return nil
}

// replace sets to, unless the budget is left out.
func (b Budget) replace(to *ratelimit.Budget) error {
	if b == (Budget{}) {
		return nil
	}
	rates := []float64{b.PerSecond, b.PerMinute / 60, b.PerHour / 3600, b.PerDay / 86400}
	rates = slices.DeleteFunc(rates, func(r float64) bool { return r == 0 })
	if len(rates) != 1 || !(rates[0] > 0) || b.AtOnce <= 0 {
		return errors.New("at_once is given together with one of per_second, per_minute, per_hour and per_day, and both are positive")
	}
	*to = ratelimit.Budget{Rate: rates[0], Burst: b.AtOnce}
	return nil
}

// replaceWidths sets to, narrowest first, unless the widths are left out.
func replaceWidths(from map[string]float64, to *[]ratelimit.Width) error {
	if from == nil {
		return nil
	}
	*to = nil
	for length, times := range from {
		bits, err := strconv.Atoi(strings.TrimPrefix(length, "/"))
		if err != nil {
			return fmt.Errorf("%q is not the length of a prefix", length)
		}
		*to = append(*to, ratelimit.Width{Bits: bits, Times: times})
	}
	slices.SortFunc(*to, func(a, b ratelimit.Width) int { return b.Bits - a.Bits })
	return nil
}

// limitNetworks are the exceptions, one for each prefix.
func (c *Config) limitNetworks() ([]ratelimit.Network, error) {
	var out []ratelimit.Network
	for i := range c.Limits.Networks {
		n := &c.Limits.Networks[i]
		if err := n.check(); err != nil {
			return nil, fmt.Errorf("network %d: %w", i+1, err)
		}
		for _, text := range n.prefixes() {
			p, err := netip.ParsePrefix(text)
			if err != nil {
				return nil, fmt.Errorf("network %d: prefix: %q is not a network such as 192.0.2.0/24 or 2001:db8::/48", i+1, text)
			}
			out = append(out, ratelimit.Network{
				Prefix: p, Times: n.Times, Free: n.Unlimited, Block: n.Block, Until: n.Until, Note: n.Note, By: n.By, Reason: n.Reason,
			})
		}
	}
	return out, nil
}

func (n *Network) prefixes() []string {
	if n.Prefix != "" {
		return append([]string{n.Prefix}, n.Prefixes...)
	}
	return n.Prefixes
}

// check refuses what is for no network, or what everybody is shown and should not
// be. What contradicts itself, the limiter refuses.
func (n *Network) check() error {
	switch {
	case len(n.prefixes()) == 0:
		return errors.New("prefix: it is missing")
	case !n.Block && n.Note == "":
		return errors.New("note: it is missing; exceptions are published with it")
	}
	shown := map[string]string{"reason": n.Reason}
	if !n.Block {
		shown["note"] = n.Note
	}
	for what, s := range shown {
		if err := CheckRemark(s); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

// CheckRemark refuses what clients would not take for a remark in one line.
func CheckRemark(s string) error {
	if len(s) > maxNoticeLine || !utf8.ValidString(s) || strings.ContainsFunc(s, unseen) {
		return fmt.Errorf("it is not a line of at most %d bytes, all of which can be seen", maxNoticeLine)
	}
	if word, is := disclose.ReadsAsAnswer(s); is {
		return fmt.Errorf("it holds %q, which a client could take for an answer", word)
	}
	return nil
}

// unseen is what has no shape: controls, and what turns the direction of a text or
// stands in it without a trace, so that one name looks like another.
func unseen(r rune) bool { return !unicode.IsGraphic(r) }

// InWords is an exception for the operator's eyes.
func (n *Network) InWords() string {
	words := strings.Join(n.prefixes(), ", ")
	switch {
	case n.Block:
		words += ", blocked"
	case n.Unlimited:
		words += ", unlimited"
	default:
		words += ", " + Decimal(n.Times) + " times the budgets"
	}
	if !n.Until.IsZero() {
		words += ", until " + n.Until.UTC().Format(time.RFC3339)
	}
	return words
}

// EndedExceptions are the exceptions that have ended, for who could clear them away.
func (c *Config) EndedExceptions(now time.Time) []string {
	var out []string
	for i := range c.Limits.Networks {
		if n := &c.Limits.Networks[i]; !n.Until.IsZero() && !now.Before(n.Until) {
			out = append(out, fmt.Sprintf("network %d, %s, ended on %s", i+1, strings.Join(n.prefixes(), ", "), n.Until.UTC().Format(time.DateOnly)))
		}
	}
	return out
}
