package main

import (
	"math"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"registerd/audit"
	"registerd/listen"
	"registerd/lookup"
	"registerd/ratelimit"
)

// metrics are what the operator measures. No label carries what a client sent,
// or anything of the register.
type metrics struct {
	registry  *prometheus.Registry
	questions *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	costs     *prometheus.CounterVec
	persons   *prometheus.CounterVec
	refused   *prometheus.CounterVec
	reloaded  prometheus.Gauge
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &metrics{
		registry:  prometheus.NewRegistry(),
		questions: counter("registerd_questions_total", "Questions by window, kind, audience and outcome.", "window", "kind", "audience", "outcome"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "registerd_answer_seconds", Help: "Time at the desk, from admission to release.",
			Buckets: []float64{.00005, .0002, .001, .005, .02, .1, .5, 2},
		}, []string{"window"}),
		costs:   counter("registerd_answers_total", "Answers by window and what sort of price they have.", "window", "cost"),
		persons: counter("registerd_personal_records_total", "Records of persons that answers told of.", "window", "audience"),
		refused: counter("registerd_refused_total", "Questions refused, by the limit that refused them.", "window", "audience", "reason"),
		reloaded: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "registerd_config_last_reload_successful", Help: "1 if the configuration was taken when it was last read, else 0.",
		}),
	}
	m.reloaded.Set(1)
	m.registry.MustRegister(m.questions, m.seconds, m.costs, m.persons, m.refused, m.reloaded,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) observe(o lookup.Observation) {
	window, audience := o.Window.String(), o.Audience.String()
	m.questions.WithLabelValues(window, string(o.Kind), audience, o.Outcome.String()).Inc()
	m.seconds.WithLabelValues(window).Observe(o.Took.Seconds())
	if o.Cost != lookup.CostNone {
		m.costs.WithLabelValues(window, string(o.Cost)).Inc()
	}
	if o.Persons > 0 {
		m.persons.WithLabelValues(window, audience).Add(float64(o.Persons))
	}
	if o.Refused != "" {
		m.refused.WithLabelValues(window, audience, string(o.Refused)).Inc()
	}
}

// gauge reports a number when it is asked for.
func (m *metrics) gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}

// limits reports the memory of the budgets, and how full it is.
func (m *metrics) limits(l *ratelimit.Limiter) {
	m.gauge("registerd_limits_memory_bytes", "Memory of the budgets of networks.", func() float64 { return float64(l.Memory()) })
	m.gauge("registerd_limits_fill_ratio", "How much of that is in use, 0 to 1.", l.Fill)
}

// kept reports how old the file of the budgets is.
func (m *metrics) kept(k *keptLimits) {
	m.gauge("registerd_limits_state_timestamp_seconds", "When the budgets were last written to their file; 0 before.",
		func() float64 { return float64(k.saved.Load()) })
}

// accounts reports whether those in the file of accounts are admitted.
func (m *metrics) accounts(n *named) {
	m.gauge("registerd_accounts_readable", "1 if the file of accounts can be read, or there is none to read, else 0.", func() float64 {
		if n.readable() {
			return 1
		}
		return 0
	})
}

func (m *metrics) accessLog(l *audit.AccessLog) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "registerd_access_log_dropped_total", Help: "Questions that the access log could not note.",
	}, func() float64 { return float64(l.Dropped()) }))
}

func (m *metrics) certificates(all []certificate) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "registerd_certificate_expiry_seconds", Help: "When the first certificate ends; 0 while one is missing.",
	}, func() float64 {
		first := math.Inf(1)
		for _, kept := range all {
			ends := kept.Ends()
			if ends.IsZero() {
				return 0
			}
			first = min(first, float64(ends.Unix()))
		}
		return first
	}))
}

// revoked tells when the lists of revoked client certificates end.
func (m *metrics) revoked(clients *listen.Clients) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "registerd_revocations_expiry_seconds", Help: "When the first list of revoked client certificates ends.",
	}, func() float64 { return float64(clients.ListsEnd().Unix()) }))
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
