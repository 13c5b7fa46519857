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
type patient struct {
	net.Listener
	log    *slog.Logger
	closed chan struct{}
	close  func() error
}

func newPatient(inner net.Listener, log *slog.Logger) *patient {
	p := &patient{Listener: inner, log: log, closed: make(chan struct{})}
	p.close = sync.OnceValue(func() error {
		close(p.closed)
		return inner.Close()
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
			return nil, net.ErrClosed
		}
		p.log.Warn("accepting a connection failed, trying again", "error", err, "pause", pause)
		if !p.wait(pause) {
			return nil, net.ErrClosed
		}
	}
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
