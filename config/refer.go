package config

import (
	"fmt"
	"net"
	"net/url"

	"registerd/register"
)

// Refers are the WHOIS servers of others, of a configuration that was checked.
func (c *Config) Refers() map[register.Name]register.Name {
	out := make(map[register.Name]register.Name, len(c.WHOIS.Refer))
	for below, host := range c.WHOIS.Refer {
		name, _ := register.ParseName(below)
		server, _ := register.ParseHost(host)
		out[name] = server
	}
	return out
}

// checkRefers refuses servers that are none, and ourselves: clients follow the
// line, and would go round in a circle.
func (c *Config) checkRefers() error {
	own := map[register.Name]bool{}
	base, _ := url.Parse(c.RDAP.Base)
	listen, _, _ := net.SplitHostPort(c.WHOIS.Listen)
	hosts := []string{c.RDAP.Port43, listen}
	if base != nil {
		hosts = append(hosts, base.Hostname())
	}
	for _, host := range hosts {
		if name, err := register.ParseHost(host); err == nil {
			own[name] = true
		}
	}
	seen := map[register.Name]bool{}
	for below, host := range c.WHOIS.Refer {
		name, err := register.ParseName(below)
		if err != nil {
			return fmt.Errorf("whois: refer: %q: %w", below, err)
		}
		server, err := register.ParseHost(host)
		switch {
		case err != nil:
			return fmt.Errorf("whois: refer: %q: %q is no host name", below, host)
		case own[server]:
			return fmt.Errorf("whois: refer: %q: %q is this server", below, host)
		case seen[name]:
			return fmt.Errorf("whois: refer: %q: it is there twice", below)
		}
		seen[name] = true
	}
	return nil
}
