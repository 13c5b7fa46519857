package config

import (
	"errors"
	"fmt"
	"iter"
	"strconv"

	"registerd/das"
	"registerd/register"
)

// Window is a listener of the public.
type Window struct {
	// Listen is host:port, or "systemd:NAME": a socket that the service manager has
	// opened and keeps over restarts, by its FileDescriptorName. Empty is off.
	Listen string `toml:"listen"`
	// ProxyFrom lists the networks of front ends that send a PROXY header with
	// the client's address. When it is not empty, nobody else is served.
	ProxyFrom []string `toml:"proxy_from"`
	// MaxConnections is the cap in all. Default 4096.
	MaxConnections int `toml:"max_connections"`
	// MaxPerNetwork is the cap per IPv4 address or IPv6 /64. Default 8 for WHOIS
	// and availability, 64 for RDAP. With it, one IPv4 /24 or IPv6 /48 may have
	// a quarter of all connections; -1 takes both caps away.
	MaxPerNetwork int `toml:"max_per_network"`
	// ConnectionsPerSecond is the cap on new connections in a second; twice that
	// may come at once. Default 2000; -1 takes it away. With a cap per network, one
	// IPv4 address or IPv6 /64 may have a sixteenth of them, and its /24 or /48
	// a quarter, so that a flood of one leaves room for others.
	ConnectionsPerSecond int `toml:"connections_per_second"`
}

// Availability is a listener that tells which names are free.
type Availability struct {
	Window
	// Dialect is how it is asked and answers: be-eu, ch, uk-dac, digit or finger.
	// Default: be-eu.
	Dialect string `toml:"dialect"`
	// Zone is where names are meant that are asked for without one, as in "get 1.0
	// shop". Default: the register's first zone.
	Zone string `toml:"zone"`
}

// Availabilities are the availability ports by their names in logs and metrics:
// das, and das-2 and so on for the others.
func (c *Config) Availabilities() iter.Seq2[string, *Availability] {
	return func(yield func(string, *Availability) bool) {
		if !yield("das", &c.DAS) {
			return
		}
		for i := range c.Availability {
			if !yield("das-"+strconv.Itoa(i+2), &c.Availability[i]) {
				return
			}
		}
	}
}

// Settings are the dialect and the zone of a server; it still needs a desk.
func (a *Availability) Settings() (c das.Config, err error) {
	if a.Dialect != "" {
		known := false
		if c.Dialect, known = das.ParseDialect(a.Dialect); !known {
			return c, fmt.Errorf("dialect: there is none called %q", a.Dialect)
		}
	}
	if a.Zone != "" {
		if c.Zone, err = register.ParseName(a.Zone); err != nil {
			return c, fmt.Errorf("zone: %w", err)
		}
	}
	return c, nil
}

// inWords is where the listener is and which dialect it speaks, "" when it is off.
func (a *Availability) inWords() string {
	words := a.Listen
	if words != "" && a.Dialect != "" {
		words += " in " + a.Dialect
	}
	return words
}

// Windows are those of the public by their names.
func (c *Config) Windows() map[string]*Window {
	out := map[string]*Window{"whois": &c.WHOIS.Window, "rdap": &c.RDAP.Window, "rdap.certificates": &c.RDAP.Certificates.Window}
	for name, a := range c.Availabilities() {
		out[name] = &a.Window
	}
	return out
}

// check refuses what the listener would refuse.
func (w *Window) check() error {
	if _, err := FrontEnds(w.ProxyFrom); err != nil {
		return fmt.Errorf("proxy_from: %w", err)
	}
	if w.MaxConnections < 0 {
		return errors.New("max_connections: it is negative")
	}
	if w.ConnectionsPerSecond < -1 {
		return errors.New("connections_per_second: it is negative")
	}
	if err := validListen(w.Listen); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return nil
}

// Usual caps are on connections of one network at once, where max_per_network is left
// out. A browser opens several, and over HTTP/1.1 each carries one question at a time.
const (
	UsualAtOnce     = 8
	UsualAtOnceHTTP = 64
)

// defaultPerSecond is a tenth of the questions that limits.server lets in.
const defaultPerSecond = 2000

// PerSecond is the cap on new connections; 0 is none.
func (w *Window) PerSecond() int {
	switch {
	case w.ConnectionsPerSecond < 0:
		return 0
	case w.ConnectionsPerSecond == 0:
		return defaultPerSecond
	}
	return w.ConnectionsPerSecond
}

// PerNetwork is the cap on connections of one network, where usual is that of such
// windows; 0 is none.
func (w *Window) PerNetwork(usual int) int {
	switch {
	case w.MaxPerNetwork < 0:
		return 0
	case w.MaxPerNetwork == 0:
		return usual
	}
	return w.MaxPerNetwork
}
