package rdap_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestEveryAnswerIsAsDescribed: each status that is described is given by some
// request, and nothing is given, neither status nor header nor member, that is
// not described.
func TestEveryAnswerIsAsDescribed(t *testing.T) {
	a, body := describedBy(t, open(t, setup{}))
	schemas := compiled(t, body)
	seen := map[string]bool{}
	for _, g := range answersOf(t, &a) {
		what := g.path + " " + strconv.Itoa(g.status)
		ref, described := a.operation(t, g.path, "get").Responses[strconv.Itoa(g.status)]
		if seen[what] = true; !described {
			t.Errorf("%s: %d is not described", g.asked, g.status)
			continue
		}
		name := strings.TrimPrefix(ref.Ref, "#/components/responses/")
		response := a.Components.Responses[name]
		known := append(slices.Collect(maps.Keys(response.Headers)), ofEveryAnswer...)
		for header := range g.header {
			if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, header) }) {
				t.Errorf("%s: the header %s is not described", what, header)
			}
		}
		content, ok := response.Content[g.header.Get("Content-Type")]
		if (len(g.body) > 0) != ok {
			t.Errorf("%s: %d bytes of %s, described as %v", what, len(g.body), g.header.Get("Content-Type"), response.Content)
		}
		if !ok || g.path == "/openapi.json" && g.status == 200 {
			continue
		}
		value := parse(t, g.body)
		if err := schemas(name, g.header.Get("Content-Type")).Validate(value); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		a.knows(t, what, content.Schema, value)
	}
	for path := range a.Paths {
		for status := range a.operation(t, path, "get").Responses {
			if !seen[path+" "+status] {
				t.Errorf("%s: %s is described and no request gives it", path, status)
			}
		}
	}
}

// ofEveryAnswer are headers that HTTP itself gives answers.
var ofEveryAnswer = []string{"Date", "Content-Length", "Content-Type", "Connection"}

// compiled finds the schema of a response.
func compiled(t *testing.T, body []byte) func(response, media string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("https://api.test/openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	return func(response, media string) *jsonschema.Schema {
		media = strings.NewReplacer("~", "~0", "/", "~1").Replace(media)
		s, err := c.Compile("https://api.test/openapi.json#/components/responses/" + response + "/content/" + media + "/schema")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// knows reports members that no schema names: a schema lets them pass, since
// clients have to.
func (a *api) knows(t *testing.T, what string, schema json.RawMessage, value any) {
	t.Helper()
	var s map[string]any
	if err := json.Unmarshal(schema, &s); err != nil {
		t.Fatal(err)
	}
	var walk func(s map[string]any, v any, at string)
	walk = func(s map[string]any, v any, at string) {
		switch v := v.(type) {
		case map[string]any:
			known := map[string]map[string]any{}
			a.properties(s, known)
			for name, inner := range v {
				if next, ok := known[name]; ok {
					walk(next, inner, at+"."+name)
				} else {
					t.Errorf("%s: %s.%s is not described", what, at, name)
				}
			}
		case []any:
			if items, ok := a.schema(s)["items"].(map[string]any); ok {
				for _, inner := range v {
					walk(items, inner, at+"[]")
				}
			}
		}
	}
	walk(s, value, "$")
}

func (a *api) schema(s map[string]any) map[string]any {
	if ref, ok := s["$ref"].(string); ok {
		return a.Components.Schemas[strings.TrimPrefix(ref, "#/components/schemas/")]
	}
	return s
}

// properties collects what a schema and those it is put together of name.
func (a *api) properties(s map[string]any, into map[string]map[string]any) {
	s = a.schema(s)
	named, _ := s["properties"].(map[string]any)
	for name, p := range named {
		into[name] = p.(map[string]any)
	}
	parts, _ := s["allOf"].([]any)
	for _, part := range parts {
		a.properties(part.(map[string]any), into)
	}
}
