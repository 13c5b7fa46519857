package conformance

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Object is what tests look at in an answer.
type Object struct {
	Handle   string
	Roles    []string
	VCard    []json.RawMessage `json:"vcardArray"`
	Remarks  []Remark
	Entities []Object
	Redacted []struct {
		Name   struct{ Type, Description string }
		Method string
		Reason struct{ Description string }
	}
}

// Remark is one of an object.
type Remark struct {
	Title       string
	Description []string
}

// Property writes one of a jCard (RFC 7095): its name, its parameters, its
// value; of an address the parts that are there.
func Property(p []any) string {
	name := fmt.Sprint(p[0])
	parameters, _ := p[1].(map[string]any)
	for _, key := range []string{"cc", "type"} {
		if v, ok := parameters[key]; ok {
			name += fmt.Sprintf(" %s=%v", key, v)
		}
	}
	return strings.TrimSpace(name + ": " + strings.Join(parts(p[3]), " | "))
}

// parts are the texts of a value, at any depth.
func parts(v any) []string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []string
	for _, part := range list {
		if inner, ok := part.([]any); ok {
			out = append(out, parts(inner)...)
		} else if s := fmt.Sprint(part); s != "" {
			out = append(out, s)
		}
	}
	return out
}
