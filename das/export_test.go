package das

import (
	"time"

	"registerd/lookup"
)

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

// MaxRefused is maxRefused, and MaxTogether maxTogether.
const (
	MaxRefused  = maxRefused
	MaxTogether = maxTogether
)

// Write is the answer to a line that was asked about a name.
func (d *Dialect) Write(line string, n lookup.Name, about lookup.About) string {
	return string(d.write(nil, &answer{question: d.read(line), outcome: outcomeOf(&n), name: &n, about: &about}))
}

// WriteLimited is the answer to a line of who has to wait.
func (d *Dialect) WriteLimited(line string, wait time.Duration, about lookup.About) string {
	return string(d.write(nil, &answer{question: d.read(line), outcome: limited, wait: wait, about: &about}))
}
