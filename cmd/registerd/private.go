package main

import (
	"fmt"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"registerd/audit"
	"registerd/disclose"
	"registerd/listen"
	"registerd/lookup"
)

// metrics are what the operator measures. No label carries what a client sent,
// or anything of the register.
type metrics struct {
	registry  *prometheus.Registry
	questions *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		questions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "registerd_questions_total", Help: "Questions by window, kind, audience and outcome.",
		}, []string{"window", "kind", "audience", "outcome"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "registerd_answer_seconds", Help: "Time at the desk, from admission to release.",
			Buckets: []float64{.00005, .0002, .001, .005, .02, .1, .5, 2},
		}, []string{"window"}),
	}
	m.registry.MustRegister(m.questions, m.seconds,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) observe(w lookup.Window, k lookup.Kind, a disclose.Audience, o audit.Outcome, took time.Duration) {
	m.questions.WithLabelValues(w.String(), string(k), a.String(), o.String()).Inc()
	m.seconds.WithLabelValues(w.String()).Observe(took.Seconds())
}

func (m *metrics) accessLog(l *audit.AccessLog) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "registerd_access_log_dropped_total", Help: "Questions that the access log could not note.",
	}, func() float64 { return float64(l.Dropped()) }))
}

func (m *metrics) certificate(kept certificate) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "registerd_certificate_expiry_seconds", Help: "When the certificate ends; 0 while there is none.",
	}, func() float64 {
		if ends := kept.Ends(); !ends.IsZero() {
			return float64(ends.Unix())
		}
		return 0
	}))
}

func (m *metrics) listener(name string, l *listen.Listener) {
	labels := prometheus.Labels{"window": name}
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "registerd_connections", Help: "Connections open now.", ConstLabels: labels,
		}, func() float64 { return float64(l.Stats().Open) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "registerd_connections_refused_total", Help: "Connections over a cap.", ConstLabels: labels,
		}, func() float64 { return float64(l.Stats().Refused) }),
	)
}

// register reports the register's own state when it is asked for.
func (m *metrics) register(desk *lookup.Desk) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "registerd_data_timestamp_seconds", Help: "The time the data is as of; 0 when unknown.",
		}, func() float64 {
			if t := desk.About().Watermark; !t.IsZero() {
				return float64(t.Unix())
			}
			return 0
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "registerd_serial", Help: "Serial of the last change taken from a feed.",
		}, func() float64 { return float64(desk.About().Serial) }),
	)
}

// privateServer is for the operator alone. Profiles may run for a minute, so
// it has no write deadline; it listens where only the operator can reach it.
func (s *service) privateServer() *http.Server {
	s.metrics.register(s.desk)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /ready", s.readiness)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return &http.Server{Handler: mux, ReadHeaderTimeout: 3 * time.Second, IdleTimeout: 30 * time.Second}
}

// readiness says whether questions can be answered, and what is amiss beside.
func (s *service) readiness(w http.ResponseWriter, r *http.Request) {
	about, err := s.desk.Ready(r.Context())
	switch {
	case !s.ready.Load():
		http.Error(w, "not ready: ending", http.StatusServiceUnavailable)
	case err != nil:
		http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
	default:
		fmt.Fprintf(w, "ready\ndata as of %s\n", about.Watermark.Format(time.RFC3339))
		if err := s.desk.JournalReady(); err != nil {
			fmt.Fprintf(w, "privileged answers are refused: %v\n", err)
		}
	}
}
