// Package listen is the doorway that every window shares: it learns who is
// calling, keeps one caller from filling the hall, and turns away what is too
// much with a short word. A PROXY header is believed from listed networks only,
// and is read off the accept loop. It also keeps the certificates by which callers
// know the house.
//
// It knows no question and no answer: what is said through a connection, how
// often a client may ask, and what it may see belong to other packages. The caps
// here count open connections and not questions.
package listen

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// DefaultMaxConns is the number of connections open at once when
	// [Config.MaxConns] is 0.
	DefaultMaxConns = 4096
	// DefaultProxyTimeout is the time for a whole PROXY header when
	// [Config.ProxyTimeout] is 0: the least that the PROXY specification allows.
	DefaultProxyTimeout = 3 * time.Second

	// maxRefusals bounds the connections that are kept until the refusal has been
	// read. Beyond it one is written and the connection closed at once, so that a
	// flood cannot make us keep more than this many sockets for politeness; a
	// client whose question is on its way then may find a reset in its place.
	maxRefusals = 128
	// refusalTime bounds each part of a refusal: what it waits for, writing it and
	// closing.
	refusalTime = time.Second
	// curtness bounds the writing of one where nobody waits: the system has room
	// for it in a connection that nothing was written to.
	curtness = 10 * time.Millisecond
)

// Config says where a [Listener] listens and whom it lets in.
type Config struct {
	// Network is "tcp" (also when empty), "tcp4" or "tcp6"; Address is host:port.
	Network, Address string
	// Inner is an open TCP listener to use instead of Network and Address, such
	// as a socket handed over by the service manager. The Listener closes it.
	Inner net.Listener

	// MaxConns is the number of connections open at once; 0 is DefaultMaxConns.
	MaxConns int
	// MaxPerNetwork is the number of connections open at once for one IPv4 /32
	// or IPv6 /64 of clients; 0 is no cap per network.
	MaxPerNetwork int
	// PerSecond is the number of new connections in a second, and twice that at
	// once; 0 is no limit. With a cap per network, one of these may have a sixteenth of
	// it, and its IPv4 /24 or IPv6 /48 a quarter.
	PerSecond int

	// ProxyFrom lists the front ends. If it is not empty, every connection must
	// come from it and begin with a PROXY header (version 1 or 2), and all others
	// are closed without a word. If it is empty, no header is read or believed.
	ProxyFrom []netip.Prefix
	// ProxyTimeout is the time for the whole header; 0 is DefaultProxyTimeout.
	ProxyTimeout time.Duration

	// ForwardedFrom lists the front ends whose connections many clients share: for
	// them there are no caps per network. A [Forwarding] believes what they say of
	// their clients, and has caps for these.
	ForwardedFrom []netip.Prefix

	// Refusal is written to a connection over a cap before it is closed; empty
	// is to close only.
	Refusal []byte
	// RefusalAnswers says that the refusal is an answer. It waits a little for
	// the beginning of a question then: clients of HTTP take an answer that comes
	// before it for a mistake, and do not show it.
	RefusalAnswers bool

	Log *slog.Logger
}

// Listener is a [net.Listener] whose connections carry the client's address and
// are within the caps. Its methods may be used by several goroutines.
type Listener struct {
	inner    net.Listener
	abort    func() // ends the PROXY headers still being read
	caps     *caps
	rates    *rates
	shared   []netip.Prefix
	refusal  atomic.Pointer[[]byte]
	answers  bool
	refusing chan struct{}
	refused  [rushed + 1]atomic.Uint64 // by verdict
	dropped  atomic.Uint64
	taken    atomic.Uint64
	log      *slog.Logger
}

// Stats is what a Listener has counted since it was opened.
type Stats struct {
	Open    int    // connections accepted and not yet closed
	Full    uint64 // connections over the cap in all
	Crowded uint64 // connections over the cap of their network or site
	Rushed  uint64 // connections over the number of a second
	Dropped uint64 // connections not from a front end, or without a usable client address
}

// Listen opens the listener that cfg describes, or refuses a cfg that is
// incomplete or that would believe a PROXY header from anybody.
func Listen(cfg Config) (*Listener, error) {
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("listen: configuring: %w", err)
	}
	if cfg.Inner == nil {
		inner, err := net.Listen(cfg.Network, cfg.Address)
		if err != nil {
			return nil, fmt.Errorf("listen: opening: %w", err)
		}
		cfg.Inner = inner
	}
	l := &Listener{
		inner:    newPatient(cfg.Inner, cfg.Log),
		abort:    func() {},
		caps:     newCaps(cfg.MaxConns, cfg.MaxPerNetwork),
		rates:    newRates(cfg.PerSecond, cfg.MaxPerNetwork > 0),
		shared:   slices.Clone(cfg.ForwardedFrom),
		answers:  cfg.RefusalAnswers,
		refusing: make(chan struct{}, maxRefusals),
		log:      cfg.Log,
	}
	l.SetRefusal(cfg.Refusal)
	if len(cfg.ProxyFrom) > 0 {
		f := newFronted(l.inner, cfg, l.refuse, l.drop)
		l.inner, l.abort = f, f.abort
	}
	return l, nil
}

// complete fills in the defaults and checks the rest.
func (cfg *Config) complete() error {
	if cfg.Network == "" {
		cfg.Network = "tcp"
	}
	if cfg.MaxConns == 0 {
		cfg.MaxConns = DefaultMaxConns
	}
	if cfg.ProxyTimeout == 0 {
		cfg.ProxyTimeout = DefaultProxyTimeout
	}
	switch {
	case cfg.Log == nil:
		return errors.New("no Log")
	case cfg.Inner == nil && cfg.Address == "":
		return errors.New("neither Address nor Inner")
	case cfg.Inner != nil && cfg.Address != "":
		return errors.New("both Address and Inner")
	case cfg.Network != "tcp" && cfg.Network != "tcp4" && cfg.Network != "tcp6":
		return fmt.Errorf("network %q is not tcp, tcp4 or tcp6", cfg.Network)
	case cfg.MaxConns < 0, cfg.MaxPerNetwork < 0, cfg.PerSecond < 0, cfg.ProxyTimeout < 0:
		return errors.New("a limit is negative")
	}
	return errors.Join(checkFrontEnds("ProxyFrom", cfg.ProxyFrom), checkFrontEnds("ForwardedFrom", cfg.ForwardedFrom))
}

// Accept waits for the next connection that is within the caps. RemoteAddr of
// the connection is the client's address, see [ClientAddr]. The only error is
// [net.ErrClosed]; after Close, connections that stood in the system's queue, or
// whose PROXY header was still on its way, are returned first, so that a restart
// loses none.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		c, err := l.inner.Accept()
		if err != nil {
			return nil, err
		}
		client := canonical(c.RemoteAddr())
		if !client.IsValid() {
			l.drop(c)
			continue
		}
		release, why := l.admit(client.Addr())
		if why != admitted {
			l.refuse(c, why)
			continue
		}
		l.taken.Add(1)
		return &conn{Conn: c, remote: net.TCPAddrFromAddrPort(client), release: release}, nil
	}
}

// admit finds a place for a connection, and says how it is given back.
func (l *Listener) admit(client netip.Addr) (release func(), why verdict) {
	shared := listed(l.shared, client)
	if shared {
		why, release = l.caps.takeShared(), l.caps.releaseShared
	} else {
		why, release = l.caps.take(client), func() { l.caps.release(client) }
	}
	if why != admitted {
		return nil, why
	}
	if !l.rates.take(client, shared, time.Now()) {
		release()
		return nil, rushed
	}
	return release, admitted
}

// Close stops accepting. Open connections stay open.
func (l *Listener) Close() error { return l.inner.Close() }

// Addr is the address listened on.
func (l *Listener) Addr() net.Addr { return l.inner.Addr() }

// Stats returns the counts of this moment.
func (l *Listener) Stats() Stats {
	return Stats{
		Open: l.caps.open(), Full: l.refused[full].Load(), Crowded: l.refused[crowded].Load(),
		Rushed: l.refused[rushed].Load(), Dropped: l.dropped.Load(),
	}
}

// Taken is how many connections were within the caps since the listener was opened.
func (l *Listener) Taken() uint64 { return l.taken.Load() }

// MaxConns is the cap on all of them.
func (l *Listener) MaxConns() int { return l.caps.max }

// SetRefusal replaces [Config.Refusal], where its words are known only once the
// address is.
func (l *Listener) SetRefusal(words []byte) { l.refusal.Store(&words) }

func (l *Listener) drop(c net.Conn) {
	l.dropped.Add(1)
	c.Close()
}

// refuse tells c why it is not let in, without making the caller wait for a
// client that does not read.
func (l *Listener) refuse(c net.Conn, why verdict) {
	l.refused[why].Add(1)
	words := *l.refusal.Load()
	if len(words) == 0 {
		c.Close()
		return
	}
	select {
	case l.refusing <- struct{}{}:
	default:
		_ = c.SetWriteDeadline(time.Now().Add(curtness))
		_, _ = c.Write(words)
		c.Close()
		return
	}
	go func() {
		defer func() { <-l.refusing }()
		if l.answers {
			_ = c.SetReadDeadline(time.Now().Add(refusalTime))
			_, _ = c.Read(make([]byte, 1))
		}
		_ = c.SetWriteDeadline(time.Now().Add(refusalTime))
		if _, err := c.Write(words); err != nil {
			c.Close()
			return
		}
		_ = CloseCleanly(c, refusalTime)
	}()
}
