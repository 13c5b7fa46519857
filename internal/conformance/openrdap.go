package conformance

import (
	"fmt"
	"reflect"
	"slices"

	openrdap "github.com/openrdap/rdap"
)

// unheard are members that OpenRDAP's decoder does not know: those of
// extensions, and the language of a remark.
var unheard = []string{"redacted", "paging_metadata", "sorting_metadata", "subsetting_metadata", "reverse_search_properties", "reverse_search_properties_mapping", "farv1_openidcConfiguration", "farv1_session", "farv1_deviceInfo", "lang"}

// Decodes has OpenRDAP read the body of an answer, and returns what it does not
// know or cannot take: the opinion of a client that others use.
func Decodes(body []byte) []string {
	object, err := openrdap.NewDecoder(body).Decode()
	if err != nil {
		return []string{err.Error()}
	}
	return DecodedNotes(object)
}

// DecodedNotes is Decodes for what the client has read.
func DecodedNotes(object any) (notes []string) {
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if v.IsNil() {
				return
			}
			if data, ok := v.Interface().(*openrdap.DecodeData); ok {
				notes = append(notes, notesOf(data)...)
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
	return notes
}

func notesOf(data *openrdap.DecodeData) (notes []string) {
	for _, name := range data.UnknownFields() {
		if !slices.Contains(unheard, name) {
			notes = append(notes, fmt.Sprintf("the member %q is not known", name))
		}
	}
	for _, name := range data.Fields() {
		for _, note := range data.Notes(name) {
			// Said of every number: encoding/json knows no other kind.
			if note != "float64 to uint conversion" {
				notes = append(notes, fmt.Sprintf("the member %q: %s", name, note))
			}
		}
	}
	return notes
}
