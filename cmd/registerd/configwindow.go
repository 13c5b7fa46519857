package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// windows are those of the public by their names.
func (c *config) windows() map[string]*window {
	out := map[string]*window{"whois": &c.WHOIS.window, "rdap": &c.RDAP.window, "rdap.certificates": &c.RDAP.Certificates.window}
	for name, a := range c.availabilities() {
		out[name] = &a.window
	}
	return out
}

// check refuses what the listener would refuse.
func (w *window) check() error {
	if _, err := frontEnds(w.ProxyFrom); err != nil {
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

// frontEnds are the networks that are believed when they say who a client is. An
// empty list is refused: it could mean nobody, or that everybody is believed.
func frontEnds(networks []string) ([]netip.Prefix, error) {
	if networks != nil && len(networks) == 0 {
		return nil, errors.New("it lists nobody; leave it out where there is no front end")
	}
	var out []netip.Prefix
	for _, s := range networks {
		p, err := netip.ParsePrefix(s)
		switch {
		case err != nil:
			return nil, err
		case p.Bits() == 0:
			return nil, fmt.Errorf("%s would believe everybody", s)
		case p.Addr().Is4In6():
			return nil, fmt.Errorf("%s is IPv4-mapped, and is written as an IPv4 prefix", s)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// What is configured nowhere: connections of one network at once. A browser opens
// several, and over HTTP/1.1 each carries one question at a time.
const (
	usualAtOnce     = 8
	usualAtOnceHTTP = 64
)

// defaultPerSecond is a tenth of the questions that limits.server lets in.
const defaultPerSecond = 2000

// perSecond is the cap on new connections; 0 is none.
func (w *window) perSecond() int {
	switch {
	case w.ConnectionsPerSecond < 0:
		return 0
	case w.ConnectionsPerSecond == 0:
		return defaultPerSecond
	}
	return w.ConnectionsPerSecond
}

// perNetwork is the cap on connections of one network; 0 is none.
func (w *window) perNetwork(usual int) int {
	switch {
	case w.MaxPerNetwork < 0:
		return 0
	case w.MaxPerNetwork == 0:
		return usual
	}
	return w.MaxPerNetwork
}

// ofManager is how an address begins that is not an address, but the name of a
// socket which the service manager has opened.
const ofManager = "systemd:"

// socketName is the name of that socket.
func socketName(address string) (name string, ok bool) { return strings.CutPrefix(address, ofManager) }

// longestSocketName is that of systemd.socket(5), in bytes.
const longestSocketName = 255

// validListen refuses what is neither host:port nor the name of a socket. Whether
// the host is of this machine and the port is free, or the socket is there, only
// opening it tells.
func validListen(address string) error {
	if address == "" {
		return nil
	}
	if name, ok := socketName(address); ok {
		strange := func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' }
		if name == "" || len(name) > longestSocketName || strings.ContainsFunc(name, strange) {
			return fmt.Errorf("%q does not name a socket", address)
		}
		return nil
	}
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return fmt.Errorf("%q is not host:port: %w", address, err)
	}
	return nil
}

// checkAddresses refuses two listeners at one address.
func (c *config) checkAddresses() error {
	taken := map[string]string{}
	listeners := [][2]string{{"whois", c.WHOIS.Listen}, {"rdap", c.RDAP.Listen}, {"rdap.certificates", c.RDAP.Certificates.Listen}, {"rdap.redirect", c.RDAP.Redirect}, {"private", c.Private.Listen}}
	for name, a := range c.availabilities() {
		listeners = append(listeners, [2]string{name, a.Listen})
	}
	for _, l := range listeners {
		name, address := l[0], l[1]
		if address == "" || strings.HasSuffix(address, ":0") {
			continue
		}
		if other, found := taken[address]; found {
			return fmt.Errorf("%s: listen: %s is taken by %s", name, address, other)
		}
		taken[address] = name
	}
	return nil
}
