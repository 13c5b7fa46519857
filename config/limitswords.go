package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"registerd/access"
	"registerd/ratelimit"
)

// PublishedLimits are limits, with what is needed to tell of them.
type PublishedLimits struct {
	Settings ratelimit.Settings
	Memory   int64 // in bytes
	Off      bool
	WHOIS    bool              // whether there is a WHOIS window
	Named    map[string]string // the organisation of each account
	why      map[string]string // of those with other budgets, as is published
}

// PublishedLimits are those of the configuration, for its own tokens only. An error is
// what Check says of limits or tokens.
func (c *Config) PublishedLimits() (*PublishedLimits, error) {
	settings, err := c.limitSettings()
	if err != nil {
		return nil, fmt.Errorf("limits: %w", err)
	}
	p := &PublishedLimits{
		Settings: settings, Memory: c.limitMemory(), Off: c.Limits.Off, WHOIS: c.WHOIS.Listen != "",
	}
	tokens, err := c.TokenAccounts()
	if err != nil {
		return nil, err
	}
	return p.With(tokens), nil
}

// With are the same limits for these accounts.
func (p *PublishedLimits) With(all access.People) *PublishedLimits {
	next := *p
	next.Named, next.Settings.Accounts, next.why = map[string]string{}, map[string]float64{}, map[string]string{}
	for _, a := range all.Accounts {
		next.Named[a.ID] = a.Organization
		if a.Times != 0 && a.Times != 1 && !a.Removed {
			next.Settings.Accounts[a.ID], next.why[a.ID] = a.Times, a.Exception
		}
	}
	return &next
}

// LimitsInWords are the limits of a configuration that was checked.
func (c *Config) LimitsInWords() []string {
	p, err := c.PublishedLimits()
	if err != nil {
		return nil
	}
	return p.InWords(time.Now())
}

// InWords says all that counts, in sentences that stand on WHOIS as well: none
// may hold words that clients take for an answer.
func (p *PublishedLimits) InWords(now time.Time) []string {
	if p.Off {
		return []string{"This server has no limits: it is on trial."}
	}
	s := &p.Settings
	asked := "RDAP questions"
	if p.WHOIS {
		asked = "WHOIS and RDAP questions together"
	}
	lines := []string{"These are the budgets of " + subscriber("IPv4", s.IPv4, 32) + " or " + subscriber("IPv6", s.IPv6, 128) + "."}
	lines = append(lines, p.wider()...)
	lines = append(lines,
		"An account has "+Decimal(s.Account)+" times of them, wherever it asks from.",
		asked+": "+budgetInWords(s.Budgets[ratelimit.Lookup])+".",
		"Names that are asked for their availability: "+budgetInWords(s.Budgets[ratelimit.Availability])+".",
		"Questions that cannot be read: "+budgetInWords(s.Budgets[ratelimit.Failure])+". A wrong credential counts as ten.",
		"Questions for one thing that is not there: "+budgetInWords(s.Budgets[ratelimit.Miss])+". Beyond that, other questions wait for them.",
		"Records of persons: "+budgetInWords(s.Budgets[ratelimit.Personal])+
			". With none left, answers that tell of persons are refused, and no others.",
		"Answers without persons take none: "+p.brief()+".",
		"Records of persons for all callers without an account together: "+RateInWords(s.Everybody.Rate)+
			". When they are used up, each counts as "+Decimal(s.Pressed)+".",
		"All clients together: "+budgetInWords(s.Server)+".",
	)
	lines = append(lines, p.copying()...)
	lines = append(lines, "Beyond a budget every answer says how many seconds to wait, over HTTP with 429 and Retry-After.", p.pauses())
	return append(lines, p.exceptions(now)...)
}

// subscriber is the narrowest network of a family.
func subscriber(family string, widths []ratelimit.Width, address int) string {
	if widths[0].Bits == address {
		return "an " + family + " address"
	}
	return "an " + family + " /" + strconv.Itoa(widths[0].Bits)
}

// wider says how wider networks are charged.
func (p *PublishedLimits) wider() []string {
	var all []string
	for _, f := range []struct {
		family string
		widths []ratelimit.Width
	}{{"an IPv4 /", p.Settings.IPv4}, {"an IPv6 /", p.Settings.IPv6}} {
		before := f.family
		for _, w := range f.widths[1:] {
			all = append(all, fmt.Sprintf("%s%d %s times", before, w.Bits, Decimal(w.Times)))
			before = "a /"
		}
	}
	if len(all) == 0 {
		return nil
	}
	return []string{"Wider networks have multiples of them, and the strictest decides: " + strings.Join(all, ", ") + "."}
}

// brief says how answers without persons are asked for.
func (p *PublishedLimits) brief() string {
	if p.WHOIS {
		return "ask with --no-personal on WHOIS, or with fieldSet=brief over RDAP"
	}
	return "ask with fieldSet=brief"
}

// copying says what costs more.
func (p *PublishedLimits) copying() []string {
	w := p.Settings.Watch
	if w.Off {
		return nil
	}
	return []string{
		fmt.Sprintf("Asking as who copies the register does costs twice for each sign of it: in order, mostly for what is not there, for more than %d things a day.", w.Distinct),
		fmt.Sprintf("No network shows a sign of it in fewer than %d questions.", w.After),
	}
}

func (p *PublishedLimits) pauses() string {
	w := p.Settings.Pauses
	return fmt.Sprintf("Asking on meanwhile makes the wait longer: by %s after %d refusals, then by twice that and so on, by %s at most. One refusal is forgotten every %s.",
		span(w.First), w.Free, span(w.Longest), span(w.Forget))
}

// exceptions are those of accounts and networks. Networks are not named, and
// those that are blocked are told themselves.
func (p *PublishedLimits) exceptions(now time.Time) []string {
	var lines []string
	for account, times := range p.Settings.Accounts {
		line := fmt.Sprintf("Exception: %s has %s times the budgets of an account. %s", p.Named[account], Decimal(times), p.why[account])
		lines = append(lines, strings.TrimSpace(line))
	}
	seen := map[string]bool{}
	for _, n := range p.Settings.Networks {
		if n.Block || !n.Until.IsZero() && !now.Before(n.Until) {
			continue
		}
		has := "no limits"
		if !n.Free {
			has = Decimal(n.Times) + " times the budgets"
		}
		if !n.Until.IsZero() {
			has += " until " + n.Until.UTC().Format(time.DateOnly)
		}
		if line := "Exception: a network has " + has + ". " + n.Note; !seen[line] {
			seen[line] = true
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
}

func budgetInWords(b ratelimit.Budget) string {
	return fmt.Sprintf("%s, %d at once", RateInWords(b.Rate), b.Burst)
}

// RateInWords is a rate by the unit in which it is a whole number, or is not less than
// one: "6 a minute".
func RateInWords(perSecond float64) string {
	units := []struct {
		name    string
		seconds float64
	}{{"a second", 1}, {"a minute", 60}, {"an hour", 3600}, {"a day", 86400}}
	for _, u := range units {
		n := perSecond * u.seconds
		if whole := math.Round(n); whole >= 1 && math.Abs(n-whole) < 1e-6*whole {
			return Decimal(whole) + " " + u.name
		}
	}
	for _, u := range units {
		if n := perSecond * u.seconds; n >= 1 {
			return Decimal(n) + " " + u.name
		}
	}
	return Decimal(perSecond*86400) + " a day"
}

// Decimal is as people write it, with three digits at least.
func Decimal(n float64) string {
	if n >= 100 {
		return strconv.FormatFloat(math.Round(n), 'f', -1, 64)
	}
	return strconv.FormatFloat(n, 'g', 3, 64)
}

// span is a duration in one unit, if it is whole in one.
func span(d time.Duration) string {
	for _, u := range []struct {
		name string
		is   time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		switch n := d / u.is; {
		case d%u.is != 0 || n == 0:
		case n == 1:
			return "1 " + u.name
		default:
			return fmt.Sprintf("%d %ss", n, u.name)
		}
	}
	return d.String()
}
