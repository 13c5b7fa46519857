package whois

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// codesOf are the constants of the package that are numbers of answers.
func codesOf(t *testing.T) map[string]int {
	t.Helper()
	out := map[string]int{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "code") {
				return true
			}
			if value, ok := spec.Values[0].(*ast.BasicLit); ok && value.Kind == token.INT {
				out[spec.Names[0].Name], _ = strconv.Atoi(value.Value)
			}
			return true
		})
	}
	return out
}

func TestEveryNumberOfAnAnswerIsListedOnce(t *testing.T) {
	codes := codesOf(t)
	if len(codes) < 14 {
		t.Fatalf("only %d numbers were found: the test looks at too little", len(codes))
	}
	var listed []int
	for _, n := range Numbers() {
		listed = append(listed, n.Code)
		if n.Means == "" {
			t.Errorf("%d has no meaning", n.Code)
		}
	}
	if !slices.IsSorted(listed) || len(slices.Compact(slices.Clone(listed))) != len(listed) {
		t.Errorf("the list is not in order, or has one twice: %v", listed)
	}
	for name, code := range codes {
		if !slices.Contains(listed, code) {
			t.Errorf("%s, %d, is not in the list", name, code)
		}
	}
	for _, e := range queryErrors {
		i := slices.IndexFunc(Numbers(), func(n Number) bool { return n.Code == e.code })
		if i < 0 || !Numbers()[i].Question {
			t.Errorf("%d, %q, is not listed as the question's fault", e.code, e.text)
		}
	}
}

func TestEveryOptionOfTheManualIsTaken(t *testing.T) {
	for _, f := range Options() {
		for word := range strings.FieldsSeq(strings.ReplaceAll(f.Say, ",", "")) {
			if strings.HasPrefix(word, "-") && options[word] == 0 {
				t.Errorf("%s is not an option", word)
			}
		}
	}
	for _, f := range Forms() {
		if _, err := parseQuery(f.Say, func(string) bool { return false }); err != nil {
			t.Errorf("%s: %v", f.Say, err)
		}
	}
}
