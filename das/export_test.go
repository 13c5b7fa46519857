package das

import "time"

// Hurry shortens the times a client is given; 0 leaves one as it is.
func (s *Server) Hurry(idle, line, write time.Duration) {
	for _, t := range []struct {
		to   *time.Duration
		time time.Duration
	}{{&s.idleTime, idle}, {&s.lineTime, line}, {&s.writeTime, write}} {
		if t.time != 0 {
			*t.to = t.time
		}
	}
}

// MaxRefused is maxRefused.
const MaxRefused = maxRefused
