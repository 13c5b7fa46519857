package conformance

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The JSON Schemas (draft 2020-12) of every kind of answer. They are closed: a
// member that they do not name is wrong.
//
//go:embed schema/*.json
var schemaFiles embed.FS

// schemas compiles them, by the names of their files.
var schemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	files, err := schemaFiles.ReadDir("schema")
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	for _, file := range files {
		text, err := schemaFiles.ReadFile(path.Join("schema", file.Name()))
		if err != nil {
			return nil, err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", file.Name(), err)
		}
		if err := compiler.AddResource(file.Name(), doc); err != nil {
			return nil, fmt.Errorf("schema %s: %w", file.Name(), err)
		}
	}
	out := map[string]*jsonschema.Schema{}
	for _, file := range files {
		schema, err := compiler.Compile(file.Name())
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", file.Name(), err)
		}
		out[strings.TrimSuffix(file.Name(), ".json")] = schema
	}
	return out, nil
})

// Matches validates the body of an answer against the schema of its kind.
func Matches(a Answer) error {
	compiled, err := schemas()
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(a.Body))
	if err != nil {
		return err
	}
	kind := "help" // notices alone, which a redirect has too
	top, _ := doc.(map[string]any)
	class, _ := top["objectClassName"].(string)
	switch names := searchResults(top); {
	case a.Status >= 400:
		kind = "error"
	case len(names) > 0:
		kind = names[0]
	case class != "":
		kind = class
	}
	schema, there := compiled[kind]
	if !there {
		return fmt.Errorf("there is no schema of %q", kind)
	}
	return schema.Validate(doc)
}
