package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// InWords is what would be served by a configuration that was checked: a line for each
// thing, with what it is, where "" is off. r are its rules, and certificate is what was
// found of the one that RDAP shows, "" without TLS.
func (c *Config) InWords(r *Rules, certificate string) (lines [][2]string) {
	line := func(what, value string) { lines = append(lines, [2]string{what, value}) }
	line("register", c.DB)
	lines = append(lines, c.windowsInWords(certificate)...)
	line("private", c.Private.Listen)
	line("audit", c.Audit.Dir)
	if c.Requests.Dir != "" {
		line("requests", c.Requests.Dir)
	}
	line("rules", r.Policy.Version())
	limits := "on"
	if c.Limits.Off {
		limits = ""
	}
	line("limits", limits)
	for i := range c.Limits.Networks {
		line(fmt.Sprintf("network %d", i+1), c.Limits.Networks[i].InWords())
	}
	line("operator", cmp.Or(c.Operator.Name, "not named"))
	if c.Accounts != "" {
		line("accounts", c.Accounts)
	}
	if c.HolderLinks != "" {
		line("holder links", c.HolderLinks)
	}
	for i := range c.Tokens {
		line("token "+c.Tokens[i].ID, c.Tokens[i].inWords())
	}
	return lines
}

// windowsInWords are those of the public, and how they answer.
func (c *Config) windowsInWords(certificate string) (lines [][2]string) {
	line := func(what, value string) { lines = append(lines, [2]string{what, value}) }
	line("whois", c.WHOIS.Listen)
	for name, a := range c.Availabilities() {
		line(strings.Replace(name, "das", "availability", 1), a.inWords())
	}
	rdap := c.RDAP.Listen
	if c.RDAP.Base != "" {
		rdap += " as " + c.RDAP.Base
	}
	if c.RDAP.BehindTLS {
		rdap += ", behind TLS"
	}
	line("rdap", rdap)
	if certificate != "" {
		line("certificate", certificate)
	}
	lines = append(lines, c.profilesInWords()...)
	for _, name := range slices.Sorted(maps.Keys(c.WHOIS.Refer)) {
		line("refer "+name, c.WHOIS.Refer[name])
	}
	if c.RDAP.Redirect != "" {
		line("redirect", c.RDAP.Redirect)
	}
	return lines
}

func (t *Token) inWords() string {
	words := fmt.Sprintf("%s, %s, until %s", t.Audience, t.Organization, t.Expires.Format(time.DateOnly))
	if t.Times != 0 {
		words += ", " + Decimal(t.Times) + " times the budgets"
	}
	return words
}
