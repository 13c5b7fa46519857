package service

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// gauge reports a number when it is asked for.
func (m *metrics) gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}

// counter reports a number that only grows when it is asked for. Labels are pairs.
func (m *metrics) counter(name, help string, value func() float64, labels ...string) {
	fixed := prometheus.Labels{}
	for i := 0; i < len(labels); i += 2 {
		fixed[labels[i]] = labels[i+1]
	}
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: fixed}, value))
}

// family is a metric of several that are looked at together.
type family struct {
	name, help string
	label      string // its only one, or ""
}

// together reports what one look tells, so that a scrape looks once.
func (m *metrics) together(look func(tell tellGauge), families ...family) {
	l := looking{look, map[string]*prometheus.Desc{}}
	for _, f := range families {
		var labels []string
		if f.label != "" {
			labels = []string{f.label}
		}
		l.families[f.name] = prometheus.NewDesc(f.name, f.help, labels, nil)
	}
	m.registry.MustRegister(l)
}

// tellGauge gives the value of a family; of that has a label, for one of its values.
type tellGauge func(name string, value float64, label ...string)

type looking struct {
	look     func(tellGauge)
	families map[string]*prometheus.Desc
}

// Describe names the families.
func (l looking) Describe(to chan<- *prometheus.Desc) {
	for _, d := range l.families {
		to <- d
	}
}

// Collect looks.
func (l looking) Collect(to chan<- prometheus.Metric) {
	l.look(func(name string, value float64, label ...string) {
		to <- prometheus.MustNewConstMetric(l.families[name], prometheus.GaugeValue, value, label...)
	})
}

// oneIf is how a gauge says yes and no.
func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// unixTime is a time as a gauge; 0 for none.
func unixTime(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}
