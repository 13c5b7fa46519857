package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"registerd/config"
	"registerd/das"
	"registerd/internal/example"
	"registerd/lookup"
	"registerd/whois"
)

// demoSpecification is that of the demo's configuration.
func demoSpecification(t *testing.T, change func(*config.Config)) string {
	t.Helper()
	c := example.Config(t.TempDir())
	c.WHOIS.Listen, c.DAS.Listen, c.RDAP.Listen = config.LoopbackWHOIS, config.LoopbackDAS, config.LoopbackRDAP
	if err := example.Build(t.Context(), c.DB); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(c)
	}
	text, err := specification(t.Context(), c, "2026-01-02", console{err: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTheSpecificationOfTheDemo(t *testing.T) {
	path := filepath.Join("..", "..", "testdata", "spec-demo.md")
	got := demoSpecification(t, nil)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("testdata/spec-demo.md (-want +got; UPDATE=1 go test ./cmd/registerd -run SpecificationOfTheDemo writes it anew):\n%s", diff)
	}
	if again := demoSpecification(t, nil); again != got {
		t.Error("the same configuration gives two texts")
	}
}

func TestTheSpecificationHoldsWhatTheWindowsAnswerWith(t *testing.T) {
	text := demoSpecification(t, func(c *config.Config) {
		c.Availability = []config.Availability{{Window: config.Window{Listen: "127.0.0.1:0"}, Dialect: "uk-dac"}, {Dialect: "ch"}}
		c.Zones = []config.Zone{{Name: "example", MinLength: 2, MaxLength: 40, Characters: "a-z 0-9 - ø ö", Variants: []string{"ø ö"}}}
		c.RDAP.Port43 = "whois.nic.example"
	})
	want := []string{"whois.nic.example", "a-z 0-9 - ø ö", "2 to 40", "ø ö", "### Dialect be-eu", "### Dialect uk-dac", "effective "}
	for _, n := range whois.Numbers() {
		want = append(want, n.Means)
	}
	for _, f := range append(whois.Forms(), whois.Options()...) {
		want = append(want, "`"+f.Say+"` | "+f.Means)
	}
	for state := range stateMeanings {
		want = append(want, "`"+lookup.State(state).String()+"` | ")
	}
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in it", w)
		}
	}
	if strings.Contains(text, "### Dialect ch") {
		t.Error("a dialect is in it that is not served")
	}
}

func TestEveryStateAndReasonIsSpecified(t *testing.T) {
	if last := lookup.State(len(stateMeanings) - 1); last != lookup.Invalid {
		t.Errorf("the last state is %s", last)
	}
	for state, means := range stateMeanings {
		if means == "" {
			t.Errorf("%s has no meaning", lookup.State(state))
		}
	}
	source, err := os.ReadFile(filepath.Join("..", "..", "lookup", "state.go"))
	if err != nil {
		t.Fatal(err)
	}
	words := regexp.MustCompile(`\sWhy\w+\s+Why = "(\w+)"`).FindAllStringSubmatch(string(source), -1)
	if len(words) < 11 {
		t.Errorf("only %d reasons were found: the test looks at too little", len(words))
	}
	for _, w := range words {
		if !slices.Contains(reasons[:], lookup.Why(w[1])) {
			t.Errorf("the reason %s is not specified", w[1])
		}
	}
	if das.Dialects[0] != dialectOf(new(config.Availability)) {
		t.Error("the usual dialect is another one")
	}
}
