package listen

import (
	"net/netip"
	"sync"
)

// caps counts open connections, in all and for each network of clients. Its
// memory is bounded by the cap on all connections.
type caps struct {
	max, maxPerNetwork int // maxPerNetwork 0 is no cap per network

	mu        sync.Mutex
	total     int
	byNetwork map[netip.Prefix]int
}

func newCaps(max, maxPerNetwork int) *caps {
	return &caps{max: max, maxPerNetwork: maxPerNetwork, byNetwork: map[netip.Prefix]int{}}
}

// take counts a connection of client in, or reports that it is one too many.
func (c *caps) take(client netip.Addr) bool {
	network := networkOf(client)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.total >= c.max {
		return false
	}
	if c.maxPerNetwork > 0 && c.byNetwork[network] >= c.maxPerNetwork {
		return false
	}
	c.total++
	c.byNetwork[network]++
	return true
}

func (c *caps) release(client netip.Addr) {
	network := networkOf(client)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total--
	if c.byNetwork[network]--; c.byNetwork[network] == 0 {
		delete(c.byNetwork, network)
	}
}

func (c *caps) open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.total
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
