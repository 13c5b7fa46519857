package listen

import (
	"net/http"
	"strconv"
)

// streamsRetry is when to ask again that was refused for want of a place, in
// seconds: places come back as answers go out.
const streamsRetry = 5

// Streams bounds the requests of HTTP/2 that are at work at once. A connection of
// HTTP/1.1 has one, and is counted at the door; one of HTTP/2 has as many as it
// is allowed, each with a goroutine and an answer that its client may let wait
// by not opening the window. So a network may have as many at work as it may
// have connections, and so may all together. It is an [http.Handler] behind a
// [Listener].
type Streams struct {
	next http.Handler
	*atWork
}

// NewStreams is for a listener with the same caps, see [Config]; maxAtOnce 0 is
// DefaultMaxConns.
func NewStreams(maxAtOnce, maxPerNetwork int, next http.Handler) *Streams {
	return &Streams{next: next, atWork: newAtWork(maxAtOnce, maxPerNetwork)}
}

// ServeHTTP passes a request on if there is a place for it. A refusal has no body:
// that could be made to wait as an answer can.
func (s *Streams) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor < 2 {
		s.next.ServeHTTP(w, r)
		return
	}
	client := addressOf(r)
	if s.begin(client) != nil {
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Length", "0")
		header.Set("Retry-After", strconv.Itoa(streamsRetry))
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer s.end(client)
	s.next.ServeHTTP(w, r)
}

// StreamStats is what a Streams has counted since it was made.
type StreamStats struct {
	Full    uint64 // requests over the cap in all
	Crowded uint64 // requests over the cap of their network or site
}

// Stats returns the counts of this moment.
func (s *Streams) Stats() StreamStats {
	return StreamStats{Full: s.refused[full].Load(), Crowded: s.refused[crowded].Load()}
}
