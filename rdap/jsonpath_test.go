package rdap_test

import (
	"encoding/json"

	"pgregory.net/rapid"

	"registerd/internal/conformance"
)

// resolve evaluates a JSONPath.
func resolve(t rapid.TB, root any, path string) []any {
	t.Helper()
	nodes, err := conformance.Resolve(root, path)
	if err != nil {
		t.Fatal(err)
	}
	return nodes
}

func parse(t rapid.TB, body []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v
}
