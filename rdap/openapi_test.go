package rdap_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
)

// api is the description as a program reads it.
type api struct {
	OpenAPI string
	Servers []struct{ URL string }
	Paths   map[string]map[string]json.RawMessage

	Components struct {
		Responses map[string]struct {
			Headers map[string]any
			Content map[string]struct{ Schema json.RawMessage }
		}
		Schemas map[string]map[string]any
	}
}

type operation struct {
	Responses map[string]struct {
		Ref string `json:"$ref"`
	}
}

func describedBy(t *testing.T, w *window) (api, []byte) {
	t.Helper()
	got := w.ask(t, "GET", "openapi.json")
	if got.status != 200 || got.header.Get("Content-Type") != "application/vnd.oai.openapi+json;version=3.1" {
		t.Fatalf("%d %v", got.status, got.header)
	}
	var a api
	if err := json.Unmarshal(got.body, &a); err != nil {
		t.Fatal(err)
	}
	return a, got.body
}

func (a *api) operation(t *testing.T, path, method string) operation {
	t.Helper()
	var o operation
	if err := json.Unmarshal(a.Paths[path][method], &o); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return o
}

func TestTheDescriptionIsOfThisServer(t *testing.T) {
	a, body := describedBy(t, open(t, setup{base: "https://www.nic.example/rdap/v1/"}))
	if a.OpenAPI != "3.1.0" || len(a.Servers) != 1 || a.Servers[0].URL != "https://www.nic.example/rdap/v1/" {
		t.Errorf("OpenAPI %s, servers %v", a.OpenAPI, a.Servers)
	}
	refersToItself(t, body)
	_, body = describedBy(t, loginScene(t).window)
	refersToItself(t, body)
}

func refersToItself(t *testing.T, body []byte) {
	t.Helper()
	var whole any
	if err := json.Unmarshal(body, &whole); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok && len(resolve(t, whole, "$"+strings.ReplaceAll(strings.TrimPrefix(ref, "#"), "/", "."))) != 1 {
				t.Errorf("%s leads nowhere", ref)
			}
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(whole)
}

var inBraces = regexp.MustCompile(`\{[^}]*\}`)

// TestTheDescriptionHasEveryRouteAndMethod, and no other, also where people log in.
func TestTheDescriptionHasEveryRouteAndMethod(t *testing.T) {
	describesItsRoutes(t, open(t, setup{}))
	describesItsRoutes(t, loginScene(t).window)
}

func describesItsRoutes(t *testing.T, w *window) {
	t.Helper()
	a, _ := describedBy(t, w)
	routed, described := map[string]bool{}, map[string]bool{}
	err := chi.Walk(w.handler.Routes(), func(_, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		routed[route] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// The methods are those that a refusal of another names.
	allowed := strings.Split(strings.ToLower(w.ask(t, "POST", "help").header.Get("Allow")), ", ")
	for path, item := range a.Paths {
		described[strings.ReplaceAll(inBraces.ReplaceAllString(path, "*"), "*/*", "*")] = true
		methods := slices.Sorted(maps.Keys(item))
		methods = slices.DeleteFunc(methods, func(m string) bool { return m == "parameters" })
		if slices.Sort(allowed); !slices.Equal(methods, allowed) {
			t.Errorf("%s: described with %q, answered with %q", path, methods, allowed)
		}
		if get, head := a.operation(t, path, "get"), a.operation(t, path, "head"); !maps.Equal(get.Responses, head.Responses) {
			t.Errorf("%s: HEAD is described with other statuses than GET", path)
		}
	}
	if !maps.Equal(routed, described) {
		t.Errorf("routes are\n%q\nand described are\n%q", slices.Sorted(maps.Keys(routed)), slices.Sorted(maps.Keys(described)))
	}
}

// TestTheDescriptionNamesWhatTheConformanceSuiteLetsPass: two lists of the same
// members, made apart from each other.
func TestTheDescriptionNamesWhatTheConformanceSuiteLetsPass(t *testing.T) {
	a, _ := describedBy(t, open(t, setup{}))
	for schema, file := range map[string]string{
		"domain": "domain", "nameserver": "nameserver", "entity": "entity", "error": "error", "help": "help",
		"domainSearch": "domainSearchResults", "nameserverSearch": "nameserverSearchResults", "entitySearch": "entitySearchResults",
	} {
		text, err := os.ReadFile(filepath.Join("..", "internal", "conformance", "schema", file+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var suite struct{ Properties map[string]any }
		if err := json.Unmarshal(text, &suite); err != nil {
			t.Fatal(err)
		}
		ours := map[string]map[string]any{}
		a.properties(a.Components.Schemas[schema], ours)
		for name := range ours {
			if _, ok := suite.Properties[name]; !ok {
				t.Errorf("%s has %s, which the suite does not let pass", schema, name)
			}
		}
	}
}
