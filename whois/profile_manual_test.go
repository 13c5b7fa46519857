package whois

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// The manual has every key, field and place there is.
func TestTheManualOfProfilesIsComplete(t *testing.T) {
	text, err := os.ReadFile("../docs/profiles.md")
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	keysOf(reflect.TypeFor[writtenProfile](), &words)
	words = append(words, namesOf(domainFields)...)
	words = append(words, namesOf(hostFields)...)
	words = append(words, namesOf(serverFields)...)
	words = append(words, namesOf(contactFields)...)
	words = append(words, namesOf(registrarFields)...)
	for name := range dateLayouts {
		words = append(words, name)
	}
	for _, p := range placeWords[1:] {
		words = append(words, "{"+p+"}")
	}
	words = append(words, ShippedProfileNames()...)
	if len(words) < 120 {
		t.Errorf("only %d words were looked for", len(words))
	}
	manual := string(text)
	for _, w := range words {
		if !strings.Contains(manual, "`"+w+"`") && !strings.Contains(manual, "[["+w+"]]") && !strings.Contains(manual, "`["+w+"]`") &&
			!strings.Contains(manual, "{ "+w+" =") && !strings.Contains(manual, ", "+w+" =") {
			t.Errorf("docs/profiles.md does not have %q", w)
		}
	}
}

func keysOf(t reflect.Type, to *[]string) {
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer:
		keysOf(t.Elem(), to)
	case reflect.Struct:
		for i := range t.NumField() {
			*to = append(*to, t.Field(i).Tag.Get("toml"))
			keysOf(t.Field(i).Type, to)
		}
	}
}

func namesOf[V any](fields []field[V]) (out []string) {
	for _, f := range fields {
		out = append(out, f.name)
	}
	return out
}
