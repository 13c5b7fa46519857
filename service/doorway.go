package service

import (
	"fmt"
	"net/http"
	"net/netip"

	"github.com/prometheus/client_golang/prometheus"

	"registerd/config"
	"registerd/listen"
)

// forwarding has the front ends of the RDAP listener say who is asking. What they
// pass on is counted there, and goes to handler; all else goes to past.
func (s *Service) forwarding(
	c *config.Config, from []netip.Prefix, handler, past http.Handler, refuse func(http.ResponseWriter, *http.Request, error),
) (http.Handler, error) {
	w := c.RDAP.Window
	f, err := listen.NewForwarding(listen.ForwardingConfig{
		From: from, MaxAtOnce: w.MaxConnections, MaxPerNetwork: w.PerNetwork(config.UsualAtOnceHTTP),
		Handler: handler, Past: past, Refuse: refuse,
	})
	if err != nil {
		return nil, fmt.Errorf("rdap: %w", err)
	}
	s.metrics.forwarding(f)
	return f, nil
}

// listener counts what happens at a window's door. Reasons are a few fixed words.
func (m *metrics) listener(name string, l *listen.Listener) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "registerd_connections", Help: "Connections open now.", ConstLabels: prometheus.Labels{"listener": name},
	}, func() float64 { return float64(l.Stats().Open) }))
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "registerd_connections_max", Help: "Connections that may be open at once.", ConstLabels: prometheus.Labels{"listener": name},
	}, func() float64 { return float64(l.MaxConns()) }))
	m.counter("registerd_connections_accepted_total", "Connections that were let in.", func() float64 { return float64(l.Taken()) }, "listener", name)
	for reason, count := range map[string]func(listen.Stats) uint64{
		"full":     func(s listen.Stats) uint64 { return s.Full },
		"network":  func(s listen.Stats) uint64 { return s.Crowded },
		"rate":     func(s listen.Stats) uint64 { return s.Rushed },
		"stranger": func(s listen.Stats) uint64 { return s.Dropped },
	} {
		m.counter("registerd_connections_refused_total", "Connections that were not let in, by reason.", func() float64 { return float64(count(l.Stats())) },
			"listener", name, "reason", reason)
	}
}

func (m *metrics) forwarding(f *listen.Forwarding) {
	for reason, count := range map[string]func(listen.ForwardingStats) uint64{
		"full":    func(s listen.ForwardingStats) uint64 { return s.Full },
		"network": func(s listen.ForwardingStats) uint64 { return s.Crowded },
		"unnamed": func(s listen.ForwardingStats) uint64 { return s.Unnamed },
	} {
		m.counter("registerd_forwarded_refused_total", "Requests of front ends that were not let in, by reason.", func() float64 { return float64(count(f.Stats())) },
			"listener", "rdap", "reason", reason)
	}
}
