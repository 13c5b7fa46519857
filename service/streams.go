package service

import (
	"net/http"

	"registerd/config"
	"registerd/listen"
)

// streams bounds what is at work at once over HTTP/2 as connections are bounded.
func (s *Service) streams(name string, w config.Window, handler http.Handler) http.Handler {
	bounded := listen.NewStreams(w.MaxConnections, w.PerNetwork(config.UsualAtOnceHTTP), handler)
	for reason, count := range map[string]func(listen.StreamStats) uint64{
		"full":    func(s listen.StreamStats) uint64 { return s.Full },
		"network": func(s listen.StreamStats) uint64 { return s.Crowded },
	} {
		s.metrics.counter("registerd_streams_refused_total", "Requests over HTTP/2 for which there was no place, by reason.", func() float64 { return float64(count(bounded.Stats())) },
			"listener", name, "reason", reason)
	}
	return bounded
}
