package main

import (
	"fmt"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

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
		if s.certified != nil {
			if err := s.certified.clients.Ready(); err != nil {
				fmt.Fprintln(w, err)
			}
		}
	}
}
