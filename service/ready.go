package service

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// readiness is whether questions can be answered, for whoever sends them here. What
// is amiss beside is said, and is no reason to send them elsewhere: answers from
// data that is late are better than none.
type readiness struct {
	Ready bool       `json:"ready"`
	Why   string     `json:"why,omitempty"` // not
	AsOf  *time.Time `json:"data_as_of,omitempty"`
	Age   float64    `json:"data_age_seconds,omitempty"`
	Stale bool       `json:"data_stale"`
	Amiss []string   `json:"amiss"`
}

// readiness looks now. Every listener is up while the program is ready: one that ends
// by itself ends it.
func (s *Service) readiness(ctx context.Context) readiness {
	out := readiness{Amiss: []string{}}
	about, err := s.desk.Ready(ctx)
	switch {
	case !s.ready.Load():
		out.Why = "ending"
	case err != nil:
		out.Why = err.Error()
	default:
		out.Ready = true
	}
	if !about.Watermark.IsZero() {
		out.AsOf, out.Age, out.Stale = &about.Watermark, time.Since(about.Watermark).Seconds(), about.Stale
	}
	if about.Stale {
		out.Amiss = append(out.Amiss, "the data is older than max_data_age")
	}
	if err := s.desk.JournalReady(); err != nil {
		out.Amiss = append(out.Amiss, "privileged answers are refused: "+err.Error())
	}
	if s.certified != nil {
		if err := s.certified.clients.Ready(); err != nil {
			out.Amiss = append(out.Amiss, err.Error())
		}
	}
	return out
}

// serveReady says so over HTTP: in lines, or in JSON to whoever accepts it.
func (s *Service) serveReady(w http.ResponseWriter, r *http.Request) {
	out := s.readiness(r.Context())
	status := http.StatusOK
	if !out.Ready {
		status = http.StatusServiceUnavailable
	}
	tellOperator(w, r, status, out, out.lines())
}

func (r *readiness) lines() []string {
	first := "ready"
	if !r.Ready {
		first = "not ready: " + r.Why
	}
	lines := []string{first}
	if r.AsOf != nil {
		lines = append(lines, "data as of "+r.AsOf.Format(time.RFC3339))
	}
	return append(lines, r.Amiss...)
}

// health says that the process is there, and nothing of what it can do.
func health(w http.ResponseWriter, r *http.Request) {
	tellOperator(w, r, http.StatusOK, map[string]bool{"alive": true}, []string{"alive"})
}

// tellOperator answers in JSON or in lines.
func tellOperator(w http.ResponseWriter, r *http.Request, status int, object any, lines []string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Accept")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(object) // who asked is gone
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintln(w, strings.Join(lines, "\n"))
}
