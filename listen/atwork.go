package listen

import (
	"errors"
	"net/netip"
	"sync/atomic"
)

var (
	// ErrCrowded says that a client's network has as many requests at work as it may.
	ErrCrowded = errors.New("listen: too many requests of one network at once")
	// ErrFull says that all clients together have.
	ErrFull = errors.New("listen: too many requests at once")
)

// atWork counts requests at work where a connection is not one client's one
// request: over HTTP/2, and those of front ends. It bounds them as caps bound
// connections.
type atWork struct {
	caps    *caps
	refused [rushed + 1]atomic.Uint64 // by verdict
}

// newAtWork is for a listener with the same caps, see [Config]; max 0 is
// DefaultMaxConns.
func newAtWork(max, maxPerNetwork int) *atWork {
	if max == 0 {
		max = DefaultMaxConns
	}
	return &atWork{caps: newCaps(max, maxPerNetwork)}
}

// begin counts a client's request in, until end, or says why it is one too many.
func (a *atWork) begin(client netip.Addr) error {
	why := a.caps.take(client)
	if why == admitted {
		return nil
	}
	a.refused[why].Add(1)
	if why == crowded {
		return ErrCrowded
	}
	return ErrFull
}

func (a *atWork) end(client netip.Addr) { a.caps.release(client) }
