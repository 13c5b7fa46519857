package conformance

import (
	"fmt"
	"strconv"
	"strings"
)

// Resolve evaluates a JSONPath (RFC 9535) of the forms that redactions use:
// .name, [n], [*], [:n], and [?(@…=='text')] with a relative path of names and
// indexes. The root is what encoding/json makes of a text.
func Resolve(root any, path string) ([]any, error) {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, fmt.Errorf("JSONPath %q: it has no root", path)
	}
	nodes := []any{root}
	for rest != "" {
		var step string
		if step, rest, ok = nextStep(rest); !ok {
			return nil, fmt.Errorf("JSONPath %q: %q cannot be read", path, rest)
		}
		var next []any
		for _, n := range nodes {
			below, err := take(n, step)
			if err != nil {
				return nil, fmt.Errorf("JSONPath %q: %w", path, err)
			}
			next = append(next, below...)
		}
		nodes = next
	}
	return nodes, nil
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
				return s[:i+1], s[i+1:], s[0] == '[' && i > 1
			}
		}
	}
	return "", s, false
}

// take returns what a step leads to from a node.
func take(node any, step string) ([]any, error) {
	if step[0] == '.' {
		object, _ := node.(map[string]any)
		if v, there := object[step[1:]]; there {
			return []any{v}, nil
		}
		return nil, nil
	}
	list, _ := node.([]any)
	inner := step[1 : len(step)-1]
	switch {
	case inner == "*":
		return list, nil
	case inner[0] == '?':
		return filter(list, inner)
	case inner[0] == ':':
		n, err := strconv.ParseUint(inner[1:], 10, 31)
		if err != nil {
			return nil, err
		}
		return list[:min(int(n), len(list))], nil
	}
	n, err := strconv.ParseUint(inner, 10, 31)
	if err != nil || int(n) >= len(list) {
		return nil, err
	}
	return []any{list[n]}, nil
}

// filter returns the nodes for which ?(@path=='text') holds.
func filter(list []any, test string) ([]any, error) {
	inner, opened := strings.CutPrefix(test, "?(@")
	inner, closed := strings.CutSuffix(inner, "')")
	path, text, compared := strings.Cut(inner, "=='")
	if !opened || !closed || !compared {
		return nil, fmt.Errorf("the filter %q cannot be read", test)
	}
	var out []any
	for _, node := range list {
		found, err := Resolve(node, "$"+path)
		if err != nil {
			return nil, err
		}
		if len(found) == 1 && found[0] == text {
			out = append(out, node)
		}
	}
	return out, nil
}
