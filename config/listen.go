package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// FrontEnds are the networks that are believed when they say who a client is. An
// empty list is refused: it could mean nobody, or that everybody is believed.
func FrontEnds(networks []string) ([]netip.Prefix, error) {
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

// ofManager is how an address begins that is not an address, but the name of a
// socket which the service manager has opened.
const ofManager = "systemd:"

// SocketName is the name of a socket that the service manager passes in; ok is false of
// an address.
func SocketName(address string) (name string, ok bool) { return strings.CutPrefix(address, ofManager) }

// longestSocketName is that of systemd.socket(5), in bytes.
const longestSocketName = 255

// validListen refuses what is neither host:port nor the name of a socket. Whether
// the host is of this machine and the port is free, or the socket is there, only
// opening it tells.
func validListen(address string) error {
	if address == "" {
		return nil
	}
	if name, ok := SocketName(address); ok {
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
func (c *Config) checkAddresses() error {
	taken := map[string]string{}
	listeners := [][2]string{{"whois", c.WHOIS.Listen}, {"rdap", c.RDAP.Listen}, {"rdap.certificates", c.RDAP.Certificates.Listen}, {"rdap.redirect", c.RDAP.Redirect}, {"private", c.Private.Listen}}
	for name, a := range c.Availabilities() {
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

// TrustsLoopback reports a front end on the same machine that does not say who
// its clients are: they come from loopback, which is taken for private. RDAP is
// listening at an address, or at none ("").
func (c *Config) TrustsLoopback(listening string) bool {
	host, _, err := net.SplitHostPort(listening)
	addr, notAddr := netip.ParseAddr(host)
	base, _ := url.Parse(c.RDAP.Base)
	if err != nil || notAddr != nil || !addr.IsLoopback() || base == nil || base.Host == "" || len(c.RDAP.ProxyFrom) > 0 {
		return false
	}
	if from, err := FrontEnds(c.RDAP.ForwardedFrom); err != nil || slices.ContainsFunc(from, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return false
	}
	public, err := netip.ParseAddr(base.Hostname())
	return base.Hostname() != "localhost" && (err != nil || !public.IsLoopback())
}

// checkRedirect refuses a redirect to where nobody is safer, and a public address
// that would be the name of a socket.
func (c *Config) checkRedirect() error {
	_, passed := SocketName(c.RDAP.Listen)
	switch {
	case passed && c.RDAP.Base == "":
		return errors.New("base: it is missing, and the address of a socket that is passed in is not known before")
	case c.RDAP.Redirect == "":
		return nil
	case c.RDAP.Listen == "":
		return errors.New("redirect: rdap.listen is off")
	case !strings.HasPrefix(c.RDAP.Base, "https://"):
		return errors.New("redirect: base is no https address")
	}
	if err := validListen(c.RDAP.Redirect); err != nil {
		return fmt.Errorf("redirect: %w", err)
	}
	return nil
}
