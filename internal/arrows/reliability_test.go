package arrows

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	markedTest = regexp.MustCompile("`([\\w./]+_test\\.go)`|\\b(Test[A-Z]\\w*)( [†‡])?")
	gateFaults = regexp.MustCompile(`(?m)^FAULTS = (.+)$`)
)

// A promise names a test that is there, and when it runs: in the gate, in the gate as far as
// root can, or nightly.
func TestEveryPromiseNamesATestAndWhenItRuns(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	list := gateFaults.FindSubmatch(makefile)
	if list == nil {
		t.Fatal("the Makefile does not say which fault tests are in the gate")
	}
	gate := strings.Split(string(list[1]), "|")
	promised := map[string]bool{}
	names := 0
	for i, line := range documents(t)["docs/reliability.md"] {
		var file, source string
		for _, found := range markedTest.FindAllStringSubmatch(line, -1) {
			if found[1] != "" {
				text, _ := os.ReadFile(filepath.Join(root, found[1])) // of none, no test is found
				file, source = found[1], string(text)
				continue
			}
			names++
			if !strings.Contains(source, "func "+found[2]+"(") {
				t.Errorf("docs/reliability.md:%d: %s is not in %q", i+1, found[2], file)
			}
			if want := mark(source, found[2], gate, promised); found[3] != want {
				t.Errorf("docs/reliability.md:%d: %s has the mark %q, and should have %q", i+1, found[2], found[3], want)
			}
		}
	}
	for _, prefix := range gate {
		if !promised[prefix] {
			t.Errorf("Makefile: the gate has %s, which proves no promise", prefix)
		}
	}
	if names < 30 {
		t.Fatalf("read %d tests: these are not all", names)
	}
}

// mark is what a test of that file has after its name, by the tests of the gate; of these
// it notes which have been met.
func mark(source, name string, gate []string, met map[string]bool) string {
	if !strings.HasPrefix(source, "//go:build fault") {
		return ""
	}
	for _, prefix := range gate {
		if strings.HasPrefix(name, "Test"+prefix) {
			met[prefix] = true
			return " ‡"
		}
	}
	return " †"
}
