package conformance

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestBothOpinionsAreClosed puts a member that no RFC knows into every object of
// every good answer, and a value of the wrong kind in every place: the checker
// and the schema each say no.
func TestBothOpinionsAreClosed(t *testing.T) {
	for name := range saved {
		a, profile := good(t, name)
		root, _, err := decode(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		refused := func(pointer, value string) {
			b := a
			if b.Body, err = edited(a.Body, pointer, value); err != nil {
				t.Fatal(err)
			}
			if len(Check(b, profile)) == 0 {
				t.Errorf("%s: nothing is found with %s at %s", name, value, pointer)
			}
			if Matches(b) == nil {
				t.Errorf("%s: the schema takes %s at %s", name, value, pointer)
			}
		}
		places(root, "", func(at string, v any) {
			_, property, _ := strings.Cut(at, "/vcardArray/1/")
			if strings.Contains(property, "/") {
				return // parameters and values may be many things
			}
			if _, object := v.(map[string]any); object {
				refused(at+"/unknown", `"x"`)
			}
			if at != "" {
				refused(at, `{"wrong":[0]}`)
			}
		})
	}
}

// places visits a value and all that is in it, with their pointers.
func places(v any, at string, visit func(at string, v any)) {
	visit(at, v)
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			places(inner, below(at, name), visit)
		}
	case []any:
		for i, inner := range v {
			places(inner, item(at, i), visit)
		}
	}
}

func TestASchemaAsksForWhatMustBeThere(t *testing.T) {
	for name, members := range map[string][]string{
		"domain": {"/rdapConformance", "/objectClassName", "/links/0/value", "/links/0/rel", "/links/0/href", "/events/0/eventAction",
			"/events/0/eventDate", "/notices/0/description", "/entities/0/objectClassName", "/entities/1/publicIds/0/type",
			"/secureDNS/dsData/0/digest", "/secureDNS/keyData/0/flags", "/redacted/0/name"},
		"help": {"/notices", "/rdapConformance"}, "error": {"/errorCode", "/rdapConformance"},
		"domains": {"/rdapConformance", "/subsetting_metadata/currentFieldSet", "/sorting_metadata/availableSorts/0/default"},
	} {
		a, _ := good(t, name)
		for _, pointer := range members {
			body, err := edited(a.Body, pointer, "")
			if err != nil {
				t.Fatal(err)
			}
			b := a
			if b.Body = body; Matches(b) == nil {
				t.Errorf("%s: the schema takes an answer without %s", name, pointer)
			}
		}
	}
}

// TestTheSchemasAreJSON is for people who take the files elsewhere.
func TestTheSchemasAreJSON(t *testing.T) {
	files, err := schemaFiles.ReadDir("schema")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := schemaFiles.ReadFile("schema/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		var s struct {
			Schema string `json:"$schema"`
			ID     string `json:"$id"`
		}
		if err := json.Unmarshal(text, &s); err != nil || s.ID != f.Name() || s.Schema != "https://json-schema.org/draft/2020-12/schema" {
			t.Errorf("%s: %+v %v", f.Name(), s, err)
		}
	}
}
