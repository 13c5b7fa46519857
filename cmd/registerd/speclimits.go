package main

import (
	"strconv"

	"registerd/config"
	"registerd/ratelimit"
)

// limited is how often may be asked.
func (s *specified) limited(m *markdown) error {
	m.heading(2, "Limits")
	p, err := s.PublishedLimits()
	if err != nil {
		return err
	}
	if !p.Off {
		m.budgets(&p.Settings)
	}
	m.list(s.LimitsInWords())
	if p.Off {
		return nil
	}
	if s.RDAP.Listen != "" {
		m.say("Over HTTP an answer has the fields `RateLimit-Policy`, with the caller's budgets, and `RateLimit`, with what is left of them" +
			" (draft-ietf-httpapi-ratelimit-headers-11); help says the same in words.")
	}
	if s.WHOIS.Listen != "" {
		m.say("On WHOIS `--limits` says what is left, alone or before a question.")
	}
	return nil
}

// budgets are those of one subscriber, and whose are how many times as large.
func (m *markdown) budgets(s *ratelimit.Settings) {
	rows := [][]string{{"budget", "at once", "comes back"}}
	for class, b := range s.Budgets {
		rows = append(rows, []string{code(ratelimit.Class(class).String()), strconv.Itoa(b.Burst), config.RateInWords(b.Rate)})
	}
	m.table(rows...)
	rows = [][]string{{"of", "times"}}
	for _, w := range s.IPv4 {
		rows = append(rows, []string{"IPv4 /" + strconv.Itoa(w.Bits), config.Decimal(w.Times)})
	}
	for _, w := range s.IPv6 {
		rows = append(rows, []string{"IPv6 /" + strconv.Itoa(w.Bits), config.Decimal(w.Times)})
	}
	m.table(append(rows, []string{"an account", config.Decimal(s.Account)})...)
}
