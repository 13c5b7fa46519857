package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// check refuses what the listener would refuse.
func (w *window) check() error {
	if _, err := w.proxies(); err != nil {
		return fmt.Errorf("proxy_from: %w", err)
	}
	if w.MaxConnections < 0 {
		return errors.New("max_connections: it is negative")
	}
	if err := validListen(w.Listen); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return nil
}

func (w *window) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range w.ProxyFrom {
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

// validListen refuses what is no host:port. Whether the host is of this machine
// and the port is free, only opening it tells.
func validListen(address string) error {
	if address == "" {
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
	listeners := [][2]string{{"whois", c.WHOIS.Listen}, {"rdap", c.RDAP.Listen}, {"private", c.Private.Listen}}
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
