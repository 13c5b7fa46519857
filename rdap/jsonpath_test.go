package rdap_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// resolve evaluates a JSONPath (RFC 9535) of the forms that the redactions use:
// .name, [n], [*], [:n], and [?(@…=='text')] with a relative path of names and
// indexes.
func resolve(t rapid.TB, root any, path string) []any {
	t.Helper()
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		t.Fatalf("JSONPath %q has no root", path)
	}
	nodes := []any{root}
	for rest != "" {
		var step string
		if step, rest, ok = nextStep(rest); !ok {
			t.Fatalf("JSONPath %q: cannot read %q", path, rest)
		}
		var next []any
		for _, n := range nodes {
			next = append(next, take(t, n, step)...)
		}
		nodes = next
	}
	return nodes
}

// nextStep cuts a step off: ".name" or "[…]".
func nextStep(s string) (step, rest string, ok bool) {
	if s[0] == '.' {
		end := strings.IndexAny(s[1:], ".[")
		if end < 0 {
			return s, "", len(s) > 1
		}
		return s[:end+1], s[end+1:], end > 0
	}
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return s[:i+1], s[i+1:], true
			}
		}
	}
	return "", s, false
}

func take(t rapid.TB, node any, step string) []any {
	t.Helper()
	list, _ := node.([]any)
	inner := strings.TrimSuffix(strings.TrimPrefix(step, "["), "]")
	switch {
	case step[0] == '.':
		if object, ok := node.(map[string]any); ok {
			if v, ok := object[step[1:]]; ok {
				return []any{v}
			}
		}
		return nil
	case inner == "*":
		return list
	case inner[0] == ':':
		n, err := strconv.Atoi(inner[1:])
		if err != nil {
			t.Fatal(err)
		}
		return list[:min(n, len(list))]
	case inner[0] == '?':
		var out []any
		for _, v := range list {
			if matches(t, v, inner) {
				out = append(out, v)
			}
		}
		return out
	}
	n, err := strconv.Atoi(inner)
	if err != nil {
		t.Fatal(err)
	}
	if n >= len(list) {
		return nil
	}
	return []any{list[n]}
}

func matches(t rapid.TB, node any, filter string) bool {
	t.Helper()
	path, literal, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(filter, "?(@"), ")"), "==")
	if !ok {
		t.Fatalf("JSONPath filter %q", filter)
	}
	for _, v := range resolve(t, node, "$"+path) {
		if v == strings.Trim(literal, "'") {
			return true
		}
	}
	return false
}

func parse(t rapid.TB, body []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v
}

func TestTheEvaluatorTellsPresentFromAbsent(t *testing.T) {
	doc := parse(t, []byte(`{"entities":[{"roles":["registrar"]},{"roles":["registrant"],"handle":"H",
		"vcardArray":["vcard",[["fn",{},"text",""],["tel",{"type":"voice"},"uri","tel:+1"],["adr",{"cc":"BE"},"text",[1,2,3,4]]]]}]}`))
	for path, want := range map[string]string{
		"$.entities[?(@.roles[0]=='registrant')].handle":                               "[H]",
		"$.entities[?(@.roles[0]=='registrar')].handle":                                "[]",
		"$.entities[?(@.roles[0]=='registrant')].vcardArray[1][?(@[0]=='fn')][3]":      "[]", // one empty text
		"$.entities[1].vcardArray[1][?(@[1].type=='voice')][3]":                        "[tel:+1]",
		"$.entities[1].vcardArray[1][?(@[1].type=='fax')]":                             "[]",
		"$.entities[?(@.roles[0]=='registrant')].vcardArray[1][?(@[0]=='adr')][3][:3]": "[1 2 3]",
		"$.entities[*].roles[0]":                                                       "[registrar registrant]",
		"$.entities[9]":                                                                "[]",
	} {
		got := resolve(t, doc, path)
		if fmt.Sprint(got) != want {
			t.Errorf("%s: %v, want %s", path, got, want)
		}
		if strings.HasSuffix(path, "'fn')][3]") && len(got) != 1 {
			t.Errorf("%s: an empty text is a value too: %v", path, got)
		}
	}
}
