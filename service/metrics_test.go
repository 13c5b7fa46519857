package service

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"registerd/config"
	"registerd/disclose"
)

// TestEveryMetricIsInTheManualAndNothingElseIs asks odd and usual questions of every
// listener as everybody, and holds docs/metrics.md to what is measured then. Other
// questions of the same sort add no series.
func TestEveryMetricIsInTheManualAndNothingElseIs(t *testing.T) {
	manual, g := readMetricsManual(t), newGuests(t)
	r := serveMeasured(t, g)
	r.storm(t, g, append(slices.Clone(everyRoute), odd("canary")...))
	before := measuredOf(t, r)
	for name, m := range before {
		wrong := manual.wrong(name, m)
		if wrong != "" {
			t.Errorf("%s: %s", name, wrong)
		}
	}
	for name := range manual.metrics {
		if _, is := before[name]; !is {
			t.Errorf("%s is in the manual, and a server that has everything has no such metric", name)
		}
	}
	r.storm(t, g, odd("other-name"))
	after := measuredOf(t, r)
	for name, m := range after {
		if n := len(before[name].series); len(m.series) > n && !strings.HasPrefix(name, "go_") {
			t.Errorf("%s: questions for other names made %d series of %d", name, len(m.series), n)
		}
	}
	r.keepsToItself(t, g)
}

// odd are questions that clients come up with; the twist is what one of them sent.
func odd(twist string) []string {
	return []string{
		"GET /domain/failed.sandbox.invalid", "GET /domain/limited.sandbox.invalid", "WHOIS limited.sandbox.invalid",
		"GET /domain/bakery.example", "GET /domain/bakery.example", "GET /domain/" + twist + ".example", "GET /entity/" + twist,
		"GET /" + twist + "/x?" + twist + "=" + twist, "PATCH /domain/" + twist, "BREW /" + twist, "GET /domain/%00" + twist,
		"GET /domains?name=" + twist + "*", "GET /domain/" + twist + ".example?fieldSet=" + twist,
		"WHOIS -T " + twist + " " + twist, "WHOIS --" + twist, "WHOIS " + twist + ".example", "WHOIS \x80" + twist,
		"DAS " + twist + ".example", "DAS  " + twist + " " + twist,
	}
}

func (r *reception) storm(t *testing.T, g *guests, questions []string) {
	t.Helper()
	asked := map[disclose.Viewer]bool{}
	for _, one := range g.list {
		if asked[one.is] {
			continue // it would be measured as the other was
		}
		asked[one.is] = true
		for _, q := range questions {
			r.ask(t, one, q)
		}
	}
}

// serveMeasured is the program with all that has metrics.
func serveMeasured(t *testing.T, g *guests) *reception {
	t.Helper()
	return g.receive(t, "", "", func(c *config.Config) {
		front := config.Window{Listen: "127.0.0.1:0", ProxyFrom: []string{"127.0.0.1/32"}}
		c.Availability = []config.Availability{{Window: front, Dialect: "uk-dac"}}
		c.Sandbox, c.RDAP.Redirect, c.Referrals.Dir = "sandbox.invalid", "127.0.0.1:0", t.TempDir()
		c.Audit.CheckpointTo = []string{"file:" + filepath.Join(t.TempDir(), "checkpoints")}
		much := config.Budget{PerSecond: 10_000, AtOnce: 1e6} // so that the sandbox alone refuses
		c.Limits.Off, c.Limits.Lookup, c.Limits.Failure, c.Limits.Misses = false, much, much, much
	})
}

// measuredMetric is a metric of a server: its kind, and for each of its series the labels.
type measuredMetric struct {
	kind   string
	series []map[string]string
}

func measuredOf(t *testing.T, r *reception) map[string]measuredMetric {
	t.Helper()
	families, err := r.service.metrics.registry.Gather()
	must(t, err)
	all := map[string]measuredMetric{}
	for _, f := range families {
		m := measuredMetric{kind: strings.ToLower(f.GetType().String())}
		for _, s := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range s.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			m.series = append(m.series, labels)
		}
		all[f.GetName()] = m
	}
	return all
}
