package das

import (
	"sync"

	"registerd/access"
	"registerd/listen"
)

// How many bodies are read at once: of everybody, of those without an account,
// and of one account or of one network of a site. A body takes memory for as
// long as its sender likes to send, and nobody may take the places of others.
const (
	maxAtOnce   = 256
	maxNameless = 192
	maxTogether = 16
)

// places are taken by those whose bodies are being read.
type places struct {
	mu       sync.Mutex
	taken    int
	nameless int
	by       map[string]int
}

// take takes a place for a caller, if there is one; leave gives it back.
func (p *places) take(c access.Caller) (leave func(), ok bool) {
	who := "account " + c.Account
	if !c.Named() {
		who = listen.SiteOf(c.Channel.Addr).String()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken >= maxAtOnce || p.by[who] >= maxTogether || !c.Named() && p.nameless >= maxNameless {
		return nil, false
	}
	if p.by == nil {
		p.by = make(map[string]int)
	}
	p.count(c, who, +1)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.count(c, who, -1)
	}, true
}

func (p *places) count(c access.Caller, who string, by int) {
	p.taken += by
	if !c.Named() {
		p.nameless += by
	}
	if p.by[who] += by; p.by[who] == 0 {
		delete(p.by, who)
	}
}
