package config

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// sort is the sort of a value, as the operator writes it.
type sort string

const (
	aTable   sort = "a table"
	aTables  sort = "tables in double brackets"
	aList    sort = "a list in brackets"
	aText    sort = "text in quotes"
	aNumber  sort = "a number"
	aWhole   sort = "a whole number"
	aBoolean sort = "true or false"
	aDate    sort = "a date"
	aWord    sort = "a word or a time in quotes" // a type of its own reads it, and says what is wrong
)

// takes reports whether a key of one sort takes a value of another.
func (s sort) takes(value sort) bool {
	switch s {
	case value:
		return true
	case aNumber:
		return value == aWhole
	case aDate:
		return value == aText
	case aTables: // they may stand in braces
		return value == aList
	case aWord:
		return value != aTable && value != aTables && value != aList
	}
	return false
}

// checkSort refuses a value of another sort than its key takes. The decoder would
// answer with types of Go, and passes over what stands in the place of a table whose
// keys are the operator's own. Keys that nobody knows are left to the decoder.
func checkSort(key string, t reflect.Type, value any) error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if want, is := sortOf(t), sortOf(reflect.TypeOf(value)); !want.takes(is) {
		return fmt.Errorf("%s: it is %s, and should be %s", key, is, want)
	}
	if in, is := value.(map[string]any); is {
		return checkSorts(key+": ", t, in)
	}
	if t.Kind() != reflect.Slice {
		return nil
	}
	for i, items := 0, reflect.ValueOf(value); i < items.Len(); i++ {
		if err := checkSort(fmt.Sprintf("%s %d", key, i+1), t.Elem(), items.Index(i).Interface()); err != nil {
			return err
		}
	}
	return nil
}

// checkSorts is for the keys of a table; within is said before each.
func checkSorts(within string, t reflect.Type, in map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if taken := keyOf(t, name); taken != nil {
			if err := checkSort(within+name, taken, in[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyOf is the type that a table keeps a key in; nil of a key that it does not have.
func keyOf(t reflect.Type, name string) reflect.Type {
	if t.Kind() == reflect.Map {
		return t.Elem()
	}
	for _, f := range reflect.VisibleFields(t) {
		if tag := f.Tag.Get("toml"); tag != "" && strings.EqualFold(tag, name) { // as the decoder compares them
			return f.Type
		}
	}
	return nil
}

// sortOf is the sort of a key's type, or of what the decoder makes of a value.
func sortOf(t reflect.Type) sort {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return aDate
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return aWord
	}
	switch t.Kind() {
	case reflect.Map, reflect.Struct:
		return aTable
	case reflect.Slice:
		if k := t.Elem().Kind(); k == reflect.Struct || k == reflect.Map {
			return aTables
		}
		return aList
	case reflect.Float64:
		return aNumber
	case reflect.Int, reflect.Int64:
		return aWhole
	case reflect.Bool:
		return aBoolean
	}
	return aText
}
