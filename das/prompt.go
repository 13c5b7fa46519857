package das

import (
	"bytes"
	"net"
	"sync/atomic"
	"time"
)

// prompt is a connection on which a line that has begun must end soon, however
// long a client may be silent between lines. It sees the line ends as they
// arrive, and brings the read deadline forward while a line is open.
type prompt struct {
	net.Conn
	lineTime time.Duration
	open     atomic.Int64 // Unix time in ns at which the open line must have ended; 0 when none is open
}

func (p *prompt) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if n == 0 {
		return n, err
	}
	end := bytes.LastIndexByte(b[:n], '\n')
	switch {
	case end == n-1:
		p.open.Store(0)
	case end >= 0, p.open.Load() == 0: // a line began in what was read
		by := time.Now().Add(p.lineTime)
		p.open.Store(by.UnixNano())
		if derr := p.Conn.SetReadDeadline(by); err == nil {
			err = derr
		}
	}
	return n, err
}

// SetReadDeadline keeps to the open line's deadline when t is later.
func (p *prompt) SetReadDeadline(t time.Time) error {
	if open := p.open.Load(); open != 0 && t.UnixNano() > open {
		t = time.Unix(0, open)
	}
	return p.Conn.SetReadDeadline(t)
}
