package service

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"registerd/internal/build"
	"registerd/lookup"
)

// metrics are what the operator measures. No label carries what a client sent,
// or anything of the register.
type metrics struct {
	registry  *prometheus.Registry
	questions *prometheus.CounterVec
	desk      *prometheus.HistogramVec
	answered  *prometheus.HistogramVec
	costs     *prometheus.CounterVec
	ready     *prometheus.CounterVec
	persons   *prometheus.CounterVec
	refused   *prometheus.CounterVec
	failed    *prometheus.CounterVec
	reloaded  prometheus.Gauge
	taken     prometheus.Gauge
}

// answerBounds are, in seconds, those of both histograms. From half a second on they are those of
// service levels: the times that ICANN asks for are 2 s for WHOIS and 4 s for RDAP, and
// what takes five times as long counts there as no answer.
var answerBounds = []float64{.0001, .0005, .002, .01, .05, .2, .5, 1, 2, 4, 10, 20}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	times := func(name, help, label string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: answerBounds}, []string{label})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	m := &metrics{
		registry:  prometheus.NewRegistry(),
		questions: counter("registerd_questions_total", "Questions by window, kind, audience and outcome.", "window", "kind", "audience", "outcome"),
		desk:      times("registerd_desk_seconds", "Time at the desk, from admission to release.", "window"),
		answered:  times("registerd_answer_seconds", "Time from the last byte of a question to the last byte of its answer.", "listener"),
		costs:     counter("registerd_answers_total", "Answers by window and what sort of price they have.", "window", "cost"),
		ready:     counter("registerd_answers_kept_total", "Answers that were ready, as they had been given before.", "window"),
		persons:   counter("registerd_personal_records_total", "Records of persons that answers told of.", "window", "audience"),
		refused:   counter("registerd_refused_total", "Questions refused, by the limit that refused them and whose it is.", "window", "audience", "reason", "budget"),
		failed:    counter("registerd_failures_total", "Questions that could not be answered, by what failed.", "window", "reason"),
		reloaded:  gauge("registerd_config_last_reload_successful", "1 if the configuration was taken when it was last read, else 0."),
		taken:     gauge("registerd_config_last_reload_success_timestamp_seconds", "When a configuration was last taken, at the start or later."),
	}
	// A first failure shows as an increase only if there was a 0 before it.
	for _, window := range []lookup.Window{lookup.WHOIS, lookup.Availability, lookup.RDAP} {
		for _, reason := range lookup.Failures() {
			m.failed.WithLabelValues(window.String(), string(reason))
		}
	}
	m.reloads(true, time.Now())
	m.registry.MustRegister(m.questions, m.desk, m.answered, m.costs, m.ready, m.persons, m.refused, m.failed, m.reloaded, m.taken,
		builtAs(build.This()), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// reloads notes what became of a configuration that was read.
func (m *metrics) reloads(taken bool, at time.Time) {
	if !taken {
		m.reloaded.Set(0)
		return
	}
	m.reloaded.Set(1)
	m.taken.Set(float64(at.Unix()))
}

func (m *metrics) observe(o lookup.Observation) {
	window, audience := o.Window.String(), o.Audience.String()
	m.questions.WithLabelValues(window, string(o.Kind), audience, o.Outcome.String()).Inc()
	m.desk.WithLabelValues(window).Observe(o.Took.Seconds())
	if o.Cost != lookup.CostNone {
		m.costs.WithLabelValues(window, string(o.Cost)).Inc()
	}
	if o.Kept {
		m.ready.WithLabelValues(window).Inc()
	}
	if o.Persons > 0 {
		m.persons.WithLabelValues(window, audience).Add(float64(o.Persons))
	}
	if o.Refused != "" {
		m.refused.WithLabelValues(window, audience, string(o.Refused), o.Budget).Inc()
	}
	if o.Failure != "" {
		m.failed.WithLabelValues(window, string(o.Failure)).Inc()
	}
}

// took measures the answers of a listener.
func (m *metrics) took(listener string) func(time.Duration) {
	seconds := m.answered.WithLabelValues(listener)
	return func(d time.Duration) { seconds.Observe(d.Seconds()) }
}

// timed measures the answers of a listener of HTTP: until the last byte is handed to
// the connection.
func (m *metrics) timed(listener string, h http.Handler) http.Handler {
	took := m.took(listener)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		defer func() { took(time.Since(began)) }()
		h.ServeHTTP(w, r)
	})
}

// builtAs is a number that is always 1: what is told stands beside it.
func builtAs(b build.Info) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "registerd_build_info", Help: "What the program was made from.",
		ConstLabels: prometheus.Labels{"version": b.Version, "commit": b.Commit, "go": b.Go, "sqlite": b.SQLite},
	}, func() float64 { return 1 })
}
