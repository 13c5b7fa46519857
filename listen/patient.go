package listen

import (
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"
)

const (
	firstPause = 5 * time.Millisecond
	lastPause  = time.Second
)

// patient is a listener that outlives its errors. accept(2) fails for reasons
// that pass (no free descriptors, no memory, a firewall), and the standard
// library calls only some of them temporary; so every error but net.ErrClosed is
// waited out, with a pause that grows to lastPause.
//
// Closing one loses nobody: the system completes connections by itself, and has
// some in its queue that no Accept has seen yet. Closing the socket would reset
// them, question and all, so they are taken out first and returned by Accept.
type patient struct {
	net.Listener
	log    *slog.Logger
	closed chan struct{}
	queued chan net.Conn // what stood in the queue at the end; closed when all of it is here
	close  func() error
}

func newPatient(inner net.Listener, log *slog.Logger) *patient {
	p := &patient{Listener: inner, log: log, closed: make(chan struct{}), queued: make(chan net.Conn, maxQueued)}
	p.close = sync.OnceValue(func() error {
		defer close(p.queued)
		close(p.closed)
		waiting := takeQueue(inner)
		err := inner.Close()
		for _, fd := range waiting {
			if c := connOf(fd); c != nil {
				p.queued <- c
			}
		}
		return err
	})
	return p
}

func (p *patient) Accept() (net.Conn, error) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		c, err := p.Listener.Accept()
		if err == nil {
			return c, nil
		}
		if errors.Is(err, net.ErrClosed) {
			return p.leftOver()
		}
		p.log.Error("a connection could not be accepted; trying again", "address", p.Addr().String(), "error", err, "pause", pause)
		if !p.wait(pause) {
			return p.leftOver()
		}
	}
}

// leftOver returns what stood in the queue when the listener was closed. The
// socket may also have been closed by somebody else, and then nothing did.
func (p *patient) leftOver() (net.Conn, error) {
	select {
	case <-p.closed:
	default:
		return nil, net.ErrClosed
	}
	c, ok := <-p.queued
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

// wait reports whether the listener was still open after d.
func (p *patient) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-p.closed:
		return false
	}
}

func (p *patient) Close() error { return p.close() }
