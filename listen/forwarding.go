package listen

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"sync/atomic"
)

// ForwardingConfig says which front ends are believed over HTTP, and what is
// behind them. From, Handler and Refuse are required.
type ForwardingConfig struct {
	// From lists the front ends, as [Config.ForwardedFrom] does.
	From []netip.Prefix

	// MaxAtOnce is the number of requests at work at once that came through front
	// ends; 0 is DefaultMaxConns. MaxPerNetwork is that for one IPv4 /32 or IPv6
	// /64 of clients; 0 is no cap per network. They are for requests what the caps
	// of a [Listener] are for connections, which front ends share among clients.
	MaxAtOnce, MaxPerNetwork int

	// Handler gets requests of front ends, whose RemoteAddr is then the client's
	// address; nothing behind it needs to count what is at work once more.
	Handler http.Handler
	// Past gets requests of whoever comes past the front ends; nil is Handler.
	Past http.Handler
	// Refuse answers a request that Handler does not get; why is an
	// [*UnnamedError], ErrCrowded or ErrFull.
	Refuse func(w http.ResponseWriter, r *http.Request, why error)
}

// Forwarding believes front ends that name the client in a header, X-Forwarded-For
// or Forwarded (RFC 7239), and nobody else: a request that comes past them is of
// whom the connection is of. It is an [http.Handler] behind a [Listener].
type Forwarding struct {
	ForwardingConfig
	*atWork
	unnamed atomic.Uint64
}

// NewForwarding refuses a config that is incomplete or believes everybody.
func NewForwarding(cfg ForwardingConfig) (*Forwarding, error) {
	switch {
	case cfg.Handler == nil || cfg.Refuse == nil:
		return nil, errors.New("listen: configuring: no Handler or no Refuse")
	case len(cfg.From) == 0:
		return nil, errors.New("listen: configuring: From lists nobody")
	case cfg.MaxAtOnce < 0 || cfg.MaxPerNetwork < 0:
		return nil, errors.New("listen: configuring: a limit is negative")
	}
	if err := checkFrontEnds("From", cfg.From); err != nil {
		return nil, err
	}
	if cfg.Past == nil {
		cfg.Past = cfg.Handler
	}
	cfg.From = slices.Clone(cfg.From)
	return &Forwarding{ForwardingConfig: cfg, atWork: newAtWork(cfg.MaxAtOnce, cfg.MaxPerNetwork)}, nil
}

// pastFrontEnds marks the context of a request that no front end passed on.
type pastFrontEnds struct{}

// PastFrontEnds reports a request that came to a [Forwarding] from somebody who is
// not a front end, so that what is known of the way behind them, such as that
// nobody can read there, does not hold for it.
func PastFrontEnds(r *http.Request) bool { return r.Context().Value(pastFrontEnds{}) != nil }

// ServeHTTP passes a request on as its client's.
func (f *Forwarding) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	peer := addressOf(r)
	if !listed(f.From, peer) {
		f.Past.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), pastFrontEnds{}, true)))
		return
	}
	client, err := forwardedClient(peer, r.Header, f.From)
	if err != nil {
		f.unnamed.Add(1)
		f.Refuse(w, r, err)
		return
	}
	if err := f.begin(client); err != nil {
		f.Refuse(w, r, err)
		return
	}
	defer f.end(client)
	theirs := new(http.Request)
	*theirs = *r
	theirs.RemoteAddr = netip.AddrPortFrom(client, 0).String() // no port: the front end did not say it
	f.Handler.ServeHTTP(w, theirs)
}

// ForwardingStats is what a Forwarding has counted since it was made.
type ForwardingStats struct {
	Unnamed uint64 // requests of front ends that did not say who is asking
	Full    uint64 // requests over the cap in all
	Crowded uint64 // requests over the cap of their network or site
}

// Stats returns the counts of this moment.
func (f *Forwarding) Stats() ForwardingStats {
	return ForwardingStats{Unnamed: f.unnamed.Load(), Full: f.refused[full].Load(), Crowded: f.refused[crowded].Load()}
}
