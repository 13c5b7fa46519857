package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"registerd/config"
)

var (
	goesOn   = regexp.MustCompile(`^(?::([0-9]+)|: (no such key|[a-z_]+))`)
	explains = regexp.MustCompile("`([A-Za-z_ ]+)`")
)

// Each way to be wrong has a configuration in testdata; by the key that its error goes
// on with, somebody finds it in the document.
func TestEveryRefusalOfAConfigurationIsExplained(t *testing.T) {
	text, err := os.ReadFile("../../docs/troubleshooting.md")
	must(t, err)
	_, table, found := strings.Cut(string(text), "| it goes on with |")
	table, _, ends := strings.Cut(table, "\n\n")
	if !found || !ends {
		t.Fatal("docs/troubleshooting.md has no table of what errors go on with")
	}
	explained, needed := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, " | ")
		for _, word := range explains.FindAllStringSubmatch(cells[0], -1) {
			explained[word[1]] = true
		}
	}
	files, err := filepath.Glob("../../testdata/config/busted_*.toml")
	must(t, err)
	for _, path := range files {
		_, err := config.Read(path)
		if err == nil {
			t.Fatalf("%s is taken", path)
		}
		rest, ours := strings.CutPrefix(err.Error(), "configuration: "+path)
		on := goesOn.FindStringSubmatch(rest)
		switch {
		case !ours || on == nil:
			t.Errorf("%q is not of the configuration, or does not say of which key", err)
			continue
		case on[1] != "":
			on[2] = "LINE"
		}
		if needed[on[2]] = true; !explained[on[2]] {
			t.Errorf("docs/troubleshooting.md does not explain %q", err)
		}
	}
	for word := range explained {
		if !needed[word] {
			t.Errorf("docs/troubleshooting.md explains %s, by which no configuration of testdata is refused", word)
		}
	}
}
