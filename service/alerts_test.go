package service

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"
)

// ruleFile is what Prometheus reads of rules.
type ruleFile struct {
	Groups []struct {
		Name     string `yaml:"name"`
		Interval string `yaml:"interval"`
		Rules    []rule `yaml:"rules"`
	} `yaml:"groups"`
}

type rule struct {
	Record      string            `yaml:"record"`
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func readAlertRules(t *testing.T) (all []rule) {
	t.Helper()
	text, err := os.ReadFile("../deploy/alerts/registerd.rules.yml")
	must(t, err)
	strict := yaml.NewDecoder(strings.NewReader(string(text)))
	strict.KnownFields(true)
	var file ruleFile
	must(t, strict.Decode(&file))
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

func recorded(all []rule) (names []string) {
	for _, r := range all {
		if r.Record != "" {
			names = append(names, r.Record)
		}
	}
	return names
}

func TestRulesAskForWhatIsMeasured(t *testing.T) {
	rules, manual := readAlertRules(t), readMetricsManual(t)
	for _, r := range rules {
		for _, wrong := range manual.doubts(r.Expr, recorded(rules)) {
			t.Errorf("%s%s: %s", r.Alert, r.Record, wrong)
		}
	}
	if n := len(recorded(rules)); n < 5 || len(rules) < 35 {
		t.Errorf("little was read: %d rules, %d of them recorded", len(rules), n)
	}
}

func TestEachAlertSaysWhatToDoAndIsTested(t *testing.T) {
	tests, err := os.ReadFile("../deploy/alerts/registerd.rules_test.yml")
	must(t, err)
	runbook, err := os.ReadFile("../docs/alerts.md")
	must(t, err)
	headings := regexp.MustCompile(`(?m)^## (\w+)$`).FindAllStringSubmatch(string(runbook), -1)
	var described []string
	for _, h := range headings {
		described = append(described, h[1])
	}
	var alerts []string
	for _, r := range readAlertRules(t) {
		if r.Alert == "" {
			continue
		}
		alerts = append(alerts, r.Alert)
		if r.Annotations["runbook"] != "docs/alerts.md#"+strings.ToLower(r.Alert) || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			t.Errorf("%s: its annotations are %v", r.Alert, r.Annotations)
		}
		word := map[string]string{"page": "**Page.**", "ticket": "**Ticket.**"}[r.Labels["severity"]]
		if word == "" || !strings.Contains(string(runbook), "\n## "+r.Alert+"\n\n"+word) {
			t.Errorf("%s: its severity is %q, and the runbook says otherwise", r.Alert, r.Labels["severity"])
		}
		if !strings.Contains(string(tests), `alertname="`+r.Alert+`"`) {
			t.Errorf("%s: no unit test has it fire", r.Alert)
		}
	}
	if !slices.Equal(alerts, described) {
		t.Errorf("the alerts are %v, the runbook has %v", alerts, described)
	}
}

// dashboard is what is looked at of Grafana's.
type dashboard struct {
	UID        string  `json:"uid"`
	Title      string  `json:"title"`
	Panels     []panel `json:"panels"`
	Templating struct {
		List []struct {
			Name  string `json:"name"`
			Query any    `json:"query"`
		} `json:"list"`
	} `json:"templating"`
}

type panel struct {
	ID      int                      `json:"id"`
	Type    string                   `json:"type"`
	Title   string                   `json:"title"`
	About   string                   `json:"description"`
	GridPos struct{ X, Y, W, H int } `json:"gridPos"`
	Targets []struct {
		Expr string `json:"expr"`
	} `json:"targets"`
}

func TestTheDashboardAsksForWhatIsMeasured(t *testing.T) {
	text, err := os.ReadFile("../deploy/grafana/registerd.json")
	must(t, err)
	var d dashboard
	must(t, json.Unmarshal(text, &d))
	manual, names := readMetricsManual(t), recorded(readAlertRules(t))
	// What Grafana puts in the place of its variables.
	filled := strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h", "$instance", "a:9043")
	ids, rows := map[int]bool{}, 0
	for i, p := range d.Panels {
		if ids[p.ID] || p.Title == "" {
			t.Errorf("panel %q: its id is that of another, or it has no title", p.Title)
		}
		ids[p.ID] = true
		for _, o := range d.Panels[:i] {
			a, b := p.GridPos, o.GridPos
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H || a.X+a.W > 24 {
				t.Errorf("panel %q lies over %q, or beside the page", p.Title, o.Title)
			}
		}
		if p.Type == "row" {
			rows++
			continue
		}
		if p.About == "" || len(p.Targets) == 0 {
			t.Errorf("panel %q says nothing of itself, or asks for nothing", p.Title)
		}
		for _, target := range p.Targets {
			for _, wrong := range manual.doubts(filled.Replace(target.Expr), names) {
				t.Errorf("panel %q: %s", p.Title, wrong)
			}
		}
	}
	if rows < 8 || len(ids) < 40 {
		t.Errorf("little was read: %d panels in %d rows", len(ids), rows)
	}
}

// ofPrometheus are labels that no server gives itself, or that rules make.
var ofPrometheus = []string{"job", "instance", "le", "of", "alertname", "alertstate", "severity"}

// doubts says what of an expression is no PromQL, or asks for a metric, a label or a
// value that no server has.
func (m *metricsManual) doubts(expr string, recorded []string) (out []string) {
	tree, err := parser.ParseExpr(expr)
	if err != nil {
		return []string{expr + ": " + err.Error()}
	}
	known := map[string]bool{}
	for _, l := range ofPrometheus {
		known[l] = true
	}
	var grouped []string
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.VectorSelector:
			out = append(out, m.doubtsOf(n, recorded, known)...)
		case *parser.AggregateExpr:
			grouped = append(grouped, n.Grouping...)
		case *parser.BinaryExpr:
			if n.VectorMatching != nil {
				grouped = append(grouped, n.VectorMatching.MatchingLabels...)
			}
		}
		return nil
	})
	for _, l := range grouped {
		if !known[l] {
			out = append(out, l+" is a label of none of its metrics, which have "+strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
	}
	return out
}

// doubtsOf adds the labels of what is selected to those known.
func (m *metricsManual) doubtsOf(n *parser.VectorSelector, recorded []string, known map[string]bool) (out []string) {
	name := n.Name
	for _, end := range []string{"_bucket", "_count", "_sum"} {
		if base, cut := strings.CutSuffix(name, end); cut && m.metrics[base].kind == "histogram" {
			name = base
		}
	}
	of, is := m.metrics[name]
	switch {
	case slices.Contains(recorded, name):
		of.labels = []string{"window", "listener"}
	case !is && name != "up" && name != "ALERTS" && !usual(name):
		return []string{name + " is not measured"}
	}
	for _, l := range of.labels {
		known[l] = true
	}
	for _, match := range n.LabelMatchers {
		l := match.Name
		switch {
		case l == labels.MetricName || slices.Contains(ofPrometheus, l):
		case !slices.Contains(of.labels, l):
			out = append(out, name+" has no label "+l)
		case match.Type == labels.MatchEqual && !m.has(name, l, match.Value):
			out = append(out, name+" has no "+l+" that is "+match.Value)
		case match.Type == labels.MatchRegexp:
			for _, v := range match.SetMatches() {
				if !m.has(name, l, v) {
					out = append(out, name+" has no "+l+" that is "+v)
				}
			}
		}
	}
	return out
}
