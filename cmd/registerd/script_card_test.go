package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// rdapObject is what scripts look at in an answer.
type rdapObject struct {
	Handle   string
	Roles    []string
	VCard    []json.RawMessage `json:"vcardArray"`
	Remarks  []rdapRemark
	Entities []rdapObject
	Redacted []struct {
		Name   struct{ Type, Description string }
		Method string
		Reason struct{ Description string }
	}
}

type rdapRemark struct {
	Title       string
	Description []string
}

func printCard(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: card ROLE|object")
	}
	s := serverOf(ts)
	var o rdapObject
	ts.Check(json.Unmarshal(s.answer, &o))
	if args[0] != "object" {
		i := slices.IndexFunc(o.Entities, func(e rdapObject) bool { return slices.Contains(e.Roles, args[0]) })
		if i < 0 {
			ts.Fatalf("nobody is %s in:\n%s", args[0], s.answer)
		}
		o = o.Entities[i]
	}
	var text strings.Builder
	if o.Handle != "" {
		fmt.Fprintln(&text, "handle:", o.Handle)
	}
	if len(o.VCard) == 2 {
		var properties [][]any
		ts.Check(json.Unmarshal(o.VCard[1], &properties))
		for _, p := range properties {
			fmt.Fprintln(&text, property(p))
		}
	}
	for _, r := range o.Remarks {
		fmt.Fprintf(&text, "%s: %s\n", strings.ToLower(r.Title), strings.Join(r.Description, "; "))
	}
	say(ts, s.public, text.String())
}

// property writes one of a jCard (RFC 7095): its name, its parameters, its
// value; of an address the parts that are there.
func property(p []any) string {
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

func printRedacted(ts *testscript.TestScript, _ bool, _ []string) {
	s := serverOf(ts)
	var o rdapObject
	ts.Check(json.Unmarshal(s.answer, &o))
	var text strings.Builder
	for _, r := range o.Redacted {
		fmt.Fprintf(&text, "%s%s: %s: %s\n", r.Name.Type, r.Name.Description, r.Method, r.Reason.Description)
	}
	say(ts, s.public, text.String())
}
