package service

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// metricsManual is docs/metrics.md: each metric with its kind and labels, and the
// values of each label.
type metricsManual struct {
	metrics map[string]manualMetric
	values  map[string]*regexp.Regexp // by label, or by label and metric
}

type manualMetric struct {
	kind   string
	labels []string
}

var coded = regexp.MustCompile("`([^`]+)`")

func readMetricsManual(t *testing.T) *metricsManual {
	t.Helper()
	text, err := os.ReadFile("../docs/metrics.md")
	must(t, err)
	m := &metricsManual{map[string]manualMetric{}, map[string]*regexp.Regexp{}}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		first := words(cells[0])
		switch {
		case len(first) == 0:
		case len(cells) == 5:
			m.metrics[first[0]] = manualMetric{strings.TrimSpace(cells[1]), words(cells[2])}
		case len(cells) == 2 && strings.Contains(cells[0], " of "):
			m.values[first[0]+" of "+first[1]] = oneOf(words(cells[1]))
		case len(cells) == 2:
			for _, label := range first {
				m.values[label] = oneOf(words(cells[1]))
			}
		}
	}
	for _, label := range []string{"version", "commit", "go", "sqlite"} { // which the program knows, and no table
		m.values[label] = regexp.MustCompile(``)
	}
	if len(m.metrics) < 50 || len(m.values) < 20 {
		t.Fatalf("little was read: %d metrics, %d labels", len(m.metrics), len(m.values))
	}
	return m
}

func words(cell string) (out []string) {
	for _, w := range coded.FindAllStringSubmatch(cell, -1) {
		out = append(out, w[1])
	}
	return out
}

// oneOf matches one of the values, in which N is a number.
func oneOf(values []string) *regexp.Regexp {
	for i, v := range values {
		values[i] = strings.ReplaceAll(regexp.QuoteMeta(v), "N", "[0-9]+")
	}
	return regexp.MustCompile("^(" + strings.Join(values, "|") + ")$")
}

// wrong says what of a metric the manual does not say.
func (m *metricsManual) wrong(name string, is measuredMetric) string {
	if usual(name) {
		return ""
	}
	says, known := m.metrics[name]
	if !known {
		return "it is not in the manual"
	}
	if says.kind != is.kind {
		return fmt.Sprintf("it is a %s, the manual says %s", is.kind, says.kind)
	}
	for _, labels := range is.series {
		if got := slices.Sorted(maps.Keys(labels)); !slices.Equal(got, slices.Sorted(slices.Values(says.labels))) {
			return fmt.Sprintf("its labels are %q, the manual says %q", got, says.labels)
		}
		for label, value := range labels {
			if !m.has(name, label, value) {
				return fmt.Sprintf("%s is %q, which the manual does not know", label, value)
			}
		}
	}
	return ""
}

// usual are the metrics that are not ours.
func usual(name string) bool {
	return strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_")
}

// has reports whether a label of a metric may have a value.
func (m *metricsManual) has(metric, label, value string) bool {
	values, known := m.values[label+" of "+metric]
	if !known {
		values, known = m.values[label]
	}
	return known && values.MatchString(value)
}
