package listen

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/pires/go-proxyproto"
)

// fronted is a listener behind front ends that speak the PROXY protocol. Each
// header is read in a goroutine of its own, so a front end that is slow to send
// one holds up nobody.
type fronted struct {
	net.Listener
	from    []netip.Prefix
	timeout time.Duration
	refuse  func(net.Conn, verdict)
	drop    func(net.Conn)
	log     *slog.Logger

	// pending holds a token for each connection between accept(2) and Accept. It
	// and ready have the same capacity, so a send to ready never waits.
	pending chan struct{}
	ready   chan net.Conn

	aborted context.Context
	abort   context.CancelFunc
}

func newFronted(inner net.Listener, cfg Config, refuse func(net.Conn, verdict), drop func(net.Conn)) *fronted {
	f := &fronted{
		Listener: inner,
		from:     slices.Clone(cfg.ProxyFrom),
		timeout:  cfg.ProxyTimeout,
		refuse:   refuse,
		drop:     drop,
		log:      cfg.Log,
		pending:  make(chan struct{}, cfg.MaxConns),
		ready:    make(chan net.Conn, cfg.MaxConns),
	}
	f.aborted, f.abort = context.WithCancel(context.Background())
	go f.run()
	return f
}

// checkFrontEnds refuses a prefix that believes everybody, and one that can
// match nobody because addresses are compared unmapped.
func checkFrontEnds(name string, from []netip.Prefix) error {
	for _, p := range from {
		switch {
		case !p.IsValid():
			return fmt.Errorf("%s has an invalid prefix", name)
		case p.Bits() == 0:
			return fmt.Errorf("%s %v would believe anybody", name, p)
		case p.Addr().Is4In6():
			return fmt.Errorf("%s %v is IPv4-mapped, write it as an IPv4 prefix", name, p)
		}
	}
	return nil
}

func (f *fronted) run() {
	var readers sync.WaitGroup
	for {
		c, err := f.Listener.Accept()
		if err != nil {
			break
		}
		if !listed(f.from, canonical(c.RemoteAddr()).Addr()) {
			f.drop(c)
			continue
		}
		select {
		case f.pending <- struct{}{}:
			readers.Go(func() { f.introduce(c) })
		default:
			f.refuse(c, full)
		}
	}
	readers.Wait()
	close(f.ready)
}

func (f *fronted) introduce(c net.Conn) {
	stop := context.AfterFunc(f.aborted, func() { c.Close() })
	defer stop()
	r, err := readHeader(c, f.timeout)
	if err != nil {
		// The peer is the front end, so this names no client.
		f.log.Debug("a front end sent no usable PROXY header", "address", c.RemoteAddr(), "error", err)
		f.drop(c)
		<-f.pending
		return
	}
	f.ready <- r
}

func (f *fronted) Accept() (net.Conn, error) {
	c, ok := <-f.ready
	if !ok {
		return nil, net.ErrClosed
	}
	<-f.pending
	return c, nil
}

// headerBuffer holds a header of version 1 (107 bytes at most), which must
// arrive in one piece; a longer one of version 2 is read in several.
const headerBuffer = 256

// relayed is a connection whose client stands behind a front end.
type relayed struct {
	net.Conn
	client net.Addr
	rest   *bufio.Reader // may hold what came in one segment with the header
}

func (r relayed) RemoteAddr() net.Addr       { return r.client }
func (r relayed) Read(b []byte) (int, error) { return r.rest.Read(b) }
func (r relayed) CloseWrite() error          { return closeWrite(r.Conn) }

// readHeader reads the PROXY header off c within timeout and leaves c without a
// deadline.
func readHeader(c net.Conn, timeout time.Duration) (net.Conn, error) {
	rest := bufio.NewReaderSize(c, headerBuffer)
	header, err := proxyproto.ReadHeaderTimeout(c, rest, timeout)
	if err != nil {
		return nil, fmt.Errorf("listen: reading PROXY header: %w", err)
	}
	client, err := clientOf(header, c.RemoteAddr())
	if err != nil {
		return nil, fmt.Errorf("listen: reading PROXY header: %w", err)
	}
	return relayed{Conn: c, client: client, rest: rest}, nil
}

// clientOf is the client that header, sent by peer, speaks of.
//
// A version 2 LOCAL header is the front end calling for itself, such as for a
// health check. Version 1 has no such command: its UNKNOWN may stand for a client
// that the front end could not name, and to take that client for the front end
// would lend it the front end's rights. So UNKNOWN is refused, and so is every
// client that has no address of its own.
func clientOf(header *proxyproto.Header, peer net.Addr) (net.Addr, error) {
	if header.Version == 2 && header.Command.IsLocal() {
		return peer, nil
	}
	source, ok := header.SourceAddr.(*net.TCPAddr)
	if !ok || header.Command.IsLocal() {
		return nil, errors.New("it names no TCP client")
	}
	a := canonical(source).Addr()
	switch {
	case !a.IsValid(), a.IsUnspecified(), a.IsMulticast():
		return nil, errors.New("the client's address is no host's")
	case a.IsLoopback() && !canonical(peer).Addr().IsLoopback():
		// It is the front end's own loopback, and would be taken for ours.
		return nil, errors.New("the client's address is of another machine's loopback")
	}
	return source, nil
}
