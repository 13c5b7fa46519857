package listen

import (
	"net/netip"
	"sync"
)

// caps counts open connections, in all and for each network of clients. Its
// memory is bounded by the cap on all connections.
type caps struct {
	max, maxPerNetwork int // maxPerNetwork 0 is no cap per network
	maxPerSite         int // of the wider network, so that no one holds all connections

	mu        sync.Mutex
	total     int
	byNetwork map[netip.Prefix]int
}

// siteShare is the part of all connections that one site may hold.
const siteShare = 4

func newCaps(max, maxPerNetwork int) *caps {
	return &caps{
		max: max, maxPerNetwork: maxPerNetwork, maxPerSite: (max + siteShare - 1) / siteShare,
		byNetwork: map[netip.Prefix]int{},
	}
}

// verdict is what is said to a connection at the door.
type verdict uint8

const (
	admitted verdict = iota
	full             // all places are taken
	crowded          // those of its network or site are
	rushed           // too many have come in a short time
)

// take counts a connection of client in, or says why it is one too many.
func (c *caps) take(client netip.Addr) verdict {
	network, site := networkOf(client), SiteOf(client)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.total >= c.max {
		return full
	}
	if c.maxPerNetwork > 0 && (c.byNetwork[network] >= c.maxPerNetwork || c.byNetwork[site] >= max(c.maxPerSite, c.maxPerNetwork)) {
		return crowded
	}
	c.total++
	c.byNetwork[network]++
	c.byNetwork[site]++
	return admitted
}

// takeShared counts in a connection that many clients share, in all only.
func (c *caps) takeShared() verdict {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.total >= c.max {
		return full
	}
	c.total++
	return admitted
}

func (c *caps) releaseShared() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total--
}

func (c *caps) release(client netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total--
	for _, n := range [...]netip.Prefix{networkOf(client), SiteOf(client)} {
		if c.byNetwork[n]--; c.byNetwork[n] == 0 {
			delete(c.byNetwork, n)
		}
	}
}

func (c *caps) open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.total
}

// SiteOf is the wider network around a client, which one site commonly has: an IPv4
// /24 or an IPv6 /48. It is the zero Prefix for who has no address.
func SiteOf(client netip.Addr) netip.Prefix {
	client = client.Unmap().WithZone("")
	bits := 48
	if client.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(client, bits).Masked()
}

// networkOf is what one client is taken to own: an IPv4 address, or an IPv6
// /64, because a host can use any address of its /64.
func networkOf(client netip.Addr) netip.Prefix {
	bits := 64
	if client.Is4() {
		bits = 32
	}
	return netip.PrefixFrom(client, bits).Masked()
}
