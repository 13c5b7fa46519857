package rdap_test

import (
	"reflect"
	"testing"

	openrdap "github.com/openrdap/rdap"
)

// decodes has OpenRDAP read an answer: no member is unknown or ill-typed, but
// for redacted, which it does not know.
func decodes(t *testing.T, what string, body []byte) {
	t.Helper()
	object, err := openrdap.NewDecoder(body).Decode()
	if err != nil {
		t.Fatalf("%s: %v\n%s", what, err, body)
	}
	walkDecoded(t, what, object)
}

// walkDecoded looks at every DecodeData below v.
func walkDecoded(t *testing.T, what string, object any) {
	t.Helper()
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if v.IsNil() {
				return
			}
			if data, ok := v.Interface().(*openrdap.DecodeData); ok {
				checkDecoded(t, what, data)
				return
			}
			walk(v.Elem())
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		}
	}
	walk(reflect.ValueOf(object))
}

func checkDecoded(t *testing.T, what string, data *openrdap.DecodeData) {
	t.Helper()
	for _, name := range data.UnknownFields() {
		if name != "redacted" {
			t.Errorf("%s: OpenRDAP does not know the member %q", what, name)
		}
	}
	for _, name := range data.Fields() {
		for _, note := range data.Notes(name) {
			// Said of every number: encoding/json knows no other kind.
			if note != "float64 to uint conversion" {
				t.Errorf("%s: member %q: %s", what, name, note)
			}
		}
	}
}
