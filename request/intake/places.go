package intake

import (
	"net/netip"
	"sync"

	"registerd/listen"
)

// How many bodies with files are read at once: of everybody, and of one network of
// a site. Each takes memory for as long as its sender likes to send.
const (
	maxAtOnce   = 8
	maxTogether = 1
)

// places are taken by those whose files are being read.
type places struct {
	mu    sync.Mutex
	taken int
	by    map[netip.Prefix]int
}

// take takes a place for an address, if there is one; leave gives it back.
func (p *places) take(a netip.Addr) (leave func(), ok bool) {
	who := listen.SiteOf(a)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken >= maxAtOnce || p.by[who] >= maxTogether {
		return nil, false
	}
	if p.by == nil {
		p.by = make(map[netip.Prefix]int)
	}
	p.taken++
	p.by[who]++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.taken--
		if p.by[who]--; p.by[who] == 0 {
			delete(p.by, who)
		}
	}, true
}
