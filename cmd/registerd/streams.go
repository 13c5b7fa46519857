package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"registerd/listen"
)

// streams bounds what is at work at once over HTTP/2 as connections are bounded.
func (s *service) streams(name string, w window, handler http.Handler) http.Handler {
	bounded := listen.NewStreams(w.MaxConnections, w.perNetwork(usualAtOnceHTTP), handler)
	for reason, count := range map[string]func(listen.StreamStats) uint64{
		"full":    func(s listen.StreamStats) uint64 { return s.Full },
		"network": func(s listen.StreamStats) uint64 { return s.Crowded },
	} {
		s.metrics.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "registerd_streams_refused_total", Help: "Requests over HTTP/2 for which there was no place, by reason.",
			ConstLabels: prometheus.Labels{"window": name, "reason": reason},
		}, func() float64 { return float64(count(bounded.Stats())) }))
	}
	return bounded
}
